//! Figures of a history that chance made, against a second count of the rows that were written, in plain Rust.
//!
//! `FIGURES_SEED=…` repeats a history.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use forecourt_database::negotiation::SqlNegotiationQueries;
use forecourt_database::sales::SqlFigures;
use kernel::Instant;
use kernel::id::{DealerId, StaffId, UserId};
use kernel::money::{Currency, Money};
use kernel::zone::Zone;
use negotiation::ports::{NegotiationQueries, Stats, StatusCount, Whose};
use negotiation::state::Status;
use sales::figures::{
    AGES, Counted, DealerStats, Drives, Inventory, LedgerTotal, Sold, Span, StaffMetrics, Stock,
};
use sales::ports::Figures;

use crate::history::{Bid, Car, History, Talk};
use crate::till::ALWAYS;
use crate::world::World;

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

fn within(span: Span, day: NaiveDate) -> bool {
    span.from.is_none_or(|from| from <= day) && span.to.is_none_or(|to| day <= to)
}

/// A sum for each currency, in the order of their codes.
fn sums(amounts: impl IntoIterator<Item = Money>) -> Vec<Money> {
    let mut sums: BTreeMap<&str, (Currency, i64)> = BTreeMap::new();
    for amount in amounts {
        let currency = amount.currency();
        sums.entry(currency.code()).or_insert((currency, 0)).1 += amount.minor();
    }
    sums.into_values()
        .map(|(currency, minor)| Money::new(minor, currency))
        .collect()
}

/// The middle value, or the mean of the two in the middle.
fn median(mut all: Vec<i64>) -> Option<f64> {
    all.sort_unstable();
    let middle = [all.len().checked_sub(1)? / 2, all.len() / 2].map(|place| all[place]);
    let sum = i32::try_from(middle[0] + middle[1]).unwrap();
    Some(f64::from(sum) / 2.0)
}

fn share(part: usize, whole: usize) -> Option<f64> {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap());
    (whole > 0).then(|| number(part) / number(whole))
}

fn by_status(cars: &[&Car]) -> BTreeMap<&'static str, Vec<Money>> {
    let mut groups: BTreeMap<&'static str, Vec<Money>> = BTreeMap::new();
    for car in cars {
        groups.entry(car.status).or_default().push(car.asking);
    }
    groups
}

fn stock(group: &str, asked: &[Money]) -> Stock {
    Stock {
        group: group.to_owned(),
        count: count(asked.len()),
        value: sums(asked.iter().copied()),
    }
}

impl History {
    fn cars_of(&self, dealer: DealerId) -> Vec<&Car> {
        self.cars.iter().filter(|car| car.dealer == dealer).collect()
    }

    fn sold(&self, whose: impl Fn(DealerId, StaffId) -> bool, span: Span) -> Sold {
        let standing = self.sales.iter().filter(|sale| sale.closed);
        let counted = standing.filter(|sale| whose(sale.dealer, sale.sold_by) && within(span, sale.day));
        let prices: Vec<Money> = counted.map(|sale| sale.price).collect();
        Sold {
            units: count(prices.len()),
            revenue: sums(prices),
        }
    }

    fn dealer(&self, dealer: DealerId, zone: Zone, now: Instant) -> DealerStats {
        let groups = by_status(&self.cars_of(dealer));
        let listings = groups.iter().map(|(status, cars)| Counted {
            status: (*status).to_owned(),
            count: count(cars.len()),
        });
        let open = [
            Status::AwaitingDealer,
            Status::AwaitingBuyer,
            Status::OnHold,
            Status::Accepted,
        ];
        let talks = self.talks.iter().filter(|talk| talk.dealer == dealer);
        let drives = self.drives.iter().filter(|drive| drive.dealer == dealer);
        let today = now.with_timezone(&zone.0).date_naive();
        let of_month = |month| self.sold(|of, _| of == dealer, month);
        DealerStats {
            listings: listings.collect(),
            open_negotiations: count(talks.filter(|talk| open.contains(&talk.status)).count()),
            bookings_to_decide: count(drives.filter(|drive| drive.status == "requested").count()),
            this_month: of_month(Span::month_of(today)),
            last_month: of_month(Span::month_before(today)),
        }
    }

    fn inventory(&self, dealer: DealerId, now: Instant) -> Inventory {
        let cars = self.cars_of(dealer);
        let offered = |car: &&&Car| ["active", "reserved"].contains(&car.status);
        let mut youngest = i64::MIN;
        let mut by_age = Vec::new();
        for (name, last) in AGES {
            let aged = cars.iter().filter(offered).filter(|car| {
                let days = car.listed_at.map_or(i64::MAX, |at| (now - at).num_days());
                (youngest..=*last).contains(&days)
            });
            by_age.push(stock(name, &aged.map(|car| car.asking).collect::<Vec<_>>()));
            youngest = last.saturating_add(1);
        }
        let groups = by_status(&cars);
        Inventory {
            by_status: groups
                .iter()
                .map(|(status, asked)| stock(status, asked))
                .collect(),
            by_age,
        }
    }

    fn ledger(&self, staff: StaffId, span: Span) -> Vec<LedgerTotal> {
        let own = self.entries.iter();
        let own: Vec<_> = own
            .filter(|entry| entry.staff == staff && within(span, entry.day))
            .collect();
        let balances = sums(own.iter().map(|entry| entry.amount));
        let total = |balance: Money| {
            let currency = balance.currency();
            let of = |kind: &str| {
                let of_kind = own.iter().filter(|entry| entry.kind == kind);
                let amounts = of_kind.filter(|entry| entry.amount.currency() == currency);
                Money::new(amounts.map(|entry| entry.amount.minor()).sum(), currency)
            };
            LedgerTotal {
                earned: of("earned"),
                bonus: of("bonus"),
                clawed_back: of("clawed_back"),
                adjustment: of("adjustment"),
                balance,
            }
        };
        balances.into_iter().map(total).collect()
    }

    fn drives(&self, staff: StaffId, span: Span) -> Drives {
        let own = self.drives.iter();
        let own: Vec<_> = own
            .filter(|drive| drive.staff == Some(staff) && within(span, drive.day))
            .collect();
        let of = |status: &str| own.iter().filter(|drive| drive.status == status).count();
        let bought = own.iter().filter(|drive| {
            let sold = self.sales.iter().any(|sale| {
                let same = sale.listing == drive.listing && sale.buyer == Some(drive.user);
                sale.closed && same && sale.created_at >= drive.start_at
            });
            drive.status == "completed" && sold
        });
        Drives {
            requested: count(own.len()),
            completed: count(of("completed")),
            no_show: count(of("no_show")),
            sold: count(bought.count()),
        }
    }

    fn member(&self, staff: StaffId, user: UserId, span: Span) -> StaffMetrics {
        let bids = self.talks.iter().flat_map(|talk| &talk.bids);
        let answered = bids.filter(|bid| {
            let day = bid.answered_at.map(|at| at.date_naive());
            bid.side == "buyer" && bid.by == Some(user) && day.is_some_and(|day| within(span, day))
        });
        StaffMetrics {
            staff,
            sold: self.sold(|_, seller| seller == staff, span),
            commission: self.ledger(staff, span),
            drives: self.drives(staff, span),
            median_answer_seconds: median(answered.filter_map(Bid::seconds).collect()),
        }
    }

    fn stats(&self, whose: impl Fn(&Talk) -> bool, since: Option<Instant>) -> Stats {
        let talks = self.talks.iter().filter(|talk| whose(talk));
        let talks: Vec<&Talk> = talks
            .filter(|talk| since.is_none_or(|since| talk.created_at >= since))
            .collect();
        let mut by_status: BTreeMap<Status, u64> = BTreeMap::new();
        for talk in &talks {
            *by_status.entry(talk.status).or_default() += 1;
        }
        let waiting = [Status::AwaitingDealer, Status::AwaitingBuyer, Status::OnHold];
        let ended = talks.iter().filter(|talk| !waiting.contains(&talk.status));
        let ended: Vec<_> = ended.collect();
        let agreed: Vec<_> = ended.iter().filter_map(|talk| talk.agreed()).collect();
        let discount = |(asking, amount): &(i64, i64)| {
            let number = |minor: i64| f64::from(i32::try_from(minor).unwrap());
            number(asking - amount) * 100.0 / number(*asking)
        };
        let discounts: f64 = agreed.iter().map(discount).sum();
        let number = f64::from(u32::try_from(agreed.len()).unwrap());
        let rounds = talks.iter().filter(|talk| talk.agreed().is_some());
        let answers = talks
            .iter()
            .flat_map(|talk| &talk.bids)
            .filter(|bid| bid.side == "buyer" && ["accepted", "countered", "rejected"].contains(&bid.status));
        Stats {
            by_status: by_status
                .into_iter()
                .map(|(status, count)| StatusCount { status, count })
                .collect(),
            acceptance_rate: share(agreed.len(), ended.len()),
            average_discount_percent: (!agreed.is_empty()).then(|| discounts / number),
            median_rounds: median(
                rounds
                    .map(|talk| i64::try_from(talk.bids.len()).unwrap())
                    .collect(),
            ),
            median_answer_seconds: median(answers.filter_map(Bid::seconds).collect()),
        }
    }
}

/// The same, up to the last digits of an average.
fn same(found: &Stats, counted: &Stats) -> bool {
    let near = match (found.average_discount_percent, counted.average_discount_percent) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-6,
        (one, other) => one == other,
    };
    let average_discount_percent = counted.average_discount_percent;
    let rest = Stats {
        average_discount_percent,
        ..found.clone()
    };
    near && rest == *counted
}

pub(crate) async fn figures_of_any_history_are_what_its_rows_say(world: World) {
    let given = std::env::var("FIGURES_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("FIGURES_SEED={seed}");
    // In New York it is still June.
    let now: Instant = "2026-07-01T01:00:00Z".parse().unwrap();
    let history = History::by_chance(&world, seed, now).await;
    let figures = SqlFigures::new(world.db().clone());
    let talks = SqlNegotiationQueries::new(world.db().clone());
    let today = now.date_naive();
    let last_weeks = Span {
        from: Some(today - TimeDelta::days(45)),
        to: Some(today - TimeDelta::days(7)),
    };
    let sinces = [None, Some(now - TimeDelta::days(40))];
    for shop in &history.shops {
        let found = figures.dealer(shop.id, now).await.unwrap();
        assert_eq!(found, history.dealer(shop.id, shop.zone, now), "seed {seed}");
        let found = figures.inventory(shop.id, now).await.unwrap();
        assert_eq!(found, history.inventory(shop.id, now), "seed {seed}");
        for (staff, user) in &shop.staff {
            for span in [ALWAYS, last_weeks] {
                let found = figures.member(shop.id, *staff, span).await.unwrap();
                assert_eq!(found, history.member(*staff, *user, span), "seed {seed}");
            }
        }
        for since in sinces {
            let found = talks.stats(Whose::Dealer(shop.id), since).await.unwrap();
            let counted = history.stats(|talk| talk.dealer == shop.id, since);
            assert!(same(&found, &counted), "seed {seed}: {found:?}, not {counted:?}");
        }
    }
    for buyer in &history.buyers {
        for since in sinces {
            let found = talks.stats(Whose::Buyer(*buyer), since).await.unwrap();
            let counted = history.stats(|talk| talk.buyer == *buyer, since);
            assert!(same(&found, &counted), "seed {seed}: {found:?}, not {counted:?}");
        }
    }
}

//! A history of several dealers that chance makes: cars, drives, talks, sales and what they earn, written as rows and kept as they are.

use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::id::{DealerId, ListingId, NegotiationId, SaleId, SiteId, StaffId, UserId, VehicleId};
use kernel::money::{Currency, Money};
use kernel::ports::Random;
use kernel::zone::Zone;
use memory::SeededRandom;
use negotiation::state::Status;
use sea_orm::Value;
use serde_json::json;
use uuid::Uuid;

use crate::world::{World, given_account, given_row};

/// Where the dealers are: on both sides of the line where a day begins.
const ZONES: [&str; 3] = ["America/New_York", "Pacific/Auckland", "Europe/Berlin"];
/// Cars of each.
const CARS: usize = 14;
const CURRENCIES: [&str; 2] = ["USD", "EUR"];

/// A dealer with one site.
pub(crate) struct Shop {
    pub(crate) id: DealerId,
    pub(crate) zone: Zone,
    pub(crate) staff: Vec<(StaffId, UserId)>,
    site: SiteId,
}

pub(crate) struct Car {
    pub(crate) dealer: DealerId,
    pub(crate) status: &'static str,
    pub(crate) asking: Money,
    pub(crate) listed_at: Option<Instant>,
    listing: ListingId,
    vehicle: VehicleId,
}

pub(crate) struct Drive {
    pub(crate) dealer: DealerId,
    pub(crate) listing: ListingId,
    pub(crate) user: UserId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) status: &'static str,
    pub(crate) start_at: Instant,
    pub(crate) day: NaiveDate,
}

pub(crate) struct Talk {
    pub(crate) dealer: DealerId,
    pub(crate) buyer: UserId,
    pub(crate) status: Status,
    pub(crate) created_at: Instant,
    pub(crate) bids: Vec<Bid>,
    asking: Money,
}

impl Talk {
    /// What was asked and what was agreed, in minor units.
    pub(crate) fn agreed(&self) -> Option<(i64, i64)> {
        let taken = self.bids.iter().find(|bid| bid.status == "accepted")?;
        Some((self.asking.minor(), taken.minor))
    }
}

pub(crate) struct Bid {
    pub(crate) side: &'static str,
    pub(crate) status: &'static str,
    pub(crate) answered_at: Option<Instant>,
    /// Who answered; none for what happened by itself.
    pub(crate) by: Option<UserId>,
    minor: i64,
    created_at: Instant,
}

impl Bid {
    /// Whole seconds from the offer to its answer.
    pub(crate) fn seconds(&self) -> Option<i64> {
        Some(self.answered_at?.timestamp() - self.created_at.timestamp())
    }
}

pub(crate) struct Sale {
    pub(crate) dealer: DealerId,
    pub(crate) listing: ListingId,
    pub(crate) sold_by: StaffId,
    pub(crate) buyer: Option<UserId>,
    pub(crate) price: Money,
    pub(crate) day: NaiveDate,
    pub(crate) closed: bool,
    pub(crate) created_at: Instant,
}

/// A line of the ledger.
pub(crate) struct Entry {
    pub(crate) staff: StaffId,
    pub(crate) kind: &'static str,
    pub(crate) amount: Money,
    pub(crate) day: NaiveDate,
}

/// All of it.
pub(crate) struct History {
    pub(crate) shops: Vec<Shop>,
    pub(crate) buyers: Vec<UserId>,
    pub(crate) cars: Vec<Car>,
    pub(crate) drives: Vec<Drive>,
    pub(crate) talks: Vec<Talk>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) entries: Vec<Entry>,
}

struct Chance(SeededRandom);

impl Chance {
    fn below(&self, end: i64) -> i64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let drawn = u64::from_le_bytes(bytes) % u64::try_from(end).unwrap();
        i64::try_from(drawn).unwrap()
    }

    fn one<T: Copy>(&self, of: &[T]) -> T {
        let place = self.below(i64::try_from(of.len()).unwrap());
        of[usize::try_from(place).unwrap()]
    }

    /// So many times in a hundred.
    fn percent(&self, hundredths: i64) -> bool {
        self.below(100) < hundredths
    }

    /// An instant of the last so many days, to the millisecond.
    fn ago(&self, now: Instant, days: i64) -> Instant {
        now - TimeDelta::milliseconds(self.below(days * 24 * 3_600_000))
    }
}

impl History {
    /// Writes one.
    pub(crate) async fn by_chance(world: &World, seed: u64, now: Instant) -> Self {
        let chance = Chance(SeededRandom::new(seed));
        let mut history = Self {
            shops: Vec::new(),
            buyers: Vec::new(),
            cars: Vec::new(),
            drives: Vec::new(),
            talks: Vec::new(),
            sales: Vec::new(),
            entries: Vec::new(),
        };
        for _ in 0..4 {
            history.buyers.push(person(world).await);
        }
        for (n, zone) in ZONES.iter().enumerate() {
            let shop = shop(world, n, zone, now).await;
            for _ in 0..CARS {
                let car = car(world, &chance, &shop, now).await;
                history.around(world, &chance, &shop, &car, now).await;
                history.cars.push(car);
            }
            history.shops.push(shop);
        }
        history
    }

    /// What happened to one car.
    async fn around(&mut self, world: &World, chance: &Chance, shop: &Shop, car: &Car, now: Instant) {
        for _ in 0..chance.below(4) {
            let nth = i64::try_from(self.drives.len()).unwrap();
            // No two touch, so that any two may be live.
            let start_at = now - TimeDelta::hours(nth * 17);
            let buyer = chance.one(&self.buyers);
            let drive = drive(world, chance, shop, car, buyer, start_at).await;
            self.drives.push(drive);
        }
        if chance.percent(80) {
            let buyer = chance.one(&self.buyers);
            self.talks.push(talk(world, chance, shop, car, buyer, now).await);
        }
        for _ in 0..chance.below(3) {
            let standing = |sale: &Sale| sale.closed && sale.listing == car.listing;
            let void = self.sales.iter().any(standing) || chance.percent(30);
            self.given_sale(world, chance, shop, car, !void, now).await;
        }
    }

    async fn given_sale(
        &mut self,
        world: &World,
        chance: &Chance,
        shop: &Shop,
        car: &Car,
        closed: bool,
        now: Instant,
    ) {
        let id: SaleId = world.ids.next();
        let (sold_by, _) = chance.one(&shop.staff);
        let buyer = chance.percent(70).then(|| chance.one(&self.buyers));
        let price = Money::new(100_000 + chance.below(3_000_000), car.asking.currency());
        let created_at = chance.ago(now, 75);
        let day = created_at.with_timezone(&shop.zone.0).date_naive();
        let mut row = vec![
            ("id", id.uuid().into()),
            ("dealer_id", shop.id.uuid().into()),
            ("listing_id", car.listing.uuid().into()),
            ("site_id", shop.site.uuid().into()),
            ("vehicle_id", car.vehicle.uuid().into()),
            ("vin", vin(car.vehicle).into()),
            ("make", "Ford".into()),
            ("make_folded", "ford".into()),
            ("model", "F-150".into()),
            ("year", 2_021_i64.into()),
            ("price_minor", price.minor().into()),
            ("currency", price.currency().code().into()),
            ("sale_date", day.into()),
            ("buyer_name", "Ann Buyer".into()),
            ("payment_method", "cash".into()),
            ("sold_by", sold_by.uuid().into()),
            ("commission_minor", 1_i64.into()),
            ("status", if closed { "closed" } else { "voided" }.into()),
            ("created_at", created_at.into()),
            ("updated_at", created_at.into()),
            ("version", 1_i64.into()),
        ];
        if let Some(buyer) = buyer {
            row.push(("buyer_user_id", buyer.uuid().into()));
        }
        if !closed {
            row.push(("voided_at", now.into()));
            row.push(("void_reason", "the wrong car".into()));
        }
        given_row(world, "sales", row).await;
        let alike = |minor| Money::new(minor, price.currency());
        let earned = 1 + chance.below(90_000);
        self.earn(world, shop, id, (sold_by, "earned", day), alike(earned))
            .await;
        if !closed {
            let back = (sold_by, "clawed_back", now.date_naive());
            self.earn(world, shop, id, back, alike(-earned)).await;
        }
        let (other, _) = chance.one(&shop.staff);
        for (kind, often, amount) in [("bonus", 20, 5_000), ("adjustment", 10, -700)] {
            if chance.percent(often) {
                self.earn(world, shop, id, (other, kind, day), alike(amount))
                    .await;
            }
        }
        self.sales.push(Sale {
            dealer: shop.id,
            listing: car.listing,
            sold_by,
            buyer,
            price,
            day,
            closed,
            created_at,
        });
    }

    async fn earn(
        &mut self,
        world: &World,
        shop: &Shop,
        sale: SaleId,
        (staff, kind, day): (StaffId, &'static str, NaiveDate),
        amount: Money,
    ) {
        let row: Vec<(&str, Value)> = vec![
            ("id", world.ids.uuid().into()),
            ("sale_id", sale.uuid().into()),
            ("dealer_id", shop.id.uuid().into()),
            ("staff_id", staff.uuid().into()),
            ("kind", kind.into()),
            ("amount_minor", amount.minor().into()),
            ("currency", amount.currency().code().into()),
            ("earned_on", day.into()),
        ];
        given_row(world, "commission_entries", row).await;
        self.entries.push(Entry {
            staff,
            kind,
            amount,
            day,
        });
    }
}

fn vin(vehicle: VehicleId) -> String {
    let text = vehicle.uuid().simple().to_string().to_uppercase();
    text.get(15..).unwrap().to_owned()
}

async fn person(world: &World) -> UserId {
    let user: UserId = world.ids.next();
    given_account(world, user, &format!("{user}@example.com"), ["Ann", "Buyer"]).await;
    user
}

async fn shop(world: &World, n: usize, zone: &str, now: Instant) -> Shop {
    let (id, site): (DealerId, SiteId) = (world.ids.next(), world.ids.next());
    let name = format!("dealer {n}");
    let dealer: Vec<(&str, Value)> = vec![
        ("id", id.uuid().into()),
        ("name", name.as_str().into()),
        ("name_folded", name.as_str().into()),
        ("legal_name", name.as_str().into()),
        ("phone", "+12125550100".into()),
        ("email", "desk@example.com".into()),
        ("line1", "1 Main Street".into()),
        ("city", "New York".into()),
        ("postal_code", "10001".into()),
        ("address_country", "US".into()),
        ("currency", "USD".into()),
        ("country", "US".into()),
        ("strict_vin", false.into()),
        ("status", "verified".into()),
        ("version", 1_i64.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
    ];
    given_row(world, "dealers", dealer).await;
    let row: Vec<(&str, Value)> = vec![
        ("id", site.uuid().into()),
        ("dealer_id", id.uuid().into()),
        ("kind", "showroom".into()),
        ("name", "Main Street".into()),
        ("name_folded", "main street".into()),
        ("line1", "1 Main Street".into()),
        ("city", "New York".into()),
        ("city_folded", "new york".into()),
        ("state", "NY".into()),
        ("state_folded", "ny".into()),
        ("postal_code", "10001".into()),
        ("country", "US".into()),
        ("timezone", zone.into()),
        ("hours", json!(dealers::hours::OpeningHours::usual()).into()),
        ("exceptions", json!([]).into()),
        ("bays", 0_i64.into()),
        (
            "slot_rules",
            json!(dealers::slot_rules::SlotRules::default()).into(),
        ),
        ("version", 1_i64.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
    ];
    given_row(world, "sites", row).await;
    let mut staff = Vec::new();
    for _ in 0..3 {
        let (member, user): (StaffId, UserId) = (world.ids.next(), person(world).await);
        let email = format!("{user}@example.com");
        let row: Vec<(&str, Value)> = vec![
            ("id", member.uuid().into()),
            ("dealer_id", id.uuid().into()),
            ("user_id", user.uuid().into()),
            ("email", email.as_str().into()),
            ("email_folded", email.as_str().into()),
            ("role", "sales".into()),
            ("sites", json!([]).into()),
            ("active", true.into()),
            ("version", 1_i64.into()),
            ("created_at", now.into()),
            ("updated_at", now.into()),
        ];
        given_row(world, "staff", row).await;
        staff.push((member, user));
    }
    Shop {
        id,
        zone: zone.parse().unwrap(),
        staff,
        site,
    }
}

async fn car(world: &World, chance: &Chance, shop: &Shop, now: Instant) -> Car {
    let currency = Currency::parse(chance.one(&CURRENCIES)).unwrap();
    let car = Car {
        dealer: shop.id,
        status: chance.one(&["draft", "active", "active", "reserved", "sold", "removed"]),
        asking: Money::new(500_000 + chance.below(3_000_000), currency),
        listed_at: Some(chance.ago(now, 120)),
        listing: world.ids.next(),
        vehicle: world.ids.next(),
    };
    let row: Vec<(&str, Value)> = vec![
        ("id", car.vehicle.uuid().into()),
        ("owner_kind", "dealer".into()),
        ("owner_id", shop.id.uuid().into()),
        ("status", "active".into()),
        ("vin", vin(car.vehicle).into()),
        ("make", "Ford".into()),
        ("model", "F-150".into()),
        ("year", 2_021_i64.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "vehicles", row).await;
    let row: Vec<(&str, Value)> = vec![
        ("id", car.listing.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("vehicle_id", car.vehicle.uuid().into()),
        ("site_id", shop.site.uuid().into()),
        ("status", car.status.into()),
        ("condition", "used".into()),
        ("asking_minor", car.asking.minor().into()),
        ("currency", car.asking.currency().code().into()),
        ("title", "A truck".into()),
        ("description", "".into()),
        ("features", json!([]).into()),
        ("featured", false.into()),
        ("listed_at", car.listed_at.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
        ("make_folded", "ford".into()),
        ("model_folded", "f-150".into()),
        ("year", 2_021_i64.into()),
    ];
    given_row(world, "listings", row).await;
    car
}

async fn drive(
    world: &World,
    chance: &Chance,
    shop: &Shop,
    car: &Car,
    user: UserId,
    start_at: Instant,
) -> Drive {
    let statuses = [
        "requested",
        "approved",
        "declined",
        "cancelled",
        "completed",
        "completed",
        "completed",
        "no_show",
    ];
    let drive = Drive {
        dealer: shop.id,
        listing: car.listing,
        user,
        staff: chance.percent(80).then(|| chance.one(&shop.staff).0),
        status: chance.one(&statuses),
        start_at,
        day: start_at.with_timezone(&shop.zone.0).date_naive(),
    };
    let row: Vec<(&str, Value)> = vec![
        ("id", world.ids.uuid().into()),
        ("listing_id", car.listing.uuid().into()),
        ("vehicle_id", car.vehicle.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("site_id", shop.site.uuid().into()),
        ("user_id", user.uuid().into()),
        ("status", drive.status.into()),
        ("start_at", start_at.into()),
        ("end_at", (start_at + TimeDelta::minutes(30)).into()),
        ("local_date", drive.day.into()),
        ("timezone", shop.zone.name().into()),
        ("staff_id", drive.staff.map(|staff| staff.uuid()).into()),
        ("cancel_until", start_at.into()),
        ("requested_at", start_at.into()),
        ("created_at", start_at.into()),
        ("updated_at", start_at.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "bookings", row).await;
    drive
}

/// Offers of both sides in turn, each answered by the next; what becomes of the last is as the state says.
fn bids(chance: &Chance, shop: &Shop, talk: &Talk) -> Vec<Bid> {
    let (most, mut at) = (1 + chance.below(5), talk.created_at);
    let first = chance.one(&[0, 1]);
    let maybe = [
        Status::Lapsed,
        Status::Cancelled,
        Status::Rejected,
        Status::Superseded,
    ];
    let agreed = [Status::Accepted, Status::Completed].contains(&talk.status)
        || (maybe.contains(&talk.status) && chance.percent(40));
    let waiting = [Status::AwaitingDealer, Status::AwaitingBuyer, Status::OnHold];
    let mut bids = Vec::new();
    for n in 0..most {
        let side = if (n + first) % 2 == 0 { "buyer" } else { "dealer" };
        let status = if n + 1 < most {
            "countered"
        } else if agreed {
            "accepted"
        } else if waiting.contains(&talk.status) {
            "pending"
        } else if talk.status == Status::Rejected {
            "rejected"
        } else {
            "expired"
        };
        let answered = ["countered", "accepted", "rejected"].contains(&status);
        let created_at = at;
        at += TimeDelta::milliseconds(1 + chance.below(2 * 24 * 3_600_000));
        let by = match side {
            "buyer" => chance.percent(80).then(|| chance.one(&shop.staff).1),
            _ => Some(talk.buyer),
        };
        bids.push(Bid {
            side,
            status,
            answered_at: answered.then_some(at),
            by: by.filter(|_| answered),
            minor: talk.asking.minor() * (70 + chance.below(35)) / 100,
            created_at,
        });
    }
    bids
}

async fn talk(world: &World, chance: &Chance, shop: &Shop, car: &Car, buyer: UserId, now: Instant) -> Talk {
    let id: NegotiationId = world.ids.next();
    let status = chance.one(&[
        Status::AwaitingDealer,
        Status::AwaitingBuyer,
        Status::OnHold,
        Status::Accepted,
        Status::Completed,
        Status::Rejected,
        Status::Cancelled,
        Status::Expired,
        Status::Superseded,
        Status::Lapsed,
    ]);
    let mut talk = Talk {
        dealer: shop.id,
        buyer,
        status,
        created_at: chance.ago(now, 90),
        bids: Vec::new(),
        asking: car.asking,
    };
    talk.bids = bids(chance, shop, &talk);
    let turns = [
        (Status::AwaitingDealer, "dealer"),
        (Status::OnHold, "dealer"),
        (Status::AwaitingBuyer, "buyer"),
    ];
    let turn = turns.iter().find(|(of, _)| *of == status).map(|(_, turn)| *turn);
    let reserved = (status == Status::Accepted).then_some(now);
    let row: Vec<(&str, Value)> = vec![
        ("id", id.uuid().into()),
        ("listing_id", car.listing.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("buyer_id", buyer.uuid().into()),
        ("status", status.as_str().into()),
        ("turn", turn.into()),
        ("asking_minor", talk.asking.minor().into()),
        ("currency", talk.asking.currency().code().into()),
        ("counter_allowed", true.into()),
        ("reserved_until", reserved.into()),
        ("created_at", talk.created_at.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "negotiations", row).await;
    for (seq, bid) in (1_i64..).zip(&talk.bids) {
        let row: Vec<(&str, Value)> = vec![
            ("id", world.ids.uuid().into()),
            ("negotiation_id", id.uuid().into()),
            ("seq", seq.into()),
            ("side", bid.side.into()),
            ("amount_minor", bid.minor.into()),
            ("status", bid.status.into()),
            ("created_at", bid.created_at.into()),
            ("answered_at", bid.answered_at.into()),
        ];
        given_row(world, "offers", row).await;
        if let Some(at) = bid.answered_at {
            answered(world, shop, id, bid, at).await;
        }
    }
    talk
}

/// The line of the audit log that says who answered.
async fn answered(world: &World, shop: &Shop, talk: NegotiationId, bid: &Bid, at: Instant) {
    let user: Option<Uuid> = bid.by.map(|user| user.uuid());
    let row: Vec<(&str, Value)> = vec![
        ("id", world.ids.uuid().into()),
        ("at", at.into()),
        ("actor", if user.is_some() { "user" } else { "system" }.into()),
        ("user_id", user.into()),
        ("request_id", "chance".into()),
        ("action", format!("negotiation.{}", bid.status).into()),
        ("subject_kind", "negotiation".into()),
        ("subject", talk.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
    ];
    given_row(world, "audit_log", row).await;
}

//! What is known when listings are closed, of all of them at once: as many statements for two hundred cars as for one.
//!
//! The order of locks is that of one sale: the listings, their vehicles, their drives, their talks, the buyers' own records, the
//! members; of each in the order of its ids.

use std::collections::{BTreeMap, BTreeSet};

use ::negotiation::negotiation::Negotiation;
use ::sales::commission::plan::Plan;
use ::sales::facts::day;
use ::sales::figures::Span;
use ::sales::sale::Buyer;
use application::close_sale::{CloseTarget, ClosingFacts};
use application::remove_listing::OfferFacts;
use chrono::NaiveDate;
use inventory::ports::ListingFacts;
use inventory::vehicle::Vehicle;
use kernel::act::Act;
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, SiteId, StaffId, UserId};
use kernel::zone::Zone;
use scheduling::notice::Filed;
use sea_orm::DbErr;
use uuid::Uuid;

use super::closing_reads::{OnOffer, dealers, distinct, grouped, members, own_records, plans_for, zones};
use super::closings::accounts;
use crate::fault::Stop;
use crate::inventory::locked_listings;
use crate::negotiation;
use crate::rows::{get, id};
use crate::scheduling::live_of_listings;
use crate::tx::Tx;

/// What is known of each target, in their order; `None` for a listing that is not there.
pub(super) async fn all_of<E>(
    tx: &Tx,
    act: &Act,
    targets: &[CloseTarget],
) -> Result<Vec<Option<ClosingFacts>>, Stop<E>> {
    let wanted: Vec<ListingId> = targets.iter().map(|target| target.listing).collect();
    let listings = locked_listings(tx, &wanted).await?;
    let dealers = dealers(tx, &listings).await?;
    let known = Known::read(tx, act, targets, &listings).await?;
    let of = |target: &CloseTarget| {
        let Some(listing) = listings.get(&target.listing) else {
            return Ok(None);
        };
        let of_dealer = dealers.get(&listing.listed.listing.dealer);
        let (name, verified) = of_dealer.ok_or(Common::absent("dealer"))?;
        Ok(Some(known.facts(act, target, listing, name, *verified)))
    };
    targets.iter().map(of).collect()
}

/// What is known of the cars that are on offer, each part of all of them.
#[derive(Default)]
struct Known {
    zones: BTreeMap<SiteId, Zone>,
    buyers: BTreeMap<UserId, Buyer>,
    /// Who is a customer of which dealer.
    customers: BTreeSet<(DealerId, UserId)>,
    /// The buyers' own records, by the number of the car.
    own: BTreeMap<(UserId, String), Vehicle>,
    drives: BTreeMap<ListingId, Vec<Filed>>,
    talks: BTreeMap<ListingId, Vec<Negotiation>>,
    members: BTreeSet<(DealerId, StaffId)>,
    plans: Vec<Plan>,
    /// Sales that stand of a member on a day.
    sold: Vec<(StaffId, NaiveDate, u32)>,
}

impl Known {
    async fn read<E>(
        tx: &Tx,
        act: &Act,
        targets: &[CloseTarget],
        listings: &BTreeMap<ListingId, ListingFacts>,
    ) -> Result<Self, Stop<E>> {
        let cars: Vec<OnOffer<'_>> = targets
            .iter()
            .filter_map(|target| {
                let facts = listings.get(&target.listing)?;
                let public = facts.listed.listing.status.is_public();
                public.then_some(OnOffer { target, facts })
            })
            .collect();
        if cars.is_empty() {
            return Ok(Self::default());
        }
        let ids: Vec<ListingId> = cars.iter().map(|car| car.target.listing).collect();
        let meant: Vec<_> = cars.iter().filter_map(|car| car.target.negotiation).collect();
        let mut known = Self {
            drives: grouped(live_of_listings(tx, &ids, act.at).await?, |filed| {
                filed.drive.listing
            }),
            talks: grouped(negotiation::on_tables(tx, &ids, &meant).await?, |talk| {
                talk.listing
            }),
            ..Self::default()
        };
        known.read_buyers(tx, &cars).await?;
        known.zones = zones(tx, &cars).await?;
        known.members = members(tx, &cars).await?;
        known.plans = plans_for(tx, &cars).await?;
        known.read_sold(tx, act, &cars).await?;
        Ok(known)
    }

    /// The accounts in use that are named as buyers', whose customers they are, and their own records of the cars.
    async fn read_buyers(&mut self, tx: &Tx, cars: &[OnOffer<'_>]) -> Result<(), DbErr> {
        let named = distinct(cars.iter().filter_map(|car| car.target.buyer));
        if named.is_empty() {
            return Ok(());
        }
        self.buyers = accounts(tx, &named).await?;
        let users: Vec<Uuid> = named.iter().map(UserId::uuid).collect();
        let dealers = distinct(cars.iter().map(|car| car.dealer().uuid()));
        let mut sql = tx.sql();
        sql.push("SELECT user_id, dealer_id FROM bookings WHERE user_id IN (")
            .bind_all(users.iter().copied());
        sql.push(") AND dealer_id IN (").bind_all(dealers.iter().copied());
        sql.push(") UNION SELECT buyer_id, dealer_id FROM negotiations WHERE buyer_id IN (")
            .bind_all(users.iter().copied());
        sql.push(") AND dealer_id IN (").bind_all(dealers).push(")");
        let rows = tx.all(sql).await?;
        let pair = |row| Ok((id(row, "dealer_id")?, id(row, "user_id")?));
        self.customers = rows.iter().map(pair).collect::<Result<_, DbErr>>()?;
        let vins = distinct(cars.iter().filter_map(|car| {
            let known = self.buyer(car.target, car.dealer()).is_some();
            known.then(|| car.facts.listed.vehicle.details.vin.as_str().to_owned())
        }));
        self.own = own_records(tx, &users, vins).await?;
        Ok(())
    }

    /// The sales that stand of those who sell, in all months that are asked about.
    async fn read_sold(&mut self, tx: &Tx, act: &Act, cars: &[OnOffer<'_>]) -> Result<(), DbErr> {
        let months = cars.iter().filter_map(|car| {
            let seller = car.target.seller?;
            Some((seller.uuid(), month(act, car.target, self.zone(car.facts))))
        });
        let (sellers, months): (BTreeSet<Uuid>, Vec<Span>) = months.unzip();
        if sellers.is_empty() {
            return Ok(());
        }
        let mut sql = tx.sql();
        sql.push(
            "SELECT sold_by, sale_date, COUNT(*) AS n FROM sales WHERE status = 'closed' AND sold_by IN (",
        )
        .bind_all(sellers);
        sql.push(") AND sale_date >= ")
            .bind(months.iter().filter_map(|month| month.from).min());
        sql.push(" AND sale_date <= ")
            .bind(months.iter().filter_map(|month| month.to).max());
        sql.push(" GROUP BY sold_by, sale_date");
        let rows = tx.all(sql).await?;
        let one = |row| {
            let count: i64 = get(row, "n")?;
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            Ok((id(row, "sold_by")?, get(row, "sale_date")?, count))
        };
        self.sold = rows.iter().map(one).collect::<Result<_, DbErr>>()?;
        Ok(())
    }

    fn zone(&self, facts: &ListingFacts) -> Option<Zone> {
        facts
            .listed
            .listing
            .site
            .and_then(|site| self.zones.get(&site).copied())
    }

    /// The named account, where it is in use and the dealer knows it.
    fn buyer(&self, target: &CloseTarget, dealer: DealerId) -> Option<&Buyer> {
        let user = target.buyer?;
        let customer = self.customers.contains(&(dealer, user));
        customer.then(|| self.buyers.get(&user)).flatten()
    }

    fn facts(
        &self,
        act: &Act,
        target: &CloseTarget,
        listing: &ListingFacts,
        dealer_name: &str,
        verified: bool,
    ) -> ClosingFacts {
        let listed = &listing.listed;
        let bare = ClosingFacts {
            dealer_name: dealer_name.to_owned(),
            verified,
            zone: None,
            buyer: None,
            own: None,
            members: Vec::new(),
            plans: Vec::new(),
            sold_this_month: 0,
            offer: OfferFacts {
                drives: Vec::new(),
                talks: Vec::new(),
                listing: listing.clone(),
            },
        };
        if !listed.listing.status.is_public() {
            return bare;
        }
        let dealer = listed.listing.dealer;
        let zone = self.zone(listing);
        let buyer = self.buyer(target, dealer).cloned();
        let own = buyer.as_ref().and_then(|buyer| {
            let vin = listed.vehicle.details.vin.as_str().to_owned();
            self.own.get(&(buyer.user?, vin)).cloned()
        });
        let member = |staff: &&StaffId| self.members.contains(&(dealer, **staff));
        // Another target may mean a talk of this listing that is over: it is none of this one's.
        let on_table = |talk: &&Negotiation| talk.state.is_live() || target.negotiation == Some(talk.id);
        let talks = self.talks.get(&target.listing).into_iter().flatten();
        let drives = self.drives.get(&target.listing);
        ClosingFacts {
            zone,
            buyer,
            own,
            members: target.members.iter().filter(member).copied().collect(),
            plans: self.plans_of(dealer, target, sold_on(act, target, zone)),
            sold_this_month: self.sold_in(target, month(act, target, zone)),
            offer: OfferFacts {
                drives: drives.cloned().unwrap_or_default(),
                talks: talks.filter(on_table).cloned().collect(),
                listing: listing.clone(),
            },
            ..bare
        }
    }

    fn plans_of(&self, dealer: DealerId, target: &CloseTarget, day: NaiveDate) -> Vec<Plan> {
        let Some(seller) = target.seller else {
            return Vec::new();
        };
        let applies = |plan: &&Plan| {
            let whose = plan.details.staff.is_none_or(|staff| staff == seller);
            plan.dealer == dealer && plan.details.effective_from <= day && whose
        };
        self.plans.iter().filter(applies).cloned().collect()
    }

    fn sold_in(&self, target: &CloseTarget, month: Span) -> u32 {
        let counted = |(staff, day, _): &&(StaffId, NaiveDate, u32)| {
            target.seller == Some(*staff)
                && month.from.is_none_or(|from| *day >= from)
                && month.to.is_none_or(|to| *day <= to)
        };
        let counts = self.sold.iter().filter(counted).map(|(_, _, count)| *count);
        counts.fold(0, u32::saturating_add)
    }
}

/// The day of a sale.
fn sold_on(act: &Act, target: &CloseTarget, zone: Option<Zone>) -> NaiveDate {
    target.sale_date.unwrap_or_else(|| day(act.at, zone))
}

fn month(act: &Act, target: &CloseTarget, zone: Option<Zone>) -> Span {
    Span::month_of(sold_on(act, target, zone))
}

//! Closing a sale: what it does to the listing, its test drives and negotiations, the vehicle and the ledger.
//!
//! Sales decides whether it may be and what it earns; inventory marks the listing sold and hands the vehicle over,
//! scheduling calls the drives to come off, negotiation completes the buyer's talk and supersedes the others. Each takes its
//! own transition on the facts that one port locked, and one transaction writes all: of two sales of one listing one wins,
//! and a crash at any point leaves all or none.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use inventory::handover::{self, Handover};
use inventory::listing::{Listed, ListingStatus, Step};
use inventory::listing_steps;
use inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::act::{Act, Decide, Decision, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ListingId, NegotiationId, StaffId, UserId, VehicleId};
use kernel::ports::Ids;
use kernel::zone::Zone;
use negotiation::negotiation::Negotiation;
use negotiation::rules as talk_rules;
use negotiation::state::State;
use sales::commission::ledger::MOST_LINES;
use sales::commission::plan::Plan;
use sales::commission::shares::Shares;
use sales::facts::{Car, CloseFacts, NewIds, PrivateFacts, Stage, Talk};
use sales::request::{CheckedSale, NewBuyer, NewSale, Subject};
use sales::rules::{self, SalePlan};
use sales::sale::{Buyer, Sale, SoldVehicle};
use scheduling::notice::Filed;
use scheduling::rules as drive_rules;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::Error;
use crate::remove_listing::{OfferFacts, OfferPlan};

/// What customers and buyers read as the reason why their drive is off or their talk over.
const WHY: &str = "the car was sold";

/// Which listing is closed, and what has to be known for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseTarget {
    /// The listing.
    pub listing: ListingId,
    /// The account that is named as the buyer's.
    pub buyer: Option<UserId>,
    /// The talk that is named.
    pub negotiation: Option<NegotiationId>,
    /// The members who are named.
    pub members: Vec<StaffId>,
    /// Who sells: whose sales of the month are counted.
    pub seller: Option<StaffId>,
    /// The day of the sale; today by the calendar of the listing's site where nothing is said.
    pub sale_date: Option<NaiveDate>,
}

/// What is known, under lock, when a listing is closed.
#[derive(Clone, Debug)]
pub struct ClosingFacts {
    /// The listing and its vehicle, its live drives, its live talks and the one that is named.
    pub offer: OfferFacts,
    /// What the dealer is called.
    pub dealer_name: String,
    /// The dealer may do business.
    pub verified: bool,
    /// The calendar of the listing's site.
    pub zone: Option<Zone>,
    /// The named account, where it is in use and the dealer knows it.
    pub buyer: Option<Buyer>,
    /// The buyer's own record of the same car.
    pub own: Option<Vehicle>,
    /// Those of the named members who belong to the dealer.
    pub members: Vec<StaffId>,
    /// The dealer's commission plans.
    pub plans: Vec<Plan>,
    /// Sales that stand of the seller in the calendar month of this one.
    pub sold_this_month: u32,
}

/// What closing one listing writes.
#[derive(Clone, Debug, Default)]
pub struct ClosingPlan {
    /// The listing, the drives that are called off, the talks that are over.
    pub offer: OfferPlan,
    /// The sale, where there is one, with the vehicle in its new hands.
    pub sold: Option<(SalePlan, Handover)>,
}

/// A listing that was closed, or sent elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The listing with its vehicle.
    pub listed: Listed,
    /// The sale, where there is one.
    pub sale: Option<Sale>,
}

/// What is known, under lock, when an owner sells.
#[derive(Clone, Debug)]
pub struct OwnersFacts {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// What its owner is called.
    pub owner_name: String,
}

/// Sales with all that they touch, under lock.
#[async_trait]
pub trait Closings: Send + Sync {
    /// Keeps the dealers from being stopped meanwhile; locks the listings in the order of their ids, their vehicles, their
    /// live drives and talks, the sellers. The facts come in the order of the targets, `None` for a listing that is not
    /// there; so do the plans. All of them are written, or nothing: one sale that stands a listing, whatever the decision
    /// overlooked (`AlreadySold`). A buyer's own record of the car becomes one with it, also when it is entered meanwhile.
    async fn close(
        &self,
        act: &Act,
        targets: &[CloseTarget],
        decide: Decide<'_, Vec<Option<ClosingFacts>>, Vec<ClosingPlan>, Vec<Closed>, Error>,
    ) -> Result<Done<Vec<Closed>>, Error>;

    /// Locks the vehicle. `Absent` when there is none.
    async fn sell_own(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, OwnersFacts, (SalePlan, Handover), Sale, Error>,
    ) -> Result<Done<Sale>, Error>;
}

/// The act.
#[derive(Clone)]
pub struct CloseSale {
    /// Its port.
    pub closings: Arc<dyn Closings>,
    /// For new ids.
    pub ids: Ids,
}

impl CloseSale {
    /// Records a sale: of a dealer's listing, or of the caller's own vehicle.
    pub async fn close(&self, act: &Act, subject: Subject, new: NewSale) -> Result<Done<Sale>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let request = new.checked()?;
        let ids = new_ids(&self.ids, MOST_LINES);
        match subject {
            Subject::Listing(listing) => self.close_listing(act, listing, &request, &ids).await,
            Subject::Vehicle(vehicle) => {
                self.closings
                    .sell_own(act, vehicle, &|facts| sell_own(act, &ids, &request, facts))
                    .await
            }
        }
    }

    async fn close_listing(
        &self,
        act: &Act,
        listing: ListingId,
        request: &CheckedSale,
        ids: &NewIds,
    ) -> Result<Done<Sale>, Error> {
        let target = CloseTarget::of(act, listing, request);
        let done = self
            .closings
            .close(act, &[target], &|facts| {
                let facts = facts.first().and_then(Option::as_ref);
                let facts = facts.ok_or(Common::absent("listing"))?;
                let Decision { plan, answer, record } = sell(act, ids, request, facts)?;
                Ok(Decision {
                    plan: vec![plan],
                    answer: vec![answer],
                    record,
                })
            })
            .await?;
        let replayed = done.replayed;
        let closed = done.value.into_iter().next().and_then(|closed| closed.sale);
        let value = closed.ok_or_else(|| Common::internal("a sale answered with none"))?;
        Ok(Done { value, replayed })
    }
}

/// New ids for a sale with so many lines in the ledger.
pub(crate) fn new_ids(ids: &Ids, lines: usize) -> NewIds {
    NewIds {
        sale: ids.next(),
        purchase: ids.next(),
        entries: (0..lines).map(|_| ids.next()).collect(),
    }
}

impl CloseTarget {
    /// What a sale of this listing has to know.
    fn of(act: &Act, listing: ListingId, request: &CheckedSale) -> Self {
        let own = act.actor.person().ok().and_then(|person| person.staff.as_ref());
        let seller = request.new.sold_by.or(own.map(|member| member.staff));
        let splits = request.splits.iter().flat_map(Shares::as_slice);
        let mut members: Vec<StaffId> = splits.map(|share| share.staff).chain(seller).collect();
        members.sort_unstable();
        members.dedup();
        Self {
            listing,
            buyer: match request.new.buyer {
                NewBuyer::User(user) => Some(user),
                NewBuyer::Named(_) => None,
            },
            negotiation: request.new.negotiation,
            members,
            seller,
            sale_date: request.new.sale_date,
        }
    }

    /// What sending this listing somewhere has to know, with a sale where there is one.
    pub(crate) fn sent(act: &Act, listing: ListingId, sale: Option<&CheckedSale>) -> Self {
        match sale {
            Some(request) => Self::of(act, listing, request),
            None => Self {
                listing,
                buyer: None,
                negotiation: None,
                members: Vec::new(),
                seller: None,
                sale_date: None,
            },
        }
    }
}

/// A sale of a listing, with everything that ends by it.
pub(crate) fn sell(
    act: &Act,
    ids: &NewIds,
    request: &CheckedSale,
    facts: &ClosingFacts,
) -> Result<Decision<ClosingPlan, Closed>, Error> {
    let listed = &facts.offer.listing.listed;
    let Decision {
        plan: sale_plan,
        answer: sale,
        mut record,
    } = rules::close(act, ids, request, &in_words_of_sales(facts))?;
    let (listing, told) = listing_steps::after(listed, Step::Sell, act.at)?;
    record.events.push(told);
    let buyer = sale.buyer.user;
    let mut offer = OfferPlan::default();
    let to_come = |filed: &&Filed| filed.drive.slot.start_at > act.at;
    for filed in facts.offer.drives.iter().filter(to_come) {
        let (drive, notice) = drive_rules::withdraw(filed, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.jobs);
        offer.drives.push(drive);
    }
    for talk in facts.offer.talks.iter().filter(|talk| talk.state.is_live()) {
        let (talk, notice) = talk_rules::settle(talk, buyer, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.due);
        offer.talks.push(talk);
    }
    let to = buyer.map(|user| (user, facts.own.as_ref()));
    let handed = handover::sold(&listed.vehicle, to, sale.sale_date, act.at);
    if let Some(detail) = record
        .audit
        .as_mut()
        .and_then(|audit| audit.detail.as_object_mut())
    {
        let ids: Vec<_> = offer.drives.iter().map(|drive| drive.id).collect();
        detail.insert("cancelled_bookings".to_owned(), json!(ids));
    }
    let answer = Closed {
        listed: Listed {
            listing: listing.listing.clone(),
            vehicle: handed.vehicle.vehicle.clone(),
        },
        sale: Some(sale),
    };
    offer.listing = Some(listing);
    let plan = ClosingPlan {
        offer,
        sold: Some((sale_plan, handed)),
    };
    Ok(Decision { plan, answer, record })
}

fn sell_own(
    act: &Act,
    ids: &NewIds,
    request: &CheckedSale,
    facts: &OwnersFacts,
) -> Result<Decision<(SalePlan, Handover), Sale>, Error> {
    let vehicle = &facts.vehicle;
    let owner = match vehicle.owner {
        Owner::User(user) => Some(user),
        Owner::Dealer(_) => None,
    };
    let known = PrivateFacts {
        owner,
        owner_name: facts.owner_name.clone(),
        sold: vehicle.status == VehicleStatus::Sold,
        in_service: vehicle.status == VehicleStatus::InService,
        vehicle: sold_vehicle(vehicle),
    };
    let Decision { plan, answer, record } = rules::sell_privately(act, ids, request, &known)?;
    let handed = handover::sold(vehicle, None, answer.sale_date, act.at);
    Ok(Decision {
        plan: (plan, handed),
        answer,
        record,
    })
}

fn in_words_of_sales(facts: &ClosingFacts) -> CloseFacts {
    let listed = &facts.offer.listing.listed;
    let listing = &listed.listing;
    CloseFacts {
        car: Car {
            listing: listing.id,
            dealer: listing.dealer,
            dealer_name: facts.dealer_name.clone(),
            verified: facts.verified,
            site: listing.site,
            zone: facts.zone,
            stage: match listing.status {
                ListingStatus::Draft => Stage::Draft,
                ListingStatus::Active => Stage::Open,
                ListingStatus::Reserved => Stage::Reserved,
                ListingStatus::Sold => Stage::Sold,
                ListingStatus::Removed => Stage::Removed,
            },
            asking: listing.prices.asking(),
            cost: listing.prices.cost(),
            vehicle: sold_vehicle(&listed.vehicle),
        },
        talks: facts.offer.talks.iter().map(talk).collect(),
        buyer: facts.buyer.clone(),
        members: facts.members.clone(),
        plans: facts.plans.clone(),
        sold_this_month: facts.sold_this_month,
    }
}

fn talk(talk: &Negotiation) -> Talk {
    let agreed = talk.state == State::Accepted;
    Talk {
        id: talk.id,
        buyer: talk.buyer.user,
        live: talk.state.is_live(),
        agreed: talk.standing().filter(|_| agreed).map(|offer| offer.amount),
    }
}

fn sold_vehicle(vehicle: &Vehicle) -> SoldVehicle {
    let details = &vehicle.details;
    SoldVehicle {
        id: vehicle.id,
        vin: details.vin.clone(),
        make: details.make.clone(),
        model: details.model.clone(),
        year: details.year,
        odometer: details.odometer,
    }
}

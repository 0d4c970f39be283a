//! What is known, under lock, when a sale is closed, mended or voided: in this context's own words.

use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::email::Email;
use kernel::id::{
    CommissionEntryId, DealerId, ListingId, NegotiationId, PurchaseId, SaleId, SiteId, StaffId, UserId,
};
use kernel::money::Money;
use kernel::zone::Zone;

use crate::commission::ledger::Entry;
use crate::commission::plan::Plan;
use crate::sale::{Buyer, Sale, SoldVehicle};

/// The ids of what a sale may make; given from outside, so that a repeat makes the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIds {
    /// Of the sale.
    pub sale: SaleId,
    /// Of the question to a buyer known by e-mail alone.
    pub purchase: PurchaseId,
    /// Of the ledger's lines.
    pub entries: Vec<CommissionEntryId>,
}

/// Where a listing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// In preparation.
    Draft,
    /// On offer to everybody.
    Open,
    /// Kept for the buyer of an agreement.
    Reserved,
    /// Sold.
    Sold,
    /// Taken down.
    Removed,
}

/// A dealer's car that is to be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Car {
    /// Its listing.
    pub listing: ListingId,
    /// Who sells.
    pub dealer: DealerId,
    /// What the dealer is called.
    pub dealer_name: String,
    /// The dealer may do business.
    pub verified: bool,
    /// Where it stands.
    pub site: Option<SiteId>,
    /// The calendar of that place.
    pub zone: Option<Zone>,
    /// Where its listing stands.
    pub stage: Stage,
    /// What it asks.
    pub asking: Money,
    /// What the dealer paid.
    pub cost: Option<Money>,
    /// What it is.
    pub vehicle: SoldVehicle,
}

/// A talk about the car that has not ended, or the one that the sale names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Talk {
    /// Which.
    pub id: NegotiationId,
    /// With whom.
    pub buyer: UserId,
    /// Something can still happen to it.
    pub live: bool,
    /// The agreed price, while the car is kept for this buyer.
    pub agreed: Option<Money>,
}

/// What is known when a dealer sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFacts {
    /// The car.
    pub car: Car,
    /// Talks about it.
    pub talks: Vec<Talk>,
    /// The account that is named as the buyer's: none unless the dealer knows the user from a test drive or a negotiation.
    pub buyer: Option<Buyer>,
    /// Those of the named members who belong to the dealer.
    pub members: Vec<StaffId>,
    /// The dealer's plans.
    pub plans: Vec<Plan>,
    /// Sales that stand of the seller in the calendar month of this one.
    pub sold_this_month: u32,
}

/// What is known when an owner sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateFacts {
    /// The owner, where it is a person's.
    pub owner: Option<UserId>,
    /// What the owner is called.
    pub owner_name: String,
    /// It was sold already.
    pub sold: bool,
    /// It is in a workshop.
    pub in_service: bool,
    /// What it is.
    pub vehicle: SoldVehicle,
}

/// What is known when a sale is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleFacts {
    /// The sale.
    pub sale: Sale,
    /// What the seller is called.
    pub seller_name: String,
}

/// What is known when a buyer confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmFacts {
    /// The sale.
    pub sale: Sale,
    /// The caller's account, with the address if it is verified.
    pub holder: Holder,
}

/// Who confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub user: UserId,
    /// Its address, where it is verified.
    pub email: Option<Email>,
}

/// What is known when a sale is voided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidFacts {
    /// The sale.
    pub sale: Sale,
    /// The calendar of the place where the car stood.
    pub zone: Option<Zone>,
    /// Its own lines of the ledger.
    pub entries: Vec<Entry>,
    /// The vehicle was sold again, or its present owner says that it is.
    pub sold_again: bool,
    /// The vehicle is on offer again, or its number in the seller's hands once more.
    pub listed_again: bool,
}

/// The day in a zone. Where none is known, the latest that any clock on Earth shows (UTC+14).
pub fn day(at: Instant, zone: Option<Zone>) -> NaiveDate {
    match zone {
        Some(zone) => at.with_timezone(&zone.0).date_naive(),
        None => (at + TimeDelta::hours(14)).date_naive(),
    }
}

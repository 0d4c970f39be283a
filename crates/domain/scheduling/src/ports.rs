//! What the outside has to provide.

use async_trait::async_trait;
use chrono::NaiveDate;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::actor::{LinkHolder, Membership};
use kernel::email::Email;
use kernel::id::{BookingId, DealerId, ListingId, SiteId, SlotHoldId, StaffId, UserId, VehicleId};
use kernel::paging::{Page, PageRequest};
use kernel::phone::Phone;

use crate::booking::{Customer, Slot, Status, TestDrive};
use crate::error::Error;
use crate::hold::SlotHold;
use crate::notice::{Details, Filed};
use crate::slots::{Calendar, SlotRules};
mod waiting;

pub use waiting::{
    Answered, EntryFacts, HoldFacts, InLine, JoinFacts, NewHold, SlotHolds, TurnFacts, WaitPlan, Waitlist,
};

/// Whether the car can be had for a drive, in scheduling's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// By anybody.
    Open,
    /// By the buyer that it is reserved for; by nobody while there is no such user.
    ReservedFor(Option<UserId>),
    /// By nobody: a draft, sold or removed.
    Closed,
}

/// Where the car stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The site.
    pub site: SiteId,
    /// Its name.
    pub name: String,
    /// Its address in one line.
    pub address: String,
    /// When it is open.
    pub calendar: Calendar,
    /// How its day is cut.
    pub rules: SlotRules,
}

/// A car on offer, as far as a test drive needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookableVehicle {
    /// The listing.
    pub listing: ListingId,
    /// The car.
    pub vehicle: VehicleId,
    /// Whose it is.
    pub dealer: DealerId,
    /// May the public see it? Never so while its dealer is not verified.
    pub public: bool,
    /// Who may drive it.
    pub offer: Offer,
    /// Where it stands. A car without a place can't be driven.
    pub place: Option<Place>,
    /// The car in words: `2021 Ford F-150 XLT`.
    pub name: String,
    /// The dealer's name.
    pub dealer_name: String,
}

impl BookableVehicle {
    /// What letters and calendars say about a drive of it, from this place.
    pub fn details(&self, place: &Place) -> Details {
        Details {
            vehicle: self.name.clone(),
            dealer: self.dealer_name.clone(),
            site: place.name.clone(),
            address: place.address.clone(),
        }
    }
}

/// A user who wants to drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patron {
    /// The user.
    pub user: UserId,
    /// Full name.
    pub name: String,
    /// Address to write to.
    pub email: Email,
    /// Number to call.
    pub phone: Option<Phone>,
    /// False for an account that is closed or switched off.
    pub active: bool,
}

impl From<Patron> for Customer {
    fn from(patron: Patron) -> Self {
        Self {
            user: Some(patron.user),
            name: patron.name,
            phone: patron.phone,
            email: Some(patron.email),
        }
    }
}

/// What a booking is aimed at: which rows to lock, which drives to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingTarget {
    /// The car's listing.
    pub listing: ListingId,
    /// The user who will drive; none for a caller without an account.
    pub customer: Option<UserId>,
    /// When it would start.
    pub start_at: Instant,
}

/// What is known, under lock, when a drive is booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingFacts {
    /// The car.
    pub car: BookableVehicle,
    /// The user of the target; none when there is no such user, or the target names none.
    pub customer: Option<Patron>,
    /// Live drives of this car that end after the wanted start and begin within a day after it.
    pub taken: Vec<Slot>,
    /// Holds of this car at the same times that are not over, anybody's.
    pub holds: Vec<SlotHold>,
    /// The customer's live drives that are not over, of whatever car.
    pub theirs: Vec<Slot>,
}

/// What is known, under lock, when a drive is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveFacts {
    /// The drive as it is.
    pub filed: Filed,
    /// The car.
    pub car: BookableVehicle,
    /// As in [`BookingFacts`], without the drive that is moved.
    pub taken: Vec<Slot>,
    /// As in [`BookingFacts`].
    pub holds: Vec<SlotHold>,
    /// As in [`BookingFacts`], without the drive that is moved.
    pub theirs: Vec<Slot>,
}

/// A drive in its slot, and the holds that kept the slot until now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The drive.
    pub drive: TestDrive,
    /// What is used up.
    pub used: Vec<SlotHoldId>,
}

/// Test drives, for those who change them. Every method is one transaction: claim of the idempotency key, locks, facts,
/// decision, writing, what goes out. All of the plan is written, or nothing.
#[async_trait]
pub trait Bookings: Send + Sync {
    /// Locks the listing (and so its vehicle), then the customer; writes a new drive. A listing that does not exist is
    /// `Absent`. Whatever the decision overlooked, two live drives of one car or of one customer never overlap: that is
    /// `SlotTaken` or `OverlappingDrive`.
    async fn book(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, BookingFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error>;

    /// Locks the drive; writes its next state, if the decision has one. A compare-and-swap: it succeeds only from the very
    /// version that was decided on, so that of two who answer at once one wins, and the other decides again on what is
    /// left. A drive that does not exist is `Absent`.
    async fn transition(
        &self,
        act: &Act,
        id: BookingId,
        decide: Decide<'_, Filed, Option<TestDrive>, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error>;

    /// Locks the listing, then the customer, then the drive; writes its new slot. Errors as [`Bookings::book`].
    async fn reschedule(
        &self,
        act: &Act,
        id: BookingId,
        start_at: Instant,
        decide: Decide<'_, MoveFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error>;
}

/// A car, and when it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarTimes {
    /// The car.
    pub car: BookableVehicle,
    /// Its live drives that share a moment with the span asked for.
    pub taken: Vec<Slot>,
    /// Its holds that are not over and do so.
    pub holds: Vec<SlotHold>,
}

/// What is free to book. Reads what was committed; nothing is locked.
#[async_trait]
pub trait Slots: Send + Sync {
    /// The car of a listing, in whatever state; its live drives, and its holds that are not over at `now`, that share a moment with
    /// `within`.
    async fn times(&self, listing: ListingId, within: Slot, now: Instant) -> Result<Option<CarTimes>, Error>;
}

/// Narrows a dealer's list. Empty lists narrow nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriveFilter {
    /// In one of these states.
    pub statuses: Vec<Status>,
    /// On this day of the showroom's calendar or later.
    pub from: Option<NaiveDate>,
    /// On this day of the showroom's calendar or earlier.
    pub to: Option<NaiveDate>,
    /// At one of these sites.
    pub sites: Vec<SiteId>,
    /// Of one of these listings.
    pub listings: Vec<ListingId>,
    /// Decided last by one of these members.
    pub staff: Vec<StaffId>,
}

/// A site's drives, for its calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteCalendar {
    /// Whose site it is.
    pub dealer: DealerId,
    /// Its name.
    pub name: String,
    /// Its drives in order of their start.
    pub drives: Vec<Filed>,
}

/// Whose calendar feed it is: a member's, of one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The site whose drives it shows.
    pub site: SiteId,
    /// The member who subscribed: the feed ends with the membership.
    pub staff: StaffId,
}

/// Makes and knows the tokens by which calendar programs fetch feeds. They can't be made without the product's key, and hold
/// for as long as the member does.
pub trait FeedTokens: Send + Sync {
    /// The token of a feed: the same each time.
    fn issue(&self, feed: Feed) -> String;

    /// The feed whose token this is; none for anything else.
    fn read(&self, token: &str) -> Option<Feed>;
}

/// Makes and knows the tokens of the links in letters by which customers manage a drive without signing in. They can't be made
/// without the product's key; what they open is asked each time ([`crate::rules::opens`]).
pub trait ManageTokens: Send + Sync {
    /// The token of a link: the same each time.
    fn manage_token(&self, holder: LinkHolder) -> String;

    /// Whose link it is, and for what; none for anything else.
    fn read_manage(&self, token: &str) -> Option<LinkHolder>;
}

/// Test drives, for those who look. Reads what was committed; nothing is locked.
#[async_trait]
pub trait BookingQueries: Send + Sync {
    /// One drive.
    async fn find(&self, id: BookingId) -> Result<Option<Filed>, Error>;

    /// A customer's own, in one of `statuses` (none means all): those not over at `now` first, the next one on top; then
    /// the others, the latest on top.
    async fn mine(
        &self,
        user: UserId,
        statuses: &[Status],
        now: Instant,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error>;

    /// A dealer's, by start, at one of `visible` sites alone when there are any.
    async fn of_dealer(
        &self,
        dealer: DealerId,
        visible: &[SiteId],
        filter: &DriveFilter,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error>;

    /// A site's drives that end after `since`: live ones, driven ones and, so that calendars drop them, cancelled ones.
    /// None when there is no such site.
    async fn calendar(&self, site: SiteId, since: Instant) -> Result<Option<SiteCalendar>, Error>;

    /// Whose site it is. None when there is no such site.
    async fn dealer_of(&self, site: SiteId) -> Result<Option<DealerId>, Error>;

    /// A member who works for a dealer now, with an account that is in use.
    async fn member(&self, staff: StaffId) -> Result<Option<Membership>, Error>;
}

//! What this crate needs from outside, one trait for each aggregate, and the queries apart from them.
//!
//! Each writing method runs *begin → claim the idempotency key → lock → load facts → decide → write → commit*, and again as
//! a whole when the database asks for it. What the decision refuses leaves nothing behind. Locks are taken in the order
//! dealer, listings (by id), vehicles (by id), service record, user.

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, ListingId, ReceiptId, SavedSearchId, ServiceRecordId, SiteId, UserId, VehicleId};
use kernel::paging::{Page, PageRequest};
use kernel::vin::Vin;

use crate::digest::{Turn, Watcher};
use crate::error::Error;
use crate::history::HistoryEntry;
use crate::listing::{Listed, Listing, ListingStatus, PricePoint};
use crate::receipt::Receipt;
use crate::saved::{SavedListing, SavedSearch};
use crate::service_record::ServiceRecord;
use crate::vehicle::{Owner, Vehicle};

/// A vehicle to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleTarget {
    /// Its future owner.
    pub owner: Owner,
    /// Its number, where what was given is one.
    pub vin: Option<Vin>,
}

/// What is true while a vehicle is entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVehicleFacts {
    /// The vehicle of the same owner that holds the number already, unless it was sold.
    pub vin_held_by: Option<VehicleId>,
    /// The dealer makes contradictions of the number errors.
    pub strict_vin: bool,
}

/// A vehicle to write, with what its timeline tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehiclePlan {
    /// The vehicle as it shall be.
    pub vehicle: Vehicle,
    /// New lines of its timeline.
    pub history: Vec<HistoryEntry>,
}

/// What is true while a vehicle is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleFacts {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// Another vehicle of the same owner that holds the wanted number, unless it was sold.
    pub vin_held_by: Option<VehicleId>,
    /// The dealer makes contradictions of the number errors.
    pub strict_vin: bool,
    /// Listings name it, in any status, so that bookings may too; or sales do.
    pub in_use: bool,
}

/// Vehicles under lock.
#[async_trait]
pub trait Vehicles: Send + Sync {
    /// The vehicle and its timeline are written together. Two requests can't enter one number of one owner:
    /// [`Error::VinTaken`] also where they meet and the store itself refuses the second.
    async fn enter(
        &self,
        act: &Act,
        target: VehicleTarget,
        decide: Decide<'_, NewVehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error>;

    /// Locks the vehicle's listings, then the vehicle. `vin` is the number that it shall have, where it changes. `Absent` when there is no such vehicle.
    async fn change(
        &self,
        act: &Act,
        vehicle: VehicleId,
        vin: Option<Vin>,
        decide: Decide<'_, VehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error>;

    /// Locks the vehicle and, once decided, erases it with its timeline and its log, and lets go of its files. `Absent` when there is none.
    async fn erase(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, VehicleFacts, (), (), Error>,
    ) -> Result<Done<()>, Error>;
}

/// Vehicles to look at. Whether the caller may is for the use case to say.
#[async_trait]
pub trait Garage: Send + Sync {
    /// The vehicle, if there is one.
    async fn find(&self, vehicle: VehicleId) -> Result<Option<Vehicle>, Error>;

    /// An owner's vehicles; newest first unless the page asks otherwise (`created_at`, `make`, `year`).
    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Vehicle>, Error>;

    /// The vehicle's own lines of its timeline, oldest first. What the log and the purchase add is for the use case.
    async fn history(&self, vehicle: VehicleId) -> Result<Vec<HistoryEntry>, Error>;
}

/// Which vehicle a new listing sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedVehicle {
    /// One that the dealer has.
    Existing(VehicleId),
    /// One that is entered with the listing, under this number where what was given is one.
    New(Option<Vin>),
}

/// A listing to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingTarget {
    /// Who sells.
    pub dealer: DealerId,
    /// What is sold.
    pub vehicle: ListedVehicle,
    /// Where it shall stand.
    pub site: Option<SiteId>,
}

/// What is true while a listing is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewListingFacts {
    /// There is such a dealer.
    pub dealer_exists: bool,
    /// The dealer makes contradictions of a number errors.
    pub strict_vin: bool,
    /// The wanted site is the dealer's. False when none is wanted.
    pub site_is_ours: bool,
    /// The existing vehicle that is meant, if there is one.
    pub vehicle: Option<Vehicle>,
    /// The dealer's vehicle that holds the new vehicle's number already, unless it was sold.
    pub vin_held_by: Option<VehicleId>,
    /// The open listing (draft, active, reserved) of the existing vehicle.
    pub open_listing: Option<ListingId>,
}

/// A listing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewListingPlan {
    /// The listing.
    pub listing: Listing,
    /// The vehicle, where it is entered with the listing.
    pub vehicle: Option<Vehicle>,
    /// New lines of the vehicle's timeline.
    pub history: Vec<HistoryEntry>,
    /// What it asks from now on.
    pub price: PricePoint,
}

/// What is true while a listing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingFacts {
    /// The listing and its vehicle.
    pub listed: Listed,
    /// The wanted site is the listing's dealer's. False when none is wanted.
    pub site_is_ours: bool,
    /// Another open listing of the same vehicle.
    pub other_open_listing: Option<ListingId>,
}

/// A listing to write again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingPlan {
    /// The listing as it shall be.
    pub listing: Listing,
    /// The new price, where it changed.
    pub price: Option<PricePoint>,
    /// New lines of the vehicle's timeline.
    pub history: Vec<HistoryEntry>,
}

/// Listings under lock.
#[async_trait]
pub trait Listings: Send + Sync {
    /// Locks the existing vehicle. Listing, vehicle, price and timeline are written together. [`Error::VinTaken`] and
    /// [`Error::AlreadyListed`] also where two requests meet and the store itself refuses the second.
    async fn create(
        &self,
        act: &Act,
        target: ListingTarget,
        decide: Decide<'_, NewListingFacts, NewListingPlan, Listed, Error>,
    ) -> Result<Done<Listed>, Error>;

    /// Locks the listing, then its vehicle. `site` is where it shall stand, when that changes. A plan of `None` writes
    /// nothing. `Absent` when there is no such listing.
    async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        site: Option<SiteId>,
        decide: Decide<'_, ListingFacts, Option<ListingPlan>, Listed, Error>,
    ) -> Result<Done<Listed>, Error>;
}

/// Listings to look at, as their dealer sees them. Whether the caller may is for the use case to say.
#[async_trait]
pub trait Stock: Send + Sync {
    /// The listing with its vehicle, if there is one.
    async fn find(&self, listing: ListingId) -> Result<Option<Listed>, Error>;

    /// What it asked over time, oldest first.
    async fn prices(&self, listing: ListingId) -> Result<Vec<PricePoint>, Error>;
}

/// What is true while an entry of the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFacts {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The entry, where it exists already.
    pub record: Option<ServiceRecord>,
}

/// An entry to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordPlan {
    /// The entry as it shall be.
    pub record: ServiceRecord,
    /// The vehicle with a higher reading, where the entry brought one, and what its timeline tells of it.
    pub vehicle: Option<VehiclePlan>,
}

/// The owner's log of a vehicle.
#[async_trait]
pub trait ServiceRecords: Send + Sync {
    /// Locks the vehicle. `Absent` when there is none.
    async fn add(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error>;

    /// Locks the vehicle of the entry, then the entry. `Absent` when there is no such entry.
    async fn change(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error>;

    /// As [`ServiceRecords::change`]; erases the entry with its receipts, whosever they are, and lets go of their files.
    async fn erase(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, (), (), Error>,
    ) -> Result<Done<()>, Error>;

    /// The entry with its vehicle, if there is one.
    async fn find(&self, record: ServiceRecordId) -> Result<Option<(ServiceRecord, Vehicle)>, Error>;

    /// The entries of a person's vehicles, or of one vehicle of theirs; newest first unless the page asks otherwise
    /// (`created_at`, `status`).
    async fn list(
        &self,
        owner: Owner,
        vehicle: Option<VehicleId>,
        page: &PageRequest,
    ) -> Result<Page<ServiceRecord>, Error>;

    /// Every entry of a vehicle, oldest first: for its timeline.
    async fn of_vehicle(&self, vehicle: VehicleId) -> Result<Vec<ServiceRecord>, Error>;
}

/// What is true while a receipt is brought or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFacts {
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The entry.
    pub record: ServiceRecord,
    /// All receipts behind it, those of owners before among them.
    pub receipts: Vec<Receipt>,
}

/// Receipts to look at. Whether the caller may is for the use case to say.
#[async_trait]
pub trait ReceiptQueries: Send + Sync {
    /// The receipts of these owners behind an entry, the newest first (`brought_at`).
    async fn list(
        &self,
        record: ServiceRecordId,
        owners: &[Owner],
        page: &PageRequest,
    ) -> Result<Page<Receipt>, Error>;

    /// The receipt, if there is one.
    async fn find(&self, receipt: ReceiptId) -> Result<Option<Receipt>, Error>;
}

/// What is true while a listing is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaveFacts {
    /// Who sells.
    pub dealer: DealerId,
    /// Where the listing stands.
    pub status: ListingStatus,
    /// Its dealer is verified, so that the public may see it.
    pub dealer_verified: bool,
    /// The user saved it already.
    pub saved: bool,
}

/// What a user keeps an eye on.
#[async_trait]
pub trait SavedListings: Send + Sync {
    /// Reads the listing and writes the mark; the plan says whether there is anything to write. `Absent` when there is no
    /// such listing. Saving twice, at the same moment too, is saving once.
    async fn save(
        &self,
        act: &Act,
        user: UserId,
        listing: ListingId,
        decide: Decide<'_, SaveFacts, bool, (), Error>,
    ) -> Result<Done<()>, Error>;

    /// Takes the mark off. True when there was one.
    async fn forget(&self, act: &Act, user: UserId, listing: ListingId) -> Result<bool, Error>;

    /// The saved listings that the public may see, the last saved first.
    async fn list(&self, user: UserId, page: &PageRequest) -> Result<Page<SavedListing>, Error>;
}

/// Filter sets that users keep.
#[async_trait]
pub trait SavedSearches: Send + Sync {
    /// Locks the user's sets; the fact is how many there are.
    async fn keep(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, usize, SavedSearch, SavedSearch, Error>,
    ) -> Result<Done<SavedSearch>, Error>;

    /// Erases one of the user's sets. `Absent` when the user has no such set.
    async fn forget(&self, act: &Act, user: UserId, search: SavedSearchId) -> Result<(), Error>;

    /// The user's sets, newest first.
    async fn list(&self, user: UserId) -> Result<Vec<SavedSearch>, Error>;
}

/// Whose turn it is to hear what is new about the cars they keep an eye on.
#[async_trait]
pub trait Digests: Send + Sync {
    /// Takes up to `limit` people whose turn has come at the act's instant and who are in nobody else's hands, finds what is new for
    /// each, and writes what was decided, in one transaction: what somebody was told is never told to them again, and a run that
    /// breaks off leaves nothing half told. Says how many had their turn; none is the end of a run.
    ///
    /// New for a search is what matches it, is to be seen by everybody, was not told for it yet, is no car of a dealer that the person
    /// works for, and was shown to the public for the first time since [`digest::window`](crate::digest::window). A price fell when
    /// the asking price of a saved car that everybody may see is below what the person knows.
    async fn turn(
        &self,
        act: &Act,
        limit: u32,
        decide: Decide<'_, Vec<Watcher>, Vec<Turn>, u64, Error>,
    ) -> Result<u64, Error>;
}

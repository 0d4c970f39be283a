//! What this crate needs of the outside. Aggregate ports decide under lock; query ports only read.
//!
//! Locks are taken in this order everywhere: dealer, site, staff member, user. Each aggregate method runs *begin → claim
//! the idempotency key → lock → load facts → decide → write → commit* and may run it again as a whole; all of the plan and
//! of the decision's record is written, or nothing.

use async_trait::async_trait;
use chrono::NaiveDate;
use kernel::act::{Act, Decide, Done};
use kernel::id::{CommissionPlanId, DealerId, DocumentId, SiteId, StaffId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Role;

use crate::Error;
use crate::dealer::{Dealer, DealerStatus};
use crate::document::{Document, DocumentStatus};
use crate::site::{Site, SiteKind};
use crate::staff::{Person, StaffMember, StaffProfile};

/// What is known when somebody registers a dealer.
#[derive(Clone, Debug)]
pub struct FounderFacts {
    /// Who registers.
    pub founder: Person,
    /// The dealer that the founder works for.
    pub works_for: Option<DealerId>,
}

/// What a registration writes.
#[derive(Clone, Debug)]
pub struct NewDealer {
    /// The dealer.
    pub dealer: Dealer,
    /// Its first owner.
    pub owner: StaffMember,
}

/// What is known when a dealer is changed.
#[derive(Clone, Debug)]
pub struct DealerFacts {
    /// The dealer as it is.
    pub dealer: Dealer,
    /// Its documents: the dealer's lock is theirs.
    pub documents: Vec<Document>,
}

/// Dealers, under lock.
#[async_trait]
pub trait Dealers: Send + Sync {
    /// Locks the founder, so that one person registering twice at once gets one dealer. Inserts dealer and owner.
    /// [`Error::WorksElsewhere`] also when the database finds the founder at work for a dealer.
    async fn register(
        &self,
        act: &Act,
        founder: UserId,
        decide: Decide<'_, FounderFacts, NewDealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error>;

    /// Locks the dealer and writes it as the decision leaves it. Absent when there is none.
    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, DealerFacts, Dealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error>;
}

/// Documents, under lock. Bringing and removing one takes a file into use and lets go of one: those acts cross into media, so
/// their port is with the acts that cross.
#[async_trait]
pub trait Documents: Send + Sync {
    /// Locks the dealer (so that a verification sees either what was before, or what is after) and writes its document as the
    /// decision leaves it. Absent when the dealer has no such document.
    async fn review(
        &self,
        act: &Act,
        dealer: DealerId,
        document: DocumentId,
        decide: Decide<'_, Document, Document, Document, Error>,
    ) -> Result<Done<Document>, Error>;
}

/// Sites, under lock.
#[async_trait]
pub trait Sites: Send + Sync {
    /// Locks the dealer and inserts a site. Absent when there is no such dealer.
    async fn create(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, Dealer, Site, Site, Error>,
    ) -> Result<Done<Site>, Error>;

    /// Locks the site and writes it as the decision leaves it. Absent when there is none.
    async fn change(
        &self,
        act: &Act,
        site: SiteId,
        decide: Decide<'_, Site, Site, Site, Error>,
    ) -> Result<Done<Site>, Error>;
}

/// What is known when a member is changed.
#[derive(Clone, Debug)]
pub struct StaffFacts {
    /// The member as it is.
    pub member: StaffMember,
    /// The person, once joined.
    pub person: Option<Person>,
    /// The member's own commission plan.
    pub plan: Option<CommissionPlanId>,
    /// The dealer's other owners who work for it now.
    pub other_owners: u64,
    /// Another dealer that the person works for.
    pub works_elsewhere: Option<DealerId>,
    /// The dealer's sites.
    pub sites: Vec<SiteId>,
}

/// Staff, under lock.
#[async_trait]
pub trait Staff: Send + Sync {
    /// Locks the dealer (so that the count of its owners holds), the member and the person; writes the member as the
    /// decision leaves it. Absent when there is none. [`Error::WorksElsewhere`] also when the database finds the person
    /// at work for another dealer.
    async fn change(
        &self,
        act: &Act,
        member: StaffId,
        decide: Decide<'_, StaffFacts, StaffMember, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error>;
}

/// What is known when somebody is to be added to a dealer's staff. Read under the locks of [`Staff::change`]; the act
/// itself crosses into identity (an invitation), so its port is with the acts that cross.
#[derive(Clone, Debug)]
pub struct AddFacts {
    /// The dealer.
    pub dealer: Dealer,
    /// The dealer's sites.
    pub sites: Vec<SiteId>,
    /// The person named, when there is an account.
    pub person: Option<Person>,
    /// The dealer that the person works for now.
    pub works_for: Option<DealerId>,
    /// What this dealer has on the person or the address: a member, past or present, or an open invitation.
    pub known: Option<StaffMember>,
}

/// Which dealers to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealerFilter {
    /// Of any of these; empty means all.
    pub status: Vec<DealerStatus>,
    /// Whose name holds this, without regard to case and accents.
    pub q: Option<String>,
}

/// A dealer as the directory shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct DealerEntry {
    /// The dealer.
    pub dealer: Dealer,
    /// Its sites by name.
    pub sites: Vec<Site>,
    /// Its public listings.
    pub listings: u64,
}

/// Reads dealers.
#[async_trait]
pub trait DealerQueries: Send + Sync {
    /// A page; orders: `name`, `created_at`; by name when none is asked for.
    async fn list(&self, filter: &DealerFilter, page: &PageRequest) -> Result<Page<DealerEntry>, Error>;

    /// One, whatever its status.
    async fn find(&self, dealer: DealerId) -> Result<Option<DealerEntry>, Error>;
}

/// Which documents to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of this dealer.
    pub dealer: DealerId,
    /// Of any of these; empty means all.
    pub status: Vec<DocumentStatus>,
}

/// Reads documents.
#[async_trait]
pub trait DocumentQueries: Send + Sync {
    /// A page; order: `uploaded_at`, the newest first when none is asked for.
    async fn list(&self, filter: &DocumentFilter, page: &PageRequest) -> Result<Page<Document>, Error>;

    /// One, of any dealer.
    async fn find(&self, document: DocumentId) -> Result<Option<Document>, Error>;
}

/// Whose sites the reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenSites {
    /// Those of verified dealers.
    Public,
    /// Those, and this dealer's in any case.
    PublicAnd(DealerId),
    /// All.
    All,
}

/// Which sites to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFilter {
    /// Which the reader may see.
    pub seen: SeenSites,
    /// Of this dealer.
    pub dealer: Option<DealerId>,
    /// Of any of these kinds; empty means all. `both` is a showroom and a workshop, too.
    pub kind: Vec<SiteKind>,
    /// In this town, without regard to case and accents.
    pub city: Option<String>,
    /// In this state, without regard to case and accents.
    pub state: Option<String>,
}

/// Reads sites.
#[async_trait]
pub trait SiteQueries: Send + Sync {
    /// A page; orders: `name`, `created_at`; by name when none is asked for.
    async fn list(&self, filter: &SiteFilter, page: &PageRequest) -> Result<Page<Site>, Error>;

    /// One that the reader may see.
    async fn find(&self, site: SiteId, seen: SeenSites) -> Result<Option<Site>, Error>;
}

/// Which members to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffFilter {
    /// Of this dealer.
    pub dealer: DealerId,
    /// With any of these roles; empty means all.
    pub role: Vec<Role>,
    /// Only active, or only inactive ones.
    pub active: Option<bool>,
}

/// Reads staff.
#[async_trait]
pub trait StaffQueries: Send + Sync {
    /// A page, with the plans that are in force on a day; order: `created_at`.
    async fn list(
        &self,
        filter: &StaffFilter,
        on: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<StaffProfile>, Error>;

    /// One, of any dealer, with the plan that is in force on a day.
    async fn find(&self, member: StaffId, on: NaiveDate) -> Result<Option<StaffProfile>, Error>;
}

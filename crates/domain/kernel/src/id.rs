//! Typed ids: nothing passes a session's id as a user's.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A UUID v7 that knows what it names. Built by [`crate::ports::Ids`]; read from outside with [`Id::from_uuid`] or `parse`.
#[derive(PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

impl<K> Id<K> {
    /// Takes a UUID for an id of this kind.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID inside.
    pub const fn uuid(&self) -> Uuid {
        self.0
    }
}

impl<K> Copy for Id<K> {}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<K> FromStr for Id<K> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::from_uuid)
    }
}

/// What an [`Id`] can name. Append new kinds in alphabetical order.
pub mod kind {
    /// Declares marker types, one for each thing that has an id.
    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
            $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)] pub enum $name {})*
        };
    }
    kinds!(
        /// A key for a dealer's programs.
        ApiKey,
        /// A test drive.
        Booking,
        /// A one-time code.
        Code,
        /// A line of the ledger of commissions.
        CommissionEntry,
        /// How a dealer pays commission.
        CommissionPlan,
        /// A version of a page of the platform's own words.
        ContentVersion,
        /// A business that sells or services cars.
        Dealer,
        /// A message to one webhook.
        Delivery,
        /// A browser or program that pushes are sent to.
        Device,
        /// A paper that shows that a dealer is one.
        Document,
        /// Something that happened.
        Event,
        /// A file that somebody brought.
        File,
        /// An invitation to join as staff or admin.
        Invitation,
        /// Work in the queue.
        Job,
        /// An offer to sell one vehicle.
        Listing,
        /// The talk about one listing between one buyer and its dealer.
        Negotiation,
        /// A line that a person reads in the product.
        Notification,
        /// One price put in a negotiation.
        Offer,
        /// A telephone number that wants no more messages.
        OptOut,
        /// A picture of a listing.
        Photo,
        /// A question to a buyer known by e-mail alone: did you buy this car?
        Purchase,
        /// A paper behind an entry of an owner's log.
        Receipt,
        /// The closing of a listing, or of an owner's private sale.
        Sale,
        /// An entry of an owner's log.
        ServiceRecord,
        /// A set of filters that a user keeps.
        SavedSearch,
        /// One sign-in.
        Session,
        /// One of a dealer's places.
        Site,
        /// A slot that is kept for somebody for a while.
        SlotHold,
        /// A user's work for a dealer.
        Staff,
        /// A person with an account.
        User,
        /// A physical car.
        Vehicle,
        /// A place in the line for a taken slot.
        WaitlistEntry,
        /// Where events are told to another program.
        Webhook,
    );
}

/// Id of a key for a dealer's programs.
pub type ApiKeyId = Id<kind::ApiKey>;
/// Id of a test drive.
pub type BookingId = Id<kind::Booking>;
/// Id of a one-time code.
pub type CodeId = Id<kind::Code>;
/// Id of a line of the ledger of commissions.
pub type CommissionEntryId = Id<kind::CommissionEntry>;
/// Id of a commission plan.
pub type CommissionPlanId = Id<kind::CommissionPlan>;
/// Id of a version of a page.
pub type ContentVersionId = Id<kind::ContentVersion>;
/// Id of a dealer.
pub type DealerId = Id<kind::Dealer>;
/// Id of a message to one webhook.
pub type DeliveryId = Id<kind::Delivery>;
/// Id of a device.
pub type DeviceId = Id<kind::Device>;
/// Id of a dealer's document.
pub type DocumentId = Id<kind::Document>;
/// Id of an event.
pub type EventId = Id<kind::Event>;
/// Id of a file.
pub type FileId = Id<kind::File>;
/// Id of an invitation.
pub type InvitationId = Id<kind::Invitation>;
/// Id of a queued job.
pub type JobId = Id<kind::Job>;
/// Id of a listing.
pub type ListingId = Id<kind::Listing>;
/// Id of a negotiation.
pub type NegotiationId = Id<kind::Negotiation>;
/// Id of a line that a person reads in the product.
pub type NotificationId = Id<kind::Notification>;
/// Id of an offer in a negotiation.
pub type OfferId = Id<kind::Offer>;
/// Id of an opt-out.
pub type OptOutId = Id<kind::OptOut>;
/// Id of a picture of a listing.
pub type PhotoId = Id<kind::Photo>;
/// Id of the question that a buyer by e-mail confirms.
pub type PurchaseId = Id<kind::Purchase>;
/// Id of a paper behind an entry of an owner's log.
pub type ReceiptId = Id<kind::Receipt>;
/// Id of a sale.
pub type SaleId = Id<kind::Sale>;
/// Id of an owner's log entry.
pub type ServiceRecordId = Id<kind::ServiceRecord>;
/// Id of a saved search.
pub type SavedSearchId = Id<kind::SavedSearch>;
/// Id of a session.
pub type SessionId = Id<kind::Session>;
/// Id of a site.
pub type SiteId = Id<kind::Site>;
/// Id of a hold of a slot.
pub type SlotHoldId = Id<kind::SlotHold>;
/// Id of a staff member (not of the user behind it).
pub type StaffId = Id<kind::Staff>;
/// Id of a user.
pub type UserId = Id<kind::User>;
/// Id of a vehicle.
pub type VehicleId = Id<kind::Vehicle>;
/// Id of a place in the line for a taken slot.
pub type WaitlistEntryId = Id<kind::WaitlistEntry>;
/// Id of a webhook.
pub type WebhookId = Id<kind::Webhook>;

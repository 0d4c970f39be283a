//! Test drives as the API shows and takes them.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::Id;
use scheduling::booking::{Customer, Slot, Status, TestDrive};
use scheduling::ports::DriveFilter;
use scheduling::request::{NewBooking, NewCustomer};
use scheduling::use_cases::AvailableSlots;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A test drive.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BookingDto {
    id: Uuid,
    listing_id: Uuid,
    vehicle_id: Uuid,
    site_id: Uuid,
    customer: BookingCustomerDto,
    #[schema(inline)]
    status: BookingStatusDto,
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
    /// The showroom's clock: an IANA zone.
    #[schema(example = "America/New_York")]
    timezone: String,
    /// What the customer wrote.
    note: Option<String>,
    /// Why it was declined or cancelled.
    reason: Option<String>,
    /// The member who decided it last.
    staff_id: Option<Uuid>,
    /// Until when the customer may cancel or move it.
    cancel_until: DateTime<Utc>,
    /// Rises with each change.
    version: i64,
}

/// Who drives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BookingCustomerDto {
    /// The user; `null` for a caller without an account.
    user_id: Option<Uuid>,
    name: String,
    phone: Option<String>,
    email: Option<String>,
}

/// Where a test drive stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BookingStatusDto {
    Requested,
    Approved,
    Declined,
    Cancelled,
    Completed,
    NoShow,
}

impl From<Status> for BookingStatusDto {
    fn from(status: Status) -> Self {
        match status {
            Status::Requested => Self::Requested,
            Status::Approved => Self::Approved,
            Status::Declined => Self::Declined,
            Status::Cancelled => Self::Cancelled,
            Status::Completed => Self::Completed,
            Status::NoShow => Self::NoShow,
        }
    }
}

impl From<BookingStatusDto> for Status {
    fn from(status: BookingStatusDto) -> Self {
        match status {
            BookingStatusDto::Requested => Self::Requested,
            BookingStatusDto::Approved => Self::Approved,
            BookingStatusDto::Declined => Self::Declined,
            BookingStatusDto::Cancelled => Self::Cancelled,
            BookingStatusDto::Completed => Self::Completed,
            BookingStatusDto::NoShow => Self::NoShow,
        }
    }
}

impl From<Customer> for BookingCustomerDto {
    fn from(customer: Customer) -> Self {
        Self {
            user_id: customer.user.map(|user| user.uuid()),
            name: customer.name,
            phone: customer.phone.map(|phone| phone.to_string()),
            email: customer.email.map(|email| email.to_string()),
        }
    }
}

impl From<TestDrive> for BookingDto {
    fn from(drive: TestDrive) -> Self {
        Self {
            id: drive.id.uuid(),
            listing_id: drive.listing.uuid(),
            vehicle_id: drive.vehicle.uuid(),
            site_id: drive.site.uuid(),
            customer: drive.customer.into(),
            status: drive.status.into(),
            start_at: drive.slot.start_at,
            end_at: drive.slot.end_at,
            timezone: drive.zone.name().to_owned(),
            note: drive.note,
            reason: drive.reason,
            staff_id: drive.staff.map(|staff| staff.uuid()),
            cancel_until: drive.cancel_until,
            version: drive.version,
        }
    }
}

/// A test drive to book.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBookingDto {
    /// The car's listing.
    listing_id: Uuid,
    /// One of the car's available slots.
    #[schema(example = "2026-12-07T15:00:00Z")]
    start_at: DateTime<Utc>,
    /// Anything that the showroom should know.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// For staff: whom it is for. It is approved at once.
    customer: Option<NewBookingCustomerDto>,
    /// One's hold of this very slot: refused with `hold_gone` when it is over.
    hold_id: Option<Uuid>,
}

/// Whom staff book for: a user, or somebody without an account by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Carl Caller", "phone": "+1 212 555 0100" }))]
pub(super) struct NewBookingCustomerDto {
    /// The user; nothing else then.
    user_id: Option<Uuid>,
    #[schema(max_length = 120)]
    name: Option<String>,
    #[schema(max_length = 40)]
    phone: Option<String>,
    #[schema(max_length = 254)]
    email: Option<String>,
}

impl NewBookingDto {
    /// What is asked for; the domain checks it.
    pub(super) fn read(self) -> NewBooking {
        NewBooking {
            listing_id: Id::from_uuid(self.listing_id),
            start_at: self.start_at,
            note: self.note,
            hold_id: self.hold_id.map(Id::from_uuid),
            customer: self.customer.map(|customer| NewCustomer {
                user_id: customer.user_id.map(Id::from_uuid),
                name: customer.name,
                phone: customer.phone,
                email: customer.email,
            }),
        }
    }
}

/// Why it is declined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeclineBookingDto {
    /// The customer reads it.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "The car is at the painter's that day."
    )]
    pub(super) reason: String,
}

/// Why it is cancelled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelBookingDto {
    /// The other side reads it.
    #[schema(max_length = 500, example = "Something came up.")]
    pub(super) reason: Option<String>,
}

/// When it shall start instead.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RescheduleBookingDto {
    /// One of the car's available slots.
    #[schema(example = "2026-12-07T16:00:00Z")]
    pub(super) start_at: DateTime<Utc>,
}

/// The key to one's own drive.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ManageParams {
    /// The end of the letter's link.
    #[param(
        max_length = 200,
        example = "AZgfboqaf8OepVVKOWofT0EAqM0z6rH2qk0b2rYy1uVnQ7o0h4mC9s5JtX3d8e6f"
    )]
    pub(super) token: String,
}

/// Which drive is cancelled, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelByLinkDto {
    /// The end of the letter's link.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "AZgfboqaf8OepVVKOWofT0EAqM0z6rH2qk0b2rYy1uVnQ7o0h4mC9s5JtX3d8e6f"
    )]
    pub(super) token: String,
    /// The dealer reads it.
    #[schema(max_length = 500, example = "Something came up.")]
    pub(super) reason: Option<String>,
}

/// Which drive is moved, and where to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RescheduleByLinkDto {
    /// The end of the letter's link.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "AZgfboqaf8OepVVKOWofT0EAqM0z6rH2qk0b2rYy1uVnQ7o0h4mC9s5JtX3d8e6f"
    )]
    pub(super) token: String,
    /// One of the car's available slots.
    #[schema(example = "2026-12-07T16:00:00Z")]
    pub(super) start_at: DateTime<Utc>,
}

/// The day to look at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SlotDay {
    /// By the showroom's calendar.
    #[param(example = "2026-12-07")]
    pub(super) date: NaiveDate,
}

/// The free slots of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AvailableSlotsDto {
    date: NaiveDate,
    /// The showroom's clock; `null` while the car stands in no showroom.
    #[schema(example = "America/New_York")]
    timezone: Option<String>,
    slots: Vec<SlotDto>,
    /// A customer may cancel or move a drive until so many minutes before its start.
    cancel_until_minutes: u32,
}

/// A free slot.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlotDto {
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
}

impl From<Slot> for SlotDto {
    fn from(slot: Slot) -> Self {
        Self {
            start_at: slot.start_at,
            end_at: slot.end_at,
        }
    }
}

impl From<AvailableSlots> for AvailableSlotsDto {
    fn from(found: AvailableSlots) -> Self {
        Self {
            date: found.date,
            timezone: found.zone.map(|zone| zone.name().to_owned()),
            slots: found.slots.into_iter().map(SlotDto::from).collect(),
            cancel_until_minutes: found.cancel_until_minutes,
        }
    }
}

/// Which of one's own drives.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MyBookingFilter {
    /// In any of these states.
    #[serde(default)]
    #[param(inline)]
    pub(super) status: Vec<BookingStatusDto>,
}

/// Which of a dealer's drives.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BookingFilter {
    /// In any of these states.
    #[serde(default)]
    #[param(inline)]
    status: Vec<BookingStatusDto>,
    /// On this day or later, by the showroom's calendar.
    from: Option<NaiveDate>,
    /// On this day or earlier, by the showroom's calendar.
    to: Option<NaiveDate>,
    /// At any of these sites.
    #[serde(default)]
    site: Vec<Uuid>,
    /// Of any of these listings.
    #[serde(default)]
    listing: Vec<Uuid>,
    /// Decided last by any of these members.
    #[serde(default)]
    staff: Vec<Uuid>,
    /// For admins: whose.
    pub(super) dealer: Option<Uuid>,
}

impl BookingFilter {
    /// The filter in the domain's words.
    pub(super) fn read(&self) -> DriveFilter {
        fn ids<K>(of: &[Uuid]) -> Vec<Id<K>> {
            of.iter().copied().map(Id::from_uuid).collect()
        }
        DriveFilter {
            statuses: self.status.iter().copied().map(Status::from).collect(),
            from: self.from,
            to: self.to,
            sites: ids(&self.site),
            listings: ids(&self.listing),
            staff: ids(&self.staff),
        }
    }
}

/// Where a calendar program fetches a site's drives.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CalendarLinkDto {
    /// To subscribe to. Who has it reads the calendar for as long as the member works there.
    pub(super) url: String,
}

/// The key to a feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedParams {
    /// From the site's calendar link; not needed by who is signed in.
    #[param(max_length = 100)]
    pub(super) token: Option<String>,
}

//! Test drives: free slots, bookings, calendars.

mod bookings;
mod calendars;
mod decisions;
mod dto;
mod holds;
mod ical;
mod manage;
mod waitlist;

use scheduling::use_cases::{TestDrives, WaitingLists};
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct SchedulingServices {
    /// Everything that can be done with test drives.
    pub drives: TestDrives,
    /// Lines for taken slots.
    pub waiting: WaitingLists,
}

/// Endpoints under `/api/v1`. Fixed paths come before those with an id in their place.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(bookings::available_slots)
        .service(holds::hold_slot)
        .service(holds::show_slot_hold)
        .service(bookings::book_test_drive)
        .service(bookings::list_bookings)
        .service(bookings::list_my_bookings)
        .service(manage::show_booking_by_link)
        .service(manage::cancel_booking_by_link)
        .service(manage::reschedule_booking_by_link)
        .service(calendars::export_booking)
        .service(calendars::site_calendar)
        .service(calendars::link_site_calendar)
        .service(waitlist::join_waitlist)
        .service(waitlist::list_my_waitlist)
        .service(waitlist::show_waitlist_entry)
        .service(waitlist::leave_waitlist)
        .service(waitlist::accept_waitlist_offer)
        .service(bookings::show_booking)
        .service(decisions::approve_booking)
        .service(decisions::decline_booking)
        .service(decisions::complete_booking)
        .service(decisions::miss_booking)
        .service(decisions::cancel_booking)
        .service(decisions::reschedule_booking);
}

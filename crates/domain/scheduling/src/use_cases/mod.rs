//! One file per act. All of them hang on [`TestDrives`].

mod book;
mod cancel;
mod expire;
mod feed;
mod hold;
mod judge;
mod look;
mod manage;
mod remind;
mod reschedule;
mod waitlist;

use std::sync::Arc;

use kernel::ports::Ids;

use crate::ports::{BookingQueries, Bookings, FeedTokens, ManageTokens, SlotHolds, Slots};

pub use look::AvailableSlots;
pub use waitlist::WaitingLists;

/// Everything that can be done with test drives.
#[derive(Clone)]
pub struct TestDrives {
    /// For changing them.
    pub bookings: Arc<dyn Bookings>,
    /// For looking at them.
    pub queries: Arc<dyn BookingQueries>,
    /// For what is free.
    pub slots: Arc<dyn Slots>,
    /// For keeping a slot.
    pub holds: Arc<dyn SlotHolds>,
    /// For calendar feeds.
    pub feeds: Arc<dyn FeedTokens>,
    /// For the links in letters.
    pub links: Arc<dyn ManageTokens>,
    /// For new ids.
    pub ids: Ids,
}

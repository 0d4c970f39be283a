//! What notifications need.

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{NotificationId, UserId};
use kernel::paging::{Page, PageRequest};

use crate::notice::Notice;
use crate::preferences::Preferences;

/// What a person was told, under lock.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Marks one of the person's notices as read, if it is not; absent when they have no such notice.
    async fn read(&self, act: &Act, user: UserId, notice: NotificationId) -> Result<Done<Notice>, Common>;

    /// Marks all as read that the person has at the act's instant. Says how many were not.
    async fn read_all(&self, act: &Act, user: UserId) -> Result<Done<u64>, Common>;
}

/// What a person was told, to look at.
#[async_trait]
pub trait NoticeQueries: Send + Sync {
    /// The person's notices, newest first; with `unread`, those that were not read, or were.
    async fn list(
        &self,
        user: UserId,
        unread: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<Notice>, Common>;

    /// How many the person has not read.
    async fn unread(&self, user: UserId) -> Result<u64, Common>;
}

/// What people chose.
#[async_trait]
pub trait PreferenceStore: Send + Sync {
    /// The person's choices; none yet is the default.
    async fn preferences(&self, user: UserId) -> Result<Preferences, Common>;

    /// Locks the user, then decides on their choices and writes what was decided.
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, Preferences, Preferences, Preferences, Common>,
    ) -> Result<Done<Preferences>, Common>;
}

//! A paper behind an entry of a vehicle's log: an invoice, a photo of a stamp.

use kernel::Instant;
use kernel::id::{FileId, ReceiptId, ServiceRecordId};
use serde::{Deserialize, Serialize};

use crate::vehicle::Owner;

/// Receipts of one owner behind one entry, at most.
pub const MOST_RECEIPTS: usize = 20;

/// A receipt. It never changes: another one is brought in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The entry that it is behind.
    pub record: ServiceRecordId,
    /// Whose it is: whose the vehicle was when it was brought. It stays theirs when the vehicle goes to somebody else.
    pub owner: Owner,
    /// Its file.
    pub file: FileId,
    /// When it was brought.
    pub brought_at: Instant,
}

impl Receipt {
    /// The version that a caller expects: the first, since nothing changes.
    pub const VERSION: i64 = 1;
}

//! What a signed link grants, where this program itself serves the store: the text that is signed holds all that the link binds.

use kernel::Instant;
use kernel::id::FileId;

use crate::file_type::FileType;

/// Leave to put a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadGrant {
    /// Which file.
    pub file: FileId,
    /// Exactly so many bytes.
    pub size: u64,
    /// Of this type.
    pub of: FileType,
    /// With this SHA-256, in hexadecimal digits, where one was announced.
    pub sha256: Option<String>,
    /// Seconds since 1970 until which it holds.
    pub expires: i64,
}

impl UploadGrant {
    /// What is signed.
    pub fn text(&self) -> String {
        format!(
            "PUT {} {} {} {} {}",
            self.file,
            self.size,
            self.of.content_type(),
            self.sha256.as_deref().unwrap_or("-"),
            self.expires
        )
    }

    /// Does it hold at `now`?
    pub fn holds(&self, now: Instant) -> bool {
        now.timestamp() < self.expires
    }
}

/// An upload that was looked at and may come: its link holds, and its file waits for bytes. Made by
/// [`crate::use_cases::Uploads::expected`] alone.
#[derive(Debug)]
pub struct Granted(pub(crate) UploadGrant);

/// Leave to get a private file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DownloadGrant {
    /// Which file.
    pub file: FileId,
    /// Seconds since 1970 until which it holds.
    pub expires: i64,
}

impl DownloadGrant {
    /// What is signed.
    pub fn text(&self) -> String {
        format!("GET {} {}", self.file, self.expires)
    }

    /// Does it hold at `now`?
    pub fn holds(&self, now: Instant) -> bool {
        now.timestamp() < self.expires
    }
}

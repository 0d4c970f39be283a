//! A file, from its announcement to its end.

use kernel::Instant;
use kernel::id::{DealerId, FileId, UserId};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::file_type::FileType;
use crate::purpose::Purpose;

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Announced; its bytes may come.
    Awaiting,
    /// Its bytes are there and were looked at; the pictures that people get are being drawn.
    Stored,
    /// All that people get is there.
    Ready,
    /// Not wanted any more: its bytes go, then its row.
    Discarded,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Awaiting, Self::Stored, Self::Ready, Self::Discarded];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Awaiting => "awaiting",
            Self::Stored => "stored",
            Self::Ready => "ready",
            Self::Discarded => "discarded",
        }
    }

    /// The status of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// The `Content-Disposition` of a file that a browser keeps under its name and never shows in place (RFC 6266 with RFC 8187): no
/// character of a name can end the header's value.
pub fn attachment(name: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
        .replace('*', "%2A");
    format!("attachment; filename*=UTF-8''{encoded}")
}

/// What is known of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels across, as it is shown.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// 64 bits that differ in few places between pictures that look alike; none until it was drawn.
    pub likeness: Option<u64>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its id.
    pub id: FileId,
    /// Who brought it: whoever it is, no one else can put it to use.
    pub uploaded_by: UserId,
    /// For which dealer, where it is one's.
    pub dealer: Option<DealerId>,
    /// What it is for.
    pub purpose: Purpose,
    /// What its owner calls it. Never part of a path.
    pub name: String,
    /// What it is.
    pub of: FileType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its bytes in hexadecimal digits, where it was announced.
    pub sha256: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What is known of it as a picture.
    pub picture: Option<Picture>,
    /// When something took it into use. What nothing uses is removed.
    pub attached_at: Option<Instant>,
    /// When it was announced.
    pub created_at: Instant,
    /// Until when its bytes may come.
    pub expires_at: Instant,
}

impl File {
    /// The file as taken into use: whole, by its owner, for what it was brought for, and for nothing else before.
    pub fn attached(&self, by: UserId, purpose: Purpose, at: Instant) -> Result<Self, Error> {
        if self.uploaded_by != by {
            return Err(kernel::error::Common::absent("file").into());
        }
        if self.purpose != purpose {
            return Err(Error::OtherPurpose {
                is: self.purpose,
                wanted: purpose,
            });
        }
        match self.status {
            Status::Awaiting => return Err(Error::Incomplete),
            Status::Discarded => return Err(kernel::error::Common::absent("file").into()),
            Status::Stored | Status::Ready => {}
        }
        if self.attached_at.is_some() {
            return Err(Error::InUse);
        }
        Ok(Self {
            attached_at: Some(at),
            ..self.clone()
        })
    }
}

//! How files can fail.

use kernel::error::{Common, Failure, Kind};

use crate::album::MOST_PHOTOS;
use crate::purpose::Purpose;

/// What can go wrong. The codes are stable and documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// One person brought many files that nothing uses.
    #[error(
        "{limit} files of yours are used by nothing: use them, or wait until they are removed a day after they came"
    )]
    TooManyUnused {
        /// How many are allowed.
        limit: usize,
    },
    /// The bytes never came.
    #[error("nothing was uploaded yet: PUT the bytes to the address that the announcement gave")]
    NotUploaded,
    /// The bytes were taken already.
    #[error("this upload is complete: its bytes can't be replaced; announce another file")]
    Complete,
    /// The bytes were not taken yet.
    #[error("this upload is not complete: PUT the bytes, then POST /files/{{id}}/complete")]
    Incomplete,
    /// Something uses it already.
    #[error("this file is in use already: upload it again to use it twice")]
    InUse,
    /// It was brought for something else.
    #[error("this file was brought as {}; {} is needed here", is.as_str(), wanted.as_str())]
    OtherPurpose {
        /// What it is for.
        is: Purpose,
        /// What is needed.
        wanted: Purpose,
    },
    /// It was brought for another dealer, whose owners see it.
    #[error("this file was brought for another dealer: upload it again for this one")]
    OtherDealer,
    /// A sold listing is the record of its sale.
    #[error("a sold listing stays as it was sold: its photos can't be changed")]
    Sold,
    /// A link that was signed holds no more, or never did.
    #[error("this link does not hold: it is over, was changed, or was never given; ask for a new one")]
    LinkInvalid,
    /// A listing shows as many pictures as one may.
    #[error("this listing has {MOST_PHOTOS} photos, and no more are allowed: remove one first")]
    TooManyPhotos,
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::TooManyUnused { .. }
            | Self::NotUploaded
            | Self::Complete
            | Self::Incomplete
            | Self::InUse
            | Self::OtherPurpose { .. }
            | Self::OtherDealer
            | Self::Sold
            | Self::TooManyPhotos => Kind::Conflict,
            Self::LinkInvalid => Kind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::TooManyUnused { .. } => "too_many_unused_files",
            Self::NotUploaded => "not_uploaded",
            Self::Complete => "upload_complete",
            Self::Incomplete => "upload_incomplete",
            Self::InUse => "file_in_use",
            Self::OtherPurpose { .. } => "other_purpose",
            Self::OtherDealer => "other_dealer",
            Self::Sold => "listing_sold",
            Self::LinkInvalid => "link_invalid",
            Self::TooManyPhotos => "too_many_photos",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            Self::TooManyUnused { .. }
            | Self::NotUploaded
            | Self::Complete
            | Self::Incomplete
            | Self::InUse
            | Self::OtherPurpose { .. }
            | Self::OtherDealer
            | Self::Sold
            | Self::LinkInvalid
            | Self::TooManyPhotos => None,
        }
    }
}

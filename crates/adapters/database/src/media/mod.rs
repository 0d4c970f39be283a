//! Files, photos of listings, pictures of people, cars and dealers.

mod albums;
mod files;
mod portraits;
mod rows;

pub use albums::SqlAlbums;
pub use files::SqlFiles;
pub use portraits::SqlPortraits;
pub(crate) use rows::{albums_of, attach, discard, locked_file};

use ::media::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "listing_photos_file",
            sqlite: "listing_photos.file_id",
            means: || Self::InUse,
        },
        Constraint {
            name: "listing_photos_most",
            sqlite: "listing_photos_most",
            means: || Self::TooManyPhotos,
        },
    ];
}

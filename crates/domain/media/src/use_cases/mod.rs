//! What can be done with files and pictures.

mod pictures;
mod serve;
mod tidy;
mod uploads;

use std::sync::Arc;

use kernel::ports::{Clock, Ids};

use crate::ports::{Albums, Files, Images, Portraits, Signer, Storage};

pub use serve::PublicBytes;

/// Bringing files.
#[derive(Clone)]
pub struct Uploads {
    /// Rows.
    pub files: Arc<dyn Files>,
    /// Bytes.
    pub storage: Arc<dyn Storage>,
    /// Looks at pictures.
    pub images: Arc<dyn Images>,
    /// Knows its own links.
    pub signer: Arc<dyn Signer>,
    /// Makes ids.
    pub ids: Ids,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

/// Showing files.
#[derive(Clone)]
pub struct Serve {
    /// Rows.
    pub files: Arc<dyn Files>,
    /// Bytes.
    pub storage: Arc<dyn Storage>,
    /// Knows its own links.
    pub signer: Arc<dyn Signer>,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

/// Photos of listings; pictures of people, cars and dealers.
#[derive(Clone)]
pub struct Pictures {
    /// Photos of listings.
    pub albums: Arc<dyn Albums>,
    /// Pictures of people, cars and dealers.
    pub portraits: Arc<dyn Portraits>,
    /// Makes ids.
    pub ids: Ids,
}

/// What the worker does.
#[derive(Clone)]
pub struct Tidy {
    /// Rows.
    pub files: Arc<dyn Files>,
    /// Bytes.
    pub storage: Arc<dyn Storage>,
    /// Draws.
    pub images: Arc<dyn Images>,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// The clock on the wall, which stores go by.
    pub wall: Arc<dyn Clock>,
}

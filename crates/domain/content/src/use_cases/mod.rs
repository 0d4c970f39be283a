//! Reading what is in force, and writing what is to be.

mod read;
mod write;

use std::sync::Arc;

use kernel::ports::Ids;

use crate::ports::{Renderer, VersionQueries, Versions};
use crate::version::Version;

/// For everybody.
#[derive(Clone)]
pub struct ReadPages {
    /// Versions.
    pub queries: Arc<dyn VersionQueries>,
    /// Markdown as HTML.
    pub renderer: Arc<dyn Renderer>,
}

/// For admins.
#[derive(Clone)]
pub struct WritePages {
    /// Versions under lock.
    pub versions: Arc<dyn Versions>,
    /// Versions to look at.
    pub queries: Arc<dyn VersionQueries>,
    /// Makes ids.
    pub ids: Ids,
}

/// A version as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The version.
    pub version: Version,
    /// Its words as safe HTML.
    pub html: String,
}

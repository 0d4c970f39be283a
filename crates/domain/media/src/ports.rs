//! What the outside has to provide.

use async_trait::async_trait;
use bytes::Bytes;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, FileId, ListingId, UserId};

use crate::album::{Album, Placed};
use crate::error::Error;
use crate::file::{File, Picture};
use crate::file_type::FileType;
use crate::key::{Area, Key, Rendition};
use crate::portrait::{Subject, Whose};

/// What is true while a file is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnounceFacts {
    /// Files of this person that nothing uses.
    pub unused: usize,
    /// Is there such a dealer, where one is named?
    pub dealer_known: bool,
}

/// Files.
#[async_trait]
pub trait Files: Send + Sync {
    /// Keeps a file's row. Locks the person, so that the count holds. `dealer` is whom the file is brought for.
    async fn announce(
        &self,
        act: &Act,
        by: UserId,
        dealer: Option<DealerId>,
        decide: Decide<'_, AnnounceFacts, File, File, Error>,
    ) -> Result<Done<File>, Error>;

    /// Changes a file, under its lock; what shows it is brought up to date with it, a listing under its own lock before. Absent when
    /// there is none.
    async fn change(
        &self,
        act: &Act,
        file: FileId,
        decide: Decide<'_, File, File, File, Error>,
    ) -> Result<Done<File>, Error>;

    /// One, as the database that is written to knows it.
    async fn find(&self, file: FileId) -> Result<Option<File>, Error>;

    /// Those of these files whose bytes somebody still waits for: announced, or brought and not drawn yet.
    async fn waiting(&self, files: &[FileId]) -> Result<Vec<FileId>, Error>;

    /// Marks up to `limit` files as discarded that nothing took into use and that were announced before; with those that were
    /// discarded already.
    async fn discard_unused(&self, before: Instant, limit: usize) -> Result<Vec<FileId>, Error>;

    /// Removes the rows of discarded files, whose bytes are gone.
    async fn forget(&self, files: &[FileId]) -> Result<(), Error>;
}

/// What is true while the photos of a listing are changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlbumFacts {
    /// Which listing.
    pub listing: ListingId,
    /// Whose listing.
    pub dealer: DealerId,
    /// A sold listing is the record of its sale.
    pub sold: bool,
    /// The listing's version.
    pub version: i64,
    /// Its photos.
    pub album: Album,
    /// The file that was named, if there is one.
    pub file: Option<File>,
}

/// What becomes of the photos of a listing. Its version rises by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlbumPlan {
    /// The photos.
    pub album: Album,
    /// The file that is taken into use.
    pub attached: Option<File>,
    /// The file that is not wanted any more.
    pub discarded: Option<FileId>,
    /// When.
    pub at: Instant,
}

/// Photos of listings.
#[async_trait]
pub trait Albums: Send + Sync {
    /// Whose listing it is, if there is one. For a look before bytes are taken in: the change itself looks again under lock.
    async fn dealer_of(&self, listing: ListingId) -> Result<Option<DealerId>, Error>;

    /// Adds a photo or changes one, under the locks of listing and file; what searches show follows. Absent when there is no such listing.
    async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        file: Option<FileId>,
        decide: Decide<'_, AlbumFacts, AlbumPlan, Placed, Error>,
    ) -> Result<Done<Placed>, Error>;

    /// Removes a photo likewise.
    async fn remove(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, AlbumFacts, AlbumPlan, (), Error>,
    ) -> Result<Done<()>, Error>;
}

/// What is true while a thing's one picture is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortraitFacts {
    /// Whose thing.
    pub whose: Whose,
    /// The thing's version.
    pub version: i64,
    /// Its picture.
    pub current: Option<FileId>,
    /// The file that was named, if there is one.
    pub file: Option<File>,
}

/// What becomes of it. The thing's version rises by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortraitPlan {
    /// The file that is taken into use; none where the picture is removed.
    pub attached: Option<File>,
    /// The file that is not wanted any more.
    pub discarded: Option<FileId>,
    /// When.
    pub at: Instant,
}

/// Pictures of people, cars and dealers.
#[async_trait]
pub trait Portraits: Send + Sync {
    /// Whose the thing is, if there is one. For a look before bytes are taken in: the change itself looks again under lock.
    async fn whose(&self, subject: Subject) -> Result<Option<Whose>, Error>;

    /// Sets or removes a picture, under the locks of the thing and the file; a plan of `None` changes nothing. Absent when there is no
    /// such thing.
    async fn change(
        &self,
        act: &Act,
        subject: Subject,
        file: Option<FileId>,
        decide: Decide<'_, PortraitFacts, Option<PortraitPlan>, Option<FileId>, Error>,
    ) -> Result<Done<Option<FileId>>, Error>;
}

/// How to bring a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadLink {
    /// Where to PUT them.
    pub url: String,
    /// Headers that must come with them.
    pub headers: Vec<(&'static str, String)>,
}

/// A part of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How many there are in all.
    pub total: u64,
    /// Those that were asked for.
    pub bytes: Bytes,
}

/// Where bytes lie.
#[async_trait]
pub trait Storage: Send + Sync {
    /// A link by which these bytes, and if the store can no others, are brought until `until`.
    async fn upload_link(&self, file: &File, until: Instant) -> Result<UploadLink, Common>;

    /// A link by which a private file can be had until `until`.
    async fn download_link(&self, file: &File, until: Instant) -> Result<String, Common>;

    /// Where everybody finds public bytes, when that is not this program.
    fn public_link(&self, key: &Key) -> Option<String>;

    /// Can bytes be kept there now? Cheap: it is asked every few seconds.
    async fn probe(&self) -> Result<(), Common>;

    /// How many bytes lie there, if any.
    async fn size(&self, key: &Key) -> Result<Option<u64>, Common>;

    /// `length` bytes from `from` on, fewer where it ends. `None` when nothing lies there.
    async fn read(&self, key: &Key, from: u64, length: u64) -> Result<Option<Part>, Common>;

    /// Puts bytes there, all or none of them. `name` is what a browser shall call them on its disk.
    async fn write(&self, key: &Key, of: FileType, name: Option<&str>, bytes: Bytes) -> Result<(), Common>;

    /// Removes what lies there; nothing to remove is fine.
    async fn remove(&self, key: &Key) -> Result<(), Common>;

    /// The files of an area whose bytes came before, [`Area::Public`] excepted.
    async fn older(&self, area: Area, before: Instant) -> Result<Vec<FileId>, Common>;
}

/// Why bytes are no picture to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// They can't be decoded, and why.
    Broken(String),
    /// More pixels than are taken.
    TooLarge {
        /// Across.
        width: u32,
        /// Down.
        height: u32,
    },
    /// Too much is going on: try again.
    Busy,
}

/// A picture in all widths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// What is known of it.
    pub picture: Picture,
    /// Its bytes, each without any metadata.
    pub pieces: Vec<(Rendition, Bytes)>,
}

/// Decodes and draws pictures, bounded in memory and off the threads that serve.
#[async_trait]
pub trait Images: Send + Sync {
    /// Decodes all of it; tells its measures, turned as it is shown.
    async fn measure(&self, of: FileType, bytes: Bytes) -> Result<Picture, Unfit>;

    /// The same picture, of the same type and size, without metadata.
    async fn redraw(&self, of: FileType, bytes: Bytes) -> Result<Bytes, Unfit>;

    /// The picture in all widths.
    async fn draw(&self, of: FileType, bytes: Bytes) -> Result<Drawn, Unfit>;
}

/// Signs links, and knows its own signatures.
pub trait Signer: Send + Sync {
    /// The signature of a text.
    fn sign(&self, text: &str) -> String;

    /// Is this the signature of the text? Takes the same time whatever is wrong.
    fn signed(&self, text: &str, signature: &str) -> bool;
}

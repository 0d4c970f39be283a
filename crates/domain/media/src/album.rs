//! The photos of a listing: in an order, at most [`MOST_PHOTOS`], exactly one of them the primary one whenever there is one.

use kernel::error::{Common, Violations};
use kernel::id::{FileId, PhotoId};
use kernel::patch::Patch;
use kernel::text;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::file::Picture;

/// Photos of one listing at most.
pub const MOST_PHOTOS: usize = 40;
/// Characters of what a photo shows, at most.
pub const ALT_TEXT: usize = 300;
/// Two pictures whose likenesses differ in at most so many of 64 bits look alike.
const ALIKE_BITS: u32 = 6;

/// A photo of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// Its id.
    pub id: PhotoId,
    /// The file behind it.
    pub file: FileId,
    /// What it shows, for those who can't see it.
    pub alt_text: Option<String>,
    /// Stands for the listing.
    pub primary: bool,
    /// Can be shown: it was drawn in all widths.
    pub ready: bool,
    /// What is known of it.
    pub picture: Option<Picture>,
}

/// What shall change of a photo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhotoChanges {
    /// Where it shall stand, from 1 on; behind the last one means last.
    pub position: Patch<u32>,
    /// What it shows.
    pub alt_text: Patch<String>,
    /// Whether it stands for the listing.
    pub primary: Patch<bool>,
}

/// A photo, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The photo.
    pub photo: Photo,
    /// From 1 on.
    pub position: u32,
    /// An earlier photo of the listing that looks nearly the same.
    pub alike: Option<PhotoId>,
}

/// The photos of a listing in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Album(Vec<Photo>);

impl Album {
    /// The photos that are kept of a listing, in their order.
    pub fn kept(photos: Vec<Photo>) -> Self {
        let mut album = Self(photos);
        album.settle();
        album
    }

    /// The photos.
    pub fn photos(&self) -> &[Photo] {
        &self.0
    }

    /// The one that stands for the listing.
    pub fn primary(&self) -> Option<&Photo> {
        self.0.iter().find(|photo| photo.primary)
    }

    /// One of them, where it stands, and which it looks like.
    pub fn placed(&self, id: PhotoId) -> Option<Placed> {
        let at = self.0.iter().position(|photo| photo.id == id)?;
        let (before, rest) = self.0.split_at(at);
        let photo = rest.first()?;
        Some(Placed {
            photo: photo.clone(),
            position: u32::try_from(at).ok()?.checked_add(1)?,
            alike: before
                .iter()
                .find(|other| alike(other, photo))
                .map(|other| other.id),
        })
    }

    /// All of them, each as [`Album::placed`] tells it.
    pub fn all_placed(&self) -> Vec<Placed> {
        self.0.iter().filter_map(|photo| self.placed(photo.id)).collect()
    }

    /// With one more, behind the others. The first one stands for the listing.
    pub fn with(mut self, photo: Photo) -> Result<Self, Error> {
        if self.0.len() >= MOST_PHOTOS {
            return Err(Error::TooManyPhotos);
        }
        self.0.push(photo);
        self.settle();
        Ok(self)
    }

    /// With one of them changed.
    pub fn changed(mut self, id: PhotoId, changes: &PhotoChanges) -> Result<Self, Error> {
        let at = self.index(id)?;
        let mut wrong = Violations::new();
        let mut photo = self.0.remove(at);
        if let Patch::Value(false) | Patch::Null = changes.primary
            && photo.primary
        {
            wrong.add(
                "/primary",
                "primary_needed",
                "one photo stands for the listing: make another one primary instead",
            );
        }
        let to = match changes.position {
            Patch::Absent => at,
            Patch::Value(position) if position >= 1 => usize::try_from(position - 1).unwrap_or(usize::MAX),
            Patch::Value(_) | Patch::Null => {
                wrong.add("/position", "out_of_range", "the first position is 1");
                at
            }
        };
        match &changes.alt_text {
            Patch::Absent => {}
            Patch::Null => photo.alt_text = None,
            Patch::Value(given) => photo.alt_text = wrong.take("/alt_text", alt_text(given)),
        }
        wrong.into_result()?;
        if changes.primary == Patch::Value(true) {
            self.0.iter_mut().for_each(|other| other.primary = false);
            photo.primary = true;
        }
        self.0.insert(to.min(self.0.len()), photo);
        self.settle();
        Ok(self)
    }

    /// Without one of them; tells whose file is free. When the primary one goes, the first of the others stands for the listing.
    pub fn without(mut self, id: PhotoId) -> Result<(Self, FileId), Error> {
        let at = self.index(id)?;
        let gone = self.0.remove(at);
        self.settle();
        Ok((self, gone.file))
    }

    fn index(&self, id: PhotoId) -> Result<usize, Error> {
        let at = self.0.iter().position(|photo| photo.id == id);
        Ok(at.ok_or(Common::absent("photo"))?)
    }

    /// Exactly one stands for the listing: the first that says so, else the first.
    fn settle(&mut self) {
        let primary = self.0.iter().position(|photo| photo.primary).unwrap_or(0);
        for (at, photo) in self.0.iter_mut().enumerate() {
            photo.primary = at == primary;
        }
    }
}

/// What a photo shows, in one line.
pub fn alt_text(given: &str) -> Result<String, kernel::error::Malformed> {
    text::line(given, ALT_TEXT)
}

fn alike(one: &Photo, other: &Photo) -> bool {
    let likeness = |photo: &Photo| photo.picture.and_then(|picture| picture.likeness);
    likeness(one)
        .zip(likeness(other))
        .is_some_and(|(one, other)| (one ^ other).count_ones() <= ALIKE_BITS)
}

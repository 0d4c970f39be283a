//! Where bytes lie. Keys are made of ids alone: nothing that a caller sends is ever part of one.

use std::fmt;

use kernel::id::FileId;

use crate::file_type::FileType;

/// Widths that pictures are drawn in, in pixels; a smaller picture keeps its own.
pub const WIDTHS: [u32; 3] = [320, 800, 1600];
/// The width that stands for the picture where one address must do.
pub const USUAL_WIDTH: u32 = 800;

/// A part of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// What callers bring, before it was looked at.
    Incoming,
    /// Pictures as they came, until they are drawn anew.
    Originals,
    /// Documents.
    Private,
    /// Pictures for everybody.
    Public,
}

impl Area {
    /// The word, which keys begin with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Originals => "originals",
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

/// A picture as people get it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rendition {
    /// One of [`WIDTHS`].
    pub width: u32,
    /// JPEG or WebP.
    pub of: FileType,
}

impl Rendition {
    /// All that are drawn of a picture.
    pub fn all() -> impl Iterator<Item = Self> {
        WIDTHS
            .into_iter()
            .flat_map(|width| [FileType::Webp, FileType::Jpeg].map(|of| Self { width, of }))
    }

    /// Reads `800.webp`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|rendition| rendition.to_string() == name)
    }
}

impl fmt::Display for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = if self.of == FileType::Webp { "webp" } else { "jpg" };
        write!(f, "{}.{ending}", self.width)
    }
}

/// Where a picture of a file is, beside this server's root (RFC 3986, 4.2): `/media/{id}/800.jpg`.
pub fn address(file: FileId, rendition: Rendition) -> String {
    format!("/media/{file}/{rendition}")
}

/// Where some bytes lie.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

impl Key {
    /// Where a file's bytes lie in one of the areas that keep one object a file.
    pub fn of(area: Area, file: FileId) -> Self {
        Self(format!("{}/{file}", area.as_str()))
    }

    /// Where a picture for everybody lies.
    pub fn public(file: FileId, rendition: Rendition) -> Self {
        Self(format!("{}/{file}/{rendition}", Area::Public.as_str()))
    }

    /// Every key that a file can have.
    pub fn all(file: FileId) -> Vec<Self> {
        [Area::Incoming, Area::Originals, Area::Private]
            .into_iter()
            .map(|area| Self::of(area, file))
            .chain(Rendition::all().map(|rendition| Self::public(file, rendition)))
            .collect()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_we_give_lead_to_renditions() {
        for rendition in Rendition::all() {
            assert_eq!(Rendition::parse(&rendition.to_string()), Some(rendition));
        }
        for name in [
            "",
            "800",
            "800.png",
            "0800.webp",
            "../800.webp",
            "800.webp\0",
            "9.jpg",
        ] {
            assert_eq!(Rendition::parse(name), None, "{name:?}");
        }
    }
}

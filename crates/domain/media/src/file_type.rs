//! What a file is, told from its first bytes.

use serde::{Deserialize, Serialize};

/// A type of files that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    /// A picture (ISO/IEC 10918).
    Jpeg,
    /// A picture (ISO/IEC 15948).
    Png,
    /// A picture; of a moving one the first frame counts.
    Gif,
    /// A picture (RFC 9649).
    Webp,
    /// A document (ISO 32000).
    Pdf,
}

impl FileType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Jpeg, Self::Png, Self::Gif, Self::Webp, Self::Pdf];
    /// Those that are pictures.
    pub const PICTURES: &[Self] = &[Self::Jpeg, Self::Png, Self::Gif, Self::Webp];

    /// As `Content-Type` names it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
        }
    }

    /// The type of this name.
    pub fn named(content_type: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|of| of.content_type().eq_ignore_ascii_case(content_type))
    }

    /// What these bytes are the beginning of. A file that begins as one type is that type to us, whatever else it may also be.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let webp = || bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice());
        match () {
            () if bytes.starts_with(&[0xff, 0xd8, 0xff]) => Some(Self::Jpeg),
            () if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Some(Self::Png),
            () if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") => Some(Self::Gif),
            () if webp() => Some(Self::Webp),
            () if bytes.starts_with(b"%PDF-") => Some(Self::Pdf),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_type() {
        assert_eq!(FileType::of(b"\xff\xd8\xff\xe0rest"), Some(FileType::Jpeg));
        assert_eq!(FileType::of(b"\x89PNG\r\n\x1a\nrest"), Some(FileType::Png));
        assert_eq!(FileType::of(b"GIF89a"), Some(FileType::Gif));
        assert_eq!(FileType::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(FileType::Webp));
        assert_eq!(FileType::of(b"%PDF-1.7"), Some(FileType::Pdf));
        for other in [
            b"".as_slice(),
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"RIFF\0\0\0\0WAVE",
            b"\xff\xd8",
            b" %PDF-1.7",
        ] {
            assert_eq!(FileType::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn names_lead_back_to_their_types() {
        for of in FileType::ALL {
            assert_eq!(FileType::named(of.content_type()), Some(of));
        }
        assert_eq!(FileType::named("IMAGE/JPEG"), Some(FileType::Jpeg));
        assert_eq!(FileType::named("image/svg+xml"), None);
    }
}

//! What callers ask for, before it is checked.

use kernel::error::{Common, Violations};
use kernel::id::DealerId;

use crate::file_type::FileType;
use crate::purpose::Purpose;

/// Characters of a file's name that are kept.
const NAME: usize = 255;

/// A file to announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// What its owner calls it.
    pub name: String,
    /// What it is.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// SHA-256 of its bytes in hexadecimal digits.
    pub sha256: Option<String>,
    /// For which dealer: an admin says so, staff need not.
    pub dealer: Option<DealerId>,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedFile {
    /// What its owner calls it.
    pub name: String,
    /// What it is.
    pub of: FileType,
    /// Bytes.
    pub size: u64,
    /// What it is for.
    pub purpose: Purpose,
    /// SHA-256 of its bytes in small hexadecimal digits.
    pub sha256: Option<String>,
    /// For which dealer.
    pub dealer: Option<DealerId>,
}

impl NewFile {
    /// All that is wrong with it, or the file.
    pub fn check(self) -> Result<CheckedFile, Common> {
        let mut wrong = Violations::new();
        let of = FileType::named(self.content_type.trim()).filter(|of| self.purpose.types().contains(of));
        wrong.check(of.is_some(), "/content_type", "type_not_taken", || {
            type_not_taken(self.purpose, &self.content_type)
        });
        wrong.check(self.size > 0, "/size", "empty", || {
            "a file has at least one byte".to_owned()
        });
        let limit = of.map_or_else(|| self.purpose.largest(), |of| self.purpose.limit(of));
        wrong.check(self.size <= limit, "/size", "too_large", || {
            too_large(self.purpose, self.size, limit)
        });
        let sha256 = self.sha256.map(|digits| digits.to_ascii_lowercase());
        let hash = |digits: &String| digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        wrong.check(sha256.as_ref().is_none_or(hash), "/sha256", "malformed", || {
            "the SHA-256 of the bytes is 64 hexadecimal digits".to_owned()
        });
        match (of, wrong.is_empty()) {
            (Some(of), true) => Ok(CheckedFile {
                name: clean_name(&self.name),
                of,
                size: self.size,
                purpose: self.purpose,
                sha256,
                dealer: self.dealer,
            }),
            _ => Err(Common::Invalid(wrong)),
        }
    }
}

/// Says which types a purpose takes.
pub fn type_not_taken(purpose: Purpose, given: &str) -> String {
    let taken: Vec<&str> = purpose.types().iter().map(|of| of.content_type()).collect();
    format!(
        "{} is not taken as {}: {}",
        kernel::text::excerpt(given),
        purpose.as_str(),
        taken.join(", ")
    )
}

/// Says how large a file may be, in bytes.
pub fn too_large(purpose: Purpose, size: u64, limit: u64) -> String {
    format!(
        "{size} bytes are too many for {}: at most {limit}",
        purpose.as_str()
    )
}

/// What a file is called in lists and on disks: the last part of a path, without characters that control anything or turn the
/// direction of writing (Unicode's bidirectional controls), so that nothing is shown as what it is not.
pub fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let turns = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns(c))
        .take(NAME)
        .collect();
    let kept = kept.trim().trim_matches('.');
    if kept.is_empty() {
        "file".to_owned()
    } else {
        kept.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_would_make_them_something_else() {
        for (given, kept) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\car.jpg", "car.jpg"),
            ("car\0.jpg", "car.jpg"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("..", "file"),
            ("", "file"),
            ("  ", "file"),
            ("Grüße 🚗.png", "Grüße 🚗.png"),
        ] {
            assert_eq!(clean_name(given), kept, "{given:?}");
        }
        assert_eq!(clean_name(&"x".repeat(300)).chars().count(), NAME);
    }

    #[test]
    fn receipts_are_larger_as_documents_than_as_pictures() {
        let brought = |content_type: &str, mib: u64| {
            let new = NewFile {
                name: "receipt".to_owned(),
                content_type: content_type.to_owned(),
                size: mib * 1024 * 1024,
                purpose: Purpose::ServiceReceipt,
                sha256: None,
                dealer: None,
            };
            new.check().is_ok()
        };
        assert!(brought("application/pdf", 20) && !brought("application/pdf", 21));
        assert!(brought("image/jpeg", 10) && !brought("image/jpeg", 11));
        assert!(!brought("image/gif", 1), "nothing that moves");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let new = NewFile {
            name: "a.svg".to_owned(),
            content_type: "image/svg+xml".to_owned(),
            size: 11 * 1024 * 1024,
            purpose: Purpose::Avatar,
            sha256: Some("abc".to_owned()),
            dealer: None,
        };
        let Err(Common::Invalid(wrong)) = new.check() else {
            panic!("three things are wrong")
        };
        let codes: Vec<_> = wrong.as_slice().iter().map(|v| v.code.as_ref()).collect();
        assert_eq!(codes, ["type_not_taken", "too_large", "malformed"]);
    }
}

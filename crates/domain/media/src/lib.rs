//! Files and pictures: taken in, looked at, made harmless, shown.
//!
//! A [`File`](file::File) is announced, its bytes come (straight to the store, by a signed link), and `complete` looks at them: as many
//! as announced, of the type that their content tells, and, of a picture, all of it decodes. Then something takes it into use: a
//! listing as a [`Photo`](album::Photo), a person, car or dealer as its picture ([`portrait`]), a dealer's record as a document. What
//! nothing uses is removed after a day.
//!
//! Pictures for everybody are never served as they came: a worker draws them anew in [three widths](key::WIDTHS) as WebP and JPEG,
//! without metadata, and forgets the original. Documents are private: only links that are signed and soon over lead to them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`mod@file`], [`file_type`], [`purpose`] | a file, what it is, what it is for |
//! | [`album`] | the photos of a listing: order, the primary one, look-alikes |
//! | [`portrait`] | things that have one picture |
//! | [`key`] | where bytes lie |
//! | [`grant`] | what a signed link grants |
//! | [`request`] | what callers ask for, and its check |
//! | [`rules`] | pure decisions |
//! | [`ports`] | what the outside has to provide |
//! | [`use_cases`] | [`Uploads`](use_cases::Uploads), [`Serve`](use_cases::Serve), [`Pictures`](use_cases::Pictures), [`Tidy`](use_cases::Tidy) |
//!
//! ```
//! use forecourt_media::file_type::FileType;
//!
//! // The name says one thing, the content another: the content counts.
//! assert_eq!(FileType::of(b"%PDF-1.7 holiday.jpg"), Some(FileType::Pdf));
//! ```

pub mod album;
pub mod error;
pub mod file;
pub mod file_type;
pub mod grant;
pub mod key;
pub mod portrait;
pub mod ports;
pub mod purpose;
pub mod request;
pub mod rules;
pub mod use_cases;

pub use error::Error;

//! The platform's own pages: what it says of privacy, its terms, and itself.
//!
//! A page has versions. A version takes effect on a day (days are UTC's), and the newest whose day has come is **in force**. A day has
//! one version of a page, and none is ever dated back: so what was in force at any instant can be told for good.
//!
//! Until its day a version can be changed and erased. **Once it has been in force it is kept for ever, as it is**: people have
//! accepted it. Whoever wants other words writes the next version.
//!
//! | module | holds |
//! | --- | --- |
//! | [`page`] | which pages there are |
//! | [`mod@version`] | a version, and since when it is in force |
//! | [`request`] | what admins fill in |
//! | [`rules`] | what decides |
//! | [`ports`] | versions as a database keeps them; Markdown as HTML |
//! | [`use_cases`] | reading, and writing |
//!
//! ```
//! use forecourt_content::{page::Page, version::{Version, in_force}};
//! # use kernel::id::Id;
//! # fn version(day: &str) -> Version {
//! #     Version {
//! #         id: Id::from_uuid(uuid::Uuid::nil()), page: Page::AboutUs, content: day.to_owned(), effective_date: day.parse().unwrap(),
//! #         written_by: None, created_at: chrono::DateTime::UNIX_EPOCH, updated_at: chrono::DateTime::UNIX_EPOCH, version: 1,
//! #     }
//! # }
//! let versions = [version("2026-01-01"), version("2026-06-01"), version("2027-01-01")];
//! let shown = in_force(&versions, "2026-06-05T12:00:00Z".parse().unwrap());
//! assert_eq!(shown.unwrap().effective_date.to_string(), "2026-06-01");
//! ```

pub mod error;
pub mod page;
pub mod ports;
pub mod request;
pub mod rules;
pub mod use_cases;
pub mod version;

pub use error::Error;

//! Who is told what, when, and where: without a database and without a service.
#![expect(clippy::unwrap_used, reason = "tests")]

mod contact;
mod devices;
mod properties;

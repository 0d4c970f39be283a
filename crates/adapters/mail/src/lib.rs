//! Mail: words from templates; carried by SMTP, or into the log and the development mailbox.

mod mailbox;
mod smtp;
mod words;

pub use mailbox::{Mailbox, Received};
pub use smtp::{SmtpCourier, are_roots, is_sender, is_server, trusted};
pub use words::TemplateWords;

//! Who is told what, by which channel, and when.
//!
//! An event of the product concerns people; [`kind::KINDS`] says which events concern whom. What a person is told is a
//! [`kind::Kind`], and each kind has channels that it takes by itself. [`preferences::Preferences`] change them kind by kind and
//! channel by channel, and know the person's quiet hours; security notices can't be turned off and wait for nothing.
//! [`plan::plan`] makes of all this what is sent: pure, and the same however often it is asked.
//!
//! Browsers register as a [`device::Device`]; whoever has a number may say STOP to it ([`opt_out`]), and then nothing is sent there.
//! What carries to telephones and devices is behind [`ports::Carrier`] and [`ports::PushService`]; [`segments::segments`] tells what a
//! text message takes.
//!
//! ```
//! use forecourt_notifications::channel::Channel;
//! use forecourt_notifications::contact::Ways;
//! use forecourt_notifications::kind::Kind;
//! use forecourt_notifications::plan::{Recipient, plan};
//! use forecourt_notifications::preferences::Preferences;
//!
//! let kind = Kind::parse("booking_approved").unwrap();
//! let ann = Recipient {
//!     user: Some(kernel::id::UserId::from_uuid(uuid::Uuid::from_u128(1))),
//!     email: Some("ann@example.com".parse().unwrap()),
//!     phone: None,
//!     devices: Vec::new(),
//!     preferences: Preferences::default(),
//! };
//! let told = plan(kind, &ann, Ways::ALL, chrono::DateTime::UNIX_EPOCH, None);
//! let channels: Vec<Channel> = told.iter().map(|d| d.channel).collect();
//! assert_eq!(channels, [Channel::InApp, Channel::Email]);
//! ```

pub mod channel;
pub mod contact;
pub mod device;
pub mod kind;
pub mod notice;
pub mod opt_out;
pub mod plan;
pub mod ports;
pub mod preferences;
pub mod push;
pub mod quiet;
pub mod segments;
pub mod use_cases;

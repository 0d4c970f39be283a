//! The ways to a person.

use std::str::FromStr;

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

/// A way to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A line in the product itself.
    InApp,
    /// A letter to the account's address.
    Email,
    /// A text message to the account's number.
    Sms,
    /// A WhatsApp message to the account's number.
    Whatsapp,
    /// A ring on each of the account's devices.
    Push,
}

impl Channel {
    /// Every channel.
    pub const ALL: &[Self] = &[Self::InApp, Self::Email, Self::Sms, Self::Whatsapp, Self::Push];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
            Self::Push => "push",
        }
    }

    /// Does it make a noise, so that it waits for the end of quiet hours?
    pub const fn rings(self) -> bool {
        match self {
            Self::InApp => false,
            Self::Email | Self::Sms | Self::Whatsapp | Self::Push => true,
        }
    }
}

impl FromStr for Channel {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_channel", text)
    }
}

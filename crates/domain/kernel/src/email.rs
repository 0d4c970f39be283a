//! E-mail addresses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// An address as its holder writes it. Two that differ in case alone are the same: compare [`Email::folded`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower case: what makes an address unique.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl FromStr for Email {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use email_address::{EmailAddress, Options};
        let trimmed = text.trim();
        // 254 octets is the longest address that SMTP carries (RFC 5321, 4.5.3.1.3, less the brackets).
        let options = Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        if trimmed.len() > 254
            || trimmed.chars().any(char::is_control)
            || EmailAddress::parse_with_options(trimmed, options).is_err()
        {
            return Err(Malformed::new(
                "malformed_email",
                format!(
                    "“{}” is not an e-mail address such as ann@example.com",
                    crate::text::excerpt(trimmed)
                ),
            ));
        }
        Ok(Self(trimmed.to_owned()))
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

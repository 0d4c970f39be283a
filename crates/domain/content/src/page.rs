//! Which pages there are.

use std::fmt;
use std::str::FromStr;

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

/// A page of the platform's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Page {
    /// What becomes of people's data.
    PrivacyPolicy,
    /// What everybody with an account agrees to.
    TermsAndConditions,
    /// Who runs the platform.
    AboutUs,
}

impl Page {
    /// Every page.
    pub const ALL: &[Self] = &[Self::PrivacyPolicy, Self::TermsAndConditions, Self::AboutUs];

    /// Its name in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrivacyPolicy => "privacy-policy",
            Self::TermsAndConditions => "terms-and-conditions",
            Self::AboutUs => "about-us",
        }
    }
}

impl FromStr for Page {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_page", text)
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

//! A person with an account.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::Instant;
use kernel::email::Email;
use kernel::error::Malformed;
use kernel::id::{ContentVersionId, FileId, UserId};
use kernel::phone::Phone;
use kernel::ports::Random;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::second_factor::SecondFactor;
use crate::secret::PasswordHash;

/// Somebody with an account. What proves who they are is kept apart, in [`Account`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Names the person.
    pub id: UserId,
    /// Where mail reaches them. Unique without regard to case.
    pub email: Email,
    /// Did a code come back from the address?
    pub email_verified: bool,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Telephone.
    pub phone: Option<Phone>,
    /// Day of birth.
    pub date_of_birth: Option<NaiveDate>,
    /// Street and house.
    pub address: Option<String>,
    /// Postal code.
    pub zip_code: Option<String>,
    /// Town or region, in the person's words.
    pub location: Option<String>,
    /// The file of the person's picture. Set and removed by an act of its own: writing the person leaves it.
    #[serde(default)]
    pub picture: Option<FileId>,
    /// What the person is to the platform.
    pub platform_role: PlatformRole,
    /// What friends enter when they register.
    pub referral_code: ReferralCode,
    /// Whose code this person entered.
    pub referred_by: Option<UserId>,
    /// Which terms were accepted, and when. None for people made on the command line or invited.
    pub terms: Option<AcceptedTerms>,
    /// False once an admin deactivated the account, or its holder closed it.
    pub active: bool,
    /// When the holder closed it: then it is erased, and stays as it is.
    #[serde(default)]
    pub closed_at: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
    /// Rises with each change.
    pub version: i64,
}

impl User {
    /// A customer with a name and an address, and nothing else yet.
    pub fn new(
        id: UserId,
        email: Email,
        (first_name, last_name): (String, String),
        referral_code: ReferralCode,
        at: Instant,
    ) -> Self {
        Self {
            id,
            email,
            email_verified: false,
            first_name,
            last_name,
            phone: None,
            date_of_birth: None,
            address: None,
            zip_code: None,
            location: None,
            picture: None,
            platform_role: PlatformRole::Customer,
            referral_code,
            referred_by: None,
            terms: None,
            active: true,
            closed_at: None,
            created_at: at,
            version: 1,
        }
    }

    /// The next version of the record.
    #[must_use]
    pub fn changed(mut self) -> Self {
        self.version += 1;
        self
    }

    /// The same person with a confirmed address.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.email_verified = true;
        self
    }

    /// Refuses those who may not sign in. Ask only when the password was right: it tells that there is an account.
    pub fn may_sign_in(&self, verification_required: bool) -> Result<(), Error> {
        if verification_required && !self.email_verified {
            Err(Error::EmailUnverified)
        } else if self.active {
            Ok(())
        } else {
            Err(Error::AccountInactive)
        }
    }

    /// The words that an attacker who knows the person would try first.
    pub fn known_words(&self) -> [&str; 3] {
        [self.email.as_str(), &self.first_name, &self.last_name]
    }
}

/// A user with what proves who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub user: User,
    /// The password, hashed. None for a person who has none yet.
    pub password: Option<PasswordHash>,
    /// What else is asked for, or waits for its first code.
    pub factor: Option<SecondFactor>,
}

impl Account {
    /// The second factor, where it is asked for.
    pub fn factor_in_force(&self) -> Option<&SecondFactor> {
        self.factor.as_ref().filter(|factor| factor.is_in_force())
    }
}

/// What a person is to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// Every user.
    Customer,
    /// Runs the platform.
    Admin,
}

impl PlatformRole {
    /// Every platform role.
    pub const ALL: &[Self] = &[Self::Customer, Self::Admin];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for PlatformRole {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_platform_role", text)
    }
}

/// Which terms were accepted, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedTerms {
    /// What their version is called: the day on which it took effect; [`NO_TERMS`] where none was in force.
    pub version: String,
    /// The version itself, which is kept for ever. None where none was in force.
    #[serde(default)]
    pub text: Option<ContentVersionId>,
    /// The moment.
    pub at: Instant,
}

/// What is recorded of terms that were accepted before any were published.
pub const NO_TERMS: &str = "none";

/// The terms that are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsInForce {
    /// The version.
    pub text: ContentVersionId,
    /// The day on which it took effect.
    pub since: NaiveDate,
}

impl AcceptedTerms {
    /// What is in force at this moment is accepted.
    pub fn at(in_force: Option<&TermsInForce>, at: Instant) -> Self {
        Self {
            version: in_force.map_or_else(|| NO_TERMS.to_owned(), |terms| terms.since.to_string()),
            text: in_force.map(|terms| terms.text),
            at,
        }
    }
}

/// `REF-` and six characters that can't be taken for one another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReferralCode(String);

/// Neither I, L and 1 nor O and 0.
const UNAMBIGUOUS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

impl ReferralCode {
    /// Makes one from chance: one of 887 million.
    pub fn random(random: &dyn Random) -> Self {
        let mut text = String::from("REF-");
        while text.len() < 10 {
            let mut byte = [0u8; 1];
            random.fill(&mut byte);
            // 248 is the greatest multiple of 31: what lies above would favour some characters.
            let [byte] = byte;
            if byte < 248
                && let Some(character) = UNAMBIGUOUS.get(usize::from(byte % 31))
            {
                text.push(char::from(*character));
            }
        }
        Self(text)
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReferralCode {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.trim().to_ascii_uppercase();
        let body = upper.strip_prefix("REF-").unwrap_or_default();
        if body.len() == 6 && body.bytes().all(|c| UNAMBIGUOUS.contains(&c)) {
            Ok(Self(upper))
        } else {
            Err(Malformed::new(
                "malformed_referral_code",
                format!(
                    "“{}” is not a referral code such as REF-7KQ2MX",
                    kernel::text::excerpt(text)
                ),
            ))
        }
    }
}

impl fmt::Display for ReferralCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

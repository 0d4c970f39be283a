//! A dealer, and whether the public may see it.

use kernel::Instant;
use kernel::email::Email;
use kernel::error::{Malformed, Violations};
use kernel::id::{DealerId, FileId};
use kernel::money::Currency;
use kernel::patch::Patch;
use kernel::phone::Phone;
use kernel::text;
use serde::{Deserialize, Serialize};

use crate::address::{self, Address, AddressDraft, AddressPatch};
use crate::settings::{DealerSettings, SettingsPatch};
pub use crate::status::{DealerStatus, IllegalTransition, Step};

/// What the owner says about the dealer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerDetails {
    /// What people call it.
    pub name: String,
    /// Its name in the register.
    pub legal_name: String,
    /// A few words for the public.
    pub description: Option<String>,
    /// Its telephone.
    pub phone: Phone,
    /// Its address for letters.
    pub email: Email,
    /// Its own pages.
    pub website: Option<String>,
    /// Its seat.
    pub address: Address,
    /// Its trade licence.
    pub licence_number: Option<String>,
    /// What it counts in.
    pub currency: Currency,
    /// Whose law it is under: ISO 3166-1, two letters.
    pub country: String,
}

/// A business that sells or services cars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dealer {
    /// Its id.
    pub id: DealerId,
    /// What is known of it.
    pub details: DealerDetails,
    /// The file of its picture. Set and removed by an act of its own: writing the dealer leaves it.
    #[serde(default)]
    pub picture: Option<FileId>,
    /// What it chooses.
    pub settings: DealerSettings,
    /// Where it stands.
    pub status: DealerStatus,
    /// Why, in the words of the last admin who decided.
    pub status_reason: Option<String>,
    /// Rises with each change.
    pub version: i64,
    /// When it was registered.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}

impl Dealer {
    /// A dealer that has just registered.
    pub fn registered(id: DealerId, details: DealerDetails, at: Instant) -> Self {
        Self {
            id,
            details,
            picture: None,
            settings: DealerSettings::default(),
            status: DealerStatus::Pending,
            status_reason: None,
            version: 1,
            created_at: at,
            updated_at: at,
        }
    }

    /// The dealer after a step; a step that does not start from its status is refused.
    pub fn step(self, step: Step, reason: Option<String>, at: Instant) -> Result<Self, IllegalTransition> {
        if !self.status.steps().contains(&step) {
            return Err(IllegalTransition {
                from: self.status,
                step,
            });
        }
        Ok(Self {
            status: step.leads_to(),
            status_reason: reason,
            version: self.version + 1,
            updated_at: at,
            ..self
        })
    }

    /// The dealer after a change of its record; all that is wrong comes back at once.
    pub fn changed(self, patch: DealerPatch, at: Instant) -> Result<Self, Violations> {
        let mut found = Violations::new();
        let settings = match patch.settings {
            Patch::Absent => self.settings,
            Patch::Null => DealerSettings::default(),
            Patch::Value(change) => self.settings.patched(change, &mut found),
        };
        let details = match DealerDraft::from(self.details).patched(patch).read() {
            Ok(details) if found.is_empty() => details,
            Ok(_) => return Err(found),
            Err(mut wrong) => {
                wrong.extend(found);
                return Err(wrong);
            }
        };
        Ok(Self {
            details,
            settings,
            version: self.version + 1,
            updated_at: at,
            ..self
        })
    }
}

/// A dealer as it comes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealerDraft {
    /// What people call it.
    pub name: String,
    /// Its name in the register.
    pub legal_name: String,
    /// A few words for the public.
    pub description: Option<String>,
    /// Its telephone.
    pub phone: String,
    /// Its address for letters.
    pub email: String,
    /// Its own pages.
    pub website: Option<String>,
    /// Its seat.
    pub address: AddressDraft,
    /// Its trade licence.
    pub licence_number: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// ISO 3166-1, two letters.
    pub country: String,
}

/// Changes to a dealer's record and settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DealerPatch {
    /// What people call it.
    pub name: Patch<String>,
    /// Its name in the register.
    pub legal_name: Patch<String>,
    /// A few words for the public.
    pub description: Patch<String>,
    /// Its telephone.
    pub phone: Patch<String>,
    /// Its address for letters.
    pub email: Patch<String>,
    /// Its own pages.
    pub website: Patch<String>,
    /// Its seat.
    pub address: Patch<AddressPatch>,
    /// Its trade licence.
    pub licence_number: Patch<String>,
    /// ISO 4217.
    pub currency: Patch<String>,
    /// ISO 3166-1, two letters.
    pub country: Patch<String>,
    /// What it chooses; null sets the defaults.
    pub settings: Patch<SettingsPatch>,
}

impl DealerDraft {
    /// Reads it; all that is wrong comes back at once.
    pub fn read(self) -> Result<DealerDetails, Violations> {
        let mut found = Violations::new();
        let name = found.take("/name", text::line(&self.name, 120));
        let legal_name = found.take("/legal_name", text::line(&self.legal_name, 200));
        let description = self.description.filter(|d| !d.trim().is_empty());
        let description = found.take_opt("/description", description.map(|d| text::paragraphs(&d, 5_000)));
        let phone = found.take("/phone", self.phone.parse::<Phone>());
        let email = found.take("/email", self.email.parse::<Email>());
        let website = found.take_opt("/website", self.website.map(|w| read_website(&w)));
        let address = self.address.read("/address", &mut found);
        let licence_number = address::optional_line(self.licence_number, 100, "/licence_number", &mut found);
        let currency = found.take("/currency", Currency::parse(&self.currency));
        let country = address::country(&self.country, "/country", &mut found);
        match (name, legal_name, phone, email, address, currency, country) {
            (
                Some(name),
                Some(legal_name),
                Some(phone),
                Some(email),
                Some(address),
                Some(currency),
                Some(country),
            ) if found.is_empty() => Ok(DealerDetails {
                name,
                legal_name,
                description,
                phone,
                email,
                website,
                address,
                licence_number,
                currency,
                country,
            }),
            _ => Err(found),
        }
    }

    fn patched(self, patch: DealerPatch) -> Self {
        Self {
            name: patch.name.apply(Some(self.name)).unwrap_or_default(),
            legal_name: patch.legal_name.apply(Some(self.legal_name)).unwrap_or_default(),
            description: patch.description.apply(self.description),
            phone: patch.phone.apply(Some(self.phone)).unwrap_or_default(),
            email: patch.email.apply(Some(self.email)).unwrap_or_default(),
            website: patch.website.apply(self.website),
            address: match patch.address {
                Patch::Absent => self.address,
                Patch::Null => AddressDraft::default(),
                Patch::Value(change) => self.address.patched(change),
            },
            licence_number: patch.licence_number.apply(self.licence_number),
            currency: patch.currency.apply(Some(self.currency)).unwrap_or_default(),
            country: patch.country.apply(Some(self.country)).unwrap_or_default(),
        }
    }
}

impl From<DealerDetails> for DealerDraft {
    fn from(details: DealerDetails) -> Self {
        Self {
            name: details.name,
            legal_name: details.legal_name,
            description: details.description,
            phone: details.phone.to_string(),
            email: details.email.to_string(),
            website: details.website,
            address: details.address.into(),
            licence_number: details.licence_number,
            currency: details.currency.code().to_owned(),
            country: details.country,
        }
    }
}

/// Takes an address on the web; anything but http and https could carry a script into a page.
fn read_website(text: &str) -> Result<String, Malformed> {
    let trimmed = text.trim();
    let host = trimmed
        .strip_prefix("https://")
        .or_else(|| trimmed.strip_prefix("http://"))
        .filter(|rest| rest.starts_with(|c: char| c.is_alphanumeric()));
    let plain = !trimmed
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || "<>\"\\".contains(c));
    if host.is_some() && plain && trimmed.len() <= 500 {
        Ok(trimmed.to_owned())
    } else {
        Err(Malformed::new(
            "malformed_website",
            format!(
                "“{}” is not a web address such as https://example.com",
                text::excerpt(text)
            ),
        ))
    }
}

//! Shapes of dealers.

use ::dealers::dealer::{Dealer, DealerDraft, DealerPatch, DealerStatus};
use ::dealers::ports::DealerEntry;
use ::dealers::settings::SettingsPatch;
use ::dealers::site::Site;
use chrono::{DateTime, Utc};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::place_dto::{AddressDto, AddressPatchDto};
use super::rules_dto::{NegotiationRulesDto, NegotiationRulesPatchDto};
use super::site_dto::SiteKindDto;

/// Where a dealer stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DealerStatusDto {
    /// Waits for an admin.
    Pending,
    /// In the public directory.
    Verified,
    /// Was refused.
    Rejected,
    /// Was stopped.
    Suspended,
}

impl From<DealerStatus> for DealerStatusDto {
    fn from(status: DealerStatus) -> Self {
        match status {
            DealerStatus::Pending => Self::Pending,
            DealerStatus::Verified => Self::Verified,
            DealerStatus::Rejected => Self::Rejected,
            DealerStatus::Suspended => Self::Suspended,
        }
    }
}

impl From<DealerStatusDto> for DealerStatus {
    fn from(status: DealerStatusDto) -> Self {
        match status {
            DealerStatusDto::Pending => Self::Pending,
            DealerStatusDto::Verified => Self::Verified,
            DealerStatusDto::Rejected => Self::Rejected,
            DealerStatusDto::Suspended => Self::Suspended,
        }
    }
}

/// A new dealer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Oak Cars", "legal_name": "Oak Cars Inc.", "phone": "+1 512 555 0100", "email": "hello@oak.example.com",
    "address": {"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"},
    "currency": "USD", "country": "US"
}))]
pub(super) struct NewDealerDto {
    /// What people call it.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// Its name in the register.
    #[schema(min_length = 1, max_length = 200)]
    legal_name: String,
    /// A few words for the public.
    #[serde(default)]
    #[schema(max_length = 5_000)]
    description: Option<String>,
    /// Its telephone.
    #[schema(min_length = 5, max_length = 40)]
    phone: String,
    /// Its address for letters.
    #[schema(max_length = 254)]
    email: String,
    /// Its own pages.
    #[serde(default)]
    #[schema(max_length = 500)]
    website: Option<String>,
    /// Its seat.
    address: AddressDto,
    /// Its trade licence.
    #[serde(default)]
    #[schema(max_length = 100)]
    licence_number: Option<String>,
    /// What it counts in: ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Whose law it is under: ISO 3166-1, two letters.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
}

impl NewDealerDto {
    pub(super) fn read(self) -> DealerDraft {
        DealerDraft {
            name: self.name,
            legal_name: self.legal_name,
            description: self.description,
            phone: self.phone,
            email: self.email,
            website: self.website,
            address: self.address.into(),
            licence_number: self.licence_number,
            currency: self.currency,
            country: self.country,
        }
    }
}

/// What a dealer chooses for itself.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DealerSettingsDto {
    /// Doubtful VINs are refused, not only warned of.
    strict_vin: bool,
    negotiation: NegotiationRulesDto,
}

/// Changes to what a dealer chooses.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DealerSettingsPatchDto {
    /// Doubtful VINs are refused, not only warned of.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    strict_vin: Patch<bool>,
    /// How it negotiates; `null` sets the defaults.
    #[serde(default)]
    #[schema(value_type = Option<NegotiationRulesPatchDto>)]
    negotiation: Patch<NegotiationRulesPatchDto>,
}

impl DealerSettingsPatchDto {
    fn read(self) -> SettingsPatch {
        SettingsPatch {
            strict_vin: self.strict_vin,
            negotiation: self.negotiation.map(Into::into),
        }
    }
}

/// Changes to a dealer.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "+1 512 555 0101", "website": null, "settings": {"strict_vin": true}}))]
pub(super) struct DealerPatchDto {
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    name: Patch<String>,
    /// Its name in the register.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    legal_name: Patch<String>,
    /// A few words for the public.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 5_000)]
    description: Patch<String>,
    /// Its telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Patch<String>,
    /// Its address for letters.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 254)]
    email: Patch<String>,
    /// Its own pages.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    website: Patch<String>,
    /// Its seat.
    #[serde(default)]
    #[schema(value_type = Option<AddressPatchDto>)]
    address: Patch<AddressPatchDto>,
    /// Its trade licence.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    licence_number: Patch<String>,
    /// What it counts in: ISO 4217.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    currency: Patch<String>,
    /// Whose law it is under: ISO 3166-1, two letters.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{2}$")]
    country: Patch<String>,
    /// What it chooses; `null` sets the defaults.
    #[serde(default)]
    #[schema(value_type = Option<DealerSettingsPatchDto>)]
    settings: Patch<DealerSettingsPatchDto>,
}

impl DealerPatchDto {
    pub(super) fn read(self) -> DealerPatch {
        DealerPatch {
            name: self.name,
            legal_name: self.legal_name,
            description: self.description,
            phone: self.phone,
            email: self.email,
            website: self.website,
            address: self.address.map(Into::into),
            licence_number: self.licence_number,
            currency: self.currency,
            country: self.country,
            settings: self.settings.map(DealerSettingsPatchDto::read),
        }
    }
}

/// A dealer, as its own staff and admins see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DealerDto {
    id: Uuid,
    /// What people call it.
    name: String,
    /// Its name in the register.
    legal_name: String,
    /// A few words for the public.
    description: Option<String>,
    /// Its picture, beside the server's root.
    logo_url: Option<String>,
    /// Its telephone.
    phone: String,
    /// Its address for letters.
    email: String,
    /// Its own pages.
    website: Option<String>,
    /// Its seat.
    address: AddressDto,
    /// Its trade licence.
    licence_number: Option<String>,
    /// What it counts in: ISO 4217.
    currency: String,
    /// Whose law it is under: ISO 3166-1, two letters.
    country: String,
    #[schema(inline)]
    status: DealerStatusDto,
    /// Why, in the words of the last admin who decided.
    status_reason: Option<String>,
    settings: DealerSettingsDto,
    /// Rises with each change.
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Dealer> for DealerDto {
    fn from(dealer: &Dealer) -> Self {
        let details = &dealer.details;
        Self {
            id: dealer.id.uuid(),
            name: details.name.clone(),
            legal_name: details.legal_name.clone(),
            description: details.description.clone(),
            logo_url: dealer.picture.map(crate::media::usual_address),
            phone: details.phone.to_string(),
            email: details.email.to_string(),
            website: details.website.clone(),
            address: (&details.address).into(),
            licence_number: details.licence_number.clone(),
            currency: details.currency.code().to_owned(),
            country: details.country.clone(),
            status: dealer.status.into(),
            status_reason: dealer.status_reason.clone(),
            settings: DealerSettingsDto {
                strict_vin: dealer.settings.strict_vin,
                negotiation: dealer.settings.negotiation.into(),
            },
            version: dealer.version,
            created_at: dealer.created_at,
            updated_at: dealer.updated_at,
        }
    }
}

/// A site in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteSummaryDto {
    id: Uuid,
    #[schema(inline)]
    kind: SiteKindDto,
    name: String,
    phone: Option<String>,
    address: AddressDto,
    /// IANA name.
    timezone: String,
}

impl From<&Site> for SiteSummaryDto {
    fn from(site: &Site) -> Self {
        let details = &site.details;
        Self {
            id: site.id.uuid(),
            kind: details.kind.into(),
            name: details.name.clone(),
            phone: details.phone.as_ref().map(ToString::to_string),
            address: (&details.address).into(),
            timezone: details.timezone.name().to_owned(),
        }
    }
}

/// A dealer, as the directory shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DealerEntryDto {
    id: Uuid,
    /// What people call it.
    name: String,
    /// A few words for the public.
    description: Option<String>,
    /// Its picture; none yet.
    logo_url: Option<String>,
    phone: String,
    email: String,
    website: Option<String>,
    address: AddressDto,
    currency: String,
    #[schema(inline)]
    status: DealerStatusDto,
    /// Its sites by name.
    sites: Vec<SiteSummaryDto>,
    /// How many of its listings are public.
    listings_count: u64,
    /// Since when it is registered.
    created_at: DateTime<Utc>,
}

impl From<DealerEntry> for DealerEntryDto {
    fn from(entry: DealerEntry) -> Self {
        let Dealer {
            id,
            details,
            picture,
            status,
            created_at,
            ..
        } = entry.dealer;
        Self {
            id: id.uuid(),
            name: details.name,
            description: details.description,
            logo_url: picture.map(crate::media::usual_address),
            phone: details.phone.to_string(),
            email: details.email.to_string(),
            website: details.website,
            address: (&details.address).into(),
            currency: details.currency.code().to_owned(),
            status: status.into(),
            sites: entry.sites.iter().map(Into::into).collect(),
            listings_count: entry.listings,
            created_at,
        }
    }
}

/// Which dealers to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DealerFilterDto {
    /// Of any of these; but for `verified` only admins may ask.
    #[serde(default)]
    #[param(inline)]
    pub(super) status: Vec<DealerStatusDto>,
    /// Whose name holds this, without regard to case and accents.
    #[param(max_length = 100)]
    pub(super) q: Option<String>,
}

/// Why.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The licence has run out."}))]
pub(super) struct ReasonDto {
    /// In words that the owner reads. Rejecting and suspending need one.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub(super) reason: Option<String>,
}

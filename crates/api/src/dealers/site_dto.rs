//! Shapes of sites.

use ::dealers::site::{Site, SiteDraft, SiteKind, SitePatch};
use chrono::{DateTime, Utc};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::hours_dto::{ExceptionDto, HoursDto, HoursPatchDto, SlotRulesDto, SlotRulesPatchDto};
use super::place_dto::{AddressDto, AddressPatchDto};

/// What a place is for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SiteKindDto {
    /// Cars are shown.
    Showroom,
    /// Cars are serviced.
    Workshop,
    /// Both.
    Both,
}

impl From<SiteKind> for SiteKindDto {
    fn from(kind: SiteKind) -> Self {
        match kind {
            SiteKind::Showroom => Self::Showroom,
            SiteKind::Workshop => Self::Workshop,
            SiteKind::Both => Self::Both,
        }
    }
}

impl From<SiteKindDto> for SiteKind {
    fn from(kind: SiteKindDto) -> Self {
        match kind {
            SiteKindDto::Showroom => Self::Showroom,
            SiteKindDto::Workshop => Self::Workshop,
            SiteKindDto::Both => Self::Both,
        }
    }
}

/// A new site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "showroom", "name": "Downtown", "timezone": "America/Chicago",
    "address": {"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"},
    "hours": {"mon": [{"open": "09:00", "close": "18:00"}], "sat": [{"open": "10:00", "close": "14:00"}]}
}))]
pub(super) struct NewSiteDto {
    /// The dealer that is meant: for admins, who work for none.
    #[serde(default)]
    pub(super) dealer_id: Option<Uuid>,
    #[schema(inline)]
    kind: SiteKindDto,
    /// What people call it.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// Its telephone.
    #[serde(default)]
    #[schema(max_length = 40)]
    phone: Option<String>,
    address: AddressDto,
    /// Degrees; with the longitude or not at all.
    #[serde(default)]
    #[schema(minimum = -90, maximum = 90)]
    latitude: Option<f64>,
    /// Degrees; with the latitude or not at all.
    #[serde(default)]
    #[schema(minimum = -180, maximum = 180)]
    longitude: Option<f64>,
    /// IANA name.
    #[schema(min_length = 1, max_length = 60)]
    timezone: String,
    /// Its week; Monday to Saturday from 09:00 to 18:00 when it is left out.
    #[serde(default)]
    hours: Option<HoursDto>,
    /// Dates that are different.
    #[serde(default)]
    #[schema(max_items = 366)]
    exceptions: Option<Vec<ExceptionDto>>,
    /// Cars that can be serviced at once; 1 where cars are serviced, else 0, when it is left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 200)]
    bays: Option<u32>,
    /// What differs from the default rules of test drives.
    #[serde(default)]
    slot_rules: Option<SlotRulesPatchDto>,
}

impl NewSiteDto {
    pub(super) fn read(self) -> SiteDraft {
        SiteDraft {
            kind: SiteKind::from(self.kind).to_string(),
            name: self.name,
            phone: self.phone,
            address: self.address.into(),
            latitude: self.latitude,
            longitude: self.longitude,
            timezone: self.timezone,
            hours: self.hours.map(Into::into),
            exceptions: self
                .exceptions
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            bays: self.bays,
            slot_rules: self.slot_rules.unwrap_or_default().into(),
        }
    }
}

/// Changes to a site.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"phone": "+1 512 555 0102", "bays": 6, "slot_rules": {"lead_minutes": 120}}))]
pub(super) struct SitePatchDto {
    #[serde(default)]
    #[schema(value_type = Option<SiteKindDto>)]
    kind: Patch<SiteKindDto>,
    /// What people call it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 120)]
    name: Patch<String>,
    /// Its telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<AddressPatchDto>)]
    address: Patch<AddressPatchDto>,
    /// Degrees; with the longitude or not at all.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    latitude: Patch<f64>,
    /// Degrees; with the latitude or not at all.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    longitude: Patch<f64>,
    /// IANA name.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 60)]
    timezone: Patch<String>,
    /// Single days; `null` sets the usual week.
    #[serde(default)]
    #[schema(value_type = Option<HoursPatchDto>)]
    hours: Patch<HoursPatchDto>,
    /// All of them anew.
    #[serde(default)]
    #[schema(value_type = Option<Vec<ExceptionDto>>)]
    exceptions: Patch<Vec<ExceptionDto>>,
    /// Cars that can be serviced at once.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 200)]
    bays: Patch<u32>,
    /// Single rules; `null` sets the defaults.
    #[serde(default)]
    #[schema(value_type = Option<SlotRulesPatchDto>)]
    slot_rules: Patch<SlotRulesPatchDto>,
}

impl SitePatchDto {
    pub(super) fn read(self) -> SitePatch {
        SitePatch {
            kind: self.kind.map(|kind| SiteKind::from(kind).to_string()),
            name: self.name,
            phone: self.phone,
            address: self.address.map(Into::into),
            latitude: self.latitude,
            longitude: self.longitude,
            timezone: self.timezone,
            hours: self.hours.map(Into::into),
            exceptions: self
                .exceptions
                .map(|list| list.into_iter().map(Into::into).collect()),
            bays: self.bays,
            slot_rules: self.slot_rules.map(Into::into),
        }
    }
}

/// One of a dealer's places.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteDto {
    id: Uuid,
    dealer_id: Uuid,
    #[schema(inline)]
    kind: SiteKindDto,
    name: String,
    phone: Option<String>,
    address: AddressDto,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// IANA name.
    timezone: String,
    hours: HoursDto,
    /// Dates that are different, in order.
    exceptions: Vec<ExceptionDto>,
    /// Cars that can be serviced at once.
    bays: u16,
    slot_rules: SlotRulesDto,
    /// Rises with each change.
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Site> for SiteDto {
    fn from(site: &Site) -> Self {
        let details = &site.details;
        Self {
            id: site.id.uuid(),
            dealer_id: site.dealer.uuid(),
            kind: details.kind.into(),
            name: details.name.clone(),
            phone: details.phone.as_ref().map(ToString::to_string),
            address: (&details.address).into(),
            latitude: details.coordinates.map(|c| c.latitude),
            longitude: details.coordinates.map(|c| c.longitude),
            timezone: details.timezone.name().to_owned(),
            hours: (&details.hours).into(),
            exceptions: details.exceptions.iter().map(Into::into).collect(),
            bays: details.bays,
            slot_rules: details.slot_rules.into(),
            version: site.version,
            created_at: site.created_at,
            updated_at: site.updated_at,
        }
    }
}

impl From<Site> for SiteDto {
    fn from(site: Site) -> Self {
        Self::from(&site)
    }
}

/// Which sites to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SiteFilterDto {
    /// Of this dealer.
    pub(super) dealer: Option<Uuid>,
    /// Of any of these kinds; `both` is a showroom and a workshop, too.
    #[serde(default)]
    #[param(inline)]
    pub(super) kind: Vec<SiteKindDto>,
    /// In this town, without regard to case and accents.
    #[param(max_length = 100)]
    pub(super) city: Option<String>,
    /// In this state, without regard to case and accents.
    #[param(max_length = 100)]
    pub(super) state: Option<String>,
}

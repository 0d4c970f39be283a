//! One of a dealer's places.

use std::fmt;
use std::str::FromStr;

use kernel::Instant;
use kernel::error::{Malformed, Violations};
use kernel::id::{DealerId, SiteId};
use kernel::patch::Patch;
use kernel::phone::Phone;
use kernel::text;
use kernel::zone::Zone;
use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressDraft, AddressPatch};
use crate::hours::{self, DayException, ExceptionDraft, HoursDraft, HoursPatch, OpeningHours};
use crate::slot_rules::{SlotRules, SlotRulesPatch};

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// Cars are shown.
    Showroom,
    /// Cars are serviced.
    Workshop,
    /// Both.
    Both,
}

impl SiteKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Showroom, Self::Workshop, Self::Both];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Showroom => "showroom",
            Self::Workshop => "workshop",
            Self::Both => "both",
        }
    }

    /// Are cars serviced there?
    pub const fn services(self) -> bool {
        matches!(self, Self::Workshop | Self::Both)
    }
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SiteKind {
    type Err = Malformed;

    fn from_str(word: &str) -> Result<Self, Malformed> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_site_kind", word)
    }
}

/// A point on the globe, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coordinates {
    /// North of the equator, -90 to 90.
    pub latitude: f64,
    /// East of Greenwich, -180 to 180.
    pub longitude: f64,
}

/// What a manager says about a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteDetails {
    /// What it is for.
    pub kind: SiteKind,
    /// What people call it.
    pub name: String,
    /// Its telephone.
    pub phone: Option<Phone>,
    /// Where letters find it.
    pub address: Address,
    /// Where maps find it.
    pub coordinates: Option<Coordinates>,
    /// Whose clock it goes by.
    pub timezone: Zone,
    /// Its week.
    pub hours: OpeningHours,
    /// Dates that are different, in order.
    pub exceptions: Vec<DayException>,
    /// Cars that can be serviced at once.
    pub bays: u16,
    /// How it gives out test drives.
    pub slot_rules: SlotRules,
}

/// A dealer's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Whose it is.
    pub dealer: DealerId,
    /// What is known of it.
    pub details: SiteDetails,
    /// Rises with each change.
    pub version: i64,
    /// Since when it is known.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}

/// A site as it comes from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteDraft {
    /// `showroom`, `workshop` or `both`.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// Where it is.
    pub address: AddressDraft,
    /// Degrees; with the longitude or not at all.
    pub latitude: Option<f64>,
    /// Degrees; with the latitude or not at all.
    pub longitude: Option<f64>,
    /// IANA name.
    pub timezone: String,
    /// Its week; [`OpeningHours::usual`] when left out.
    pub hours: Option<HoursDraft>,
    /// Dates that are different.
    pub exceptions: Vec<ExceptionDraft>,
    /// Cars that can be serviced at once; 1 where cars are serviced, else 0, when left out.
    pub bays: Option<u32>,
    /// What differs from the default rules.
    pub slot_rules: SlotRulesPatch,
}

/// Changes to a site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SitePatch {
    /// `showroom`, `workshop` or `both`.
    pub kind: Patch<String>,
    /// What people call it.
    pub name: Patch<String>,
    /// Its telephone.
    pub phone: Patch<String>,
    /// Where it is.
    pub address: Patch<AddressPatch>,
    /// Degrees.
    pub latitude: Patch<f64>,
    /// Degrees.
    pub longitude: Patch<f64>,
    /// IANA name.
    pub timezone: Patch<String>,
    /// Single days; `null` sets the usual week.
    pub hours: Patch<HoursPatch>,
    /// All of them anew.
    pub exceptions: Patch<Vec<ExceptionDraft>>,
    /// Cars that can be serviced at once.
    pub bays: Patch<u32>,
    /// Single rules; `null` sets the defaults.
    pub slot_rules: Patch<SlotRulesPatch>,
}

/// Bays of one site at most.
const MAX_BAYS: u32 = 200;

impl SiteDraft {
    /// Reads the draft of a new site; all that is wrong comes back at once.
    pub fn read(self) -> Result<SiteDetails, Violations> {
        self.read_over(SlotRules::default())
    }

    fn read_over(self, rules: SlotRules) -> Result<SiteDetails, Violations> {
        let mut found = Violations::new();
        let kind = found.take("/kind", self.kind.parse::<SiteKind>());
        let name = found.take("/name", text::line(&self.name, 120));
        let phone = found.take_opt("/phone", self.phone.map(|p| p.parse::<Phone>()));
        let address = self.address.read("/address", &mut found);
        let coordinates = read_coordinates(self.latitude, self.longitude, &mut found);
        let timezone = found.take("/timezone", self.timezone.parse::<Zone>());
        let hours = match self.hours {
            Some(hours) => hours.read("/hours", &mut found),
            None => OpeningHours::usual(),
        };
        let exceptions = hours::read_exceptions(self.exceptions, "/exceptions", &mut found);
        let services = kind.is_some_and(SiteKind::services);
        let bays = self.bays.unwrap_or(u32::from(services));
        found.check(bays <= MAX_BAYS, "/bays", "out_of_range", || {
            format!("{bays} bays are too many: 0 to {MAX_BAYS}")
        });
        found.check(bays > 0 || !services, "/bays", "out_of_range", || {
            "a workshop has at least one bay".to_owned()
        });
        let slot_rules = rules.patched(self.slot_rules, "/slot_rules", &mut found);
        match (kind, name, address, timezone) {
            (Some(kind), Some(name), Some(address), Some(timezone)) if found.is_empty() => Ok(SiteDetails {
                kind,
                name,
                phone,
                address,
                coordinates,
                timezone,
                hours,
                exceptions,
                bays: u16::try_from(bays).unwrap_or(u16::MAX),
                slot_rules,
            }),
            _ => Err(found),
        }
    }
}

fn read_coordinates(
    latitude: Option<f64>,
    longitude: Option<f64>,
    found: &mut Violations,
) -> Option<Coordinates> {
    let mut degrees = |value: Option<f64>, pointer: &str, most: f64| {
        if let Some(value) = value {
            found.check((-most..=most).contains(&value), pointer, "out_of_range", || {
                format!("{value} is not within -{most} to {most} degrees")
            });
        }
    };
    degrees(latitude, "/latitude", 90.0);
    degrees(longitude, "/longitude", 180.0);
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Some(Coordinates { latitude, longitude }),
        (None, None) => None,
        (Some(_), None) => {
            found.add(
                "/longitude",
                "required",
                "is missing: latitude and longitude come together",
            );
            None
        }
        (None, Some(_)) => {
            found.add(
                "/latitude",
                "required",
                "is missing: latitude and longitude come together",
            );
            None
        }
    }
}

impl SiteDetails {
    /// The details after a patch; all that is wrong comes back at once.
    pub fn patched(self, patch: SitePatch) -> Result<Self, Violations> {
        let rules = match &patch.slot_rules {
            Patch::Null => SlotRules::default(),
            Patch::Absent | Patch::Value(_) => self.slot_rules,
        };
        let week = HoursDraft::from(&self.hours);
        let exceptions: Vec<ExceptionDraft> = self.exceptions.iter().map(ExceptionDraft::from).collect();
        let draft = SiteDraft {
            kind: patch.kind.apply(Some(self.kind.to_string())).unwrap_or_default(),
            name: patch.name.apply(Some(self.name)).unwrap_or_default(),
            phone: patch.phone.apply(self.phone.map(|p| p.to_string())),
            address: match patch.address {
                Patch::Absent => self.address.into(),
                Patch::Null => AddressDraft::default(),
                Patch::Value(change) => AddressDraft::from(self.address).patched(change),
            },
            latitude: patch.latitude.apply(self.coordinates.map(|c| c.latitude)),
            longitude: patch.longitude.apply(self.coordinates.map(|c| c.longitude)),
            timezone: patch
                .timezone
                .apply(Some(self.timezone.to_string()))
                .unwrap_or_default(),
            hours: match patch.hours {
                Patch::Absent => Some(week),
                Patch::Null => None,
                Patch::Value(change) => Some(week.patched(change)),
            },
            exceptions: patch.exceptions.apply(Some(exceptions)).unwrap_or_default(),
            bays: patch.bays.apply(Some(u32::from(self.bays))),
            slot_rules: match patch.slot_rules {
                Patch::Value(change) => change,
                Patch::Absent | Patch::Null => SlotRulesPatch::default(),
            },
        };
        draft.read_over(rules)
    }
}

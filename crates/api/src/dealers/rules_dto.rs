//! How a dealer negotiates, as the API shows and takes it.

use dealers::settings::{NegotiationPatch, NegotiationRules};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a dealer negotiates. Buyers never see any of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NegotiationRulesDto {
    /// Hours to answer an offer.
    answer_hours: u16,
    /// Hours that a car is kept for the buyer of an accepted offer.
    reservation_hours: u16,
    /// Offers below this share of the asking price are declined at once: basis points.
    decline_below_bp: Option<u16>,
    /// Offers below the listing's floor price are declined at once.
    decline_below_floor: bool,
    /// Offers from this share of the asking price on are accepted at once, though never below the floor price: basis points.
    accept_from_bp: Option<u16>,
}

/// Changes to how a dealer negotiates; `null` sets a default.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NegotiationRulesPatchDto {
    /// Hours to answer an offer; 72 by default.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 720)]
    answer_hours: Patch<u16>,
    /// Hours that a car is kept for the buyer of an accepted offer; 72 by default.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 720)]
    reservation_hours: Patch<u16>,
    /// Offers below this share of the asking price are declined at once: basis points.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 10_000)]
    decline_below_bp: Patch<u16>,
    /// Offers below the listing's floor price are declined at once.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    decline_below_floor: Patch<bool>,
    /// Offers from this share of the asking price on are accepted at once, though never below the floor price: basis points.
    #[serde(default)]
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 10_000)]
    accept_from_bp: Patch<u16>,
}

impl From<NegotiationRules> for NegotiationRulesDto {
    fn from(rules: NegotiationRules) -> Self {
        Self {
            answer_hours: rules.answer_hours,
            reservation_hours: rules.reservation_hours,
            decline_below_bp: rules.decline_below_bp,
            decline_below_floor: rules.decline_below_floor,
            accept_from_bp: rules.accept_from_bp,
        }
    }
}

impl From<NegotiationRulesPatchDto> for NegotiationPatch {
    fn from(patch: NegotiationRulesPatchDto) -> Self {
        Self {
            answer_hours: patch.answer_hours,
            reservation_hours: patch.reservation_hours,
            decline_below_bp: patch.decline_below_bp,
            decline_below_floor: patch.decline_below_floor,
            accept_from_bp: patch.accept_from_bp,
        }
    }
}

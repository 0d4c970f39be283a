//! What a dealer chooses for itself.

use kernel::error::Violations;
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};

/// The most hours that an offer or a reservation may last: 30 days.
const MOST_HOURS: u16 = 720;
/// Basis points in a whole.
const WHOLE_BP: u16 = 10_000;

/// What a dealer chooses for itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DealerSettings {
    /// Doubtful VINs are refused, not only warned of.
    pub strict_vin: bool,
    /// How it negotiates.
    pub negotiation: NegotiationRules,
}

/// How a dealer negotiates. For its own staff: a buyer who knew the shares would offer just those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NegotiationRules {
    /// Hours to answer an offer, 1 to 720.
    pub answer_hours: u16,
    /// Hours that a car is kept for the buyer of an accepted offer, 1 to 720.
    pub reservation_hours: u16,
    /// Offers below this share of the asking price are declined at once: basis points, 1 to 10,000.
    pub decline_below_bp: Option<u16>,
    /// Offers below the floor price of the listing are declined at once.
    pub decline_below_floor: bool,
    /// Offers from this share of the asking price on are accepted at once: basis points, 1 to 10,000.
    pub accept_from_bp: Option<u16>,
}

impl Default for NegotiationRules {
    fn default() -> Self {
        Self {
            answer_hours: 72,
            reservation_hours: 72,
            decline_below_bp: None,
            decline_below_floor: false,
            accept_from_bp: None,
        }
    }
}

/// Changes to what a dealer chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsPatch {
    /// Doubtful VINs are refused.
    pub strict_vin: Patch<bool>,
    /// How it negotiates; null sets the defaults.
    pub negotiation: Patch<NegotiationPatch>,
}

/// Changes to how a dealer negotiates. Null sets the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NegotiationPatch {
    /// Hours to answer an offer.
    pub answer_hours: Patch<u16>,
    /// Hours that a car is kept.
    pub reservation_hours: Patch<u16>,
    /// Offers below this share are declined.
    pub decline_below_bp: Patch<u16>,
    /// Offers below the floor price are declined.
    pub decline_below_floor: Patch<bool>,
    /// Offers from this share on are accepted.
    pub accept_from_bp: Patch<u16>,
}

impl DealerSettings {
    /// The settings after a change; all that is wrong with them goes into `found`.
    pub(crate) fn patched(self, patch: SettingsPatch, found: &mut Violations) -> Self {
        let negotiation = match patch.negotiation {
            Patch::Absent => self.negotiation,
            Patch::Null => NegotiationRules::default(),
            Patch::Value(change) => self.negotiation.patched(change, found),
        };
        Self {
            strict_vin: patch.strict_vin.apply(Some(self.strict_vin)).unwrap_or_default(),
            negotiation,
        }
    }
}

impl NegotiationRules {
    fn patched(self, patch: NegotiationPatch, found: &mut Violations) -> Self {
        let default = Self::default();
        let hours = |change: Patch<u16>, old: u16, default: u16| change.apply(Some(old)).unwrap_or(default);
        let next = Self {
            answer_hours: hours(patch.answer_hours, self.answer_hours, default.answer_hours),
            reservation_hours: hours(
                patch.reservation_hours,
                self.reservation_hours,
                default.reservation_hours,
            ),
            decline_below_bp: patch.decline_below_bp.apply(self.decline_below_bp),
            decline_below_floor: patch
                .decline_below_floor
                .apply(Some(self.decline_below_floor))
                .unwrap_or_default(),
            accept_from_bp: patch.accept_from_bp.apply(self.accept_from_bp),
        };
        next.check(found);
        next
    }

    fn check(&self, found: &mut Violations) {
        for (name, hours) in [
            ("answer_hours", self.answer_hours),
            ("reservation_hours", self.reservation_hours),
        ] {
            found.check(
                (1..=MOST_HOURS).contains(&hours),
                &format!("/settings/negotiation/{name}"),
                "out_of_range",
                || format!("{hours} is not between 1 and {MOST_HOURS} hours"),
            );
        }
        for (name, share) in [
            ("decline_below_bp", self.decline_below_bp),
            ("accept_from_bp", self.accept_from_bp),
        ] {
            found.check(
                share.is_none_or(|bp| (1..=WHOLE_BP).contains(&bp)),
                &format!("/settings/negotiation/{name}"),
                "out_of_range",
                || {
                    format!(
                        "{} is not between 1 and {WHOLE_BP} basis points of the asking price",
                        share.unwrap_or_default()
                    )
                },
            );
        }
        if let (Some(below), Some(from)) = (self.decline_below_bp, self.accept_from_bp) {
            found.check(
                below <= from,
                "/settings/negotiation/accept_from_bp",
                "contradiction",
                || format!("offers from {from} on would be accepted, and those below {below} declined"),
            );
        }
    }
}

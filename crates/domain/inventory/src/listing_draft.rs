//! A listing as it comes from outside, and what a change says about one.

use kernel::error::Violations;
use kernel::id::SiteId;
use kernel::patch::Patch;
use kernel::vocabulary::Condition;

use crate::given::{MoneyText, keep};
use crate::listing::{Listing, ListingText, Prices};

/// Characters of a title at most.
pub const MAX_TITLE: usize = 200;
/// Characters of a description at most.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Features at most.
pub const MAX_FEATURES: usize = 100;
/// Characters of a feature at most.
pub const MAX_FEATURE: usize = 100;

/// A listing's terms as they were given: nothing is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingDraft {
    /// `new`, `used` or `certified`.
    pub condition: String,
    /// What it asks.
    pub asking_price: MoneyText,
    /// What the maker suggests.
    pub msrp: Option<MoneyText>,
    /// The least that the dealer takes.
    pub floor_price: Option<MoneyText>,
    /// What the dealer paid.
    pub cost: Option<MoneyText>,
    /// One line. The vehicle's year, make, model and trim when there is none.
    pub title: Option<String>,
    /// Several lines.
    pub description: Option<String>,
    /// What it has.
    pub features: Vec<String>,
}

/// Terms that hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How it comes.
    pub condition: Condition,
    /// What it asks.
    pub prices: Prices,
    /// What it says. An empty title stands for the vehicle's.
    pub text: ListingText,
}

impl ListingDraft {
    /// The terms, or `None` with everything that is wrong.
    pub fn check(&self, wrong: &mut Violations) -> Option<Terms> {
        let before = wrong.as_slice().len();
        let condition = wrong.take("/condition", self.condition.parse());
        let mut money = |pointer: &str, text: Option<&MoneyText>| text.and_then(|m| m.check(pointer, wrong));
        let asking = money("/asking_price", Some(&self.asking_price));
        let msrp = money("/msrp", self.msrp.as_ref());
        let floor = money("/floor_price", self.floor_price.as_ref());
        let cost = money("/cost", self.cost.as_ref());
        let title = crate::given::optional_line(wrong, "/title", self.title.as_deref(), MAX_TITLE);
        let description = wrong.take_opt(
            "/description",
            self.description
                .as_deref()
                .map(|t| kernel::text::paragraphs(t, MAX_DESCRIPTION)),
        );
        wrong.check(
            self.features.len() <= MAX_FEATURES,
            "/features",
            "too_many",
            || {
                format!(
                    "{} features; at most {MAX_FEATURES} are taken",
                    self.features.len()
                )
            },
        );
        let features: Vec<String> = self
            .features
            .iter()
            .take(MAX_FEATURES)
            .enumerate()
            .filter_map(|(n, text)| {
                wrong.take(&format!("/features/{n}"), kernel::text::line(text, MAX_FEATURE))
            })
            .collect();
        let prices = asking.and_then(|asking| {
            Prices::new(asking, msrp, floor, cost)
                .map_err(|more| wrong.extend(more))
                .ok()
        });
        if wrong.as_slice().len() > before {
            return None;
        }
        Some(Terms {
            condition: condition?,
            prices: prices?,
            text: ListingText {
                title: title.unwrap_or_default(),
                description: description.unwrap_or_default(),
                features,
            },
        })
    }
}

impl From<&Listing> for ListingDraft {
    fn from(listing: &Listing) -> Self {
        let prices = &listing.prices;
        Self {
            condition: listing.condition.as_str().to_owned(),
            asking_price: prices.asking().into(),
            msrp: prices.msrp().map(MoneyText::from),
            floor_price: prices.floor().map(MoneyText::from),
            cost: prices.cost().map(MoneyText::from),
            title: Some(listing.text.title.clone()),
            description: Some(listing.text.description.clone()),
            features: listing.text.features.clone(),
        }
    }
}

/// A merge patch of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingChanges {
    /// Where it stands.
    pub site: Patch<SiteId>,
    /// `new`, `used` or `certified`.
    pub condition: Patch<String>,
    /// What it asks.
    pub asking_price: Patch<MoneyText>,
    /// What the maker suggests.
    pub msrp: Patch<MoneyText>,
    /// The least that the dealer takes.
    pub floor_price: Patch<MoneyText>,
    /// What the dealer paid.
    pub cost: Patch<MoneyText>,
    /// One line; null goes back to the vehicle's.
    pub title: Patch<String>,
    /// Several lines.
    pub description: Patch<String>,
    /// What it has; null means nothing.
    pub features: Patch<Vec<String>>,
    /// Shown in the carousel: a manager's to say.
    pub featured: Patch<bool>,
    /// `draft`, `active` or `removed`.
    pub status: Patch<String>,
}

impl ListingChanges {
    /// A change of the status alone.
    pub fn status(status: crate::listing::ListingStatus) -> Self {
        Self {
            status: Patch::Value(status.as_str().to_owned()),
            ..Self::default()
        }
    }

    /// The terms after the change, or `None` with everything that is wrong.
    pub(crate) fn onto(self, current: &Listing, wrong: &mut Violations) -> Option<Terms> {
        let mut draft = ListingDraft::from(current);
        keep(wrong, "/condition", self.condition, &mut draft.condition);
        keep(wrong, "/asking_price", self.asking_price, &mut draft.asking_price);
        draft.msrp = self.msrp.apply(draft.msrp);
        draft.floor_price = self.floor_price.apply(draft.floor_price);
        draft.cost = self.cost.apply(draft.cost);
        draft.title = self.title.apply(draft.title);
        draft.description = self.description.apply(draft.description);
        draft.features = self.features.apply(Some(draft.features)).unwrap_or_default();
        draft.check(wrong)
    }
}

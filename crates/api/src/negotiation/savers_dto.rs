//! Offers to savers as the API takes and answers them.

use ::negotiation::savers::{HowMuch, OfferToSavers, Reached};
use kernel::error::{Common, Violations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::dto::MoneyDto;

/// An offer to those who saved a listing: a `price`, or `percent` off what it asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "percent": 5, "duration_hours": 48, "message": "Yours this weekend." }))]
pub(super) struct OfferToSaversDto {
    /// In the listing's currency, at most what it asks.
    price: Option<MoneyDto>,
    /// Percent off what the listing asks.
    #[schema(minimum = 1, maximum = 99)]
    percent: Option<u8>,
    /// Hours that the offer holds; else as long as the dealer's other offers.
    #[schema(minimum = 1, maximum = 720)]
    duration_hours: Option<u16>,
    /// May the buyers answer with another price? True when left out.
    counter_allowed: Option<bool>,
    #[schema(max_length = 1_000)]
    message: Option<String>,
}

impl OfferToSaversDto {
    /// What is wished; the domain checks it.
    pub(super) fn read(self) -> Result<OfferToSavers, Common> {
        let mut wrong = Violations::new();
        let how_much = match (&self.price, self.percent) {
            (Some(price), None) => wrong.take("/price", price.read()).map(HowMuch::Price),
            (None, Some(percent)) => Some(HowMuch::PercentOff(percent)),
            (Some(_), Some(_)) | (None, None) => {
                wrong.add("/price", "price_or_percent", "give either price or percent");
                None
            }
        };
        wrong.into_result()?;
        Ok(OfferToSavers {
            how_much: how_much.ok_or_else(|| Common::internal("an offer without violations is whole"))?,
            hours: self.duration_hours,
            counter_allowed: self.counter_allowed.unwrap_or(true),
            message: self.message,
        })
    }
}

/// What became of an offer to savers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReachedDto {
    /// Negotiations that were opened.
    opened: u64,
    /// Savers who are left for another such call.
    left: u64,
}

impl From<Reached> for ReachedDto {
    fn from(reached: Reached) -> Self {
        Self {
            opened: reached.opened,
            left: reached.left,
        }
    }
}

//! A dealer's offer to those who saved its listing: each gets a negotiation of their own, and has the first word in it.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::money::Money;
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::Error;
use crate::negotiation::{Bid, Buyer, Opening};
use crate::request;
use crate::rules::{NewIds, same_currency};
use crate::sitting::Sitting;
use crate::state::Side;
use crate::table::{Moves, Stage, Table};

/// Savers that one act reaches at most; the same act again reaches the next.
pub const MOST_SAVERS: usize = 500;
/// The most hours that an offer may hold.
const MOST_HOURS: u16 = 720;

/// How much is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMuch {
    /// This price.
    Price(Money),
    /// So many percent off what the listing asks: 1 to 99, rounded to the nearest minor unit.
    PercentOff(u8),
}

/// An offer to savers as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferToSavers {
    /// How much.
    pub how_much: HowMuch,
    /// Hours that it holds; none means as long as the dealer's other offers.
    pub hours: Option<u16>,
    /// May the buyers answer with another price?
    pub counter_allowed: bool,
    /// What is said with it.
    pub message: Option<String>,
}

impl OfferToSavers {
    /// Checks it; all that is wrong comes back at once.
    pub fn checked(self) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        match self.how_much {
            HowMuch::Price(price) => {
                wrong.check(price.minor() > 0, "/price/amount", "not_positive", || {
                    format!("{price} is not above zero")
                });
            }
            HowMuch::PercentOff(percent) => {
                wrong.check((1..=99).contains(&percent), "/percent", "out_of_range", || {
                    format!("{percent} is not between 1 and 99 percent off")
                });
            }
        }
        if let Some(hours) = self.hours {
            wrong.check(
                (1..=MOST_HOURS).contains(&hours),
                "/duration_hours",
                "out_of_range",
                || format!("{hours} is not between 1 and {MOST_HOURS} hours"),
            );
        }
        let message = request::message(self.message, &mut wrong);
        wrong.into_result()?;
        Ok(Self { message, ..self })
    }
}

/// What is known, under lock, when savers are offered something.
#[derive(Clone, Debug)]
pub struct SaversFacts {
    /// The table.
    pub table: Table,
    /// Who saved the listing, may negotiate and does not yet: the first to save it first, [`MOST_SAVERS`] at most.
    pub savers: Vec<Buyer>,
    /// How many more there are.
    pub left: u64,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// How many negotiations were opened.
    pub opened: u64,
    /// How many savers are left for another such act.
    pub left: u64,
}

/// Opens a negotiation with each saver. `ids` are for them in turn.
pub fn offer(
    act: &Act,
    ids: &[NewIds],
    wish: &OfferToSavers,
    facts: &SaversFacts,
) -> Result<Decision<Moves, Reached>, Error> {
    let car = &facts.table.car;
    act.actor
        .may(Right::ManageNegotiations, Scope::Dealer(car.dealer))
        .map_err(|refusal| refusal.of("listing"))?;
    if !car.verified {
        return Err(Error::DealerNotVerified);
    }
    let why = match car.stage {
        Stage::Open => None,
        Stage::Reserved => Some("it is reserved"),
        Stage::Closed => Some("it is not on sale"),
    };
    if let Some(why) = why {
        return Err(Error::NotNegotiable { why });
    }
    let amount = amount(wish.how_much, car.asking);
    same_currency("/price/currency", amount, car)?;
    if amount.minor() > car.asking.minor() || amount.minor() < 1 {
        return Err(Error::OutOfRange(Common::invalid(
            "/price/amount",
            "offer_out_of_range",
            format!(
                "{amount} is not above zero and at most the asking price of {}",
                car.asking
            ),
        )));
    }
    let mut terms = facts.table.terms;
    terms.answer_hours = wish.hours.unwrap_or(terms.answer_hours);
    let mut sitting = Sitting::at(&facts.table, act.at);
    let mut opened = 0;
    for (buyer, ids) in facts.savers.iter().zip(ids) {
        let opening = Opening {
            id: ids.negotiation,
            listing: car.listing,
            dealer: car.dealer,
            buyer: buyer.clone(),
            side: Side::Dealer,
            asking: car.asking,
            counter_allowed: wish.counter_allowed,
        };
        let bid = Bid {
            id: ids.offer,
            amount,
            message: wish.message.clone(),
            expires_at: terms.answer_by(act.at),
        };
        sitting.open(opening, bid);
        opened += 1;
    }
    let audit = Audit::new("listing.offered_to_savers", "listing", car.listing)
        .for_dealer(car.dealer)
        .with(json!({ "amount": amount.to_string(), "opened": opened, "left": facts.left }));
    let reached = Reached {
        opened,
        left: facts.left,
    };
    Ok(sitting.adjourn(audit, reached))
}

/// The price that is meant. Half a minor unit goes to the buyer.
fn amount(how_much: HowMuch, asking: Money) -> Money {
    match how_much {
        HowMuch::Price(price) => price,
        HowMuch::PercentOff(percent) => {
            let kept = i128::from(100_u8.saturating_sub(percent));
            let minor = (i128::from(asking.minor()) * kept + 49) / 100;
            Money::new(i64::try_from(minor).unwrap_or(asking.minor()), asking.currency())
        }
    }
}

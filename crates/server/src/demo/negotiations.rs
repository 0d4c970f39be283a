//! Negotiations: some wait for the dealer, some for the customer, one is agreed, one came to nothing.

use ::negotiation::request::{NewNegotiation, Price};
use chrono::TimeDelta;
use kernel::act::Act;
use kernel::id::UserId;
use kernel::money::Money;
use kernel::rights::Role;

use super::Stage;
use super::dealers::House;
use super::stock::Offer;

/// How a negotiation of the demo stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    AwaitsDealer,
    AwaitsCustomer,
    Accepted,
    Rejected,
}

/// What becomes of the negotiations, in turn.
const FATES: &[Fate] = &[
    Fate::AwaitsDealer,
    Fate::AwaitsCustomer,
    Fate::Accepted,
    Fate::Rejected,
    Fate::AwaitsCustomer,
    Fate::AwaitsDealer,
];
/// They were opened so many hours ago: within the time that an answer may take.
const ASKED: i64 = 5;
/// Every how many-eth car on offer is haggled over.
const ONE_OF: usize = 29;

/// A part of the asking price, in whole dollars.
fn percent(of: Money, percent: i64) -> Money {
    Money::new(of.minor() / 10_000 * percent * 100, of.currency())
}

/// Lets customers make offers, and the dealers answer. Says how many negotiations there are.
pub(super) async fn open(
    stage: &Stage<'_>,
    houses: &[House],
    customers: &[UserId],
    cars: &mut [Offer],
) -> anyhow::Result<usize> {
    let mut made = 0;
    let wanted = cars.iter_mut().filter(|car| car.open).skip(2).step_by(ONE_OF);
    for ((car, customer), fate) in wanted.zip(customers).zip(FATES) {
        let Some(house) = houses.get(car.house) else {
            continue;
        };
        haggle(stage, house, car, *customer, *fate).await?;
        made += 1;
    }
    Ok(made)
}

async fn haggle(
    stage: &Stage<'_>,
    house: &House,
    car: &mut Offer,
    customer: UserId,
    fate: Fate,
) -> anyhow::Result<()> {
    let listed = stage.services.inventory.listings.stock.find(car.listing).await?;
    let Some(listed) = listed else { return Ok(()) };
    let asking = listed.listing.prices.asking();
    let moves = &stage.services.negotiation.moves;
    let price = |of: i64, message: &str| Price {
        amount: percent(asking, of),
        message: Some(message.to_owned()),
    };
    let act = stage.by(customer, None, ASKED);
    let offer = match fate {
        Fate::Rejected => price(70, "Would you take this, today and in cash?"),
        _ => price(94, "I like the car. Would this do?"),
    };
    let new = NewNegotiation {
        listing: car.listing,
        price: offer,
    };
    let talk = moves.open(&act, new).await?.value.talk;
    let (user, membership) = house.member(Role::Sales)?;
    let answer = Act {
        at: act.at + TimeDelta::minutes(50),
        ..stage.by(user, Some(membership), 0)
    };
    match fate {
        Fate::AwaitsDealer => {}
        Fate::AwaitsCustomer => {
            let price = price(97, "We can meet you here, with a full tank.");
            moves.counter(&answer, talk.id, price).await?;
        }
        Fate::Accepted => {
            moves.accept(&answer, talk.id).await?;
            // It is kept for that customer.
            car.open = false;
        }
        Fate::Rejected => {
            let why = "That is far below what we paid for the car.";
            moves.reject(&answer, talk.id, why).await?;
        }
    }
    Ok(())
}

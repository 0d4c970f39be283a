//! Who may make which move, and what follows from it: facts in, a decision out.

use kernel::Instant;
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, Refusal, Scope};
use kernel::error::{Common, Violations};
use kernel::id::{NegotiationId, OfferId};
use kernel::money::Money;
use kernel::rights::Right;

use crate::error::Error;
use crate::negotiation::{Bid, Buyer, Negotiation, Opening};
use crate::notice::{Notice, Occasion};
use crate::request::Price;
use crate::sitting::Sitting;
use crate::state::{Move, Side, State};
use crate::table::{Car, Moves, Stage, Standing, Table};

/// Offers that a side may make in one negotiation.
pub const MOST_OFFERS: usize = 10;
/// What a buyer reads when the dealer's own settings said no. It must not tell which of them.
pub const DECLINED: &str = "the dealer does not take this offer";

/// As what the actor sits at the table: the buyer as such, the dealer's staff for the dealer. To everybody else there is
/// no such negotiation.
pub fn party(actor: &Actor, talk: &Negotiation) -> Result<Side, Error> {
    if actor.user() == Some(talk.buyer.user) {
        return Ok(Side::Buyer);
    }
    actor
        .may(Right::ManageNegotiations, Scope::Dealer(talk.dealer))
        .map_err(|refusal| refusal.of("negotiation"))?;
    Ok(Side::Dealer)
}

/// As [`party`], for what one side alone may do.
fn party_must_be(side: Side, actor: &Actor, talk: &Negotiation) -> Result<(), Error> {
    if party(actor, talk)? == side {
        return Ok(());
    }
    let right = match side {
        Side::Buyer => Right::Negotiate,
        Side::Dealer => Right::ManageNegotiations,
    };
    Err(Refusal::Forbidden(right).of("negotiation").into())
}

/// The ids of what a move may make; given from outside, so that a repeat makes the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewIds {
    /// Of the negotiation.
    pub negotiation: NegotiationId,
    /// Of the offer.
    pub offer: OfferId,
}

/// A buyer opens a negotiation with the first offer; what the dealer said beforehand answers at once.
pub fn open(
    act: &Act,
    ids: NewIds,
    price: &Price,
    buyer: Buyer,
    table: &Table,
) -> Result<Decision<Moves, Negotiation>, Error> {
    let car = &table.car;
    act.actor
        .may(Right::Negotiate, Scope::Person(buyer.user))
        .map_err(|refusal| refusal.of("listing"))?;
    if act.actor.member_of(car.dealer).is_some() {
        return Err(Error::OwnDealer);
    }
    if !car.verified || car.stage == Stage::Closed {
        return Err(Common::absent("listing").into());
    }
    if table
        .talks
        .iter()
        .any(|talk| talk.buyer.user == buyer.user && talk.state.is_live())
    {
        return Err(Error::AlreadyOpen);
    }
    if car.stage == Stage::Reserved {
        return Err(Error::NotNegotiable {
            why: "it is reserved for somebody else",
        });
    }
    same_currency("/amount/currency", price.amount, car)?;
    let opening = Opening {
        id: ids.negotiation,
        listing: car.listing,
        dealer: car.dealer,
        buyer,
        side: Side::Buyer,
        asking: car.asking,
        counter_allowed: true,
    };
    let mut sitting = Sitting::at(table, act.at);
    sitting.open(opening, bid(ids.offer, price, act.at, table));
    answer_beforehand(&mut sitting, ids.negotiation, price.amount, table)?;
    sitting.close(ids.negotiation)
}

/// The side whose turn it is answers with a price of its own.
pub fn counter(
    act: &Act,
    id: NegotiationId,
    offer: OfferId,
    price: &Price,
    table: &Table,
) -> Result<Decision<Moves, Negotiation>, Error> {
    let (talk, side) = seated(act, id, table)?;
    answerable(talk, Move::Counter(side), side, act.at, &table.car)?;
    if side == Side::Buyer && !talk.counter_allowed {
        return Err(Error::CounterNotAllowed);
    }
    if talk.made_by(side) >= MOST_OFFERS {
        return Err(Error::OfferLimit {
            side,
            most: MOST_OFFERS,
        });
    }
    same_currency("/amount/currency", price.amount, &table.car)?;
    in_range(talk, side, price.amount, &table.car)?;
    let mut sitting = Sitting::at(table, act.at);
    sitting.counter(id, side, bid(offer, price, act.at, table))?;
    if side == Side::Buyer {
        answer_beforehand(&mut sitting, id, price.amount, table)?;
    }
    sitting.close(id)
}

/// The side whose turn it is takes the standing offer: the car is kept for the buyer, and other buyers wait.
pub fn accept(act: &Act, id: NegotiationId, table: &Table) -> Result<Decision<Moves, Negotiation>, Error> {
    let (talk, side) = seated(act, id, table)?;
    answerable(talk, Move::Accept(side), side, act.at, &table.car)?;
    let mut sitting = Sitting::at(table, act.at);
    sitting.accept(id, side)?;
    sitting.close(id)
}

/// The dealer ends it, with a reason. If it was agreed, the car is free again.
pub fn reject(
    act: &Act,
    id: NegotiationId,
    reason: &str,
    table: &Table,
) -> Result<Decision<Moves, Negotiation>, Error> {
    let talk = known(id, table)?;
    party_must_be(Side::Dealer, &act.actor, talk)?;
    act.expect_version(talk.version)?;
    if !table.car.verified {
        return Err(Error::DealerNotVerified);
    }
    end(act, id, Move::Reject, Some(reason.to_owned()), table)
}

/// The buyer withdraws, or the house for one who is gone; also while the negotiation waits, and from an agreement.
pub fn cancel(
    act: &Act,
    id: NegotiationId,
    reason: Option<&str>,
    table: &Table,
) -> Result<Decision<Moves, Negotiation>, Error> {
    let talk = known(id, table)?;
    if act.actor != Actor::System {
        party_must_be(Side::Buyer, &act.actor, talk)?;
    }
    act.expect_version(talk.version)?;
    end(act, id, Move::Cancel, reason.map(str::to_owned), table)
}

/// Looks whether time is up: an offer expires, an agreement lapses. Leaves everything else as it is, so that it may run
/// at any time, and twice.
pub fn due(act: &Act, id: NegotiationId, table: &Table) -> Result<Decision<Moves, Negotiation>, Error> {
    let talk = known(id, table)?;
    if talk.due_at().is_none_or(|due| act.at < due) {
        return Ok(Decision::nothing(Moves::default(), talk.clone()));
    }
    let (step, reason) = match talk.state {
        State::Accepted => (Move::Lapse, "the car was not bought in time"),
        _ => (Move::Expire, "nobody answered in time"),
    };
    end(act, id, step, Some(reason.to_owned()), table)
}

/// The car is free to talk about again: those who waited go on with the time that they had left. For the acts that cross
/// contexts.
pub fn wake(talk: &Negotiation, at: Instant) -> Result<(Negotiation, Notice), Error> {
    let next = talk.clone().woken(at)?;
    Ok(told(Move::Wake, talk, next))
}

/// The dealer is stopped: the clock stands still, and an agreement is off. For the acts that cross contexts.
pub fn suspend(talk: &Negotiation, reason: &str, at: Instant) -> Result<(Negotiation, Notice), Error> {
    let was = talk.clone();
    let (step, next) = if talk.state == State::Accepted {
        (Move::Lapse, was.ended(Move::Lapse, Some(reason.to_owned()), at)?)
    } else {
        (Move::Hold, was.held(at)?)
    };
    Ok(told(step, talk, next))
}

/// The car is sold to `buyer`, or to nobody who talks here (`None`), or its listing is gone: the buyer's own negotiation
/// is completed, any other superseded. For the acts that cross contexts.
pub fn settle(
    talk: &Negotiation,
    buyer: Option<kernel::id::UserId>,
    reason: &str,
    at: Instant,
) -> Result<(Negotiation, Notice), Error> {
    let own = buyer == Some(talk.buyer.user) && !matches!(talk.state, State::OnHold(_));
    let (step, reason) = if own {
        (Move::Complete, None)
    } else {
        (Move::Supersede, Some(reason.to_owned()))
    };
    let ended = talk.clone().ended(step, reason, at)?;
    Ok(told(step, talk, ended))
}

fn told(step: Move, before: &Negotiation, next: Negotiation) -> (Negotiation, Notice) {
    let notice = Notice::of(Occasion::Moved(step), Some(before), &next);
    (next, notice)
}

fn end(
    act: &Act,
    id: NegotiationId,
    step: Move,
    reason: Option<String>,
    table: &Table,
) -> Result<Decision<Moves, Negotiation>, Error> {
    let mut sitting = Sitting::at(table, act.at);
    sitting.end(id, step, reason)?;
    sitting.close(id)
}

fn known(id: NegotiationId, table: &Table) -> Result<&Negotiation, Error> {
    table.talk(id).ok_or_else(|| Common::absent("negotiation").into())
}

/// Finds the negotiation, as what the actor sits there, and whether it is the version that the actor saw.
fn seated<'a>(act: &Act, id: NegotiationId, table: &'a Table) -> Result<(&'a Negotiation, Side), Error> {
    let talk = known(id, table)?;
    let side = party(&act.actor, talk)?;
    act.expect_version(talk.version)?;
    Ok((talk, side))
}

/// May this side answer the standing offer now?
fn answerable(talk: &Negotiation, step: Move, side: Side, at: Instant, car: &Car) -> Result<(), Error> {
    if side == Side::Dealer && !car.verified {
        return Err(Error::DealerNotVerified);
    }
    talk.state.after(step)?;
    match talk.expires_at() {
        Some(expired) if at >= expired => Err(Error::OfferExpired { at: expired }),
        _ => Ok(()),
    }
}

/// An amount in another currency than the listing's is refused.
pub(crate) fn same_currency(pointer: &str, amount: Money, car: &Car) -> Result<(), Error> {
    let (given, wanted) = (amount.currency(), car.asking.currency());
    if given == wanted {
        return Ok(());
    }
    Err(Error::CurrencyMismatch(Common::invalid(
        pointer,
        "currency_mismatch",
        format!("the listing is in {wanted}, not in {given}"),
    )))
}

/// A dealer's counter is between the buyer's standing offer and the asking price; a buyer's is not above the dealer's.
fn in_range(talk: &Negotiation, side: Side, amount: Money, car: &Car) -> Result<(), Error> {
    let mut wrong = Violations::new();
    let standing = talk.pending_of(side.other()).map(|offer| offer.amount);
    match side {
        Side::Dealer => {
            if let Some(standing) = standing.filter(|standing| amount.minor() < standing.minor()) {
                wrong.add(
                    "/amount/amount",
                    "offer_out_of_range",
                    format!("{amount} is below the buyer's own offer of {standing}: accept that one"),
                );
            }
            if amount.minor() > car.asking.minor() {
                wrong.add(
                    "/amount/amount",
                    "offer_out_of_range",
                    format!("{amount} is above the asking price of {}", car.asking),
                );
            }
        }
        Side::Buyer => {
            if let Some(standing) = standing.filter(|standing| amount.minor() > standing.minor()) {
                wrong.add(
                    "/amount/amount",
                    "offer_out_of_range",
                    format!("{amount} is above the dealer's offer of {standing}: accept that one"),
                );
            }
        }
    }
    wrong.into_result().map_err(Error::OutOfRange)
}

fn bid(id: OfferId, price: &Price, at: Instant, table: &Table) -> Bid {
    Bid {
        id,
        amount: price.amount,
        message: price.message.clone(),
        expires_at: table.terms.answer_by(at),
    }
}

/// What the dealer said beforehand acts at once, as the dealer.
fn answer_beforehand(
    sitting: &mut Sitting<'_>,
    id: NegotiationId,
    amount: Money,
    table: &Table,
) -> Result<(), Error> {
    match table.terms.stand(&table.car, amount) {
        Standing::Open => Ok(()),
        Standing::Yes => sitting.accept(id, Side::Dealer),
        Standing::No => sitting.end(id, Move::Reject, Some(DECLINED.to_owned())),
    }
}

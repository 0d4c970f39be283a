//! A slot that is kept for somebody while they fill in the form: it stands in the way of others as a drive does, never in its
//! holder's, and ends by the clock.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::id::{ListingId, SlotHoldId, UserId, VehicleId};
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::booking::Slot;
use crate::error::Error;
use crate::ports::{HoldFacts, NewHold};
use crate::rules::{bookable_by, fits, sees};
use crate::slots::slot_at;

/// Minutes that a slot is kept.
pub const HOLD_MINUTES: i64 = 5;

/// A slot of a car that is kept for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotHold {
    /// Its id.
    pub id: SlotHoldId,
    /// The listing it was asked for.
    pub listing: ListingId,
    /// The car.
    pub vehicle: VehicleId,
    /// Who holds it.
    pub user: UserId,
    /// From when to when.
    pub slot: Slot,
    /// When it was made.
    pub created_at: Instant,
    /// From when on it counts for nothing.
    pub expires_at: Instant,
}

/// Is it held by one of these?
fn is_of(hold: &SlotHold, sides: &[Option<UserId>]) -> bool {
    sides.contains(&Some(hold.user))
}

/// What stands in the way of these people: drives, and what others hold.
pub fn blocking(taken: &[Slot], holds: &[SlotHold], sides: &[Option<UserId>]) -> Vec<Slot> {
    let of_others = holds.iter().filter(|hold| !is_of(hold, sides));
    taken
        .iter()
        .copied()
        .chain(of_others.map(|hold| hold.slot))
        .collect()
}

/// The holds of these people that share a moment with `slot`.
pub fn keeping<'a>(slot: Slot, holds: &'a [SlotHold], sides: &[Option<UserId>]) -> Vec<&'a SlotHold> {
    holds
        .iter()
        .filter(|hold| is_of(hold, sides) && hold.slot.overlaps(&slot))
        .collect()
}

/// Holds a slot. A person may have as many open drives and holds together as the site allows open drives, so that what is held can
/// be booked. The same slot again is the same hold: nobody keeps a slot for longer by asking often.
pub fn hold(
    act: &Act,
    id: SlotHoldId,
    start_at: Instant,
    facts: &HoldFacts,
) -> Result<Decision<Option<NewHold>, SlotHold>, Error> {
    let booking = &facts.booking;
    let car = &booking.car;
    if !sees(&act.actor, car) {
        return Err(Common::absent("listing").into());
    }
    let user = act.actor.person()?.user;
    act.actor
        .may(Right::BookTestDrive, Scope::Person(user))
        .map_err(|refusal| refusal.of("listing"))?;
    let place = bookable_by(car, Some(user))?;
    let slot = slot_at(&place.calendar, &place.rules, start_at, act.at)?;
    let sides = [Some(user)];
    fits(
        slot,
        &blocking(&booking.taken, &booking.holds, &sides),
        &booking.theirs,
    )?;
    let kept = keeping(slot, &booking.holds, &sides);
    if let Some(same) = kept.iter().find(|kept| kept.slot == slot) {
        return Ok(Decision::nothing(None, (*same).clone()));
    }
    let instead_of: Vec<SlotHoldId> = kept.iter().map(|kept| kept.id).collect();
    let held = facts.held.iter().filter(|id| !instead_of.contains(id)).count();
    let (open, most) = (booking.theirs.len() + held, place.rules.max_open);
    if open >= usize::from(most) {
        return Err(Error::TooManyOpen { open, most });
    }
    let hold = SlotHold {
        id,
        listing: car.listing,
        vehicle: car.vehicle,
        user,
        slot,
        created_at: act.at,
        expires_at: act.at + TimeDelta::minutes(HOLD_MINUTES),
    };
    let audit = Audit::new("slot_hold.made", "slot_hold", id)
        .for_dealer(car.dealer)
        .with(
            json!({ "listing_id": hold.listing, "start_at": slot.start_at, "expires_at": hold.expires_at }),
        );
    let plan = NewHold {
        hold: hold.clone(),
        instead_of,
    };
    Ok(Decision::new(Some(plan), hold, audit))
}

//! Who may wait for a taken slot, whose turn it is when it frees, and what becomes of an offer: facts in, a decision out.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{BookingId, WaitlistEntryId};
use kernel::job::Job;
use kernel::rights::Right;
use serde_json::json;

use crate::booking::Slot;
use crate::error::Error;
use crate::hold::{SlotHold, blocking};
use crate::notice::Turn;
use crate::ports::{Answered, EntryFacts, InLine, JoinFacts, Place, TurnFacts, WaitPlan};
use crate::request::{BookingRequest, ForWhom};
use crate::rules::{self, bookable_by, sees};
use crate::slots::slot_at;
use crate::waitlist::{MOST_WAITING, OFFER_MINUTES, WaitStatus, WaitlistEntry};

/// Joins the line for a slot that somebody else has. One that is free is to be booked instead.
pub fn join(
    act: &Act,
    id: WaitlistEntryId,
    start_at: Instant,
    facts: &JoinFacts,
) -> Result<Decision<WaitlistEntry, WaitlistEntry>, Error> {
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
    if let Some(own) = booking.theirs.iter().find(|own| own.overlaps(&slot)) {
        return Err(Error::OverlappingDrive { with: Some(*own) });
    }
    if facts
        .line
        .iter()
        .any(|e| e.listing == car.listing && e.slot == slot)
    {
        return Err(Error::AlreadyWaiting);
    }
    if facts.line.len() >= MOST_WAITING {
        return Err(Error::TooManyWaiting);
    }
    let sides = [Some(user)];
    let blocked = blocking(&booking.taken, &booking.holds, &sides);
    if !blocked.iter().any(|other| other.overlaps(&slot)) {
        return Err(Error::SlotFree);
    }
    let entry = WaitlistEntry {
        id,
        listing: car.listing,
        vehicle: car.vehicle,
        dealer: car.dealer,
        user,
        slot,
        status: WaitStatus::Waiting,
        offered_until: None,
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let turn = Turn {
        listing_id: car.listing,
        slot,
    };
    // A hold ends by the clock, and tells nobody.
    let holds = booking.holds.iter().filter(|hold| hold.slot.overlaps(&slot));
    let ends = holds.map(|hold| {
        let end = turn.job().at(hold.expires_at);
        end.once(format!("{id}:{}", hold.id))
    });
    let audit = Audit::new("waitlist.joined", "waitlist_entry", id)
        .for_dealer(car.dealer)
        .with(json!({ "listing_id": car.listing, "start_at": slot.start_at }));
    Ok(Decision::new(entry.clone(), entry, audit)
        .then_all(ends)
        .then(turn.job().at(slot.start_at).once(format!("{id}:start"))))
}

/// Whose turn it is, now that something may have changed: offers that were not taken lapse, and a slot that is free is offered to the
/// first who waits for it. It looks at what there is and may run at any time, and twice.
pub fn turn(act: &Act, facts: &TurnFacts) -> Result<Decision<WaitPlan, ()>, Error> {
    let mut plan = WaitPlan::default();
    let mut told: Vec<(Event, Job)> = Vec::new();
    let mut blocked = blocking(&facts.taken, &facts.holds, &[]);
    for waiting in &facts.line {
        let entry = &waiting.entry;
        match next(act, facts, waiting, &blocked)? {
            Next::Stay => {}
            Next::Lapse => {
                if entry.status == WaitStatus::Offered {
                    plan.freed.push(entry.hold());
                }
                plan.entries.push(entry.clone().lapse(act.at)?);
            }
            Next::Offer(place, until) => {
                let offered = entry.clone().offer(until, act.at)?;
                blocked.push(entry.slot);
                plan.held.push(SlotHold {
                    id: entry.hold(),
                    listing: entry.listing,
                    vehicle: entry.vehicle,
                    user: entry.user,
                    slot: entry.slot,
                    created_at: act.at,
                    expires_at: until,
                });
                told.push(offer_told(&offered, place, until));
                plan.entries.push(offered);
            }
        }
    }
    let Some(first) = plan.entries.first() else {
        return Ok(Decision::nothing(plan, ()));
    };
    let changed: Vec<_> = plan
        .entries
        .iter()
        .map(|e| json!({ "id": e.id, "status": e.status }))
        .collect();
    let audit = Audit::new("waitlist.moved", "waitlist_entry", first.id)
        .for_dealer(first.dealer)
        .with(json!({ "entries": changed }));
    let mut decision = Decision::new(plan, (), audit);
    for (event, end) in told {
        decision = decision.telling(event).then(end);
    }
    Ok(decision)
}

/// What becomes of one in line.
enum Next<'a> {
    Stay,
    Lapse,
    Offer(&'a Place, Instant),
}

fn next<'a>(act: &Act, facts: &'a TurnFacts, waiting: &InLine, blocked: &[Slot]) -> Result<Next<'a>, Error> {
    let entry = &waiting.entry;
    match entry.status {
        WaitStatus::Offered if entry.offered_until.is_some_and(|until| act.at < until) => {
            return Ok(Next::Stay);
        }
        WaitStatus::Offered => return Ok(Next::Lapse),
        WaitStatus::Waiting => {}
        WaitStatus::Accepted | WaitStatus::Lapsed | WaitStatus::Left => {
            return Err(Error::NotInLine { state: entry.status });
        }
    }
    if entry.slot.start_at <= act.at || !waiting.patron.active {
        return Ok(Next::Lapse);
    }
    // A car that is off the market may come back.
    let Ok(place) = bookable_by(&facts.car, Some(entry.user)) else {
        return Ok(Next::Stay);
    };
    let until = act.at + TimeDelta::minutes(OFFER_MINUTES);
    let latest = entry.slot.start_at - TimeDelta::minutes(i64::from(place.rules.lead_minutes));
    let until = until.min(latest);
    let there = slot_at(&place.calendar, &place.rules, entry.slot.start_at, act.at);
    if !there.is_ok_and(|slot| slot == entry.slot) || until <= act.at {
        return Ok(Next::Lapse);
    }
    if blocked.iter().any(|other| other.overlaps(&entry.slot)) {
        return Ok(Next::Stay);
    }
    Ok(Next::Offer(place, until))
}

/// The event, by which whoever waits is told too, and the end of an offer.
fn offer_told(entry: &WaitlistEntry, place: &Place, until: Instant) -> (Event, Job) {
    let zone = place.calendar.zone;
    let payload = json!({
        "id": entry.id,
        "listing_id": entry.listing,
        "vehicle_id": entry.vehicle,
        "dealer_id": entry.dealer,
        "site_id": place.site,
        "customer_id": entry.user,
        "start_at": entry.slot.start_at,
        "end_at": entry.slot.end_at,
        "timezone": zone,
        "offered_until": until,
        "version": entry.version,
    });
    let end = Turn {
        listing_id: entry.listing,
        slot: entry.slot,
    };
    (
        Event::new("waitlist.offered", entry.id, payload).for_dealer(entry.dealer),
        end.job().at(until).once(format!("{}:offer", entry.id)),
    )
}

/// Takes what is offered: a test drive is asked for, and the hold is used up.
pub fn accept(act: &Act, id: BookingId, facts: &EntryFacts) -> Result<Decision<WaitPlan, Answered>, Error> {
    own(act, &facts.entry)?;
    act.expect_version(facts.entry.version)?;
    let entry = facts.entry.clone().accept(act.at)?;
    let request = BookingRequest {
        listing: entry.listing,
        start_at: entry.slot.start_at,
        note: None,
        customer: ForWhom::Oneself,
        hold: Some(entry.hold()),
    };
    let booked = rules::book(act, id, &request, &facts.booking)?;
    Ok(Decision {
        plan: WaitPlan {
            entries: vec![entry.clone()],
            drive: Some(booked.plan),
            ..WaitPlan::default()
        },
        answer: Answered {
            entry,
            drive: Some(booked.answer),
        },
        record: booked.record,
    })
}

/// Leaves the line; what was offered goes to the next. Leaving twice is leaving once.
pub fn leave(act: &Act, facts: &EntryFacts) -> Result<Decision<WaitPlan, Answered>, Error> {
    own(act, &facts.entry)?;
    act.expect_version(facts.entry.version)?;
    if !facts.entry.status.is_live() {
        let entry = facts.entry.clone();
        return Ok(Decision::nothing(
            WaitPlan::default(),
            Answered { entry, drive: None },
        ));
    }
    let offered = facts.entry.status == WaitStatus::Offered;
    let entry = facts.entry.clone().leave(act.at)?;
    let audit = Audit::new("waitlist.left", "waitlist_entry", entry.id).for_dealer(entry.dealer);
    let plan = WaitPlan {
        freed: offered.then(|| entry.hold()).into_iter().collect(),
        entries: vec![entry.clone()],
        ..WaitPlan::default()
    };
    let turn = Turn {
        listing_id: entry.listing,
        slot: entry.slot,
    };
    let turn = turn.job().once(format!("{}:left", entry.id));
    Ok(Decision::new(plan, Answered { entry, drive: None }, audit).then_all(offered.then_some(turn)))
}

/// To everybody but whoever waits, a place in line is not there.
fn own(act: &Act, entry: &WaitlistEntry) -> Result<(), Error> {
    if act.actor.person()?.user == entry.user {
        Ok(())
    } else {
        Err(Common::absent("waitlist entry").into())
    }
}

//! Who may do what with a test drive, and when: facts in, a decision out.

use kernel::Instant;
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, LinkHolder, Refusal, Scope};
use kernel::error::Common;
use kernel::id::{BookingId, UserId};
use kernel::rights::Right;

use crate::booking::{By, Customer, Slot, Status, TestDrive};
use crate::error::Error;
use crate::hold::{blocking, keeping};
use crate::notice::{Filed, Notice, Occasion, freed};
use crate::ports::{BookableVehicle, BookingFacts, MoveFacts, Offer, Place, Placed};
use crate::request::{BookingRequest, ForWhom};
use crate::slots::slot_at;

/// Who sees a drive, and as what: staff of its site as staff, its customer as such, signed in or by the link of a letter; to everybody
/// else it is not there.
pub fn side(actor: &Actor, drive: &TestDrive) -> Result<By, Error> {
    if let Actor::Link(link) = actor {
        let theirs = link.booking == drive.id && link.customer == drive.customer.user;
        return theirs
            .then_some(By::Customer)
            .ok_or_else(|| Common::absent("booking").into());
    }
    let refusal = match actor.may(Right::ManageBookings, Scope::Site(drive.dealer, drive.site)) {
        Ok(()) if *actor == Actor::System => return Ok(By::House),
        Ok(()) => return Ok(By::Staff(actor.member_of(drive.dealer).map(|m| m.staff))),
        Err(refusal) => refusal,
    };
    if let Some(user) = drive.customer.user
        && actor.may(Right::BookTestDrive, Scope::Person(user)).is_ok()
    {
        return Ok(By::Customer);
    }
    Err(refusal.of("booking").into())
}

/// Does the link of a letter still open this drive? Until the drive is over, and only as long as there is somebody behind it: not
/// once their account is closed or switched off, nor once a caller's address was erased.
pub fn opens(link: LinkHolder, filed: &Filed, at: Instant) -> bool {
    let drive = &filed.drive;
    let somebody = match drive.customer.user {
        Some(_) => filed.customer_active,
        None => drive.customer.email.is_some(),
    };
    somebody && at < drive.slot.end_at && side(&Actor::Link(link), drive).is_ok()
}

/// As [`side`], for what only staff may do: the customer is told so.
pub fn staff_side(actor: &Actor, drive: &TestDrive) -> Result<By, Error> {
    match side(actor, drive)? {
        By::Customer => Err(Refusal::Forbidden(Right::ManageBookings).of("booking").into()),
        by @ (By::Staff(_) | By::House) => Ok(by),
    }
}

/// May the actor see this car: as everybody, as its dealer's staff or program, or as the buyer it is reserved for?
pub fn sees(actor: &Actor, car: &BookableVehicle) -> bool {
    let own = || actor.may(Right::SeeInventory, Scope::Dealer(car.dealer)).is_ok();
    car.public || own() || reserved_for(car, actor.user())
}

fn reserved_for(car: &BookableVehicle, user: Option<UserId>) -> bool {
    user.is_some() && car.offer == Offer::ReservedFor(user)
}

/// The place where `user` may drive the car, or why not.
pub fn bookable_by(car: &BookableVehicle, user: Option<UserId>) -> Result<&Place, Error> {
    let why = match car.offer {
        Offer::Closed => "it is not on sale",
        Offer::ReservedFor(_) if !reserved_for(car, user) => "it is reserved for somebody else",
        Offer::Open | Offer::ReservedFor(_) if !car.public => "its dealer is not open for business",
        Offer::Open | Offer::ReservedFor(_) => match &car.place {
            Some(place) => return Ok(place),
            None => "it stands in no showroom",
        },
    };
    Err(Error::NotBookable { why })
}

/// Books: a customer asks, the dealer's staff settle it at once for a caller.
pub fn book(
    act: &Act,
    id: BookingId,
    request: &BookingRequest,
    facts: &BookingFacts,
) -> Result<Decision<Placed, TestDrive>, Error> {
    let car = &facts.car;
    if !sees(&act.actor, car) {
        return Err(Common::absent("listing").into());
    }
    let by = booker(&act.actor, request, car)?;
    let customer = customer(act, request, facts)?;
    let place = bookable_by(car, customer.user)?;
    let slot = slot_at(&place.calendar, &place.rules, request.start_at, act.at)?;
    let sides = [act.actor.user(), customer.user];
    fits(slot, &blocking(&facts.taken, &facts.holds, &sides), &facts.theirs)?;
    let used = keeping(slot, &facts.holds, &sides);
    if request
        .hold
        .is_some_and(|hold| !used.iter().any(|kept| kept.id == hold && kept.slot == slot))
    {
        return Err(Error::HoldGone);
    }
    let used = used.into_iter().map(|kept| kept.id).collect();
    let (open, most) = (facts.theirs.len(), place.rules.max_open);
    if open >= usize::from(most) {
        return Err(Error::TooManyOpen { open, most });
    }
    let (status, occasion, staff) = match by {
        By::Customer => (Status::Requested, Occasion::Requested, None),
        By::Staff(staff) => (Status::Approved, Occasion::Approved, staff),
        By::House => (Status::Approved, Occasion::Approved, None),
    };
    let drive = TestDrive {
        id,
        listing: car.listing,
        vehicle: car.vehicle,
        dealer: car.dealer,
        site: place.site,
        customer,
        status,
        slot,
        zone: place.calendar.zone,
        note: request.note.clone(),
        reason: None,
        staff,
        cancel_until: slot.start_at - place.rules.cutoff(),
        requested_at: act.at,
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let notice = Notice::made(occasion, &drive);
    let placed = Placed {
        drive: drive.clone(),
        used,
    };
    Ok(notice.deciding(placed, drive))
}

/// As what the actor books: for oneself as a customer, for somebody else as the staff of the car's dealer and site.
fn booker(actor: &Actor, request: &BookingRequest, car: &BookableVehicle) -> Result<By, Error> {
    let refusal = match request.customer {
        ForWhom::Oneself => {
            let person = actor.person()?;
            actor
                .may(Right::BookTestDrive, Scope::Person(person.user))
                .map_err(|refusal| refusal.of("listing"))?;
            return Ok(By::Customer);
        }
        ForWhom::User(_) | ForWhom::Caller(_) => {
            let scope = match &car.place {
                Some(place) => Scope::Site(car.dealer, place.site),
                None => Scope::Dealer(car.dealer),
            };
            match actor.may(Right::ManageBookings, scope) {
                Ok(()) if *actor == Actor::System => return Ok(By::House),
                Ok(()) => return Ok(By::Staff(actor.member_of(car.dealer).map(|m| m.staff))),
                Err(refusal) => refusal,
            }
        }
    };
    Err(match refusal {
        // Who works for no dealer sees the car as everybody does, and lacks the right; another dealer's staff get a 404.
        Refusal::Hidden if !actor.is_of_some_dealer() => {
            Refusal::Forbidden(Right::ManageBookings).of("listing")
        }
        other @ (Refusal::Hidden | Refusal::Forbidden(_) | Refusal::FactorDue | Refusal::Unauthenticated) => {
            other.of("listing")
        }
    }
    .into())
}

fn customer(act: &Act, request: &BookingRequest, facts: &BookingFacts) -> Result<Customer, Error> {
    let patron = facts.customer.clone().filter(|patron| patron.active);
    match &request.customer {
        ForWhom::Caller(caller) => Ok(caller.clone()),
        ForWhom::Oneself => patron
            .filter(|patron| Some(patron.user) == act.actor.user())
            .map(Customer::from)
            .ok_or_else(|| Common::Unauthenticated.into()),
        ForWhom::User(user) => patron
            .filter(|patron| patron.user == *user)
            .map(Customer::from)
            .ok_or_else(|| {
                Common::invalid(
                    "/customer/user_id",
                    "unknown_customer",
                    format!("there is no active user {user}: give name and phone of a caller instead"),
                )
                .into()
            }),
    }
}

/// Is the slot free, for the car and for the customer?
pub(crate) fn fits(slot: Slot, taken: &[Slot], theirs: &[Slot]) -> Result<(), Error> {
    if taken.iter().any(|other| other.overlaps(&slot)) {
        return Err(Error::SlotTaken);
    }
    match theirs.iter().find(|other| other.overlaps(&slot)) {
        Some(other) => Err(Error::OverlappingDrive { with: Some(*other) }),
        None => Ok(()),
    }
}

/// Moves a drive to another slot: a customer's goes back to `requested`.
pub fn reschedule(
    act: &Act,
    start_at: Instant,
    facts: &MoveFacts,
) -> Result<Decision<Placed, TestDrive>, Error> {
    let drive = &facts.filed.drive;
    let by = side(&act.actor, drive)?;
    act.expect_version(drive.version)?;
    // The state speaks first: a drive that can't be moved at all is not told about slots.
    drive
        .clone()
        .reschedule(drive.slot, drive.cancel_until, by, act.at)?;
    let place = bookable_by(&facts.car, drive.customer.user)?;
    let slot = slot_at(&place.calendar, &place.rules, start_at, act.at)?;
    let sides = [act.actor.user(), drive.customer.user];
    fits(slot, &blocking(&facts.taken, &facts.holds, &sides), &facts.theirs)?;
    let used = keeping(slot, &facts.holds, &sides);
    let used = used.into_iter().map(|kept| kept.id).collect();
    let cancel_until = slot.start_at - place.rules.cutoff();
    let moved = TestDrive {
        site: place.site,
        zone: place.calendar.zone,
        ..drive.clone().reschedule(slot, cancel_until, by, act.at)?
    };
    let notice = Notice::of(Occasion::Rescheduled, drive, &moved);
    let placed = Placed {
        drive: moved.clone(),
        used,
    };
    Ok(notice.deciding(placed, moved).then(freed(drive)))
}

/// What staff say to a drive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No, because.
    Decline(String),
    /// It was driven.
    Complete,
    /// Nobody came.
    NoShow,
}

/// A next state to write, if there is one, and the drive as it then is.
pub type Next = Decision<Option<TestDrive>, TestDrive>;

/// The dealer's staff answer, or say how it went.
pub fn judge(act: &Act, verdict: &Verdict, filed: &Filed) -> Result<Next, Error> {
    let drive = filed.drive.clone();
    let staff = match staff_side(&act.actor, &drive)? {
        By::Staff(staff) => staff,
        By::Customer | By::House => None,
    };
    act.expect_version(drive.version)?;
    let (drive, occasion) = match verdict {
        Verdict::Approve => (drive.approve(staff, act.at)?, Occasion::Approved),
        Verdict::Decline(reason) => (drive.decline(staff, reason.clone(), act.at)?, Occasion::Declined),
        Verdict::Complete => (drive.complete(staff, act.at)?, Occasion::Completed),
        Verdict::NoShow => (drive.no_show(staff, act.at)?, Occasion::NoShow),
    };
    let notice = Notice::of(occasion, &filed.drive, &drive);
    Ok(notice.deciding(Some(drive.clone()), drive))
}

/// Either side calls it off.
pub fn cancel(act: &Act, reason: Option<&str>, filed: &Filed) -> Result<Next, Error> {
    let by = side(&act.actor, &filed.drive)?;
    act.expect_version(filed.drive.version)?;
    let drive = filed
        .drive
        .clone()
        .cancel(by, reason.map(str::to_owned), act.at)?;
    let mut notice = Notice::of(Occasion::Cancelled, &filed.drive, &drive);
    if by == By::Customer {
        // What a customer says is theirs, and goes with them; the log is for ever.
        notice.audit.reason = None;
    }
    Ok(notice.deciding(Some(drive.clone()), drive))
}

/// Declines a request that nobody decided in time; leaves everything else as it is, so that it may run at any time, and twice.
pub fn expire(act: &Act, filed: &Filed) -> Next {
    match filed.drive.clone().expire(act.at) {
        Ok(drive) => {
            let notice = Notice::of(Occasion::Expired, &filed.drive, &drive);
            notice.deciding(Some(drive.clone()), drive)
        }
        Err(_) => Decision::nothing(None, filed.drive.clone()),
    }
}

/// Calls a drive off because of something else that happened: the listing was removed or sold, the dealer suspended.
/// For the acts that cross contexts; refused once the drive has started or is no longer live.
pub fn withdraw(filed: &Filed, reason: &str, at: Instant) -> Result<(TestDrive, Notice), Error> {
    let drive = filed
        .drive
        .clone()
        .cancel(By::House, Some(reason.to_owned()), at)?;
    let notice = Notice::of(Occasion::Cancelled, &filed.drive, &drive);
    Ok((drive, notice))
}

//! What may happen to a vehicle: facts in, a decision out.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Actor;
use kernel::distance::Distance;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::VehicleId;
use kernel::rights::Right;
use serde_json::json;

use crate::error::Error;
use crate::given::{keep, reading};
use crate::history::{Happened, HistoryEntry};
use crate::ports::{NewVehicleFacts, VehicleFacts, VehiclePlan};
use crate::vehicle::{Owner, Vehicle, VehicleStatus};
use crate::vehicle_draft::{VehicleChanges, VehicleDraft};
use crate::warnings::as_violations;

/// May the actor see the owner's things?
pub fn may_see(actor: &Actor, owner: Owner, what: &'static str) -> Result<(), Common> {
    let right = match owner {
        Owner::User(_) => Right::KeepAccount,
        Owner::Dealer(_) => Right::SeeInventory,
    };
    actor
        .may(right, owner.scope())
        .map_err(|refusal| refusal.of(what))
}

/// May the actor change the owner's things?
pub fn may_change(actor: &Actor, owner: Owner, what: &'static str) -> Result<(), Common> {
    let right = match owner {
        Owner::User(_) => Right::KeepAccount,
        Owner::Dealer(_) => Right::ManageListings,
    };
    actor
        .may(right, owner.scope())
        .map_err(|refusal| refusal.of(what))
}

fn told(name: &str, action: &'static str, before: Option<&Vehicle>, vehicle: &Vehicle) -> (Audit, Event) {
    let audit = Audit::new(action, "vehicle", vehicle.id);
    // What a person's own car is like is that person's data.
    let audit = match (before, vehicle.owner) {
        (Some(before), Owner::Dealer(_)) => audit.between(&json!(before), &json!(vehicle)),
        (None, _) | (_, Owner::User(_)) => audit.with(json!({"version": vehicle.version})),
    };
    let event = Event::new(
        name,
        vehicle.id,
        json!({"vehicle_id": vehicle.id, "owner_kind": vehicle.owner.kind(), "status": vehicle.status}),
    );
    match vehicle.owner {
        Owner::Dealer(dealer) => (audit.for_dealer(dealer), event.for_dealer(dealer)),
        Owner::User(_) => (audit, event),
    }
}

/// Enters a vehicle.
pub fn enter(
    act: &Act,
    id: VehicleId,
    owner: Owner,
    draft: &VehicleDraft,
    facts: &NewVehicleFacts,
) -> Result<Decision<VehiclePlan, Vehicle>, Error> {
    may_change(&act.actor, owner, "vehicle")?;
    let mut wrong = Violations::new();
    let details = draft.check("", act.at.date_naive(), &mut wrong);
    if let Some(details) = details.as_ref().filter(|_| facts.strict_vin) {
        wrong.extend(as_violations(details, ""));
    }
    wrong.into_result()?;
    let details = details.ok_or_else(|| Common::internal("a checked vehicle without details"))?;
    if facts.vin_held_by.is_some() {
        return Err(Error::VinTaken {
            vehicle: facts.vin_held_by,
        });
    }
    let vehicle = Vehicle::new(id, owner, details, act.at);
    let (audit, event) = told("vehicle.entered", "vehicle.enter", None, &vehicle);
    let plan = VehiclePlan {
        history: vehicle
            .details
            .odometer
            .map(|reading| HistoryEntry {
                at: act.at,
                happened: Happened::Odometer { reading },
            })
            .into_iter()
            .collect(),
        vehicle: vehicle.clone(),
    };
    Ok(Decision::new(plan, vehicle, audit).telling(event))
}

/// Changes a vehicle. A change that changes nothing leaves the version as it is.
pub fn change(
    act: &Act,
    changes: &VehicleChanges,
    facts: &VehicleFacts,
) -> Result<Decision<VehiclePlan, Vehicle>, Error> {
    let before = &facts.vehicle;
    may_change(&act.actor, before.owner, "vehicle")?;
    act.expect_version(before.version)?;
    let mut wrong = Violations::new();
    let mut word = before.status.as_str().to_owned();
    keep(&mut wrong, "/status", changes.status.clone(), &mut word);
    let status = VehicleStatus::parse(&word);
    wrong.check(status.is_some(), "/status", "unknown_status", || {
        format!(
            "“{}” is none of active, in_service, sold, inactive",
            kernel::text::excerpt(&word)
        )
    });
    let reason = wrong.take_opt(
        "/odometer_correction",
        changes
            .odometer_correction
            .value()
            .map(|text| kernel::text::line(text, 500)),
    );
    let details = changes
        .clone()
        .onto(&before.details, act.at.date_naive(), &mut wrong);
    if let Some(details) = details
        .as_ref()
        .filter(|d| facts.strict_vin && **d != before.details)
    {
        wrong.extend(as_violations(details, ""));
    }
    wrong.into_result()?;
    let (Some(details), Some(status)) = (details, status) else {
        return Err(Common::internal("a checked vehicle without details").into());
    };
    // A dealer's car is sold by a sale, never by a word.
    let by_word = status != VehicleStatus::Sold || matches!(before.owner, Owner::User(_));
    if status != before.status && !(by_word && before.status.owner_may_set(status)) {
        return Err(Error::IllegalVehicleStatus {
            from: before.status,
            to: status,
        });
    }
    if details.vin != before.details.vin && facts.vin_held_by.is_some() {
        return Err(Error::VinTaken {
            vehicle: facts.vin_held_by,
        });
    }
    let mut history: Vec<HistoryEntry> =
        read_again(before.details.odometer, details.odometer, reason.as_deref())?
            .map(|happened| HistoryEntry { at: act.at, happened })
            .into_iter()
            .collect();
    if status == VehicleStatus::Sold && before.status != VehicleStatus::Sold {
        history.push(HistoryEntry {
            at: act.at,
            happened: Happened::Sold,
        });
    }
    let mut vehicle = Vehicle {
        status,
        details,
        ..before.clone()
    };
    if vehicle == *before {
        let plan = VehiclePlan {
            vehicle: vehicle.clone(),
            history,
        };
        return Ok(Decision::nothing(plan, vehicle));
    }
    vehicle.version += 1;
    vehicle.updated_at = act.at;
    let (audit, event) = told("vehicle.updated", "vehicle.update", Some(before), &vehicle);
    let plan = VehiclePlan {
        vehicle: vehicle.clone(),
        history,
    };
    Ok(Decision::new(plan, vehicle, audit).telling(event))
}

/// Erases a vehicle on which nothing hangs.
pub fn erase(act: &Act, facts: &VehicleFacts) -> Result<Decision<(), ()>, Error> {
    let vehicle = &facts.vehicle;
    may_change(&act.actor, vehicle.owner, "vehicle")?;
    act.expect_version(vehicle.version)?;
    if facts.in_use {
        return Err(Error::VehicleInUse);
    }
    let (audit, event) = told("vehicle.erased", "vehicle.erase", None, vehicle);
    Ok(Decision::new((), (), audit).telling(event))
}

/// What the timeline tells of a new reading. It never goes down but with a reason.
pub fn read_again(
    before: Option<Distance>,
    now: Option<Distance>,
    reason: Option<&str>,
) -> Result<Option<Happened>, Error> {
    match (before, now) {
        (_, None) => Ok(None),
        (Some(from), Some(to)) if from == to => Ok(None),
        (Some(from), Some(to)) if to.metres() < from.metres() => match reason {
            Some(reason) => Ok(Some(Happened::OdometerCorrected {
                from,
                to,
                reason: reason.to_owned(),
            })),
            None => Err(Error::OdometerRollback {
                current: reading(from),
                given: reading(to),
            }),
        },
        (_, Some(reading)) => Ok(Some(Happened::Odometer { reading })),
    }
}

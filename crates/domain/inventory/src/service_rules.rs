//! What may happen to an entry of the log: facts in, a decision out.

use kernel::act::{Act, Audit, Decision};
use kernel::error::{Common, Malformed, Violations};
use kernel::id::ServiceRecordId;
use kernel::patch::Patch;
use serde_json::json;

use crate::error::Error;
use crate::given::{DistanceText, MoneyText, day, keep, optional_line};
use crate::history::{Happened, HistoryEntry};
use crate::ports::{RecordFacts, RecordPlan, VehiclePlan};
use crate::service_record::{RecordStatus, ServiceRecord};
use crate::vehicle::Vehicle;
use crate::vehicle_rules::may_change;

/// A merge patch of an entry; also a new one, laid on an empty entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordChanges {
    /// What was done.
    pub description: Patch<String>,
    /// Where.
    pub location: Patch<String>,
    /// When it is planned for: an instant of RFC 3339.
    pub appointment: Patch<String>,
    /// The day on which it was done: `YYYY-MM-DD`.
    pub completion_date: Patch<String>,
    /// What the odometer showed.
    pub odometer: Patch<DistanceText>,
    /// What it cost.
    pub cost: Patch<MoneyText>,
    /// How far the work is.
    pub status: Patch<String>,
    /// Entered afterwards.
    pub past_history: Patch<bool>,
}

impl RecordChanges {
    /// The entry after the change, or `None` with everything that is wrong.
    fn onto(&self, current: &ServiceRecord, wrong: &mut Violations) -> Option<ServiceRecord> {
        fn laid<T, U>(patch: &Patch<T>, current: Option<U>, read: impl FnOnce(&T) -> Option<U>) -> Option<U> {
            match patch {
                Patch::Absent => current,
                Patch::Null => None,
                Patch::Value(value) => read(value),
            }
        }
        let before = wrong.as_slice().len();
        let mut record = current.clone();
        keep(
            wrong,
            "/past_history",
            self.past_history,
            &mut record.past_history,
        );
        let mut description = record.description.clone();
        keep(wrong, "/description", self.description.clone(), &mut description);
        let description = wrong.take("/description", kernel::text::paragraphs(&description, 2_000))?;
        wrong.check(!description.is_empty(), "/description", "blank", || {
            "must not be empty".to_owned()
        });
        record.description = description;
        let mut word = record.status.as_str().to_owned();
        keep(wrong, "/status", self.status.clone(), &mut word);
        match RecordStatus::parse(&word) {
            Some(status) => record.status = status,
            None => wrong.add(
                "/status",
                "unknown_status",
                format!(
                    "“{}” is none of scheduled, in_progress, completed, cancelled",
                    kernel::text::excerpt(&word)
                ),
            ),
        }
        record.location = laid(&self.location, record.location, |text| {
            optional_line(wrong, "/location", Some(text), 200)
        });
        record.appointment = laid(&self.appointment, record.appointment, |text| {
            let read = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| {
                Malformed::new(
                    "malformed_instant",
                    "is not an instant such as 2026-03-31T09:00:00Z",
                )
            });
            wrong.take("/appointment", read).map(|instant| instant.to_utc())
        });
        record.completion_date = laid(&self.completion_date, record.completion_date, |text| {
            wrong.take("/completion_date", day(text))
        });
        record.odometer = laid(&self.odometer, record.odometer, |text| {
            text.check("/odometer", wrong)
        });
        record.cost = laid(&self.cost, record.cost, |text| text.check("/cost", wrong));
        if let Some(cost) = record.cost {
            wrong.check(cost.minor() >= 0, "/cost/amount", "negative", || {
                format!("{cost} is below zero")
            });
        }
        (wrong.as_slice().len() == before).then_some(record)
    }
}

/// Adds an entry to a vehicle's log.
pub fn add(
    act: &Act,
    id: ServiceRecordId,
    changes: &RecordChanges,
    facts: &RecordFacts,
) -> Result<Decision<RecordPlan, ServiceRecord>, Error> {
    may_change(&act.actor, facts.vehicle.owner, "vehicle")?;
    let empty = ServiceRecord {
        id,
        vehicle: facts.vehicle.id,
        description: String::new(),
        location: None,
        appointment: None,
        completion_date: None,
        odometer: None,
        cost: None,
        status: RecordStatus::Scheduled,
        past_history: false,
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let mut wrong = Violations::new();
    let record = changes.onto(&empty, &mut wrong);
    wrong.into_result()?;
    let record = record.ok_or_else(|| Common::internal("a checked entry is missing"))?;
    Ok(written(act, "service_record.add", record, &facts.vehicle))
}

/// Changes an entry.
pub fn change(
    act: &Act,
    changes: &RecordChanges,
    facts: &RecordFacts,
) -> Result<Decision<RecordPlan, ServiceRecord>, Error> {
    let before = existing(act, facts)?;
    let mut wrong = Violations::new();
    let record = changes.onto(before, &mut wrong);
    wrong.into_result()?;
    let mut record = record.ok_or_else(|| Common::internal("a checked entry is missing"))?;
    before.status.sent_to(record.status)?;
    record.version += 1;
    record.updated_at = act.at;
    Ok(written(act, "service_record.update", record, &facts.vehicle))
}

/// Erases an entry.
pub fn erase(act: &Act, facts: &RecordFacts) -> Result<Decision<(), ()>, Error> {
    let record = existing(act, facts)?;
    Ok(Decision::new(
        (),
        (),
        Audit::new("service_record.erase", "service_record", record.id),
    ))
}

fn existing<'f>(act: &Act, facts: &'f RecordFacts) -> Result<&'f ServiceRecord, Error> {
    let record = facts.record.as_ref().ok_or(Common::absent("service record"))?;
    may_change(&act.actor, facts.vehicle.owner, "service record")?;
    act.expect_version(record.version)?;
    Ok(record)
}

/// A completed entry raises the vehicle's reading. It never lowers it: old work was done at an old reading.
fn written(
    act: &Act,
    action: &'static str,
    record: ServiceRecord,
    vehicle: &Vehicle,
) -> Decision<RecordPlan, ServiceRecord> {
    let higher = record
        .odometer
        .filter(|_| record.status == RecordStatus::Completed && !record.past_history)
        .filter(|now| {
            vehicle
                .details
                .odometer
                .is_none_or(|last| last.metres() < now.metres())
        });
    let raised = higher.map(|reading| {
        let mut vehicle = vehicle.clone();
        vehicle.details.odometer = Some(reading);
        vehicle.version += 1;
        vehicle.updated_at = act.at;
        VehiclePlan {
            vehicle,
            history: vec![HistoryEntry {
                at: act.at,
                happened: Happened::Odometer { reading },
            }],
        }
    });
    let audit = Audit::new(action, "service_record", record.id)
        .with(json!({"vehicle_id": record.vehicle, "status": record.status}));
    let plan = RecordPlan {
        record: record.clone(),
        vehicle: raised,
    };
    Decision::new(plan, record, audit)
}

//! Taking a batch back: every row whose listing and car nobody touched since goes back to what it was; the rest is reported.
//! Who booked a drive or made an offer touched it: nobody's appointment ends by the way.

use std::collections::BTreeSet;

use kernel::act::Act;
use kernel::event::Event;
use kernel::id::ListingId;
use kernel::patch::Patch;

use super::batch::{Action, Batch, RowReport, UndoMark, Undone};
use super::decide::RowWrite;
use crate::error::Error;
use crate::given::{DistanceText, MoneyText};
use crate::listing::{Listed, ListingStatus};
use crate::listing_draft::ListingChanges;
use crate::listing_rules;
use crate::ports::{ListingFacts, VehicleFacts};
use crate::vehicle::VehicleDetails;
use crate::vehicle_draft::VehicleChanges;
use crate::vehicle_rules;

/// Why an odometer goes down again.
const REASON: &str = "the import that raised it was undone";

/// What is true while a chunk of a batch is taken back.
#[derive(Clone, Debug)]
pub struct UndoFacts {
    /// The import as it is now.
    pub batch: Batch,
    /// The next rows that wrote something, by row, each with its listing as it is now.
    pub rows: Vec<(RowReport, Option<Listed>)>,
    /// Those of their listings that have a live test drive or negotiation.
    pub wanted: BTreeSet<ListingId>,
    /// Are there more behind these?
    pub more: bool,
}

/// What taking a chunk back writes.
#[derive(Clone, Debug)]
pub struct UndoPlan {
    /// The import afterwards.
    pub batch: Batch,
    /// What became of each row.
    pub marks: Vec<(u64, Undone)>,
    /// What is written.
    pub writes: Vec<RowWrite>,
    /// What is told of it.
    pub events: Vec<Event>,
}

/// Decides a chunk of an undo.
pub fn chunk(act: &Act, facts: &UndoFacts) -> UndoPlan {
    let mut plan = UndoPlan {
        batch: facts.batch.clone(),
        marks: Vec::new(),
        writes: Vec::new(),
        events: Vec::new(),
    };
    for (report, now) in &facts.rows {
        let back = report
            .undo
            .as_ref()
            .zip(now.as_ref())
            .filter(|(mark, now)| untouched(mark, now) && !facts.wanted.contains(&now.listing.id))
            .and_then(|(mark, now)| one(act, report.action, mark, now).ok());
        let undone = if let Some((write, events)) = back {
            plan.writes.push(write);
            plan.events.extend(events);
            plan.batch.tally.undone += 1;
            Undone::Yes
        } else {
            plan.batch.tally.kept += 1;
            Undone::Touched
        };
        plan.marks.push((report.row, undone));
    }
    if !facts.more {
        plan.batch = plan.batch.at_end_of_file();
    }
    plan
}

/// Is the listing as the row left it, and its car too? One that was reserved or sold meanwhile has another version.
const fn untouched(mark: &UndoMark, now: &Listed) -> bool {
    now.listing.version == mark.listing_version && now.vehicle.version == mark.vehicle_version
}

fn one(act: &Act, action: Action, mark: &UndoMark, now: &Listed) -> Result<(RowWrite, Vec<Event>), Error> {
    let mut events = Vec::new();
    let mut write = RowWrite::default();
    let facts = |listed: &Listed| ListingFacts {
        listed: listed.clone(),
        site_is_ours: true,
        other_open_listing: None,
    };
    let removed = ListingChanges::status(ListingStatus::Removed);
    let Some(before) = mark.before.as_ref().filter(|_| action == Action::Updated) else {
        // What the row made is taken down; it is not erased, since a buyer may have it on a list.
        let decided = listing_rules::change(act, &removed, &facts(now))?;
        write.listing = decided.plan;
        return Ok((write, decided.record.events));
    };
    let vehicle_facts = VehicleFacts {
        vehicle: now.vehicle.clone(),
        vin_held_by: None,
        strict_vin: false,
        in_use: true,
    };
    let vehicle = vehicle_rules::change(
        act,
        &former_vehicle(&before.vehicle.details, &now.vehicle.details),
        &vehicle_facts,
    )?;
    if vehicle.answer != now.vehicle {
        write.vehicle = Some(vehicle.plan);
        events.extend(vehicle.record.events);
    }
    let mut current = Listed {
        listing: now.listing.clone(),
        vehicle: vehicle.answer,
    };
    // An open listing becomes a draft again by way of being taken down.
    if before.listing.status == ListingStatus::Draft && now.listing.status == ListingStatus::Active {
        let decided = listing_rules::change(act, &removed, &facts(&current))?;
        events.extend(decided.record.events);
        current = decided.answer;
    }
    let decided = listing_rules::change(act, &former_listing(before), &facts(&current))?;
    write.listing = decided.plan;
    events.extend(decided.record.events);
    Ok((write, events))
}

fn or_null<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Null, Patch::Value)
}

fn former_vehicle(before: &VehicleDetails, now: &VehicleDetails) -> VehicleChanges {
    let lower = before
        .odometer
        .zip(now.odometer)
        .is_some_and(|(before, now)| before.metres() < now.metres());
    VehicleChanges {
        make: Patch::Value(before.make.clone()),
        model: Patch::Value(before.model.clone()),
        trim: or_null(before.trim.clone()),
        year: Patch::Value(i64::from(before.year)),
        body_type: or_null(before.body_type.map(|w| w.to_string())),
        fuel_type: or_null(before.fuel_type.map(|w| w.to_string())),
        transmission: or_null(before.transmission.map(|w| w.to_string())),
        drivetrain: or_null(before.drivetrain.map(|w| w.to_string())),
        exterior_color: or_null(before.exterior_color.clone()),
        // A first reading stays: it can be corrected, but not taken away.
        odometer: before
            .odometer
            .map_or(Patch::Absent, |o| Patch::Value(DistanceText::from(o))),
        odometer_correction: if lower {
            Patch::Value(REASON.to_owned())
        } else {
            Patch::Absent
        },
        license_plate: or_null(before.license_plate.clone()),
        ..VehicleChanges::default()
    }
}

fn former_listing(before: &Listed) -> ListingChanges {
    let listing = &before.listing;
    let prices = &listing.prices;
    ListingChanges {
        site: or_null(listing.site),
        condition: Patch::Value(listing.condition.as_str().to_owned()),
        asking_price: Patch::Value(prices.asking().into()),
        msrp: or_null(prices.msrp().map(MoneyText::from)),
        floor_price: or_null(prices.floor().map(MoneyText::from)),
        cost: or_null(prices.cost().map(MoneyText::from)),
        title: Patch::Value(listing.text.title.clone()),
        description: Patch::Value(listing.text.description.clone()),
        features: Patch::Value(listing.text.features.clone()),
        featured: Patch::Value(listing.featured),
        status: Patch::Value(listing.status.as_str().to_owned()),
    }
}

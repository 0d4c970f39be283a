//! One chunk of rows: facts and rows in, a plan out. The rules are those of a listing made or changed by hand.

use std::collections::{HashMap, HashSet};

use kernel::act::Act;
use kernel::event::Event;
use kernel::id::SiteId;
use kernel::patch::Patch;
use kernel::vin::Vin;

use super::batch::{Action, Batch, RowReport, UndoMark};
use super::changes::{cell_errors, listing_changes, vehicle_changes, vehicle_draft, wanted_status};
use crate::csv::columns::Column;
use crate::csv::row::{CellError, Row};
use crate::csv::writer::cell;
use crate::error::Error;
use crate::given::MoneyText;
use crate::listing::{Listed, ListingStatus};
use crate::listing_draft::ListingDraft;
use crate::listing_rules::{self, CreateListing, NewIds, VehicleChoice};
use crate::ports::{ListingFacts, ListingPlan, NewListingFacts, NewListingPlan, VehicleFacts, VehiclePlan};
use crate::vehicle::Vehicle;
use crate::vehicle_rules;

/// A row of a chunk as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRow {
    /// As a spreadsheet numbers it.
    pub row: u64,
    /// Its VIN, where it could be read.
    pub vin: Option<Vin>,
    /// Its values, or what is wrong.
    pub read: Result<Box<Row>, Vec<CellError>>,
    /// Ids, should it make something.
    pub ids: NewIds,
}

/// What the dealer has under a VIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Present {
    /// A car that was never listed.
    Stock(Box<Vehicle>),
    /// A car with its open listing, else its latest.
    Listed(Box<Listed>),
}

/// What is true while a chunk is decided.
#[derive(Clone, Debug)]
pub struct ChunkFacts {
    /// The import as it is now.
    pub batch: Batch,
    /// The dealer makes contradictions of a number errors.
    pub strict_vin: bool,
    /// The dealer's sites.
    pub sites: HashSet<SiteId>,
    /// VINs of this chunk that earlier rows of the file have, with the row.
    pub earlier: HashMap<String, u64>,
    /// What the dealer has under the VINs of this chunk.
    pub present: HashMap<String, Present>,
}

/// What one row writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowWrite {
    /// The car as it shall be, where it was there before.
    pub vehicle: Option<VehiclePlan>,
    /// A new listing, with its car where that is new.
    pub new: Option<NewListingPlan>,
    /// The listing as it shall be.
    pub listing: Option<ListingPlan>,
}

/// What a chunk writes.
#[derive(Clone, Debug)]
pub struct ChunkPlan {
    /// The import afterwards.
    pub batch: Batch,
    /// A line of the report for each row.
    pub reports: Vec<RowReport>,
    /// What the rows write; empty while checking.
    pub writes: Vec<RowWrite>,
    /// What is told of it.
    pub events: Vec<Event>,
}

/// Decides a chunk. While checking, or for a bad row, nothing is written.
pub fn chunk(act: &Act, rows: &[ReadRow], facts: &ChunkFacts) -> ChunkPlan {
    let mut plan = ChunkPlan {
        batch: facts.batch.clone(),
        reports: Vec::with_capacity(rows.len()),
        writes: Vec::new(),
        events: Vec::new(),
    };
    let writing = facts.batch.stage == super::batch::Stage::Applying;
    let mut seen = facts.earlier.clone();
    for row in rows {
        let first = row.vin.as_ref().and_then(|vin| {
            let first = seen.get(vin.as_str()).copied();
            if first.is_none() {
                seen.insert(vin.to_string(), row.row);
            }
            first
        });
        let decided = one(act, row, first, facts);
        let (report, write, events) = decided.unwrap_or_else(|errors| {
            (
                RowReport::refused(row.row, row.vin.as_ref().map(Vin::to_string), errors),
                None,
                Vec::new(),
            )
        });
        plan.batch.tally.count(report.action);
        plan.batch.position = row.row;
        plan.reports.push(if writing {
            report
        } else {
            RowReport { undo: None, ..report }
        });
        if writing {
            plan.writes.extend(write);
            plan.events.extend(events);
        }
    }
    if !writing {
        for report in plan.reports.iter_mut().filter(|r| r.action == Action::Created) {
            report.listing = None;
        }
    }
    plan
}

type Decided = (RowReport, Option<RowWrite>, Vec<Event>);

fn one(act: &Act, read: &ReadRow, first: Option<u64>, facts: &ChunkFacts) -> Result<Decided, Vec<CellError>> {
    let row = read.read.as_ref().map_err(Clone::clone)?;
    if let Some(first) = first {
        let message = format!("{} is the VIN of row {first} already", row.vin);
        return Err(vec![CellError::new(Some(Column::Vin), "duplicate_vin", message)]);
    }
    let site = match row.site {
        Patch::Value(site) => Some(site),
        Patch::Absent | Patch::Null => facts.batch.site,
    };
    if let Some(site) = site.filter(|s| !facts.sites.contains(s)) {
        let message = format!("{site} is none of your dealer's sites");
        return Err(vec![CellError::new(
            Some(Column::SiteId),
            "unknown_site",
            message,
        )]);
    }
    let refuse = |error: Error| cell_errors(&error);
    match facts.present.get(row.vin.as_str()) {
        None => create(act, read.ids, row, site, None, facts),
        Some(Present::Stock(vehicle)) => {
            let (vehicle, rewritten) = changed_vehicle(act, row, vehicle, facts).map_err(refuse)?;
            let (report, write, mut events) = create(act, read.ids, row, site, Some(vehicle), facts)?;
            let mut write = write.unwrap_or_default();
            if let Some((plan, told)) = rewritten {
                write.vehicle = Some(plan);
                events.extend(told);
            }
            Ok((report, Some(write), events))
        }
        Some(Present::Listed(listed)) => match listed.listing.status {
            ListingStatus::Reserved => Err(held("listing_reserved", "is reserved for a buyer", listed)),
            ListingStatus::Sold => Err(held("listing_sold", "is sold", listed)),
            ListingStatus::Draft | ListingStatus::Active | ListingStatus::Removed => {
                update(act, row, site, listed, facts).map_err(refuse)
            }
        },
    }
}

fn held(code: &'static str, how: &str, listed: &Listed) -> Vec<CellError> {
    let message = format!(
        "the car of listing {} {how}: its row is left out",
        listed.listing.id
    );
    vec![CellError::new(None, code, message)]
}

fn create(
    act: &Act,
    ids: NewIds,
    row: &Row,
    site: Option<SiteId>,
    vehicle: Option<Vehicle>,
    facts: &ChunkFacts,
) -> Result<Decided, Vec<CellError>> {
    let needed = |column: Column| {
        let message = format!(
            "a new listing needs {}: give the column or a default",
            column.as_str()
        );
        CellError::new(Some(column), "required", message)
    };
    let mut missing = Vec::new();
    if vehicle.is_none() {
        missing.extend(row.make.is_absent().then(|| needed(Column::Make)));
        missing.extend(row.model.is_absent().then(|| needed(Column::Model)));
        missing.extend(row.year.is_absent().then(|| needed(Column::Year)));
    }
    missing.extend(row.condition.is_absent().then(|| needed(Column::Condition)));
    missing.extend(row.asking_price.is_absent().then(|| needed(Column::AskingPrice)));
    let (Some(condition), Some(asking), true) = (
        row.condition.value(),
        row.asking_price.value(),
        missing.is_empty(),
    ) else {
        return Err(missing);
    };
    let choice = match &vehicle {
        Some(vehicle) => VehicleChoice::Existing(vehicle.id),
        None => VehicleChoice::New(Box::new(vehicle_draft(row))),
    };
    let money = |m: &Patch<kernel::money::Money>| m.value().copied().map(MoneyText::from);
    let request = CreateListing {
        dealer: Some(facts.batch.dealer),
        vehicle: choice,
        site,
        draft: ListingDraft {
            condition: condition.as_str().to_owned(),
            asking_price: (*asking).into(),
            msrp: money(&row.msrp),
            floor_price: money(&row.floor_price),
            cost: money(&row.cost),
            title: row.title.value().cloned(),
            description: row.description.value().cloned(),
            features: row.features.value().cloned().unwrap_or_default(),
        },
        featured: row.featured.value().copied().unwrap_or(false),
        publish: wanted_status(row, facts) == ListingStatus::Active,
    };
    let new_facts = NewListingFacts {
        dealer_exists: true,
        strict_vin: facts.strict_vin,
        site_is_ours: site.is_some(),
        vehicle,
        vin_held_by: None,
        open_listing: None,
    };
    let decided = listing_rules::create(act, facts.batch.dealer, ids, &request, &new_facts)
        .map_err(|error| cell_errors(&error))?;
    let listed = &decided.answer;
    let report = RowReport {
        row: row.row,
        vin: Some(row.vin.to_string()),
        action: Action::Created,
        listing: Some(listed.listing.id),
        changed: Vec::new(),
        errors: Vec::new(),
        undo: Some(mark(None, listed)),
        undone: None,
    };
    let write = RowWrite {
        new: Some(decided.plan),
        ..RowWrite::default()
    };
    Ok((report, Some(write), decided.record.events))
}

fn update(
    act: &Act,
    row: &Row,
    site: Option<SiteId>,
    before: &Listed,
    facts: &ChunkFacts,
) -> Result<Decided, Error> {
    let (vehicle, vehicle_plan) = changed_vehicle(act, row, &before.vehicle, facts)?;
    let wanted = listing_changes(row, site, &before.listing, facts);
    let listing_facts = ListingFacts {
        listed: Listed {
            listing: before.listing.clone(),
            vehicle,
        },
        site_is_ours: site.is_some(),
        other_open_listing: None,
    };
    let decided = listing_rules::change(act, &wanted, &listing_facts)?;
    let after = decided.answer;
    let mut write = RowWrite::default();
    let mut events = Vec::new();
    if let Some((plan, told)) = vehicle_plan {
        write.vehicle = Some(plan);
        events.extend(told);
    }
    write.listing = decided.plan;
    events.extend(decided.record.events);
    let changed: Vec<Column> = Column::ALL
        .iter()
        .copied()
        .filter(|c| cell(before, *c) != cell(&after, *c))
        .collect();
    let writes = write.vehicle.is_some() || write.listing.is_some();
    let report = RowReport {
        row: row.row,
        vin: Some(row.vin.to_string()),
        action: if writes {
            Action::Updated
        } else {
            Action::Unchanged
        },
        listing: Some(before.listing.id),
        changed,
        errors: Vec::new(),
        undo: writes.then(|| mark(Some(before.clone()), &after)),
        undone: None,
    };
    Ok((report, writes.then_some(write), events))
}

fn mark(before: Option<Listed>, after: &Listed) -> UndoMark {
    UndoMark {
        before,
        listing_version: after.listing.version,
        vehicle_version: after.vehicle.version,
    }
}

type ChangedVehicle = (Vehicle, Option<(VehiclePlan, Vec<Event>)>);

/// The car after the row, and what to write where that is another.
fn changed_vehicle(
    act: &Act,
    row: &Row,
    before: &Vehicle,
    facts: &ChunkFacts,
) -> Result<ChangedVehicle, Error> {
    let vehicle_facts = VehicleFacts {
        vehicle: before.clone(),
        vin_held_by: None,
        strict_vin: facts.strict_vin,
        in_use: true,
    };
    let decided = vehicle_rules::change(act, &vehicle_changes(row, before), &vehicle_facts)?;
    if decided.answer == *before {
        return Ok((decided.answer, None));
    }
    Ok((decided.answer, Some((decided.plan, decided.record.events))))
}

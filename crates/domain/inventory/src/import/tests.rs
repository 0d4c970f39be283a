use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::TimeZone;
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::{Actor, KeyHolder, Membership, Principal};
use kernel::id::{DealerId, Id, ListingId, SiteId};
use kernel::money::Currency;
use kernel::rights::{Right, Role};
use kernel::vocabulary::DistanceUnit;

use super::batch::{Action, Batch, Mode, Options, RowReport, Stage, Tally, Undone};
use super::decide::{ChunkFacts, ChunkPlan, Present, ReadRow, chunk};
use super::undo::{self, UndoFacts};
use crate::csv::columns::{Column, Layout, Mapping};
use crate::csv::records::Records;
use crate::csv::row::Reading;
use crate::csv::writer;
use crate::listing::{Listed, ListingStatus};
use crate::listing_rules::NewIds;

fn id<K>(n: u32) -> Id<K> {
    format!("00000000-0000-7000-8000-{n:012}").parse().unwrap()
}

fn at(hour: u32) -> Instant {
    chrono::Utc
        .with_ymd_and_hms(2026, 6, 5, hour, 0, 0)
        .single()
        .unwrap()
}

fn batch(stage: Stage) -> Batch {
    Batch {
        id: id(1),
        dealer: id::<kernel::id::kind::Dealer>(2) as DealerId,
        site: Some(site()),
        started_by: None,
        started_with: None,
        options: Options {
            mode: Mode::Partial,
            mapping: Mapping::default(),
            dry_run: false,
            status: ListingStatus::Active,
        },
        currency: Currency::USD,
        stage,
        position: 0,
        total: None,
        tally: Tally::default(),
        ignored: Vec::new(),
        problems: Vec::new(),
        created_at: at(9),
    }
}

#[test]
fn a_report_is_for_who_started_the_import_and_for_admins() {
    let dealer = batch(Stage::Finished).dealer;
    let person = |user: u32, works: Option<(DealerId, Role)>, admin: bool| {
        Actor::User(Principal {
            user: id(user),
            session: id(90),
            admin,
            factor_due: false,
            staff: works.map(|(dealer, role)| Membership {
                staff: id(91),
                dealer,
                role,
                sites: Vec::new(),
            }),
        })
    };
    let key = |n: u32| {
        Actor::Key(KeyHolder {
            id: id(n),
            dealer,
            rights: vec![Right::RunInventory],
        })
    };
    let by_mia = Batch {
        started_by: Some(id(20)),
        ..batch(Stage::Finished)
    };
    let by_program = Batch {
        started_with: Some(id(30)),
        ..batch(Stage::Finished)
    };
    let at_work = Some((dealer, Role::Manager));
    assert!(by_mia.is_shown_to(&person(20, at_work, false)));
    assert!(by_program.is_shown_to(&key(30)));
    for report in [&by_mia, &by_program, &batch(Stage::Finished)] {
        assert!(report.is_shown_to(&person(21, None, true)), "an admin");
        for (who, why) in [
            (
                person(21, Some((dealer, Role::Owner)), false),
                "another of the dealer",
            ),
            (person(20, None, false), "who left"),
            (
                person(20, Some((id(5), Role::Owner)), false),
                "who works for a rival now",
            ),
            (key(31), "another program"),
            (Actor::Anonymous, "a stranger"),
        ] {
            assert!(!report.is_shown_to(&who), "{why}");
        }
    }
}

fn site() -> SiteId {
    id(3)
}

fn rows(file: &str) -> Vec<ReadRow> {
    let mut records = Records::new();
    records.push(file.as_bytes()).unwrap();
    records.finish().unwrap();
    let header: Vec<String> = records
        .next()
        .unwrap()
        .cells
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let reading = Reading {
        layout: Layout::of(&header, &Mapping::default()).unwrap(),
        mapping: Mapping::default(),
        currency: Currency::USD,
        unit: DistanceUnit::Mi,
        this_year: 2026,
    };
    std::iter::from_fn(|| records.next())
        .map(|record| {
            let read = reading.read(&record);
            let n = u32::try_from(record.row).unwrap() * 10;
            ReadRow {
                row: record.row,
                vin: read.as_ref().ok().map(|r| r.vin.clone()),
                read: read.map(Box::new),
                ids: NewIds {
                    listing: id(n),
                    vehicle: id(n + 1),
                },
            }
        })
        .collect()
}

fn decide(file: &str, stage: Stage, present: &[Listed]) -> ChunkPlan {
    let facts = ChunkFacts {
        batch: batch(stage),
        strict_vin: false,
        sites: HashSet::from([site()]),
        earlier: HashMap::new(),
        present: present
            .iter()
            .map(|l| {
                (
                    l.vehicle.details.vin.to_string(),
                    Present::Listed(Box::new(l.clone())),
                )
            })
            .collect(),
    };
    chunk(&Act::of_system(at(10), "test"), &rows(file), &facts)
}

const FILE: &str = "vin,make,model,year,condition,asking_price,mileage\n\
    1HGCM82633A004352,Honda,Accord,2003,used,6900,120500\n";

fn honda() -> Listed {
    let plan = decide(FILE, Stage::Applying, &[]);
    let new = plan.writes[0].new.clone().unwrap();
    Listed {
        listing: new.listing,
        vehicle: new.vehicle.unwrap(),
    }
}

fn actions(plan: &ChunkPlan) -> Vec<Action> {
    plan.reports.iter().map(|r| r.action).collect()
}

#[test]
fn a_new_vin_makes_an_active_listing_at_the_batchs_site() {
    let plan = decide(FILE, Stage::Applying, &[]);
    assert_eq!(actions(&plan), [Action::Created]);
    let listing = &plan.writes[0].new.as_ref().unwrap().listing;
    assert_eq!(
        (listing.status, listing.site),
        (ListingStatus::Active, Some(site()))
    );
    assert_eq!(listing.text.title, "2003 Honda Accord");
    assert_eq!((plan.batch.position, plan.batch.tally.created), (2, 1));
    assert!(plan.events.iter().any(|e| e.name == "listing.created"));
}

#[test]
fn the_same_row_again_changes_nothing() {
    let plan = decide(FILE, Stage::Applying, &[honda()]);
    assert_eq!(actions(&plan), [Action::Unchanged]);
    assert!(plan.writes.is_empty() && plan.events.is_empty());
}

#[test]
fn a_changed_row_updates_and_names_its_columns() {
    let plan = decide(
        &FILE.replace("6900", "6500").replace("120500", "121000"),
        Stage::Applying,
        &[honda()],
    );
    assert_eq!(actions(&plan), [Action::Updated]);
    assert_eq!(plan.reports[0].changed, [Column::Odometer, Column::AskingPrice]);
    assert!(plan.writes[0].vehicle.is_some() && plan.writes[0].listing.as_ref().unwrap().price.is_some());
}

#[test]
fn an_exported_listing_comes_back_unchanged() {
    let mut listed = honda();
    listed.listing.text.description = "=cmd()\n\"quoted\", 'kept'".to_owned();
    listed.listing.text.features = vec!["a|b".to_owned(), "-c".to_owned()];
    let file = format!("{}{}", writer::header(), writer::row(&listed));
    assert_eq!(
        actions(&decide(&file, Stage::Applying, &[listed])),
        [Action::Unchanged]
    );
}

#[test]
fn reserved_and_sold_cars_are_row_errors() {
    for (status, code) in [
        (ListingStatus::Reserved, "listing_reserved"),
        (ListingStatus::Sold, "listing_sold"),
    ] {
        let mut listed = honda();
        listed.listing.status = status;
        let plan = decide(FILE, Stage::Applying, &[listed]);
        assert_eq!(actions(&plan), [Action::Refused]);
        assert_eq!(plan.reports[0].errors[0].code, code);
    }
}

#[test]
fn a_vin_counts_once_in_a_file() {
    let doubled = format!("{FILE}1hgcm82633a004352,Honda,Civic,2003,used,1,1\n");
    let plan = decide(&doubled, Stage::Applying, &[]);
    assert_eq!(actions(&plan), [Action::Created, Action::Refused]);
    assert_eq!(plan.reports[1].errors[0].code, "duplicate_vin");
}

#[test]
fn rules_of_listings_are_told_by_column() {
    let file = "vin,make,model,year,condition,asking_price,floor_price,site_id\n\
        1HGCM82633A004352,Honda,Accord,2003,used,6900,7000,\n\
        5YJSA1DG9DFP14705,Tesla,S,2013,used,6900,,00000000-0000-7000-8000-000000000099\n";
    let plan = decide(file, Stage::Applying, &[]);
    assert_eq!(plan.reports[0].errors[0].column, Some(Column::FloorPrice));
    assert_eq!(plan.reports[1].errors[0].code, "unknown_site");
    let missing = decide("vin,make\n1HGCM82633A004352,Honda\n", Stage::Applying, &[]);
    let columns: Vec<_> = missing.reports[0]
        .errors
        .iter()
        .filter_map(|e| e.column)
        .collect();
    assert_eq!(
        columns,
        [
            Column::Model,
            Column::Year,
            Column::Condition,
            Column::AskingPrice
        ]
    );
}

#[test]
fn checking_writes_nothing_and_shows_what_would_be() {
    let plan = decide(FILE, Stage::Checking, &[]);
    assert_eq!(
        (actions(&plan), plan.reports[0].listing),
        (vec![Action::Created], None::<ListingId>)
    );
    assert!(plan.writes.is_empty() && plan.events.is_empty());
}

#[test]
fn a_strict_file_is_written_only_when_all_of_it_is_good() {
    let mut good = batch(Stage::Checking);
    good.options.mode = Mode::Strict;
    good.tally.created = 2;
    assert_eq!(good.clone().at_end_of_file().stage, Stage::Applying);
    good.tally.refused = 1;
    assert_eq!(good.clone().at_end_of_file().stage, Stage::Refused);
    good.stage = Stage::Applying;
    assert_eq!(good.at_end_of_file().stage, Stage::Undoing);
}

#[test]
fn rows_of_a_file_that_is_refused_as_a_whole_did_nothing() {
    let checked = decide(FILE, Stage::Checking, &[]);
    let mut strict = batch(Stage::Checking);
    strict.options.mode = Mode::Strict;
    (strict.tally.created, strict.tally.updated, strict.tally.unchanged) = (1, 1, 1);
    strict.tally.refused = 1;
    let refused = strict.at_end_of_file();
    let tally = refused.tally;
    assert_eq!((tally.created, tally.updated, tally.unchanged), (0, 0, 0));
    assert_eq!((tally.left_out, tally.refused, tally.rows()), (3, 1, 4));
    let told = refused.tells(checked.reports[0].clone());
    assert_eq!(
        (told.action, told.vin),
        (Action::LeftOut, checked.reports[0].vin.clone())
    );
    let bad = RowReport::refused(3, None, Vec::new());
    assert_eq!(refused.tells(bad.clone()), bad);
    assert_eq!(Action::parse("left_out"), Some(Action::LeftOut));

    let finished = batch(Stage::Finished);
    assert_eq!(finished.tells(checked.reports[0].clone()), checked.reports[0]);
}

fn take_back(plan: &ChunkPlan, now: Option<Listed>) -> undo::UndoPlan {
    take_back_but(plan, now, BTreeSet::new())
}

fn take_back_but(plan: &ChunkPlan, now: Option<Listed>, wanted: BTreeSet<ListingId>) -> undo::UndoPlan {
    let facts = UndoFacts {
        batch: batch(Stage::Undoing),
        rows: vec![(plan.reports[0].clone(), now)],
        wanted,
        more: false,
    };
    undo::chunk(&Act::of_system(at(11), "test"), &facts)
}

#[test]
fn an_undo_takes_new_listings_down_and_gives_changed_ones_their_values_back() {
    let created = decide(FILE, Stage::Applying, &[]);
    let back = take_back(&created, Some(honda()));
    assert_eq!(back.marks, [(2, Undone::Yes)]);
    assert_eq!(
        back.writes[0].listing.as_ref().unwrap().listing.status,
        ListingStatus::Removed
    );
    assert_eq!(back.batch.stage, Stage::Undone);

    let updated = decide(
        &FILE.replace("6900", "6500").replace("120500", "121000"),
        Stage::Applying,
        &[honda()],
    );
    let write = &updated.writes[0];
    let now = Listed {
        listing: write.listing.as_ref().unwrap().listing.clone(),
        vehicle: write.vehicle.as_ref().unwrap().vehicle.clone(),
    };
    let back = take_back(&updated, Some(now));
    assert_eq!(back.marks, [(2, Undone::Yes)]);
    assert_eq!(
        back.writes[0].listing.as_ref().unwrap().listing.prices,
        honda().listing.prices
    );
    let odometer = back.writes[0]
        .vehicle
        .as_ref()
        .unwrap()
        .vehicle
        .details
        .odometer
        .unwrap();
    assert_eq!(odometer.value, 120_500);
}

#[test]
fn an_undo_leaves_what_somebody_booked_or_offered_for() {
    let created = decide(FILE, Stage::Applying, &[]);
    let wanted = BTreeSet::from([honda().listing.id]);
    let back = take_back_but(&created, Some(honda()), wanted);
    assert_eq!(
        (back.marks.as_slice(), back.writes.len()),
        (&[(2, Undone::Touched)][..], 0)
    );
}

#[test]
fn an_undo_leaves_what_somebody_touched() {
    let created = decide(FILE, Stage::Applying, &[]);
    let mut touched = honda();
    touched.listing.version += 1;
    for now in [Some(touched), None] {
        let back = take_back(&created, now);
        assert_eq!(
            (back.marks.as_slice(), back.writes.len()),
            (&[(2, Undone::Touched)][..], 0)
        );
    }
}

//! Imports: good rows once, whatever happens in between.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::GzEncoder;
use inventory::csv::writer;
use inventory::import::use_cases::Watch;
use inventory::import::{Mode, Stage};
use inventory::listing::{Listed, ListingStatus};
use test_databases::Backend;

use crate::lot::{Lot, Quiet, corpus, dealer, site};

const BOTH: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

async fn stock(lot: &Lot, of: u32) -> Vec<Listed> {
    let mut all: Vec<Listed> = Vec::new();
    loop {
        let some = lot
            .imports
            .export(dealer(of), ListingStatus::ALL, all.last())
            .await
            .unwrap();
        if some.is_empty() {
            return all;
        }
        all.extend(some);
    }
}

async fn file(lot: &Lot, of: u32) -> String {
    let rows: String = stock(lot, of).await.iter().map(writer::row).collect();
    format!("{}{rows}", writer::header())
}

/// A file long enough for several chunks.
fn long() -> String {
    let mut file = corpus(1);
    for n in 2..=5 {
        file.extend(corpus(n).split_inclusive('\n').skip(1));
    }
    file
}

#[tokio::test]
async fn a_second_run_of_the_same_file_does_nothing() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let first = lot.import(1, site(1), &long(), |_| {}).await;
        assert_eq!(
            (first.stage, first.tally.created, first.total),
            (Stage::Finished, 600, Some(600))
        );
        let before = stock(&lot, 1).await;
        let second = lot.import(1, site(1), &long(), |_| {}).await;
        assert_eq!((second.tally.unchanged, second.tally.rows()), (600, 600));
        assert_eq!(stock(&lot, 1).await, before);
    }
}

#[tokio::test]
async fn a_round_trip_is_the_identity() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        lot.import(1, site(1), &corpus(1), |_| {}).await;
        let out = file(&lot, 1).await;
        let again = lot
            .import(1, site(2), &out, |options| options.mode = Mode::Strict)
            .await;
        assert_eq!((again.stage, again.tally.unchanged), (Stage::Finished, 120));
        let other = Lot::empty(backend).await;
        other.import(1, site(2), &out, |_| {}).await;
        let mut both = [out, file(&other, 1).await].map(|f| f.lines().map(str::to_owned).collect::<Vec<_>>());
        for lines in &mut both {
            lines.sort();
        }
        assert_eq!(both[0], both[1]);
    }
}

/// Asks to stop after so many chunks: as if the program had been killed there.
struct Killed(AtomicU64);

#[async_trait]
impl Watch for Killed {
    async fn progress(&self, _: u64, _: Option<u64>) -> bool {
        self.0.fetch_sub(1, Ordering::Relaxed) > 1
    }
}

#[tokio::test]
async fn a_run_that_was_cut_off_goes_on_behind_the_last_committed_chunk() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(long().as_bytes()).unwrap();
        let batch = lot.start(1, site(1), &packed.finish().unwrap(), |_| {}).await;
        let cut = lot
            .imports
            .run(&lot.act(), batch.id, &Killed(AtomicU64::new(2)))
            .await
            .unwrap();
        assert_eq!((cut.stage, cut.tally.created), (Stage::Applying, 400));
        let end = lot.imports.run(&lot.act(), batch.id, &Quiet).await.unwrap();
        assert_eq!(
            (end.stage, end.tally.created, end.tally.rows()),
            (Stage::Finished, 600, 600)
        );
        assert_eq!(stock(&lot, 1).await.len(), 600);
        assert!(
            lot.imports.imports.part(batch.id, 0).await.unwrap().is_none(),
            "the file is dropped at the end"
        );
    }
}

#[tokio::test]
async fn two_runners_of_one_import_take_each_row_once() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let batch = lot.start(1, site(1), long().as_bytes(), |_| {}).await;
        let act = lot.act();
        let runs = futures_util::future::join(
            lot.imports.run(&act, batch.id, &Quiet),
            lot.imports.run(&act, batch.id, &Quiet),
        );
        let (one, other) = runs.await;
        assert!(one.is_ok() || other.is_ok());
        lot.imports.run(&act, batch.id, &Quiet).await.unwrap();
        assert_eq!(stock(&lot, 1).await.len(), 600);
    }
}

#[tokio::test]
async fn strict_takes_all_or_nothing_and_partial_keeps_the_good_rows() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let bad = format!("{}SHORT,Kia,Rio,,2015,,,used,0,,,,,,,,\n", corpus(1));
        let strict = lot
            .import(1, site(1), &bad, |options| options.mode = Mode::Strict)
            .await;
        assert_eq!((strict.stage, strict.tally.refused), (Stage::Refused, 1));
        assert!(stock(&lot, 1).await.is_empty());
        let report = lot.reports(&strict).await.pop().unwrap();
        let codes: Vec<_> = report.errors.iter().map(|e| e.code.as_ref()).collect();
        assert_eq!((report.row, codes), (122, vec!["vin_length", "not_positive"]));
        let partial = lot.import(1, site(1), &bad, |_| {}).await;
        assert_eq!((partial.tally.created, partial.tally.refused), (120, 1));
        let good = lot
            .import(1, site(1), &corpus(2), |options| options.mode = Mode::Strict)
            .await;
        assert_eq!((good.stage, good.tally.created), (Stage::Finished, 120));
        assert_eq!(stock(&lot, 1).await.len(), 240);
    }
}

#[tokio::test]
async fn a_dry_run_shows_what_each_row_would_do_and_writes_nothing() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let doubled = format!("{}{}", corpus(1), corpus(1).lines().nth(1).unwrap());
        let dry = lot
            .import(1, site(1), &doubled, |options| options.dry_run = true)
            .await;
        assert_eq!((dry.tally.created, dry.tally.refused), (120, 1));
        assert_eq!(lot.reports(&dry).await.len(), 121);
        assert!(stock(&lot, 1).await.is_empty());
    }
}

#[tokio::test]
async fn an_undo_takes_back_what_nobody_touched() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        lot.import(1, site(1), &corpus(1), |_| {}).await;
        let before = stock(&lot, 1).await;
        let dearer = corpus(1).replace(",used,9", ",used,8");
        let batch = lot
            .import(
                1,
                site(1),
                &format!("{dearer}{}", corpus(2).split_once('\n').unwrap().1),
                |_| {},
            )
            .await;
        assert!(batch.tally.updated > 0 && batch.tally.created == 120);
        let touched = lot
            .reports(&batch)
            .await
            .iter()
            .rev()
            .find_map(|r| r.listing)
            .unwrap();
        let changes = inventory::listing_draft::ListingChanges {
            title: kernel::patch::Patch::Value("By hand".to_owned()),
            ..Default::default()
        };
        lot.listings.change(&lot.act(), touched, &changes).await.unwrap();
        lot.imports.undo(&lot.act(), batch.id).await.unwrap();
        let undone = lot.imports.run(&lot.act(), batch.id, &Quiet).await.unwrap();
        assert_eq!((undone.stage, undone.tally.kept), (Stage::Undone, 1));
        assert_eq!(undone.tally.undone, batch.tally.updated + 119);
        for (was, is) in before.iter().zip(stock(&lot, 1).await) {
            assert_eq!(was.listing.prices, is.listing.prices);
            assert_eq!(was.vehicle.details, is.vehicle.details);
        }
        assert!(lot.imports.undo(&lot.act(), batch.id).await.is_err(), "once");
    }
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_with_its_reason() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        for (file, code) in [
            ("", "empty_file"),
            ("a,b\n1,2\n", "no_vin_column"),
            ("\u{1f}\u{8b}x", "no_vin_column"),
        ] {
            let batch = lot.import(1, site(1), file, |_| {}).await;
            assert_eq!(
                (batch.stage, batch.problems[0].code.as_ref()),
                (Stage::Refused, code)
            );
        }
    }
}

#[tokio::test]
async fn a_file_that_was_left_behind_is_forgotten() {
    for backend in BOTH {
        let lot = Lot::empty(backend).await;
        let (left, fresh) = (lot.imports.next_id(), {
            lot.clock.advance(3_600);
            lot.imports.next_id()
        });
        for import in [left, fresh] {
            lot.imports.imports.stage(import, 0, b"vin").await.unwrap();
        }
        let half_an_hour_ago = kernel::ports::Clock::now(&lot.clock) - chrono::TimeDelta::minutes(30);
        assert_eq!(lot.imports.imports.forget(half_an_hour_ago).await.unwrap(), 1);
        assert!(lot.imports.imports.part(left, 0).await.unwrap().is_none());
        assert!(lot.imports.imports.part(fresh, 0).await.unwrap().is_some());
    }
}

//! An import run to its end, chunk by chunk, or gone on with where it was left.

use std::collections::HashSet;

use chrono::Datelike;
use kernel::act::{Act, Decision};
use kernel::error::{Common, Violation};
use kernel::id::JobId;
use kernel::vin::Vin;
use kernel::vocabulary::DistanceUnit;

use super::batch::{Batch, Stage};
use super::decide::{self, ReadRow};
use super::file::{Broken, FileReader};
use super::undo;
use super::use_cases::{CHUNK, ImportListings, Watch};
use crate::csv::columns::{Column, Layout};
use crate::csv::records::Record;
use crate::csv::row::Reading;
use crate::error::Error;
use crate::listing_rules::NewIds;

impl ImportListings {
    /// Runs an import to its end, or goes on with one where it was left. `act` is the system's.
    pub async fn run(&self, act: &Act, import: JobId, watch: &dyn Watch) -> Result<Batch, Error> {
        let mut batch = self.imports.find(import).await?.ok_or(Common::absent("import"))?;
        if batch.stage.is_open() && batch.total.is_none() {
            batch = self.count(act, batch).await?;
        }
        while batch.stage.is_open() {
            batch = match self.pass(act, batch, watch).await? {
                Some(batch) => batch,
                None => {
                    return self
                        .imports
                        .find(import)
                        .await?
                        .ok_or_else(|| Common::absent("import").into());
                }
            };
        }
        if batch.stage == Stage::Undoing {
            batch = self.take_back(act, batch, watch).await?;
        }
        self.imports.unstage(import).await?;
        Ok(batch)
    }

    /// Reads the file once: is it one, are the columns there, how many rows has it?
    async fn count(&self, act: &Act, batch: Batch) -> Result<Batch, Error> {
        let mut file = FileReader::new(&*self.imports, batch.id);
        let mut after = batch.clone();
        match read_header(&mut file, &batch).await {
            Ok(layout) => {
                after.ignored = layout.ignored;
                let mut rows = 0;
                // A file that breaks off is read as far as it goes; the pass reports where.
                let whole = loop {
                    match file.next().await {
                        Ok(Some(_)) => rows += 1,
                        Ok(None) => break true,
                        Err(Broken::File(_)) => break false,
                        Err(Broken::Port(error)) => return Err(error),
                    }
                };
                if whole && rows == 0 {
                    after = refused(after, vec![about_the_file("no_rows", NO_ROWS.to_owned())]);
                }
                after.total = Some(rows);
            }
            Err(Broken::Port(error)) => return Err(error),
            Err(Broken::File(problem)) => after = refused(after, vec![*problem]),
        }
        self.replace(act, &batch, after).await
    }

    /// Goes through the file once. `None` when somebody else has gone on with it, or the watch asked to stop.
    async fn pass(&self, act: &Act, mut batch: Batch, watch: &dyn Watch) -> Result<Option<Batch>, Error> {
        let mut file = FileReader::new(&*self.imports, batch.id);
        let layout = match read_header(&mut file, &batch).await {
            Ok(layout) => layout,
            Err(Broken::Port(error)) => return Err(error),
            Err(Broken::File(problem)) => {
                let after = refused(batch.clone(), vec![*problem]);
                return self.replace(act, &batch, after).await.map(Some);
            }
        };
        let reading = Reading {
            layout,
            mapping: batch.options.mapping.clone(),
            currency: batch.currency,
            unit: DistanceUnit::Mi,
            this_year: batch.created_at.year(),
        };
        loop {
            let (rows, broken) = self.next_chunk(&mut file, &reading, batch.position).await?;
            if !rows.is_empty() {
                batch = match self.apply(act, &batch, &rows).await {
                    Ok(done) => done,
                    Err(Error::Common(Common::Stale { .. })) => return Ok(None),
                    Err(error) => return Err(error),
                };
                if !watch.progress(batch.tally.rows(), batch.total).await {
                    return Ok(None);
                }
            }
            let ended = rows.len() < CHUNK;
            if let Some(problem) = broken {
                let mut after = batch.clone();
                after.problems = vec![problem];
                after.tally.refused += 1;
                return self.replace(act, &batch, after.at_end_of_file()).await.map(Some);
            }
            if ended {
                let after = batch.clone().at_end_of_file();
                return self.replace(act, &batch, after).await.map(Some);
            }
        }
    }

    async fn next_chunk(
        &self,
        file: &mut FileReader<'_>,
        reading: &Reading,
        position: u64,
    ) -> Result<(Vec<ReadRow>, Option<Violation>), Error> {
        let mut rows = Vec::with_capacity(CHUNK);
        while rows.len() < CHUNK {
            let record = match file.next().await {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(Broken::Port(error)) => return Err(error),
                Err(Broken::File(problem)) => return Ok((rows, Some(*problem))),
            };
            if record.row <= position {
                continue;
            }
            let read = reading.read(&record);
            let vin = match &read {
                Ok(row) => Some(row.vin.clone()),
                Err(_) => reading
                    .layout
                    .place(Column::Vin)
                    .and_then(|place| record.cells.get(place))
                    .and_then(|cell| cell.as_ref().ok())
                    .and_then(|cell| cell.parse::<Vin>().ok()),
            };
            let ids = NewIds {
                listing: self.ids.next(),
                vehicle: self.ids.next(),
            };
            rows.push(ReadRow {
                row: record.row,
                vin,
                read: read.map(Box::new),
                ids,
            });
        }
        Ok((rows, None))
    }

    async fn apply(&self, act: &Act, before: &Batch, rows: &[ReadRow]) -> Result<Batch, Error> {
        let vins: HashSet<String> = rows
            .iter()
            .filter_map(|r| r.vin.as_ref())
            .map(Vin::to_string)
            .collect();
        let mut vins: Vec<String> = vins.into_iter().collect();
        vins.sort_unstable();
        let mut tries = 0;
        loop {
            let done = self
                .imports
                .apply(act, before.id, &vins, &|facts| {
                    still(before, &facts.batch)?;
                    let plan = decide::chunk(act, rows, facts);
                    let mut decision = Decision::nothing(plan.clone(), plan.batch);
                    decision.record.events = plan.events;
                    Ok(decision)
                })
                .await;
            match done {
                // Somebody entered one of the cars by hand at this very moment: the facts show it the next time.
                Err(Error::VinTaken { .. } | Error::AlreadyListed { .. }) if tries < 5 => tries += 1,
                end => return Ok(end?.value),
            }
        }
    }

    async fn replace(&self, act: &Act, before: &Batch, after: Batch) -> Result<Batch, Error> {
        let done = self
            .imports
            .change(act, before.id, &|now| {
                still(before, now)?;
                Ok(Decision::nothing(Some(after.clone()), after.clone()))
            })
            .await?;
        Ok(done.value)
    }

    /// Takes an import back, chunk by chunk. `act` is the system's.
    pub async fn take_back(&self, act: &Act, mut batch: Batch, watch: &dyn Watch) -> Result<Batch, Error> {
        while batch.stage == Stage::Undoing {
            let limit = u32::try_from(CHUNK).unwrap_or(u32::MAX);
            let done = self
                .imports
                .undo(act, batch.id, limit, &|facts| {
                    let plan = undo::chunk(act, facts);
                    let mut decision = Decision::nothing(plan.clone(), plan.batch);
                    decision.record.events = plan.events;
                    Ok(decision)
                })
                .await?;
            batch = done.value;
            let written = batch.tally.created + batch.tally.updated;
            if !watch
                .progress(batch.tally.undone + batch.tally.kept, Some(written))
                .await
            {
                break;
            }
        }
        Ok(batch)
    }
}

/// Has nobody else gone on with the import?
fn still(before: &Batch, now: &Batch) -> Result<(), Common> {
    if (before.stage, before.position) == (now.stage, now.position) {
        Ok(())
    } else {
        Err(Common::Stale {
            current: i64::try_from(now.position).unwrap_or(i64::MAX),
        })
    }
}

fn refused(mut batch: Batch, problems: Vec<Violation>) -> Batch {
    batch.stage = Stage::Refused;
    batch.problems = problems;
    batch
}

const NO_ROWS: &str = "the file has a header and not one row below it";

fn about_the_file(code: &'static str, message: String) -> Violation {
    Violation {
        pointer: "file".to_owned(),
        code: code.into(),
        message,
    }
}

/// The layout of the file's header.
async fn read_header(file: &mut FileReader<'_>, batch: &Batch) -> Result<Layout, Broken> {
    let problem = |code, message| Broken::File(Box::new(about_the_file(code, message)));
    let Some(header) = file.next().await? else {
        return Err(problem(
            "empty_file",
            "the file is empty: its first line must name the columns".to_owned(),
        ));
    };
    let Some(header) = names(header) else {
        return Err(problem(
            "not_text",
            "the first line is not UTF-8 text: save the file as CSV in UTF-8".to_owned(),
        ));
    };
    Layout::of(&header, &batch.options.mapping).map_err(|wrong| {
        let first = wrong.as_slice().first().cloned();
        match first {
            Some(first) if wrong.as_slice().len() == 1 => Broken::File(Box::new(first)),
            _ => problem("bad_header", wrong.to_string()),
        }
    })
}

/// The cells of the first line, if all are text. A spreadsheet's own file, or text in UTF-16, has NUL in it.
fn names(header: Record) -> Option<Vec<String>> {
    let text = |cell: Result<String, _>| cell.ok().filter(|name| !name.contains('\0'));
    header.cells.into_iter().map(text).collect()
}

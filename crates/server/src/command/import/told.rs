//! What came of a file, told to who started it.

use std::collections::BTreeMap;
use std::io::Write;

use indicatif::HumanCount;
use inventory::csv::Column;
use inventory::import::{Batch, ImportListings, Stage, report};

/// Lines of the report that are read at once.
const LINES: u32 = 1_000;

/// What was wrong with rows: by column and code.
pub(super) type Refusals = BTreeMap<(Option<Column>, String), Refusal>;

/// One thing that was wrong.
pub(super) struct Refusal {
    rows: u64,
    first_row: u64,
    message: String,
}

/// Goes through what came of the rows: collects what was wrong, and writes the report where one is wanted.
pub(super) async fn rows(
    imports: &ImportListings,
    batch: &Batch,
    mut out: Option<&mut impl Write>,
) -> anyhow::Result<Refusals> {
    let mut refusals = Refusals::new();
    if let Some(out) = &mut out {
        out.write_all(report::header().as_bytes())?;
    }
    let mut after = 0;
    loop {
        let some = imports.lines(batch, after, LINES).await?;
        let Some(last) = some.last() else {
            return Ok(refusals);
        };
        after = last.row;
        for row in &some {
            if let Some(out) = &mut out {
                out.write_all(report::lines(row).as_bytes())?;
            }
            for error in &row.errors {
                let refusal = refusals
                    .entry((error.column, error.code.to_string()))
                    .or_insert_with(|| Refusal {
                        rows: 0,
                        first_row: row.row,
                        message: error.message.clone(),
                    });
                refusal.rows += 1;
            }
        }
    }
}

fn rows_of(count: u64) -> String {
    let noun = if count == 1 { "row" } else { "rows" };
    format!("{} {noun}", HumanCount(count))
}

/// Tells it in a few lines.
pub(super) fn tell(out: &mut impl Write, batch: &Batch, refusals: &Refusals) -> std::io::Result<()> {
    let tally = &batch.tally;
    let dry = batch.options.dry_run;
    let left_out = match tally.left_out {
        0 => String::new(),
        some => format!("{} left out, ", HumanCount(some)),
    };
    writeln!(
        out,
        "{}{}: {} new, {} changed, {} as they were, {left_out}{} refused.",
        rows_of(tally.rows()),
        if dry { " would give" } else { "" },
        HumanCount(tally.created),
        HumanCount(tally.updated),
        HumanCount(tally.unchanged),
        HumanCount(tally.refused),
    )?;
    for ((column, code), refusal) in refusals {
        writeln!(
            out,
            "  {} {code}: {}, the first is row {}: {}",
            column.map_or("row", Column::as_str),
            rows_of(refusal.rows),
            refusal.first_row,
            refusal.message
        )?;
        if let Some(name) = column
            .map(Column::as_str)
            .filter(|_| refusal.rows == tally.rows())
        {
            let hint = format!("--map {name}= leaves that column out, --default {name}=… stands for it");
            writeln!(out, "    (no row has a good one: {hint})")?;
        }
    }
    for problem in &batch.problems {
        writeln!(
            out,
            "The file was taken up to where it breaks off: {}",
            problem.message
        )?;
    }
    if !batch.ignored.is_empty() {
        writeln!(
            out,
            "Columns that mean nothing here: {}.",
            batch.ignored.join(", ")
        )?;
    }
    let wrote = tally.created + tally.updated > 0;
    if dry {
        writeln!(out, "Nothing was written: this was a dry run.")
    } else if batch.stage == Stage::Refused {
        writeln!(out, "Nothing was written: the file is refused as a whole.")
    } else if wrote {
        writeln!(
            out,
            "To take it back: POST /api/v1/listings/import/{}/undo",
            batch.id
        )
    } else {
        writeln!(out, "Nothing had to be written.")
    }
}

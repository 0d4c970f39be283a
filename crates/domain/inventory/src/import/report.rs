//! The report of an import as a file: a line for each thing that is wrong with a row, one for each row without.

use super::batch::{RowReport, Undone};
use crate::csv::columns::Column;
use crate::csv::writer::{guarded, line};

/// The first line.
pub fn header() -> String {
    line(&[
        "row",
        "vin",
        "action",
        "column",
        "code",
        "message",
        "changed",
        "listing_id",
        "undone",
    ])
}

/// The lines of one row.
pub fn lines(report: &RowReport) -> String {
    let row = report.row.to_string();
    let vin = guarded(report.vin.as_deref().unwrap_or_default());
    let changed: Vec<&str> = report.changed.iter().map(|c| c.as_str()).collect();
    let changed = changed.join("|");
    let listing = report.listing.map(|l| l.to_string()).unwrap_or_default();
    let undone = report.undone.map_or("", Undone::as_str);
    let told = |column: &str, code: &str, message: &str| {
        let message = guarded(message);
        line(&[
            row.as_str(),
            &vin,
            report.action.as_str(),
            column,
            code,
            &message,
            &changed,
            &listing,
            undone,
        ])
    };
    if report.errors.is_empty() {
        return told("", "", "");
    }
    let errors = report.errors.iter();
    errors
        .map(|e| told(e.column.map_or("", Column::as_str), &e.code, &e.message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::row::CellError;

    #[test]
    fn each_error_has_its_line_and_runs_in_no_spreadsheet() {
        let errors = vec![
            CellError::new(
                Some(Column::Vin),
                "vin_length",
                "“=1+1” has 4 characters, a VIN has 17",
            ),
            CellError::new(None, "cell_count", "=1+1"),
        ];
        let lines = lines(&RowReport::refused(7, None, errors));
        assert_eq!(
            lines,
            "7,,refused,vin,vin_length,\"“=1+1” has 4 characters, a VIN has 17\",,,\r\n7,,refused,,cell_count,'=1+1,,,\r\n"
        );
        let commas = |line: &str| line.matches(',').count();
        assert_eq!(commas(&header()), 8);
    }
}

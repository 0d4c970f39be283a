//! The form of an import, and its report.

use ::inventory::import::RowReport;
use ::inventory::import::batch::Undone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::words;

/// What an import is started with.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the document; the form is read as it arrives")]
pub(super) struct ImportFormDto {
    /// The CSV file, or gzip of one.
    #[schema(format = Binary, content_media_type = "text/csv",
        example = "vin,make,model,year,condition,asking_price\n1HGCM82633A004352,Honda,Accord,2003,used,6500.00\n")]
    file: String,
    /// Where cars stand, where a row does not say. Needed for active listings.
    site_id: Option<Uuid>,
    /// `partial` (the default) keeps good rows, `strict` refuses the whole file for one bad row.
    #[schema(schema_with = words::import_mode)]
    mode: Option<String>,
    /// A foreign file's headers: `vin=VIN No.,make=brand`. Nothing behind `=`: not from the file.
    map: Option<String>,
    /// What stands for empty cells: `condition=used,odometer_unit=km`.
    defaults: Option<String>,
    /// Only show what each row would do.
    dry_run: Option<bool>,
    /// What new listings become, where the row does not say; `draft` when left out.
    #[schema(schema_with = words::first_status)]
    status: Option<String>,
    /// Whose stock: an admin says so, staff need not.
    dealer_id: Option<Uuid>,
}

/// Lines of a report.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportDto {
    pub(super) results: Vec<RowReportDto>,
    /// Give it as `after` to go on; `null` at the end.
    pub(super) next_after: Option<u64>,
}

/// What came of one row.
#[derive(Serialize, ToSchema)]
pub(super) struct RowReportDto {
    /// As a spreadsheet numbers it: the header is row 1.
    row: u64,
    vin: Option<String>,
    /// What it does, in a dry run what it would do. `left_out`: it is good, and its file was refused as a whole.
    #[schema(schema_with = words::row_action)]
    action: &'static str,
    listing_id: Option<Uuid>,
    /// Columns that it changes.
    changed: Vec<&'static str>,
    errors: Vec<CellErrorDto>,
    /// What an undo made of it: `yes`, or `touched` where somebody changed the car since.
    undone: Option<&'static str>,
}

/// One thing wrong with a row.
#[derive(Serialize, ToSchema)]
pub(super) struct CellErrorDto {
    /// `null` when it is about the whole row.
    column: Option<&'static str>,
    code: String,
    message: String,
}

impl From<&RowReport> for RowReportDto {
    fn from(report: &RowReport) -> Self {
        let errors = report.errors.iter().map(|e| CellErrorDto {
            column: e.column.map(::inventory::csv::Column::as_str),
            code: e.code.to_string(),
            message: e.message.clone(),
        });
        Self {
            row: report.row,
            vin: report.vin.clone(),
            action: report.action.as_str(),
            listing_id: report.listing.map(|l| l.uuid()),
            changed: report.changed.iter().map(|c| c.as_str()).collect(),
            errors: errors.collect(),
            undone: report.undone.map(Undone::as_str),
        }
    }
}

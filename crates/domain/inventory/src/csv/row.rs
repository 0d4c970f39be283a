//! One record as values, or everything that is wrong with it.

use std::borrow::Cow;

use kernel::distance::Distance;
use kernel::error::Malformed;
use kernel::id::SiteId;
use kernel::money::{Currency, Money};
use kernel::patch::Patch;
use kernel::text;
use kernel::vin::Vin;
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, Drivetrain, FuelType, Transmission, model_year};
use serde::{Deserialize, Serialize};

use super::cells;
use super::columns::{Column, Layout, Mapping};
use super::records::Record;
use super::writer::unguarded;
use crate::listing::ListingStatus;

/// One thing wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellError {
    /// Our column; `None` when it is about the whole row.
    pub column: Option<Column>,
    /// Stable code, snake case.
    pub code: Cow<'static, str>,
    /// What was wrong, with which value, what would be right.
    pub message: String,
}

impl CellError {
    /// About one column, or about the whole row.
    pub fn new(column: Option<Column>, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            column,
            code: Cow::Borrowed(code),
            message: message.into(),
        }
    }
}

/// A row that reads well. What the file says nothing about is absent; an empty cell of an optional field clears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet numbers it.
    pub row: u64,
    /// The key.
    pub vin: Vin,
    /// Maker; never null.
    pub make: Patch<String>,
    /// Model; never null.
    pub model: Patch<String>,
    /// Trim.
    pub trim: Patch<String>,
    /// Model year; never null.
    pub year: Patch<i32>,
    /// Body.
    pub body_type: Patch<BodyType>,
    /// Fuel.
    pub fuel_type: Patch<FuelType>,
    /// Gearbox.
    pub transmission: Patch<Transmission>,
    /// Driven wheels.
    pub drivetrain: Patch<Drivetrain>,
    /// Colour.
    pub exterior_color: Patch<String>,
    /// The reading.
    pub odometer: Patch<Distance>,
    /// Number plate.
    pub license_plate: Patch<String>,
    /// Condition; never null.
    pub condition: Patch<Condition>,
    /// The price; never null.
    pub asking_price: Patch<Money>,
    /// Suggested retail price.
    pub msrp: Patch<Money>,
    /// The least that would be taken.
    pub floor_price: Patch<Money>,
    /// What it cost.
    pub cost: Patch<Money>,
    /// Headline; empty means: made of year, make, model and trim.
    pub title: Patch<String>,
    /// Text.
    pub description: Patch<String>,
    /// Features.
    pub features: Patch<Vec<String>>,
    /// The site; empty means the batch's.
    pub site: Patch<SiteId>,
    /// On the front page?
    pub featured: Patch<bool>,
    /// Draft or active; empty means the batch's.
    pub status: Patch<ListingStatus>,
}

/// How records of one file are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where our columns are.
    pub layout: Layout,
    /// What stands for empty cells.
    pub mapping: Mapping,
    /// The dealer's currency, where a row names none.
    pub currency: Currency,
    /// The platform's unit, where a row names none.
    pub unit: DistanceUnit,
    /// The year in which the import began: model years are seen from it.
    pub this_year: i32,
}

impl Reading {
    /// Reads a record; all errors of the row at once.
    pub fn read(&self, record: &Record) -> Result<Row, Vec<CellError>> {
        let width = self.layout.width();
        let beyond = record.cells.iter().skip(width);
        let blank = |cell: &Result<String, _>| cell.as_ref().is_ok_and(|c| c.trim().is_empty());
        if record.cells.len() < width || !beyond.clone().all(blank) {
            let message = format!("the row has {} cells; the header has {width}", record.cells.len());
            return Err(vec![CellError::new(None, "cell_count", message)]);
        }
        let mut row = Cells {
            reading: self,
            record,
            errors: Vec::new(),
        };
        let read = row.all();
        match read {
            Some(read) if row.errors.is_empty() => Ok(read),
            _ => Err(row.errors),
        }
    }
}

/// The cells of one record, and what is wrong so far.
struct Cells<'a> {
    reading: &'a Reading,
    record: &'a Record,
    errors: Vec<CellError>,
}

impl Cells<'_> {
    fn all(&mut self) -> Option<Row> {
        let vin = self.needed(Column::Vin, str::parse::<Vin>);
        let unit = match self.optional(Column::OdometerUnit, DistanceUnit::forgiving) {
            Patch::Value(unit) => unit,
            Patch::Absent | Patch::Null => self.reading.unit,
        };
        let currency = match self.optional(Column::Currency, cells::currency) {
            Patch::Value(currency) => currency,
            Patch::Absent | Patch::Null => self.reading.currency,
        };
        let this_year = self.reading.this_year;
        let money = |c: &str| cells::money(c, currency);
        let row = Row {
            row: self.record.row,
            vin: match vin {
                Patch::Value(vin) => vin,
                // The VIN's own error is noted; the others shall be found too, so the rest is read all the same.
                Patch::Absent | Patch::Null => NOWHERE.parse().ok()?,
            },
            make: self.needed(Column::Make, |c| text::line(c, 60)),
            model: self.needed(Column::Model, |c| text::line(c, 80)),
            trim: self.optional(Column::Trim, |c| text::line(c, 100)),
            year: self.needed(Column::Year, |c| {
                cells::whole(c).and_then(|y| model_year(y, this_year))
            }),
            body_type: self.optional(Column::BodyType, BodyType::forgiving),
            fuel_type: self.optional(Column::FuelType, FuelType::forgiving),
            transmission: self.optional(Column::Transmission, Transmission::forgiving),
            drivetrain: self.optional(Column::Drivetrain, Drivetrain::forgiving),
            exterior_color: self.optional(Column::ExteriorColor, |c| text::line(c, 60)),
            odometer: self.optional(Column::Odometer, |c| cells::distance(c, unit)),
            license_plate: self.optional(Column::LicensePlate, |c| text::line(c, 20)),
            condition: self.needed(Column::Condition, Condition::forgiving),
            asking_price: self.needed(Column::AskingPrice, money),
            msrp: self.optional(Column::Msrp, money),
            floor_price: self.optional(Column::FloorPrice, money),
            cost: self.optional(Column::Cost, money),
            title: self.optional(Column::Title, |c| text::line(c, 200)),
            description: self.optional(Column::Description, |c| text::paragraphs(c, 10_000)),
            features: self.optional(Column::Features, features),
            site: self.optional(Column::SiteId, site),
            featured: self.optional(Column::Featured, cells::yes_or_no),
            status: self.optional(Column::Status, status),
        };
        Some(row)
    }

    /// A field that an empty cell does not clear.
    fn needed<T>(&mut self, column: Column, parse: impl Fn(&str) -> Result<T, Malformed>) -> Patch<T> {
        let value = self.optional(column, parse);
        if matches!(value, Patch::Null) {
            let message = format!("{} must not be empty", column.as_str());
            self.errors
                .push(CellError::new(Some(column), "required", message));
            return Patch::Absent;
        }
        value
    }

    fn optional<T>(&mut self, column: Column, parse: impl Fn(&str) -> Result<T, Malformed>) -> Patch<T> {
        let default = self.reading.mapping.defaults.get(&column).map(String::as_str);
        let cell = match self
            .reading
            .layout
            .place(column)
            .and_then(|place| self.record.cells.get(place))
        {
            Some(Ok(cell)) => Some(unguarded(cell.trim())),
            Some(Err(_)) => {
                let message = "is not UTF-8: save the file as UTF-8";
                self.errors
                    .push(CellError::new(Some(column), "not_utf8", message));
                return Patch::Absent;
            }
            None => None,
        };
        let cell = match cell {
            None | Some("") => match default {
                Some(default) if !default.is_empty() => default,
                _ if cell.is_none() => return Patch::Absent,
                _ => return Patch::Null,
            },
            Some(cell) => cell,
        };
        match parse(cell) {
            Ok(value) => Patch::Value(value),
            Err(malformed) => {
                self.errors
                    .push(CellError::new(Some(column), malformed.code, malformed.message));
                Patch::Absent
            }
        }
    }
}

/// Stands for a VIN that is an error already; never leaves this module.
const NOWHERE: &str = "00000000000000000";

fn features(cell: &str) -> Result<Vec<String>, Malformed> {
    let features = cells::features(cell);
    if features.len() > 100 {
        return Err(Malformed::new(
            "too_many",
            format!("has {} features; at most 100 are taken", features.len()),
        ));
    }
    features.iter().map(|f| text::line(f, 100)).collect()
}

fn site(cell: &str) -> Result<SiteId, Malformed> {
    cell.parse().map_err(|_| {
        Malformed::new(
            "malformed_id",
            format!("“{}” is not the id of a site", text::excerpt(cell)),
        )
    })
}

/// The statuses that a file may give a car; the others come by acceptance, sale and removal alone.
fn status(cell: &str) -> Result<ListingStatus, Malformed> {
    match ListingStatus::parse(&text::fold(cell)) {
        Some(status @ (ListingStatus::Draft | ListingStatus::Active)) => Ok(status),
        Some(ListingStatus::Reserved | ListingStatus::Sold | ListingStatus::Removed) | None => {
            Err(Malformed::new(
                "unknown_status",
                format!("“{}” is neither draft nor active", text::excerpt(cell)),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(header: &[&str], map: &str, defaults: &str) -> Reading {
        let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
        let mapping = Mapping::parse(map, defaults).unwrap();
        Reading {
            layout: Layout::of(&header, &mapping).unwrap(),
            mapping,
            currency: Currency::USD,
            unit: DistanceUnit::Mi,
            this_year: 2026,
        }
    }

    fn record(cells: &[&str]) -> Record {
        Record {
            row: 2,
            cells: cells.iter().map(|c| Ok((*c).to_owned())).collect(),
        }
    }

    #[test]
    fn a_foreign_row_is_understood() {
        let reading = reading(
            &[
                "",
                "price",
                "brand",
                "model",
                "year",
                "mileage",
                "VIN No.",
                "condition",
            ],
            "vin=VIN No.,condition=",
            "condition=pre-owned",
        );
        let row = reading
            .read(&record(&[
                "0",
                "$6,300",
                " toyota ",
                "cruiser",
                "2008.0",
                "274,117",
                "  jtezu11f88k007763",
                "10 days left",
            ]))
            .unwrap();
        assert_eq!(row.vin.as_str(), "JTEZU11F88K007763");
        assert_eq!(row.make, Patch::Value("toyota".to_owned()));
        assert_eq!(row.year, Patch::Value(2008));
        assert_eq!(row.condition, Patch::Value(Condition::Used));
        assert_eq!(row.asking_price, Patch::Value(Money::new(630_000, Currency::USD)));
        assert_eq!(row.trim, Patch::Absent);
    }

    #[test]
    fn every_error_of_a_row_is_told_with_its_column() {
        let reading = reading(&["vin", "make", "year", "asking_price", "status"], "", "");
        let errors = reading
            .read(&record(&["SHORT", "", "1700", "0", "sold"]))
            .unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|e| (e.column.unwrap(), e.code.as_ref()))
            .collect();
        assert_eq!(
            told,
            [
                (Column::Vin, "vin_length"),
                (Column::Make, "required"),
                (Column::Year, "year_out_of_range"),
                (Column::AskingPrice, "not_positive"),
                (Column::Status, "unknown_status"),
            ]
        );
    }

    #[test]
    fn rows_of_another_width_are_refused_but_for_empty_cells_at_the_end() {
        let reading = reading(&["vin", "make"], "", "");
        assert!(
            reading
                .read(&record(&["JTEZU11F88K007763", "x", "", " "]))
                .is_ok()
        );
        assert!(reading.read(&record(&["JTEZU11F88K007763"])).is_err());
        assert!(reading.read(&record(&["JTEZU11F88K007763", "x", "y"])).is_err());
    }

    #[test]
    fn an_empty_cell_clears_and_an_absent_column_leaves() {
        let reading = reading(&["vin", "trim", "odometer"], "", "odometer=5");
        let row = reading.read(&record(&["JTEZU11F88K007763", "", ""])).unwrap();
        assert_eq!((row.trim, row.body_type), (Patch::Null, Patch::Absent));
        assert_eq!(
            row.odometer,
            Patch::Value(Distance::new(5, DistanceUnit::Mi).unwrap())
        );
    }
}

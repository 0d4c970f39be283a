//! Our own file. What is written here reads back as the same; a spreadsheet runs none of its cells.

use crate::csv::cells::joined_features;
use crate::csv::columns::Column;
use crate::listing::Listed;

/// What a spreadsheet takes for the beginning of a formula.
const RUNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Puts an apostrophe before a cell that a spreadsheet would run, or that already looks guarded.
///
/// ```
/// use forecourt_inventory::csv::writer::{guarded, unguarded};
/// assert_eq!(guarded("=1+1"), "'=1+1");
/// assert_eq!(unguarded(&guarded("'=1+1")), "'=1+1");
/// ```
pub fn guarded(cell: &str) -> String {
    if needs_guard(cell) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Takes the apostrophe off that [`guarded`] has put there.
pub fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest,
        _ => cell,
    }
}

fn needs_guard(cell: &str) -> bool {
    cell.trim_start_matches('\'').starts_with(RUNS)
}

/// The first line of our file.
pub fn header() -> String {
    let names: Vec<&str> = Column::ALL.iter().map(|c| c.as_str()).collect();
    line(&names)
}

/// The template: the header, and one row that shows how.
pub fn template() -> String {
    let example = Column::ALL.iter().map(|c| example(*c)).collect::<Vec<_>>();
    format!("{}{}", header(), line(&example))
}

const fn example(column: Column) -> &'static str {
    match column {
        Column::Vin => "1HGCM82633A004352",
        Column::Make => "Honda",
        Column::Model => "Accord",
        Column::Trim => "EX",
        Column::Year => "2003",
        Column::BodyType => "sedan",
        Column::FuelType => "gasoline",
        Column::Transmission => "automatic",
        Column::Drivetrain => "fwd",
        Column::ExteriorColor => "silver",
        Column::Odometer => "120500",
        Column::OdometerUnit => "mi",
        Column::Condition => "used",
        Column::AskingPrice => "6900.00",
        Column::Currency => "USD",
        Column::Msrp => "24800.00",
        Column::FloorPrice => "6200.00",
        Column::Cost => "5100.00",
        Column::Title => "2003 Honda Accord EX",
        Column::Description => "One owner, full service history",
        Column::Features => "Sunroof|Heated seats",
        Column::Featured => "false",
        Column::Status => "draft",
        Column::LicensePlate | Column::SiteId => "",
    }
}

/// One listing as a line of our file.
pub fn row(listed: &Listed) -> String {
    let cells: Vec<String> = Column::ALL.iter().map(|c| guarded(&cell(listed, *c))).collect();
    line(&cells)
}

/// One cell, before it is guarded.
pub fn cell(listed: &Listed, column: Column) -> String {
    let (listing, vehicle) = (&listed.listing, &listed.vehicle.details);
    let word = |w: Option<&'static str>| w.unwrap_or_default().to_owned();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let money = |m: Option<kernel::money::Money>| m.map(kernel::money::Money::amount).unwrap_or_default();
    match column {
        Column::Vin => vehicle.vin.to_string(),
        Column::Make => vehicle.make.clone(),
        Column::Model => vehicle.model.clone(),
        Column::Trim => text(&vehicle.trim),
        Column::Year => vehicle.year.to_string(),
        Column::BodyType => word(vehicle.body_type.map(kernel::vocabulary::BodyType::as_str)),
        Column::FuelType => word(vehicle.fuel_type.map(kernel::vocabulary::FuelType::as_str)),
        Column::Transmission => word(vehicle.transmission.map(kernel::vocabulary::Transmission::as_str)),
        Column::Drivetrain => word(vehicle.drivetrain.map(kernel::vocabulary::Drivetrain::as_str)),
        Column::ExteriorColor => text(&vehicle.exterior_color),
        Column::Odometer => vehicle.odometer.map(|o| o.value.to_string()).unwrap_or_default(),
        Column::OdometerUnit => word(vehicle.odometer.map(|o| o.unit.as_str())),
        Column::LicensePlate => text(&vehicle.license_plate),
        Column::Condition => listing.condition.as_str().to_owned(),
        Column::AskingPrice => listing.prices.asking().amount(),
        Column::Currency => listing.prices.asking().currency().code().to_owned(),
        Column::Msrp => money(listing.prices.msrp()),
        Column::FloorPrice => money(listing.prices.floor()),
        Column::Cost => money(listing.prices.cost()),
        Column::Title => listing.text.title.clone(),
        Column::Description => listing.text.description.clone(),
        Column::Features => joined_features(&listing.text.features),
        Column::SiteId => listing.site.map(|s| s.to_string()).unwrap_or_default(),
        Column::Featured => listing.featured.to_string(),
        Column::Status => listing.status.as_str().to_owned(),
    }
}

/// Cells as a line of RFC 4180.
pub fn line<S: AsRef<str>>(cells: &[S]) -> String {
    let mut line = String::new();
    for (n, cell) in cells.iter().map(AsRef::as_ref).enumerate() {
        if n > 0 {
            line.push(',');
        }
        if cell.contains(['"', ',', ';', '\n', '\r', '\t']) {
            line.push('"');
            line.push_str(&cell.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(cell);
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv::records::Records;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_neutralised() {
        for cell in ["=SUM(A1)", "+1", "-1", "@cmd", "\tx", "\rx"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        assert_eq!(guarded("a=b"), "a=b");
        assert_eq!(guarded("O'Neil"), "O'Neil");
    }

    #[test]
    fn the_template_has_every_column() {
        let mut records = Records::new();
        records.push(template().as_bytes()).unwrap();
        let header = records.next().unwrap();
        let example = records.next().unwrap();
        assert_eq!(
            (header.cells.len(), example.cells.len()),
            (Column::ALL.len(), Column::ALL.len())
        );
    }

    proptest! {
        #[test]
        fn guarding_is_undone_exactly(cell in "['=+@a-]{0,5}") {
            let written = guarded(&cell);
            prop_assert_eq!(unguarded(&written), cell.as_str());
            prop_assert!(!written.starts_with(RUNS));
        }

        #[test]
        fn lines_are_read_as_they_were_written(cells in prop::collection::vec("[a-z\",;\t\n\r' ]{0,6}x", 2..5)) {
            let mut records = Records::new();
            records.push(b"a,b,c,d\r\n").unwrap();
            records.push(line(&cells).as_bytes()).unwrap();
            records.next();
            let read: Vec<String> = records.next().unwrap().cells.into_iter().map(Result::unwrap).collect();
            prop_assert_eq!(read, cells);
        }
    }
}

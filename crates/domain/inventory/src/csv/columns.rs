//! Our columns, the other names they go by, and how a caller maps a foreign file on them.

use std::collections::BTreeMap;

use kernel::error::Violations;
use kernel::text;
use serde::{Deserialize, Serialize};

/// Declares the columns: variant, our name, other names.
macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(| $other:literal)*),* $(,)?) => {
        /// A column of our file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Column { $($(#[$doc])* #[serde(rename = $name)] $variant),* }

        impl Column {
            /// Every column, in the order of our file.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in our file.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The column of this name or of one of its usual other names, whatever the case, blanks and dashes.
            pub fn forgiving(name: &str) -> Option<Self> {
                let name = text::fold(name).replace([' ', '-', '.'], "_");
                match name.trim_matches('_') {
                    $($name $(| $other)* => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

columns! {
    /// The VIN: the key of a row.
    Vin = "vin" | "vin_no" | "vin_number",
    /// Maker.
    Make = "make" | "brand" | "manufacturer",
    /// Model.
    Model = "model" | "model_name",
    /// Trim.
    Trim = "trim" | "trim_level",
    /// Model year.
    Year = "year" | "model_year",
    /// Body.
    BodyType = "body_type" | "body" | "body_style",
    /// Fuel.
    FuelType = "fuel_type" | "fuel",
    /// Gearbox.
    Transmission = "transmission" | "gearbox",
    /// Driven wheels.
    Drivetrain = "drivetrain" | "drive_train" | "drive",
    /// Colour.
    ExteriorColor = "exterior_color" | "color" | "colour" | "exterior_colour" | "ext_color",
    /// What the odometer shows.
    Odometer = "odometer" | "mileage" | "miles",
    /// In miles or kilometres.
    OdometerUnit = "odometer_unit" | "mileage_unit",
    /// Number plate.
    LicensePlate = "license_plate" | "licence_plate" | "plate",
    /// New, used or certified.
    Condition = "condition",
    /// The price.
    AskingPrice = "asking_price" | "price" | "list_price",
    /// Currency of all amounts of the row.
    Currency = "currency",
    /// Maker's suggested retail price.
    Msrp = "msrp",
    /// The least that would be taken. Staff only.
    FloorPrice = "floor_price",
    /// What it cost. Staff only.
    Cost = "cost",
    /// Headline.
    Title = "title" | "headline",
    /// Text.
    Description = "description" | "comments",
    /// Features, divided by `|`.
    Features = "features" | "options" | "equipment",
    /// The site where it stands.
    SiteId = "site_id" | "site",
    /// Shown on the front page?
    Featured = "featured",
    /// Draft or active.
    Status = "status",
}

/// How a caller maps a foreign file on our columns, and what stands where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Our column → the file's header; an empty header means: not from the file.
    pub headers: BTreeMap<Column, String>,
    /// Our column → the value for empty cells.
    pub defaults: BTreeMap<Column, String>,
}

impl Mapping {
    /// Reads `vin=VIN No.,make=brand` and `condition=used,status=draft`; everything wrong at once.
    pub fn parse(map: &str, defaults: &str) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        let headers = pairs("map", map, &mut wrong);
        let defaults = pairs("defaults", defaults, &mut wrong);
        if defaults.contains_key(&Column::Vin) {
            wrong.add(
                "defaults",
                "no_default",
                "“vin” has no default: each car has its own",
            );
        }
        if wrong.is_empty() {
            Ok(Self { headers, defaults })
        } else {
            Err(wrong)
        }
    }
}

/// Reads `column=text,…`. A part without `=` belongs to the text before it, so that headers may hold commas.
fn pairs(pointer: &str, list: &str, wrong: &mut Violations) -> BTreeMap<Column, String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in list.split(',') {
        match (part.split_once('='), pairs.last_mut()) {
            (Some((name, value)), _) => pairs.push((name.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => {
                value.push(',');
                value.push_str(part);
            }
            (None, None) if part.trim().is_empty() => {}
            (None, None) => wrong.add(
                pointer,
                "malformed_pair",
                format!("“{}” is not of the form column=text", text::excerpt(part)),
            ),
        }
    }
    let mut found = BTreeMap::new();
    for (name, value) in pairs {
        match Column::ALL.iter().copied().find(|c| c.as_str() == name) {
            None => wrong.add(
                pointer,
                "unknown_column",
                format!("“{}” is none of our columns: {}", text::excerpt(&name), names()),
            ),
            Some(column) if found.contains_key(&column) => {
                wrong.add(pointer, "doubled_column", format!("“{name}” is named twice"));
            }
            Some(column) => {
                found.insert(column, value);
            }
        }
    }
    found
}

fn names() -> String {
    let names: Vec<&str> = Column::ALL.iter().map(|c| c.as_str()).collect();
    names.join(", ")
}

fn names_in(header: &[String]) -> String {
    let named = header.iter().filter(|name| !name.trim().is_empty());
    named
        .map(|name| text::excerpt(name))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Where each of our columns is in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    places: BTreeMap<Column, usize>,
    width: usize,
    /// Headers of the file that no column takes, as they were written.
    pub ignored: Vec<String>,
}

impl Layout {
    /// Finds our columns in the header. A mapped header that the file lacks, one that is there twice, and a missing VIN column
    /// are refused, all at once.
    pub fn of(header: &[String], mapping: &Mapping) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        let mut places: BTreeMap<Column, usize> = BTreeMap::new();
        let mut taken = vec![false; header.len()];
        for (column, wanted) in mapping.headers.iter().filter(|(_, wanted)| !wanted.is_empty()) {
            let wanted_folded = text::fold(wanted);
            match header.iter().position(|h| text::fold(h) == wanted_folded) {
                Some(place) => {
                    places.insert(*column, place);
                    if let Some(taken) = taken.get_mut(place) {
                        *taken = true;
                    }
                }
                None => wrong.add(
                    "map",
                    "no_such_header",
                    format!(
                        "{} is mapped on “{}”, but the file's headers are {}",
                        column.as_str(),
                        text::excerpt(wanted),
                        names_in(header)
                    ),
                ),
            }
        }
        let mut ignored = Vec::new();
        for (place, name) in header.iter().enumerate() {
            if taken.get(place) == Some(&true) {
                continue;
            }
            match Column::forgiving(name).filter(|c| !mapping.headers.contains_key(c)) {
                Some(column) if places.contains_key(&column) => wrong.add(
                    "file",
                    "doubled_header",
                    format!(
                        "“{}” and another header both mean {}: map one of them",
                        text::excerpt(name),
                        column.as_str()
                    ),
                ),
                Some(column) => {
                    places.insert(column, place);
                }
                None if name.trim().is_empty() => {}
                None => ignored.push(text::excerpt(name)),
            }
        }
        if !places.contains_key(&Column::Vin) {
            wrong.add(
                "file",
                "no_vin_column",
                "no header of the file means vin: name it in map, as vin=VIN No.",
            );
        }
        if wrong.is_empty() {
            let width = header.len();
            Ok(Self {
                places,
                width,
                ignored,
            })
        } else {
            Err(wrong)
        }
    }

    /// Where the column is in the file.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    /// Cells that a record should have.
    pub const fn width(&self) -> usize {
        self.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn usual_names_need_no_mapping() {
        let layout = Layout::of(
            &header(&["", "Price", "BRAND", "vin", "lot"]),
            &Mapping::default(),
        )
        .unwrap();
        assert_eq!(layout.place(Column::AskingPrice), Some(1));
        assert_eq!(layout.place(Column::Make), Some(2));
        assert_eq!(layout.ignored, ["lot"]);
    }

    #[test]
    fn a_mapping_wins_and_may_leave_a_column_out() {
        let mapping =
            Mapping::parse("vin=VIN No.,asking_price=Price, net,condition=", "condition=used").unwrap();
        let layout = Layout::of(
            &header(&["vin no.", "price, net", "price", "condition"]),
            &mapping,
        )
        .unwrap();
        assert_eq!(layout.place(Column::Vin), Some(0));
        assert_eq!(layout.place(Column::AskingPrice), Some(1));
        assert_eq!(layout.place(Column::Condition), None);
        assert_eq!(layout.ignored, ["price", "condition"]);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let wrong = Mapping::parse("colour=Farbe,vin=a,vin=b", "vin=x").unwrap_err();
        assert_eq!(wrong.as_slice().len(), 3);
        let mapping = Mapping::parse("make=Marke", "").unwrap();
        let wrong = Layout::of(&header(&["brand", "price"]), &mapping).unwrap_err();
        let codes: Vec<&str> = wrong.as_slice().iter().map(|v| v.code.as_ref()).collect();
        assert_eq!(codes, ["no_such_header", "no_vin_column"]);
    }

    #[test]
    fn our_own_names_are_their_own_synonyms() {
        for column in Column::ALL {
            assert_eq!(Column::forgiving(column.as_str()), Some(*column));
        }
        assert_eq!(Column::ALL[0], Column::Vin);
    }
}

//! A vehicle as it comes from outside, and what a change says about one.

use chrono::{Datelike, NaiveDate};
use kernel::error::{Malformed, Violations};
use kernel::patch::Patch;
use kernel::vin::Vin;
use kernel::vocabulary::model_year;

use crate::given::{DistanceText, day, keep, optional_line};
use crate::vehicle::VehicleDetails;

/// A vehicle as it was given: nothing is checked yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehicleDraft {
    /// Its number, in any case.
    pub vin: String,
    /// Who made it.
    pub make: String,
    /// What the maker calls it.
    pub model: String,
    /// Which version of the model.
    pub trim: Option<String>,
    /// Model year.
    pub year: i64,
    /// A word of the body types.
    pub body_type: Option<String>,
    /// A word of the fuel types.
    pub fuel_type: Option<String>,
    /// A word of the transmissions.
    pub transmission: Option<String>,
    /// A word of the drivetrains.
    pub drivetrain: Option<String>,
    /// Colour outside.
    pub exterior_color: Option<String>,
    /// What the odometer shows.
    pub odometer: Option<DistanceText>,
    /// What the plate says.
    pub license_plate: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_purchase: Option<String>,
    /// Where it is kept.
    pub location: Option<String>,
    /// Anything else.
    pub additional_info: Option<String>,
}

impl VehicleDraft {
    /// The number, where what was given is one: for the port to lock.
    pub fn vin(&self) -> Option<Vin> {
        self.vin.parse().ok()
    }

    /// The details, or `None` with everything that is wrong noted under `prefix` (`/vehicle`, or nothing). `today` is in UTC.
    pub fn check(&self, prefix: &str, today: NaiveDate, wrong: &mut Violations) -> Option<VehicleDetails> {
        fn word<T: std::str::FromStr<Err = Malformed>>(
            wrong: &mut Violations,
            pointer: &str,
            text: Option<&String>,
        ) -> Option<T> {
            wrong.take_opt(pointer, text.map(|t| t.parse()))
        }
        let at = |field: &str| format!("{prefix}/{field}");
        let before = wrong.as_slice().len();
        let vin = wrong.take(&at("vin"), self.vin.parse());
        let make = wrong.take(&at("make"), kernel::text::line(&self.make, 60));
        let model = wrong.take(&at("model"), kernel::text::line(&self.model, 80));
        let trim = optional_line(wrong, &at("trim"), self.trim.as_deref(), 100);
        let year = wrong.take(&at("year"), model_year(self.year, today.year()));
        let body_type = word(wrong, &at("body_type"), self.body_type.as_ref());
        let fuel_type = word(wrong, &at("fuel_type"), self.fuel_type.as_ref());
        let transmission = word(wrong, &at("transmission"), self.transmission.as_ref());
        let drivetrain = word(wrong, &at("drivetrain"), self.drivetrain.as_ref());
        let exterior_color = optional_line(wrong, &at("exterior_color"), self.exterior_color.as_deref(), 60);
        let odometer = self
            .odometer
            .as_ref()
            .and_then(|o| o.check(&at("odometer"), wrong));
        let license_plate = optional_line(wrong, &at("license_plate"), self.license_plate.as_deref(), 20);
        let date_of_purchase = wrong.take_opt(
            &at("date_of_purchase"),
            self.date_of_purchase.as_deref().map(|text| past_day(text, today)),
        );
        let location = optional_line(wrong, &at("location"), self.location.as_deref(), 200);
        let additional_info = wrong
            .take_opt(
                &at("additional_info"),
                self.additional_info
                    .as_deref()
                    .map(|t| kernel::text::paragraphs(t, 2_000)),
            )
            .filter(|t| !t.is_empty());
        if wrong.as_slice().len() > before {
            return None;
        }
        Some(VehicleDetails {
            vin: vin?,
            make: make?,
            model: model?,
            trim,
            year: year?,
            body_type,
            fuel_type,
            transmission,
            drivetrain,
            exterior_color,
            odometer,
            license_plate,
            date_of_purchase,
            location,
            additional_info,
        })
    }
}

/// A day that has come, if only east of Greenwich: there it is tomorrow already.
fn past_day(text: &str, today: NaiveDate) -> Result<NaiveDate, Malformed> {
    let given = day(text)?;
    if (given - today).num_days() > 1 {
        return Err(Malformed::new(
            "in_the_future",
            format!("{given} is after {today}: it is that day nowhere yet"),
        ));
    }
    Ok(given)
}

impl From<&VehicleDetails> for VehicleDraft {
    fn from(details: &VehicleDetails) -> Self {
        Self {
            vin: details.vin.as_str().to_owned(),
            make: details.make.clone(),
            model: details.model.clone(),
            trim: details.trim.clone(),
            year: i64::from(details.year),
            body_type: details.body_type.map(|w| w.as_str().to_owned()),
            fuel_type: details.fuel_type.map(|w| w.as_str().to_owned()),
            transmission: details.transmission.map(|w| w.as_str().to_owned()),
            drivetrain: details.drivetrain.map(|w| w.as_str().to_owned()),
            exterior_color: details.exterior_color.clone(),
            odometer: details.odometer.map(DistanceText::from),
            license_plate: details.license_plate.clone(),
            date_of_purchase: details.date_of_purchase.map(|d| d.to_string()),
            location: details.location.clone(),
            additional_info: details.additional_info.clone(),
        }
    }
}

/// A merge patch of a vehicle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VehicleChanges {
    /// Its number: to put a mistyped one right.
    pub vin: Patch<String>,
    /// Who made it.
    pub make: Patch<String>,
    /// What the maker calls it.
    pub model: Patch<String>,
    /// Which version of the model.
    pub trim: Patch<String>,
    /// Model year.
    pub year: Patch<i64>,
    /// A word of the body types.
    pub body_type: Patch<String>,
    /// A word of the fuel types.
    pub fuel_type: Patch<String>,
    /// A word of the transmissions.
    pub transmission: Patch<String>,
    /// A word of the drivetrains.
    pub drivetrain: Patch<String>,
    /// Colour outside.
    pub exterior_color: Patch<String>,
    /// What the odometer shows. Can't be cleared once there was a reading.
    pub odometer: Patch<DistanceText>,
    /// Why the reading goes down.
    pub odometer_correction: Patch<String>,
    /// What the plate says.
    pub license_plate: Patch<String>,
    /// `YYYY-MM-DD`.
    pub date_of_purchase: Patch<String>,
    /// Where it is kept.
    pub location: Patch<String>,
    /// Anything else.
    pub additional_info: Patch<String>,
    /// What it does at the moment.
    pub status: Patch<String>,
}

impl VehicleChanges {
    /// The number that the vehicle shall have, where it changes and is one: for the port to lock.
    pub fn vin(&self) -> Option<Vin> {
        self.vin.value().and_then(|text| text.parse().ok())
    }

    /// The details after the change, or `None` with everything that is wrong.
    pub fn onto(
        self,
        current: &VehicleDetails,
        today: NaiveDate,
        wrong: &mut Violations,
    ) -> Option<VehicleDetails> {
        let mut draft = VehicleDraft::from(current);
        keep(wrong, "/vin", self.vin, &mut draft.vin);
        keep(wrong, "/make", self.make, &mut draft.make);
        keep(wrong, "/model", self.model, &mut draft.model);
        keep(wrong, "/year", self.year, &mut draft.year);
        if current.odometer.is_some() && self.odometer == Patch::Null {
            wrong.add(
                "/odometer",
                "required",
                "a reading can't be taken away, only corrected",
            );
        }
        draft.trim = self.trim.apply(draft.trim);
        draft.body_type = self.body_type.apply(draft.body_type);
        draft.fuel_type = self.fuel_type.apply(draft.fuel_type);
        draft.transmission = self.transmission.apply(draft.transmission);
        draft.drivetrain = self.drivetrain.apply(draft.drivetrain);
        draft.exterior_color = self.exterior_color.apply(draft.exterior_color);
        draft.odometer = self.odometer.apply(draft.odometer);
        draft.license_plate = self.license_plate.apply(draft.license_plate);
        draft.date_of_purchase = self.date_of_purchase.apply(draft.date_of_purchase);
        draft.location = self.location.apply(draft.location);
        draft.additional_info = self.additional_info.apply(draft.additional_info);
        draft.check("", today, wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_bought_a_car_on_a_day_to_come() {
        let bought = |text: &str| past_day(text, "2026-06-08".parse().unwrap());
        assert!(bought("2019-02-28").is_ok());
        assert!(bought("2026-06-09").is_ok(), "it is that day in Auckland already");
        assert_eq!(bought("2026-06-10").unwrap_err().code, "in_the_future");
        assert_eq!(bought("2999-01-01").unwrap_err().code, "in_the_future");
        assert_eq!(bought("soon").unwrap_err().code, "malformed_date");
    }
}

//! A physical car, and whose it is.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::actor::Scope;
use kernel::distance::Distance;
use kernel::id::{DealerId, FileId, UserId, VehicleId};
use kernel::vin::Vin;
use kernel::vocabulary::{BodyType, Drivetrain, FuelType, Transmission};
use serde::{Deserialize, Serialize};

use crate::warnings::{Warning, contradictions};

/// Whose a vehicle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Owner {
    /// A person's.
    User(UserId),
    /// A dealer's stock.
    Dealer(DealerId),
}

impl Owner {
    /// The word for the kind of owner.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Dealer(_) => "dealer",
        }
    }

    /// The owner's id, without its kind.
    pub const fn uuid(self) -> uuid::Uuid {
        match self {
            Self::User(user) => user.uuid(),
            Self::Dealer(dealer) => dealer.uuid(),
        }
    }

    /// Whose thing it is, for asking about rights.
    pub const fn scope(self) -> Scope {
        match self {
            Self::User(user) => Scope::Person(user),
            Self::Dealer(dealer) => Scope::Dealer(dealer),
        }
    }
}

/// What a vehicle does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleStatus {
    /// Drives, or stands for sale.
    Active,
    /// Is in a workshop.
    InService,
    /// Belongs to somebody else now.
    Sold,
    /// Is laid up.
    Inactive,
}

impl VehicleStatus {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Active, Self::InService, Self::Sold, Self::Inactive];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::InService => "in_service",
            Self::Sold => "sold",
            Self::Inactive => "inactive",
        }
    }

    /// The status of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.as_str() == word)
    }

    /// May the owner say so? The workshop alone takes a car in and gives it back; a sold car does not come back.
    pub const fn owner_may_set(self, to: Self) -> bool {
        match self {
            Self::Active | Self::Inactive => match to {
                Self::Active | Self::Inactive | Self::Sold => true,
                Self::InService => false,
            },
            Self::InService => matches!(to, Self::InService),
            Self::Sold => matches!(to, Self::Sold),
        }
    }
}

impl std::fmt::Display for VehicleStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a vehicle is. Built from outside by [`crate::vehicle_draft::VehicleDraft`], which checks all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleDetails {
    /// Its number.
    pub vin: Vin,
    /// Who made it: 1 to 60 characters.
    pub make: String,
    /// What the maker calls it: 1 to 80 characters.
    pub model: String,
    /// Which version of the model.
    pub trim: Option<String>,
    /// Model year.
    pub year: i32,
    /// Shape.
    pub body_type: Option<BodyType>,
    /// What it burns.
    pub fuel_type: Option<FuelType>,
    /// How it changes gear.
    pub transmission: Option<Transmission>,
    /// Which wheels drive.
    pub drivetrain: Option<Drivetrain>,
    /// Colour outside, in the seller's word.
    pub exterior_color: Option<String>,
    /// The last reading.
    pub odometer: Option<Distance>,
    /// What the plate says.
    pub license_plate: Option<String>,
    /// When its present owner bought it.
    pub date_of_purchase: Option<NaiveDate>,
    /// Where it is kept.
    pub location: Option<String>,
    /// Anything else.
    pub additional_info: Option<String>,
}

#[cfg(test)]
impl VehicleDetails {
    /// No more than must be said.
    pub(crate) fn of_an_accord() -> Self {
        Self {
            vin: "1HGCM82633A004352".parse().unwrap_or_else(|_| unreachable!()),
            make: "Honda".to_owned(),
            model: "Accord".to_owned(),
            trim: None,
            year: 2003,
            body_type: None,
            fuel_type: None,
            transmission: None,
            drivetrain: None,
            exterior_color: None,
            odometer: None,
            license_plate: None,
            date_of_purchase: None,
            location: None,
            additional_info: None,
        }
    }
}

/// A vehicle as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Its id.
    pub id: VehicleId,
    /// Whose it is.
    pub owner: Owner,
    /// What it does at the moment.
    pub status: VehicleStatus,
    /// What it is.
    pub details: VehicleDetails,
    /// The file of its picture. Set and removed by an act of its own: writing the vehicle leaves it.
    #[serde(default)]
    pub picture: Option<FileId>,
    /// When it was entered.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Rises by one with each change.
    pub version: i64,
}

impl Vehicle {
    /// A vehicle that is entered now.
    pub const fn new(id: VehicleId, owner: Owner, details: VehicleDetails, at: Instant) -> Self {
        Self {
            id,
            owner,
            status: VehicleStatus::Active,
            details,
            picture: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    /// What its number says against its year or maker.
    pub fn warnings(&self) -> Vec<Warning> {
        contradictions(&self.details)
    }

    /// Year, make, model and trim in one line: `2021 Honda CR-V EX`.
    pub fn title(&self) -> String {
        let d = &self.details;
        let mut title = format!("{} {} {}", d.year, d.make, d.model);
        if let Some(trim) = &d.trim {
            title.push(' ');
            title.push_str(trim);
        }
        title
    }
}

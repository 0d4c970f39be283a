//! Things that have one picture: a person, a car, a dealer.

use kernel::actor::Scope;
use kernel::id::{DealerId, UserId, VehicleId};
use kernel::rights::Right;

use crate::purpose::Purpose;

/// What has the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A person.
    User(UserId),
    /// A car.
    Vehicle(VehicleId),
    /// A dealer.
    Dealer(DealerId),
}

/// Whose a car is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A person's.
    Person(UserId),
    /// A dealer's.
    Dealer(DealerId),
}

impl Subject {
    /// What a file for it is brought as.
    pub const fn purpose(self) -> Purpose {
        match self {
            Self::User(_) => Purpose::Avatar,
            Self::Vehicle(_) => Purpose::VehicleImage,
            Self::Dealer(_) => Purpose::DealerLogo,
        }
    }

    /// What it is called in errors and in the audit log.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Vehicle(_) => "vehicle",
            Self::Dealer(_) => "dealer",
        }
    }
}

impl Whose {
    /// Who may change it.
    pub const fn rule(self, subject: Subject) -> (Right, Scope) {
        match (self, subject) {
            (Self::Person(user), _) => (Right::KeepAccount, Scope::Person(user)),
            (Self::Dealer(dealer), Subject::Dealer(_)) => (Right::EditDealer, Scope::Dealer(dealer)),
            (Self::Dealer(dealer), _) => (Right::ManageListings, Scope::Dealer(dealer)),
        }
    }

    /// The dealer whose log tells of it.
    pub const fn dealer(self) -> Option<DealerId> {
        match self {
            Self::Person(_) => None,
            Self::Dealer(dealer) => Some(dealer),
        }
    }
}

//! A vehicle changes hands, and comes back. For the acts that cross contexts; whether it may is decided there.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::id::{UserId, VehicleId};

use crate::history::{Happened, HistoryEntry};
use crate::ports::VehiclePlan;
use crate::vehicle::{Owner, Vehicle, VehicleStatus};

/// What a change of hands writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// The vehicle, in its new hands.
    pub vehicle: VehiclePlan,
    /// Another record of the same car by the same owner: all that hangs on it goes to the vehicle, and it is gone.
    pub merged: Option<VehicleId>,
}

/// The vehicle is sold. It goes to the buyer's garage where the buyer is a user; else it is nobody's yet, and stays with the
/// seller as sold.
pub fn sold(
    vehicle: &Vehicle,
    to: Option<(UserId, Option<&Vehicle>)>,
    on: NaiveDate,
    at: Instant,
) -> Handover {
    let mut handover = if let Some((user, own)) = to {
        received(vehicle, user, own, on, at)
    } else {
        let mut next = changed(vehicle, at);
        next.status = VehicleStatus::Sold;
        Handover {
            vehicle: VehiclePlan {
                vehicle: next,
                history: Vec::new(),
            },
            merged: None,
        }
    };
    handover.vehicle.history.insert(0, line(Happened::Sold, at));
    handover
}

/// A user takes the vehicle over. What the owner before kept for themselves stays behind; where the user has a record of the
/// same car, the two become one, with the higher reading of the odometer.
pub fn received(
    vehicle: &Vehicle,
    user: UserId,
    own: Option<&Vehicle>,
    on: NaiveDate,
    at: Instant,
) -> Handover {
    let mut next = changed(vehicle, at);
    next.owner = Owner::User(user);
    next.status = VehicleStatus::Active;
    let details = &mut next.details;
    details.date_of_purchase = Some(on);
    let of_own = own.map(|own| &own.details);
    details.location = of_own.and_then(|own| own.location.clone());
    details.additional_info = of_own.and_then(|own| own.additional_info.clone());
    details.license_plate = of_own
        .and_then(|own| own.license_plate.clone())
        .or(details.license_plate.take());
    let reading = of_own.and_then(|own| own.odometer);
    let higher = reading.filter(|own| details.odometer.is_none_or(|known| own.metres() > known.metres()));
    details.odometer = higher.or(details.odometer);
    Handover {
        vehicle: VehiclePlan {
            history: higher
                .map(|reading| line(Happened::Odometer { reading }, at))
                .into_iter()
                .collect(),
            vehicle: next,
        },
        merged: own.map(|own| own.id),
    }
}

/// What a sale that is taken back writes of its car.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// The vehicle, in the seller's hands again. A record that the seller made of the same car meanwhile becomes one with it.
    pub handed: Handover,
    /// The record of the car that the buyer keeps: what they wrote into its log goes there.
    pub left: Option<Vehicle>,
}

/// The sale was taken back: the vehicle is the seller's again, without what the buyer said of it. `kept` is the id of the record that
/// the buyer keeps, where they had one before or wrote into the log since.
pub fn returned(
    vehicle: &Vehicle,
    to: Owner,
    again: Option<VehicleId>,
    kept: Option<VehicleId>,
    at: Instant,
) -> Return {
    let mut next = changed(vehicle, at);
    next.status = VehicleStatus::Active;
    let mut left = None;
    if next.owner != to {
        let own = next.details.clone();
        left = kept.map(|id| Vehicle::new(id, vehicle.owner, own, at));
        next.owner = to;
        next.details.license_plate = None;
        next.details.date_of_purchase = None;
        next.details.location = None;
        next.details.additional_info = None;
    }
    let vehicle = VehiclePlan {
        history: vec![line(Happened::SaleVoided, at)],
        vehicle: next,
    };
    let handed = Handover {
        vehicle,
        merged: again,
    };
    Return { handed, left }
}

fn changed(vehicle: &Vehicle, at: Instant) -> Vehicle {
    let mut next = vehicle.clone();
    next.updated_at = at;
    next.version += 1;
    next
}

const fn line(happened: Happened, at: Instant) -> HistoryEntry {
    HistoryEntry { at, happened }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use kernel::distance::Distance;
    use kernel::id::Id;
    use kernel::vocabulary::DistanceUnit;
    use uuid::Uuid;

    use super::*;
    use crate::vehicle::VehicleDetails;

    fn at() -> Instant {
        chrono::Utc
            .with_ymd_and_hms(2025, 10, 2, 12, 0, 0)
            .single()
            .unwrap_or_default()
    }

    fn car(n: u128, owner: Owner, odometer: u32) -> Vehicle {
        let details = VehicleDetails {
            odometer: Some(Distance {
                value: odometer,
                unit: DistanceUnit::Km,
            }),
            location: Some(format!("yard {n}")),
            ..VehicleDetails::of_an_accord()
        };
        Vehicle::new(Id::from_uuid(Uuid::from_u128(n)), owner, details, at())
    }

    #[test]
    fn a_car_goes_and_comes_back() {
        let dealer = Owner::Dealer(Id::from_uuid(Uuid::from_u128(1)));
        let user: UserId = Id::from_uuid(Uuid::from_u128(2));
        let stock = car(10, dealer, 50_000);
        let handed = sold(&stock, Some((user, None)), at().date_naive(), at()).vehicle;
        assert_eq!(handed.vehicle.owner, Owner::User(user));
        assert_eq!(
            handed.vehicle.details.location, None,
            "the seller's own words stay behind"
        );
        assert_eq!(handed.history.len(), 1);
        let back = returned(&handed.vehicle, dealer, None, None, at());
        let again = &back.handed.vehicle.vehicle;
        assert_eq!((again.owner, again.status), (dealer, VehicleStatus::Active));
        assert_eq!(again.details.date_of_purchase, None);
        assert_eq!(back.left, None, "the buyer had nothing of their own");
    }

    #[test]
    fn what_the_buyer_said_of_a_car_stays_with_them() {
        let dealer = Owner::Dealer(Id::from_uuid(Uuid::from_u128(1)));
        let user: UserId = Id::from_uuid(Uuid::from_u128(2));
        let mut own = car(11, Owner::User(user), 40_000);
        own.details.license_plate = Some("HERON 1".to_owned());
        let stock = car(10, dealer, 50_000);
        let handed = sold(&stock, Some((user, Some(&own))), at().date_naive(), at()).vehicle;
        let back = returned(&handed.vehicle, dealer, None, Some(own.id), at());
        let again = &back.handed.vehicle.vehicle.details;
        assert_eq!((&again.license_plate, &again.location), (&None, &None));
        let left = back.left.unwrap_or_else(|| unreachable!());
        assert_eq!((left.id, left.owner), (own.id, Owner::User(user)));
        assert_eq!(left.details.license_plate, own.details.license_plate);
        assert_eq!(left.details.location, own.details.location);
    }

    #[test]
    fn a_car_of_nobody_known_stays_as_sold() {
        let dealer = Owner::Dealer(Id::from_uuid(Uuid::from_u128(1)));
        let handed = sold(&car(10, dealer, 1), None, at().date_naive(), at()).vehicle;
        assert_eq!(
            (handed.vehicle.owner, handed.vehicle.status),
            (dealer, VehicleStatus::Sold)
        );
    }

    #[test]
    fn two_records_of_one_car_become_one() {
        let dealer = Owner::Dealer(Id::from_uuid(Uuid::from_u128(1)));
        let user: UserId = Id::from_uuid(Uuid::from_u128(2));
        let own = car(11, Owner::User(user), 60_000);
        let joined = sold(
            &car(10, dealer, 50_000),
            Some((user, Some(&own))),
            at().date_naive(),
            at(),
        );
        assert_eq!(joined.merged, Some(own.id));
        let details = &joined.vehicle.vehicle.details;
        assert_eq!(details.odometer.map(|d| d.value), Some(60_000));
        assert_eq!(details.location.as_deref(), Some("yard 11"));
    }
}

//! The cars of the load as listings.

use inventory::listing::{Listed, Listing, ListingStatus, ListingText, Prices};
use inventory::vehicle::{Owner, Vehicle, VehicleDetails, VehicleStatus};
use kernel::distance::Distance;
use kernel::id::{DealerId, ListingId, SiteId, VehicleId};
use kernel::money::{Currency, Money};
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, FuelType, Transmission};
use server::compose::Ground;

use crate::data::Car;

/// A dealer with its site.
#[derive(Clone, Copy)]
pub(crate) struct House {
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
}

pub(crate) fn listed(ground: &Ground, car: &Car, house: House) -> anyhow::Result<Listed> {
    let vehicle: VehicleId = ground.ids.next();
    let id: ListingId = ground.ids.next();
    let sold = car.status == "SOLD";
    let details = VehicleDetails {
        vin: car.vin.parse()?,
        make: car.make.clone(),
        model: car.model.clone(),
        trim: Some(car.trim.clone()),
        year: car.year,
        body_type: Some(BodyType::forgiving(&car.body_type)?),
        fuel_type: Some(FuelType::forgiving(&car.fuel_type)?),
        transmission: Some(Transmission::forgiving(&car.transmission)?),
        drivetrain: None,
        exterior_color: Some(car.color.clone()),
        odometer: Some(Distance::new(car.mileage, DistanceUnit::Mi)?),
        license_plate: None,
        date_of_purchase: None,
        location: None,
        additional_info: None,
    };
    let mut vehicle = Vehicle::new(vehicle, Owner::Dealer(house.dealer), details, car.created_at);
    if sold {
        vehicle.status = VehicleStatus::Sold;
    }
    let asking = Money::parse(&car.price, Currency::USD)?;
    let listing = Listing {
        id,
        dealer: house.dealer,
        vehicle: vehicle.id,
        site: Some(house.site),
        status: if sold {
            ListingStatus::Sold
        } else {
            ListingStatus::Active
        },
        condition: Condition::Used,
        prices: Prices::new(asking, None, None, None).map_err(|e| anyhow::anyhow!("{e:?}"))?,
        text: ListingText {
            title: vehicle.title(),
            description: car.description.clone(),
            features: Vec::new(),
        },
        featured: false,
        listed_at: Some(car.created_at),
        created_at: car.created_at,
        updated_at: car.created_at,
        version: 1,
    };
    Ok(Listed { listing, vehicle })
}

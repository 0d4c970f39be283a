//! What stands on the lots.

use chrono::Datelike;
use inventory::given::{DistanceText, MoneyText};
use inventory::listing::ListingStatus;
use inventory::listing_draft::{ListingChanges, ListingDraft};
use inventory::listing_rules::{CreateListing, VehicleChoice};
use inventory::vehicle_draft::VehicleDraft;
use kernel::id::ListingId;
use kernel::patch::Patch;
use kernel::rights::Role;

use super::Stage;
use super::cars::{COLORS, Dice, FEATURES, MODELS, Model, vin};
use super::dealers::House;
use super::pictures::Camera;

/// Cars of each dealer.
const CARS: usize = 100;
/// The last of them are drafts.
const DRAFTS: usize = 8;
/// And before them some that were taken off the market.
const REMOVED: usize = 4;

/// A car that somebody may drive.
pub(super) struct Offer {
    pub(super) listing: ListingId,
    /// Which house sells it.
    pub(super) house: usize,
    /// Open to the public?
    pub(super) open: bool,
    /// Since how many hours.
    pub(super) hours_ago: i64,
}

/// What a car asks, in dollars.
struct Price {
    new: u64,
    asking: u64,
}

fn dollars(amount: u64) -> MoneyText {
    MoneyText {
        amount: format!("{amount}.00"),
        currency: "USD".to_owned(),
    }
}

/// A price as dealers write them: down to the next 95.
const fn rounded(amount: u64) -> u64 {
    amount / 100 * 100 + 95
}

/// A new car costs its list price; then it loses an eighth a year, and three cents a mile.
fn price(model: &Model, trim: u64, age: u64, miles: u64, dice: &mut Dice) -> Price {
    let new = model.new_price + trim * 3_200;
    let mut worth = new;
    for _ in 0..age {
        worth = worth * 875 / 1_000;
    }
    worth = worth.saturating_sub(miles * 3 / 100).max(4_000);
    let asking = worth * (97 + dice.roll(8)) / 100;
    Price {
        new: rounded(new),
        asking: rounded(asking),
    }
}

/// Fills the lots of a house. Cars came over the last four months.
pub(super) async fn fill(
    stage: &Stage<'_>,
    camera: &mut Camera,
    house: &House,
    number: usize,
) -> anyhow::Result<Vec<Offer>> {
    let (user, membership) = house.member(Role::Manager)?;
    let seed = 1_000 + u64::try_from(number)?;
    let mut dice = Dice::new(seed);
    let mut offers = Vec::new();
    for n in 0..CARS {
        let hours_ago = 24 * 120 - i64::try_from(n)? * 28;
        let act = stage.by(user, Some(membership.clone()), hours_ago);
        let open = n < CARS - DRAFTS - REMOVED;
        let publish = n < CARS - DRAFTS;
        let site = house.sites.get(n % house.sites.len().max(1)).map(|s| s.id);
        let request = car(stage, &mut dice, number * CARS + n, site, publish)?;
        let made = stage
            .services
            .inventory
            .listings
            .create(&act, &request)
            .await?
            .value;
        if let VehicleChoice::New(car) = &request.vehicle {
            let (body, color) = (car.body_type.as_deref(), car.exterior_color.as_deref());
            let (body, color) = (body.unwrap_or_default(), color.unwrap_or_default());
            camera.take(stage, &act, made.listing.id, body, color).await?;
        }
        if publish && !open {
            let later = stage.by(user, Some(membership.clone()), hours_ago / 2);
            stage
                .services
                .inventory
                .listings
                .change(
                    &later,
                    made.listing.id,
                    &ListingChanges::status(ListingStatus::Removed),
                )
                .await?;
        } else if open && n % 7 == 3 {
            let later = stage.by(user, Some(membership.clone()), hours_ago / 2);
            let now = made.listing.prices.asking();
            let lower = u64::try_from(now.minor() / 100)?.saturating_mul(96) / 100;
            let changes = ListingChanges {
                asking_price: Patch::Value(dollars(rounded(lower))),
                ..ListingChanges::default()
            };
            stage
                .services
                .inventory
                .listings
                .change(&later, made.listing.id, &changes)
                .await?;
        }
        offers.push(Offer {
            listing: made.listing.id,
            house: number,
            open,
            hours_ago,
        });
    }
    Ok(offers)
}

fn car(
    stage: &Stage<'_>,
    dice: &mut Dice,
    serial: usize,
    site: Option<kernel::id::SiteId>,
    publish: bool,
) -> anyhow::Result<CreateListing> {
    let model = dice.pick(MODELS).ok_or_else(|| anyhow::anyhow!("no models"))?;
    let trim = dice.roll(3);
    let age = dice.roll(9);
    let year = stage.now.year() - i32::try_from(age)?;
    let (condition, miles) = match age {
        0 => ("new", 5 + dice.roll(60)),
        1..=4 => (
            if dice.roll(3) == 0 { "certified" } else { "used" },
            age * (7_000 + dice.roll(7_000)),
        ),
        _ => ("used", age * (7_500 + dice.roll(7_500))),
    };
    let price = price(model, trim, age, miles, dice);
    let asking = if age == 0 {
        price.new
    } else {
        price.asking.min(price.new)
    };
    let trim = model
        .trims
        .get(usize::try_from(trim)?)
        .copied()
        .unwrap_or_default();
    let color = dice.pick(COLORS).copied().unwrap_or("White");
    let mut features: Vec<String> = Vec::new();
    for _ in 0..4 + dice.roll(4) {
        let feature = dice.pick(FEATURES).copied().unwrap_or_default().to_owned();
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    let told = match condition {
        "new" => "Never registered, full maker's warranty.".to_owned(),
        "certified" => format!("One owner, {miles} miles, checked at 172 points, maker's warranty extended."),
        _ => format!("{miles} miles, serviced on time, history report at hand."),
    };
    Ok(CreateListing {
        dealer: None,
        vehicle: VehicleChoice::New(Box::new(VehicleDraft {
            vin: vin(model.wmi, year, serial + 1, dice),
            make: model.make.to_owned(),
            model: model.model.to_owned(),
            trim: Some(trim.to_owned()),
            year: i64::from(year),
            body_type: Some(model.body.to_owned()),
            fuel_type: Some(model.fuel.to_owned()),
            transmission: Some(model.transmission.to_owned()),
            drivetrain: Some(model.drivetrain.to_owned()),
            exterior_color: Some(color.to_owned()),
            odometer: Some(DistanceText {
                value: i64::try_from(miles)?,
                unit: "mi".to_owned(),
            }),
            ..VehicleDraft::default()
        })),
        site,
        draft: ListingDraft {
            condition: condition.to_owned(),
            asking_price: dollars(asking),
            msrp: Some(dollars(price.new)),
            floor_price: Some(dollars(rounded(asking * 93 / 100))),
            cost: Some(dollars(rounded(asking * 86 / 100))),
            title: None,
            description: Some(format!(
                "{color} {} {} {trim}. {told} Take it for a drive before you decide.",
                model.make, model.model
            )),
            features,
        },
        featured: serial.is_multiple_of(16),
        publish,
    })
}

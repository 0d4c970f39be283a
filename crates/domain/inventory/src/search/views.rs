//! What a reader of listings gets.

use kernel::Instant;
use kernel::id::{DealerId, FileId, ListingId, PhotoId, SiteId};
use kernel::money::{Currency, Money};
use kernel::vocabulary::{BodyType, FuelType};
use serde::{Deserialize, Serialize};

use crate::deal_rating::DealRating;
use crate::listing::{Listed, ListingStatus, PricePoint};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Anybody: active and reserved listings of verified dealers, nothing else, ever.
    Public {
        /// The count must be exact, not up to 10 s old.
        exact: bool,
    },
    /// Staff of this dealer: its own listings in every status.
    Staff(DealerId),
}

/// One listing of a list: the ready card, as it was written with the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub id: ListingId,
    /// [`Card`] as JSON.
    pub card: String,
    /// Metres from the place asked for.
    pub distance: Option<i64>,
    /// What staff see more.
    pub staff: Option<StaffPart>,
}

/// What only the dealer's staff see of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaffPart {
    /// The least that is taken.
    pub floor_price: Option<Money>,
    /// What it cost.
    pub cost: Option<Money>,
}

/// Money as every answer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A decimal with all of the currency's digits.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

impl From<Money> for Price {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount(),
            currency: money.currency().code().to_owned(),
        }
    }
}

/// A listing in a list, in the words of the API: lists are answered with the stored text of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its id.
    pub id: ListingId,
    /// Who sells.
    pub dealer_id: DealerId,
    /// Where it stands.
    pub site_id: Option<SiteId>,
    /// Where it is in its life.
    pub status: ListingStatus,
    /// New, used or certified.
    pub condition: kernel::vocabulary::Condition,
    /// The headline.
    pub title: String,
    /// What it asks.
    pub asking_price: Price,
    /// What the maker suggests.
    pub msrp: Option<Price>,
    /// Whole percent below the MSRP.
    pub discount_percent: Option<u8>,
    /// On the front page?
    pub featured: bool,
    /// When it was first opened.
    pub listed_at: Option<Instant>,
    /// The car.
    pub vehicle: CardVehicle,
    /// Who sells.
    pub dealer: CardDealer,
    /// Where it stands.
    pub site: Option<CardSite>,
    /// The picture that stands for it.
    pub primary_photo: Option<CardPhoto>,
    /// How many pictures there are.
    pub photo_count: u32,
    /// Rises with each change.
    pub version: i64,
}

/// The car of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardVehicle {
    /// Its id.
    pub id: kernel::id::VehicleId,
    /// Its number.
    pub vin: String,
    /// Maker.
    pub make: String,
    /// Model.
    pub model: String,
    /// Trim.
    pub trim: Option<String>,
    /// Model year.
    pub year: i32,
    /// Body.
    pub body_type: Option<BodyType>,
    /// Fuel.
    pub fuel_type: Option<FuelType>,
    /// Gearbox.
    pub transmission: Option<kernel::vocabulary::Transmission>,
    /// Driven wheels.
    pub drivetrain: Option<kernel::vocabulary::Drivetrain>,
    /// Colour outside.
    pub exterior_color: Option<String>,
    /// The reading.
    pub odometer: Option<kernel::distance::Distance>,
}

/// The dealer of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardDealer {
    /// Its id.
    pub id: DealerId,
    /// What people call it.
    pub name: String,
}

/// The site of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardSite {
    /// Its id.
    pub id: SiteId,
    /// What people call it.
    pub name: String,
    /// City.
    pub city: String,
    /// State.
    pub state: Option<String>,
}

/// The picture of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPhoto {
    /// Where it is, beside the server's root.
    pub url: String,
    /// What it shows.
    pub alt_text: Option<String>,
}

/// A picture of a listing's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailPhoto {
    /// Its id.
    pub id: PhotoId,
    /// The file behind it.
    pub file: FileId,
    /// What it shows.
    pub alt_text: Option<String>,
    /// Stands for the listing.
    pub primary: bool,
    /// Can be shown already.
    pub ready: bool,
    /// Pixels across and down.
    pub size: Option<(u32, u32)>,
    /// An earlier photo that looks nearly the same. For staff alone.
    pub alike: Option<PhotoId>,
}

impl Card {
    /// The card of a listing.
    pub fn of(
        listed: &Listed,
        dealer: CardDealer,
        site: Option<CardSite>,
        (primary_photo, photo_count): (Option<CardPhoto>, u32),
    ) -> Self {
        let (listing, vehicle) = (&listed.listing, &listed.vehicle);
        let details = vehicle.details.clone();
        Self {
            id: listing.id,
            dealer_id: listing.dealer,
            site_id: listing.site,
            status: listing.status,
            condition: listing.condition,
            title: listing.text.title.clone(),
            asking_price: listing.prices.asking().into(),
            msrp: listing.prices.msrp().map(Price::from),
            discount_percent: listing.prices.discount_percent(),
            featured: listing.featured,
            listed_at: listing.listed_at,
            vehicle: CardVehicle {
                id: vehicle.id,
                vin: details.vin.to_string(),
                make: details.make,
                model: details.model,
                trim: details.trim,
                year: details.year,
                body_type: details.body_type,
                fuel_type: details.fuel_type,
                transmission: details.transmission,
                drivetrain: details.drivetrain,
                exterior_color: details.exterior_color,
                odometer: details.odometer,
            },
            dealer,
            site,
            primary_photo,
            photo_count,
            version: listing.version,
        }
    }
}

/// Everything that the page of one listing shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The offer and its car. Who may see the floor and the cost is for the edge to mind: [`Detail::for_staff`].
    pub listed: Listed,
    /// Who sells.
    pub dealer: CardDealer,
    /// Shown to everybody: active or reserved, of a verified dealer.
    pub public: bool,
    /// Where it stands.
    pub site: Option<DetailSite>,
    /// What it asked over time, oldest first.
    pub prices: Vec<PricePoint>,
    /// Its pictures, in their order.
    #[serde(default)]
    pub photos: Vec<DetailPhoto>,
    /// Is it a good price?
    pub rating: Option<DealRating>,
    /// The reader is staff of the dealer, and may see the floor and the cost.
    pub for_staff: bool,
}

/// The site of a detail page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailSite {
    /// Its id.
    pub id: SiteId,
    /// What people call it.
    pub name: String,
    /// Its telephone.
    pub phone: Option<String>,
    /// City.
    pub city: String,
    /// State.
    pub state: Option<String>,
    /// IANA name of the clock that rules its test drives.
    pub timezone: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
}

/// How many listings have a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket<T> {
    /// The value.
    pub value: T,
    /// How many.
    pub count: u64,
}

/// Listings between two prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceBand {
    /// From.
    pub from: Money,
    /// Up to but without; `None` for the dearest.
    pub to: Option<Money>,
}

/// Upper ends of the price bands, in minor units of the platform's currency.
pub const BAND_ENDS: &[i64] = &[
    500_000, 1_000_000, 1_500_000, 2_000_000, 3_000_000, 4_000_000, 6_000_000, 10_000_000,
];

impl PriceBand {
    /// All bands of the platform's currency, from the cheapest.
    pub fn all(own: Currency) -> Vec<Self> {
        let starts = std::iter::once(0).chain(BAND_ENDS.iter().copied());
        let ends = BAND_ENDS.iter().copied().map(Some).chain(std::iter::once(None));
        let money = |minor| Money::new(minor, own);
        let band = |(from, to): (_, Option<i64>)| Self {
            from: money(from),
            to: to.map(money),
        };
        starts.zip(ends).map(band).collect()
    }
}

/// Counts under the other filters: each facet leaves its own filter out. Most frequent first, then by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By maker.
    pub make: Vec<Bucket<String>>,
    /// By body.
    pub body_type: Vec<Bucket<BodyType>>,
    /// By fuel.
    pub fuel_type: Vec<Bucket<FuelType>>,
    /// By price, from the cheapest, in the platform's currency; empty bands are left out.
    pub price: Vec<Bucket<PriceBand>>,
}

/// A make and a model on public offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Maker, as most listings write it.
    pub make: String,
    /// Model, likewise.
    pub model: String,
    /// How many.
    pub count: u64,
}

/// A maker with its models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MakeEntry {
    /// Maker.
    pub make: String,
    /// How many.
    pub count: u64,
    /// Its models, by name.
    pub models: Vec<Bucket<String>>,
}

/// Something to go on typing with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to search for.
    pub text: String,
    /// Maker.
    pub make: String,
    /// Model; `None` when the maker is meant.
    pub model: Option<String>,
    /// How many listings that finds.
    pub count: u64,
}

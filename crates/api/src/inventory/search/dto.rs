//! What readers of listings get.

use ::inventory::deal_rating::{Basis, Comparable, DealRating, Verdict};
use ::inventory::listing::PricePoint;
use ::inventory::search::views::{Bucket, Detail, DetailSite, Facets, MakeEntry, PriceBand, Suggestion};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::listing_dto::ListingDto;
use super::super::vehicle_dto::DistanceDto;
use super::super::words;
use crate::dto::MoneyDto;
use crate::media::{ListingPhotoDto, usual_address};

/// A listing in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ListingCardDto {
    id: Uuid,
    dealer_id: Uuid,
    site_id: Option<Uuid>,
    #[schema(schema_with = words::listing_status)]
    status: String,
    #[schema(schema_with = words::condition)]
    condition: String,
    title: String,
    asking_price: MoneyDto,
    msrp: Option<MoneyDto>,
    /// How far below the MSRP it is asked for, in whole percent.
    discount_percent: Option<u8>,
    featured: bool,
    /// When it was first opened to everybody.
    listed_at: Option<DateTime<Utc>>,
    vehicle: CardVehicleDto,
    dealer: CardDealerDto,
    site: Option<CardSiteDto>,
    primary_photo: Option<PhotoDto>,
    photo_count: u32,
    version: i64,
    /// From the place asked for, as the crow flies.
    distance_km: Option<f64>,
}

/// A listing in a list of its dealer's stock.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct StockCardDto {
    #[serde(flatten)]
    card: ListingCardDto,
    /// The least that the dealer takes.
    floor_price: Option<MoneyDto>,
    /// What the dealer paid.
    cost: Option<MoneyDto>,
}

/// The car of a listing in a list.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardVehicleDto {
    id: Uuid,
    vin: String,
    make: String,
    model: String,
    trim: Option<String>,
    year: i32,
    #[schema(schema_with = words::body_type)]
    body_type: Option<String>,
    #[schema(schema_with = words::fuel_type)]
    fuel_type: Option<String>,
    #[schema(schema_with = words::transmission)]
    transmission: Option<String>,
    #[schema(schema_with = words::drivetrain)]
    drivetrain: Option<String>,
    exterior_color: Option<String>,
    odometer: Option<DistanceDto>,
}

/// Who sells.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardDealerDto {
    id: Uuid,
    name: String,
}

/// Where it stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CardSiteDto {
    id: Uuid,
    name: String,
    city: String,
    state: Option<String>,
}

/// A picture.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhotoDto {
    url: String,
    alt_text: Option<String>,
}

/// A page of listings.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingSearchDto {
    results: Vec<ListingCardDto>,
    /// How many the whole list has; `null` when it was not counted.
    count: Option<u64>,
    next: Option<String>,
    previous: Option<String>,
    /// `null` unless asked for.
    facets: Option<FacetsDto>,
}

/// A page of a dealer's stock.
#[derive(Serialize, ToSchema)]
pub(super) struct StockListDto {
    results: Vec<StockCardDto>,
    /// How many the whole list has; `null` when it was not counted.
    count: Option<u64>,
    next: Option<String>,
    previous: Option<String>,
    /// `null` unless asked for.
    facets: Option<FacetsDto>,
}

/// Counts under the other filters, most frequent first; prices from the cheapest.
#[derive(Serialize, ToSchema)]
pub(super) struct FacetsDto {
    make: Vec<CountDto>,
    body_type: Vec<CountDto>,
    fuel_type: Vec<CountDto>,
    price: Vec<BandDto>,
}

/// How many listings have a value.
#[derive(Serialize, ToSchema)]
pub(super) struct CountDto {
    value: String,
    count: u64,
}

/// How many listings are between two prices.
#[derive(Serialize, ToSchema)]
pub(super) struct BandDto {
    from: MoneyDto,
    /// Up to but without; `null` for the dearest.
    to: Option<MoneyDto>,
    count: u64,
}

fn counts<T: ToString>(buckets: &[Bucket<T>]) -> Vec<CountDto> {
    buckets
        .iter()
        .map(|b| CountDto {
            value: b.value.to_string(),
            count: b.count,
        })
        .collect()
}

impl From<&Facets> for FacetsDto {
    fn from(facets: &Facets) -> Self {
        let band = |b: &Bucket<PriceBand>| BandDto {
            from: b.value.from.into(),
            to: b.value.to.map(MoneyDto::from),
            count: b.count,
        };
        Self {
            make: counts(&facets.make),
            body_type: counts(&facets.body_type),
            fuel_type: counts(&facets.fuel_type),
            price: facets.price.iter().map(band).collect(),
        }
    }
}

/// Something to go on typing with.
#[derive(Serialize, ToSchema)]
pub(super) struct SuggestionDto {
    /// What to search for.
    text: String,
    make: String,
    /// `null` when the maker is meant.
    model: Option<String>,
    count: u64,
}

impl From<Suggestion> for SuggestionDto {
    fn from(s: Suggestion) -> Self {
        Self {
            text: s.text,
            make: s.make,
            model: s.model,
            count: s.count,
        }
    }
}

/// A maker with its models.
#[derive(Serialize, ToSchema)]
pub(super) struct MakeDto {
    make: String,
    count: u64,
    models: Vec<ModelDto>,
}

/// A model.
#[derive(Serialize, ToSchema)]
pub(super) struct ModelDto {
    model: String,
    count: u64,
}

impl From<MakeEntry> for MakeDto {
    fn from(entry: MakeEntry) -> Self {
        let models = entry.models.into_iter().map(|m| ModelDto {
            model: m.value,
            count: m.count,
        });
        Self {
            make: entry.make,
            count: entry.count,
            models: models.collect(),
        }
    }
}

/// A listing with everything around it.
#[derive(Serialize, ToSchema)]
pub(super) struct ListingDetailDto {
    #[serde(flatten)]
    listing: ListingDto,
    dealer: CardDealerDto,
    site: Option<DetailSiteDto>,
    /// What it asked over time, oldest first.
    price_history: Vec<PricePointDto>,
    /// `null` when there is nothing to compare with.
    deal_rating: Option<DealRatingDto>,
    photos: Vec<ListingPhotoDto>,
    primary_photo: Option<PhotoDto>,
}

/// Where it stands.
#[derive(Serialize, ToSchema)]
struct DetailSiteDto {
    id: Uuid,
    name: String,
    phone: Option<String>,
    city: String,
    state: Option<String>,
    /// IANA zone of the clock that rules its test drives.
    timezone: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl From<&DetailSite> for DetailSiteDto {
    fn from(site: &DetailSite) -> Self {
        Self {
            id: site.id.uuid(),
            name: site.name.clone(),
            phone: site.phone.clone(),
            city: site.city.clone(),
            state: site.state.clone(),
            timezone: site.timezone.clone(),
            latitude: site.latitude,
            longitude: site.longitude,
        }
    }
}

/// What it asked from an instant on.
#[derive(Serialize, ToSchema)]
struct PricePointDto {
    at: DateTime<Utc>,
    asking_price: MoneyDto,
}

impl From<&PricePoint> for PricePointDto {
    fn from(point: &PricePoint) -> Self {
        Self {
            at: point.at,
            asking_price: point.asking.into(),
        }
    }
}

/// Is it a good price? With what it was held against.
#[derive(Serialize, ToSchema)]
struct DealRatingDto {
    /// `great`: at least 15 % below the reference; `good`: 10 %; `fair`: 5 %; `above`: less than that; `high`: over the reference.
    #[schema(schema_with = words::verdict)]
    rating: &'static str,
    /// `comparables`: their median asking price; `msrp`.
    #[schema(schema_with = words::basis)]
    basis: &'static str,
    reference_price: MoneyDto,
    /// How far below the reference, in percent; negative when above.
    below_percent: f64,
    comparables: Vec<ComparableDto>,
}

/// A listing that was compared with.
#[derive(Serialize, ToSchema)]
struct ComparableDto {
    listing_id: Uuid,
    year: i32,
    /// Whole kilometres, rounded down.
    mileage_km: i64,
    asking_price: MoneyDto,
    sold: bool,
}

impl From<&Comparable> for ComparableDto {
    fn from(c: &Comparable) -> Self {
        Self {
            listing_id: c.listing_id.uuid(),
            year: c.year,
            mileage_km: c.metres / 1_000,
            asking_price: c.asking_price.into(),
            sold: c.sold,
        }
    }
}

impl From<&DealRating> for DealRatingDto {
    fn from(rating: &DealRating) -> Self {
        // Beyond this a percentage says nothing any more; it keeps the number exact.
        let points = i32::try_from(rating.below_basis_points).unwrap_or(i32::MIN);
        Self {
            rating: match rating.verdict {
                Verdict::Great => "great",
                Verdict::Good => "good",
                Verdict::Fair => "fair",
                Verdict::Above => "above",
                Verdict::High => "high",
            },
            basis: match rating.basis {
                Basis::Comparables => "comparables",
                Basis::Msrp => "msrp",
            },
            reference_price: rating.reference.into(),
            below_percent: f64::from(points) / 100.0,
            comparables: rating.comparables.iter().map(ComparableDto::from).collect(),
        }
    }
}

impl From<&Detail> for ListingDetailDto {
    fn from(detail: &Detail) -> Self {
        Self {
            listing: if detail.for_staff {
                ListingDto::from(&detail.listed)
            } else {
                ListingDto::public(&detail.listed)
            },
            dealer: CardDealerDto {
                id: detail.dealer.id.uuid(),
                name: detail.dealer.name.clone(),
            },
            site: detail.site.as_ref().map(DetailSiteDto::from),
            price_history: detail.prices.iter().map(PricePointDto::from).collect(),
            deal_rating: detail.rating.as_ref().map(DealRatingDto::from),
            photos: (1..)
                .zip(&detail.photos)
                .map(|(position, photo)| ListingPhotoDto::of(photo, position, detail.for_staff))
                .collect(),
            primary_photo: detail
                .photos
                .iter()
                .find(|photo| photo.primary && photo.ready)
                .map(|photo| PhotoDto {
                    url: usual_address(photo.file),
                    alt_text: photo.alt_text.clone(),
                }),
        }
    }
}

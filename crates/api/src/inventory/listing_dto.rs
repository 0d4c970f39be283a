//! Listings as they come and go, on the writing side.

use ::inventory::bulk::BulkItem;
use ::inventory::given::MoneyText;
use ::inventory::listing::{Listed, ListingStatus};
use ::inventory::listing_draft::{ListingChanges, ListingDraft};
use ::inventory::listing_rules::{CreateListing, VehicleChoice};
use ::inventory::vehicle::Owner;
use ::sales::request::{NamedBuyer, NewBuyer, NewSale};
use ::sales::sale::PaymentMethod;
use application::bulk_status::BulkChange;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::error::{Common, Violations};
use kernel::id::{DealerId, ListingId, SiteId, StaffId, VehicleId};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::vehicle_dto::{NewVehicleDto, VehicleDto};
use super::words;
use crate::dto::MoneyDto;
use crate::sales::NewBuyerDto;

/// A listing as its dealer sees it; as the public does, without `floor_price` and `cost`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListingDto {
    id: Uuid,
    dealer_id: Uuid,
    /// Where it stands.
    site_id: Option<Uuid>,
    #[schema(schema_with = words::listing_status)]
    status: &'static str,
    #[schema(schema_with = words::condition)]
    condition: &'static str,
    asking_price: MoneyDto,
    msrp: Option<MoneyDto>,
    /// The least that the dealer takes. For its staff alone.
    floor_price: Option<MoneyDto>,
    /// What the dealer paid. For its staff alone.
    cost: Option<MoneyDto>,
    /// How far below the MSRP it is asked for, in whole percent.
    discount_percent: Option<u8>,
    title: String,
    description: String,
    features: Vec<String>,
    featured: bool,
    vehicle: VehicleDto,
    /// When it was first opened to everybody.
    listed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl From<&Listed> for ListingDto {
    fn from(listed: &Listed) -> Self {
        let listing = &listed.listing;
        let prices = &listing.prices;
        Self {
            id: listing.id.uuid(),
            dealer_id: listing.dealer.uuid(),
            site_id: listing.site.map(|s| s.uuid()),
            status: listing.status.as_str(),
            condition: listing.condition.as_str(),
            asking_price: prices.asking().into(),
            msrp: prices.msrp().map(MoneyDto::from),
            floor_price: prices.floor().map(MoneyDto::from),
            cost: prices.cost().map(MoneyDto::from),
            discount_percent: prices.discount_percent(),
            title: listing.text.title.clone(),
            description: listing.text.description.clone(),
            features: listing.text.features.clone(),
            featured: listing.featured,
            vehicle: vehicle(listed),
            listed_at: listing.listed_at,
            created_at: listing.created_at,
            updated_at: listing.updated_at,
            version: listing.version,
        }
    }
}

/// Once a car is sold its dealer sees as much of it as everybody: the rest is the new owner's.
fn vehicle(listed: &Listed) -> VehicleDto {
    if listed.vehicle.owner == Owner::Dealer(listed.listing.dealer) {
        VehicleDto::from(&listed.vehicle)
    } else {
        VehicleDto::public(&listed.vehicle)
    }
}

impl ListingDto {
    /// As the public sees it.
    pub fn public(listed: &Listed) -> Self {
        Self {
            floor_price: None,
            cost: None,
            vehicle: VehicleDto::public(&listed.vehicle),
            ..Self::from(listed)
        }
    }
}

fn text(dto: MoneyDto) -> MoneyText {
    MoneyText {
        amount: dto.amount,
        currency: dto.currency,
    }
}

/// A listing to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "vehicle": { "vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "year": 2003, "odometer": { "value": 98000, "unit": "mi" } },
    "condition": "used", "asking_price": { "amount": "6500.00", "currency": "USD" },
    "title": "2003 Honda Accord, one owner", "features": ["Sunroof"], "status": "draft"
}))]
pub(super) struct NewListingDto {
    /// Who sells: an admin says so, staff need not.
    dealer_id: Option<Uuid>,
    /// A vehicle that the dealer has. Either this or `vehicle`.
    vehicle_id: Option<Uuid>,
    /// A vehicle to enter. Either this or `vehicle_id`.
    vehicle: Option<NewVehicleDto>,
    /// One of the dealer's sites; needed to be `active`.
    site_id: Option<Uuid>,
    #[schema(schema_with = words::condition)]
    condition: String,
    asking_price: MoneyDto,
    /// The asking price is at most ten times this.
    msrp: Option<MoneyDto>,
    /// At most the asking price.
    floor_price: Option<MoneyDto>,
    cost: Option<MoneyDto>,
    /// The vehicle's year, make, model and trim when left out.
    #[schema(max_length = 200)]
    title: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    features: Vec<String>,
    /// A manager's to say.
    #[serde(default)]
    featured: bool,
    /// `draft` when left out.
    #[serde(default)]
    #[schema(schema_with = words::first_status)]
    status: Option<String>,
}

impl NewListingDto {
    pub(super) fn read(self) -> Result<CreateListing, Common> {
        let vehicle = match (self.vehicle_id, self.vehicle) {
            (Some(id), None) => VehicleChoice::Existing(VehicleId::from_uuid(id)),
            (None, Some(vehicle)) => VehicleChoice::New(Box::new(vehicle.into())),
            (Some(_), Some(_)) | (None, None) => {
                return Err(Common::invalid(
                    "/vehicle",
                    "vehicle_or_vehicle_id",
                    "give either vehicle_id (a vehicle that the dealer has) or vehicle (one to enter)",
                ));
            }
        };
        Ok(CreateListing {
            dealer: self.dealer_id.map(DealerId::from_uuid),
            vehicle,
            site: self.site_id.map(SiteId::from_uuid),
            draft: ListingDraft {
                condition: self.condition,
                asking_price: text(self.asking_price),
                msrp: self.msrp.map(text),
                floor_price: self.floor_price.map(text),
                cost: self.cost.map(text),
                title: self.title,
                description: self.description,
                features: self.features,
            },
            featured: self.featured,
            publish: self.status.as_deref() == Some("active"),
        })
    }
}

/// A merge patch of a listing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "asking_price": { "amount": "6200.00", "currency": "USD" }, "status": "active" }))]
pub(super) struct PatchListingDto {
    #[schema(value_type = Option<Uuid>)]
    #[serde(default)]
    site_id: Patch<Uuid>,
    #[schema(schema_with = words::condition)]
    #[serde(default)]
    condition: Patch<String>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    asking_price: Patch<MoneyDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    msrp: Patch<MoneyDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    floor_price: Patch<MoneyDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    cost: Patch<MoneyDto>,
    /// `null` goes back to the vehicle's year, make, model and trim.
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(default)]
    title: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 10_000)]
    #[serde(default)]
    description: Patch<String>,
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    #[serde(default)]
    features: Patch<Vec<String>>,
    /// A manager's to say.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    featured: Patch<bool>,
    /// Moves between `draft`, `active` and `removed` alone; the rest happens by acceptance, sale and void.
    #[schema(schema_with = words::listing_status)]
    #[serde(default)]
    status: Patch<String>,
}

impl From<PatchListingDto> for ListingChanges {
    fn from(dto: PatchListingDto) -> Self {
        Self {
            site: dto.site_id.map(SiteId::from_uuid),
            condition: dto.condition,
            asking_price: dto.asking_price.map(text),
            msrp: dto.msrp.map(text),
            floor_price: dto.floor_price.map(text),
            cost: dto.cost.map(text),
            title: dto.title,
            description: dto.description,
            features: dto.features,
            featured: dto.featured,
            status: dto.status,
        }
    }
}

/// Where many listings shall go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"items": [{"listing_id": "01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10", "status": "removed"}]}))]
pub(super) struct BulkStatusDto {
    #[schema(min_items = 1, max_items = 500)]
    pub(super) items: Vec<BulkItemDto>,
}

/// One listing, and where it shall go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkItemDto {
    listing_id: Uuid,
    #[schema(schema_with = words::bulk_status)]
    status: String,
    /// What was paid: needed with `sold`, refused without, as all that tells of a sale.
    price: Option<MoneyDto>,
    /// Who bought it, with `sold`; a customer without a name when left out.
    buyer: Option<NewBuyerDto>,
    /// When it was sold, with `sold`; today when left out.
    #[schema(format = Date)]
    sale_date: Option<NaiveDate>,
    /// Who sold it, with `sold`; the caller when left out.
    sold_by: Option<Uuid>,
}

/// What a buyer is called of whom a bulk sale says nothing.
const UNNAMED: &str = "Customer";

impl BulkStatusDto {
    pub(super) fn read(self) -> Result<Vec<BulkChange>, Common> {
        let mut wrong = Violations::new();
        let items = self.items.into_iter().enumerate();
        let changes = items.map(|(n, item)| item.read(n, &mut wrong)).collect();
        wrong.into_result()?;
        Ok(changes)
    }
}

impl BulkItemDto {
    fn read(self, n: usize, wrong: &mut Violations) -> BulkChange {
        let sold = self.status == ListingStatus::Sold.as_str();
        let of_a_sale = [
            ("price", self.price.is_some()),
            ("buyer", self.buyer.is_some()),
            ("sale_date", self.sale_date.is_some()),
            ("sold_by", self.sold_by.is_some()),
        ];
        for (field, given) in of_a_sale {
            wrong.check(sold || !given, &format!("/items/{n}/{field}"), "not_sold", || {
                format!(
                    "belongs to “sold”, not to “{}”: leave it out",
                    kernel::text::excerpt(&self.status)
                )
            });
        }
        let price = self.price.as_ref().map(MoneyDto::read);
        let price = wrong.take_opt(&format!("/items/{n}/price"), price);
        let buyer = match self.buyer {
            Some(buyer) => buyer.read(&format!("/items/{n}/buyer"), wrong),
            None => Some(NewBuyer::Named(NamedBuyer {
                name: UNNAMED.to_owned(),
                email: None,
                phone: None,
            })),
        };
        let sale = price.zip(buyer).filter(|_| sold).map(|(price, buyer)| NewSale {
            price,
            sale_date: self.sale_date,
            buyer,
            payment_method: PaymentMethod::Other,
            sold_by: self.sold_by.map(StaffId::from_uuid),
            splits: None,
            notes: None,
            negotiation: None,
        });
        BulkChange {
            item: BulkItem {
                listing: ListingId::from_uuid(self.listing_id),
                status: self.status,
                has_price: self.price.is_some(),
            },
            sale,
        }
    }
}

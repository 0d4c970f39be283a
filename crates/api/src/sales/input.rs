//! Sales as the API takes them.

use ::sales::ports::SaleFilter;
use ::sales::request::{NamedBuyer, NewBuyer, NewSale, SaleChanges, Subject};
use chrono::NaiveDate;
use kernel::error::{Common, Violations};
use kernel::id::Id;
use kernel::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::dto::{PaymentMethodDto, SaleStatusDto, SplitDto};
use crate::dto::{MoneyDto, kept};

/// Who bought it: `user_id` of somebody whom the dealer knows from a test drive or a negotiation, or a `name`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Ann Lee", "email": "ann@example.com", "phone": "+12125550100" }))]
pub(crate) struct NewBuyerDto {
    user_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Its verified holder is asked by e-mail, and takes the car into their garage.
    #[schema(max_length = 254)]
    email: Option<String>,
    #[schema(max_length = 40)]
    phone: Option<String>,
}

impl NewBuyerDto {
    pub(crate) fn read(self, pointer: &str, wrong: &mut Violations) -> Option<NewBuyer> {
        let contact = self.name.is_some() || self.email.is_some() || self.phone.is_some();
        let email = self.email.map(|email| email.parse());
        let email = wrong.take_opt(&format!("{pointer}/email"), email);
        let phone = self.phone.map(|phone| phone.parse());
        let phone = wrong.take_opt(&format!("{pointer}/phone"), phone);
        match (self.user_id, self.name) {
            (Some(user), None) if !contact => Some(NewBuyer::User(Id::from_uuid(user))),
            (None, Some(name)) => Some(NewBuyer::Named(NamedBuyer { name, email, phone })),
            _ => {
                wrong.add(
                    pointer,
                    "user_or_name",
                    "give the user_id alone, or a name with e-mail and phone",
                );
                None
            }
        }
    }
}

/// A sale to record: of a dealer's listing, or of the caller's own vehicle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "listing_id": "01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10",
    "price": { "amount": "18500.00", "currency": "USD" },
    "sale_date": "2026-10-02",
    "buyer": { "name": "Ann Lee", "email": "ann@example.com" },
    "payment_method": "bank_transfer",
}))]
pub(super) struct NewSaleDto {
    /// The dealer's listing; or `vehicle_id`.
    listing_id: Option<Uuid>,
    /// The caller's own vehicle, sold privately and without commission; or `listing_id`.
    vehicle_id: Option<Uuid>,
    /// In the listing's currency; of a reserved car the agreed price.
    price: MoneyDto,
    /// Not in the dealer's future, and not before 1990.
    #[schema(format = Date)]
    sale_date: NaiveDate,
    buyer: NewBuyerDto,
    #[schema(inline)]
    payment_method: PaymentMethodDto,
    /// The member who sold it; the caller when left out.
    sold_by: Option<Uuid>,
    /// Between whom the commission is parted; all of it to `sold_by` when left out.
    #[schema(min_items = 1, max_items = 20)]
    splits: Option<Vec<SplitDto>>,
    /// The seller's own.
    #[schema(max_length = 5_000)]
    notes: Option<String>,
    /// The buyer's negotiation about this listing; their live one when left out.
    negotiation_id: Option<Uuid>,
}

impl NewSaleDto {
    pub(super) fn read(self) -> Result<(Subject, NewSale), Common> {
        let mut wrong = Violations::new();
        let subject = match (self.listing_id, self.vehicle_id) {
            (Some(listing), None) => Some(Subject::Listing(Id::from_uuid(listing))),
            (None, Some(vehicle)) => Some(Subject::Vehicle(Id::from_uuid(vehicle))),
            _ => {
                wrong.add(
                    "/listing_id",
                    "listing_or_vehicle",
                    "give either listing_id or vehicle_id",
                );
                None
            }
        };
        let price = wrong.take("/price", self.price.read());
        let buyer = self.buyer.read("/buyer", &mut wrong);
        wrong.into_result()?;
        let whole = || Common::internal("a sale without violations is whole");
        let splits = self.splits.map(|all| all.into_iter().map(Into::into).collect());
        let new = NewSale {
            price: price.ok_or_else(whole)?,
            sale_date: Some(self.sale_date),
            buyer: buyer.ok_or_else(whole)?,
            payment_method: self.payment_method.into(),
            sold_by: self.sold_by.map(Id::from_uuid),
            splits,
            notes: self.notes,
            negotiation: self.negotiation_id.map(Id::from_uuid),
        };
        Ok((subject.ok_or_else(whole)?, new))
    }
}

/// Where the buyer can be reached.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BuyerContactDto {
    /// A buyer by e-mail alone is asked again at the new address.
    #[schema(value_type = Option<String>, max_length = 254)]
    #[serde(default)]
    email: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 40)]
    #[serde(default)]
    phone: Patch<String>,
}

/// Changes of a sale: never its price, date or parties.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "notes": "Winter tyres are in the boot.", "buyer": { "phone": "+12125550100" } }))]
pub(super) struct PatchSaleDto {
    #[schema(value_type = Option<String>, max_length = 5_000)]
    #[serde(default)]
    notes: Patch<String>,
    buyer: Option<BuyerContactDto>,
    #[schema(value_type = Option<PaymentMethodDto>, inline)]
    #[serde(default)]
    payment_method: Patch<PaymentMethodDto>,
}

impl PatchSaleDto {
    pub(super) fn read(self) -> Result<SaleChanges, Common> {
        let mut wrong = Violations::new();
        let contact = self.buyer.unwrap_or_default();
        let email = parsed("/buyer/email", contact.email, &mut wrong);
        let phone = parsed("/buyer/phone", contact.phone, &mut wrong);
        let payment_method = kept("/payment_method", self.payment_method, &mut wrong);
        wrong.into_result()?;
        Ok(SaleChanges {
            notes: self.notes,
            email,
            phone,
            payment_method: payment_method.map(Into::into),
        })
    }
}

fn parsed<T>(pointer: &str, patch: Patch<String>, wrong: &mut Violations) -> Patch<T>
where
    T: std::str::FromStr<Err = kernel::error::Malformed>,
{
    match patch {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Value(text) => wrong
            .take(pointer, text.parse())
            .map_or(Patch::Absent, Patch::Value),
    }
}

/// Why a sale is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VoidSaleDto {
    #[schema(min_length = 1, max_length = 500, example = "The financing fell through.")]
    pub(super) reason: String,
}

/// The token of the link in the mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmPurchaseDto {
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "AZgfboqaf8OepVVKOWofT0EAqM0z6rH2qk0b2rYy1uVnQ7o0h4mC9s5JtX3d8e6f"
    )]
    pub(super) token: String,
}

/// Which sales.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SaleFilterDto {
    /// Sold on this day or later.
    from: Option<NaiveDate>,
    /// Sold on this day or before.
    to: Option<NaiveDate>,
    /// In which one of these members has a part.
    #[serde(default)]
    staff: Vec<Uuid>,
    /// From any of these sites.
    #[serde(default)]
    site: Vec<Uuid>,
    /// Of any of these makes, however they are written.
    #[serde(default)]
    #[param(max_length = 60)]
    make: Vec<String>,
    /// Paid any of these ways.
    #[serde(default)]
    #[param(inline)]
    payment_method: Vec<PaymentMethodDto>,
    /// In any of these states.
    #[serde(default)]
    #[param(inline)]
    status: Vec<SaleStatusDto>,
    /// For admins: whose.
    pub(super) dealer: Option<Uuid>,
}

impl SaleFilterDto {
    /// The filter in the domain's words.
    pub(super) fn read(self) -> SaleFilter {
        SaleFilter {
            from: self.from,
            to: self.to,
            staff: self.staff.into_iter().map(Id::from_uuid).collect(),
            sites: self.site.into_iter().map(Id::from_uuid).collect(),
            makes: self.make,
            payment_methods: self.payment_method.into_iter().map(Into::into).collect(),
            statuses: self
                .status
                .iter()
                .map(|status| status.as_str().to_owned())
                .collect(),
        }
    }
}

/// Whose own.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OwnParam {
    /// `true`: one's own private sales and purchases, also for who sells for a dealer.
    own: Option<bool>,
}

impl OwnParam {
    pub(super) fn wanted(&self) -> bool {
        self.own.unwrap_or_default()
    }
}

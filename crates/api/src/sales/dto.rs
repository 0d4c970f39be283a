//! Sales as the API shows them.

use ::sales::commission::shares::Share;
use ::sales::rules::View;
use ::sales::sale::{PaymentMethod, Sale, Seller, State};
use ::sales::use_cases::Shown;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dto::MoneyDto;

/// How it was paid.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentMethodDto {
    /// Notes.
    Cash,
    /// A card.
    Card,
    /// From account to account.
    BankTransfer,
    /// A loan or a lease.
    Finance,
    /// Another car.
    TradeIn,
    /// Any other way.
    Other,
}

impl From<PaymentMethodDto> for PaymentMethod {
    fn from(method: PaymentMethodDto) -> Self {
        match method {
            PaymentMethodDto::Cash => Self::Cash,
            PaymentMethodDto::Card => Self::Card,
            PaymentMethodDto::BankTransfer => Self::BankTransfer,
            PaymentMethodDto::Finance => Self::Finance,
            PaymentMethodDto::TradeIn => Self::TradeIn,
            PaymentMethodDto::Other => Self::Other,
        }
    }
}

impl From<PaymentMethod> for PaymentMethodDto {
    fn from(method: PaymentMethod) -> Self {
        match method {
            PaymentMethod::Cash => Self::Cash,
            PaymentMethod::Card => Self::Card,
            PaymentMethod::BankTransfer => Self::BankTransfer,
            PaymentMethod::Finance => Self::Finance,
            PaymentMethod::TradeIn => Self::TradeIn,
            PaymentMethod::Other => Self::Other,
        }
    }
}

/// What became of a sale.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SaleStatusDto {
    /// It stands.
    Closed,
    /// It was taken back.
    Voided,
}

impl SaleStatusDto {
    /// The word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Voided => "voided",
        }
    }
}

/// A member's part of a commission.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitDto {
    staff_id: Uuid,
    /// Basis points of the whole; 10,000 in all.
    #[schema(minimum = 1, maximum = 10_000)]
    share_bp: u32,
}

impl From<SplitDto> for Share {
    fn from(dto: SplitDto) -> Self {
        Self {
            staff: Id::from_uuid(dto.staff_id),
            share_bp: dto.share_bp,
        }
    }
}

/// The car as it was sold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SoldVehicleDto {
    id: Uuid,
    vin: String,
    make: String,
    model: String,
    year: i32,
}

/// Who bought it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SaleBuyerDto {
    /// The account, once it is known.
    user_id: Option<Uuid>,
    name: String,
    email: Option<String>,
    phone: Option<String>,
}

/// A sale. What the seller alone may know is `null` to its buyer: `sold_by`, `splits`, `commission`, `commission_plan_id`, `notes`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SaleDto {
    id: Uuid,
    /// Who sold: a dealer, or ...
    dealer_id: Option<Uuid>,
    /// ... a person, privately.
    seller_user_id: Option<Uuid>,
    listing_id: Option<Uuid>,
    site_id: Option<Uuid>,
    vehicle: SoldVehicleDto,
    price: MoneyDto,
    sale_date: NaiveDate,
    buyer: SaleBuyerDto,
    /// True while the buyer by e-mail has not confirmed.
    confirmation_pending: bool,
    #[schema(inline)]
    payment_method: PaymentMethodDto,
    /// The member.
    sold_by: Option<Uuid>,
    splits: Option<Vec<SplitDto>>,
    /// What it earned in all, bonus apart.
    commission: Option<MoneyDto>,
    /// The plan that was in force; `null` for the default of 2 %.
    commission_plan_id: Option<Uuid>,
    negotiation_id: Option<Uuid>,
    notes: Option<String>,
    #[schema(inline)]
    status: SaleStatusDto,
    voided_at: Option<DateTime<Utc>>,
    void_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Rises with each change.
    version: i64,
}

impl From<Shown> for SaleDto {
    fn from(shown: Shown) -> Self {
        let full = Self::full(shown.sale);
        match shown.view {
            View::Seller => full,
            View::Buyer => Self {
                sold_by: None,
                splits: None,
                commission: None,
                commission_plan_id: None,
                notes: None,
                ..full
            },
        }
    }
}

impl SaleDto {
    fn full(sale: Sale) -> Self {
        let (seller_user_id, closing) = match sale.seller {
            Seller::Person { user } => (Some(user.uuid()), None),
            Seller::Dealer(closing) => (None, Some(closing)),
        };
        let (status, voided_at, void_reason) = match sale.state {
            State::Closed => (SaleStatusDto::Closed, None, None),
            State::Voided { at, reason } => (SaleStatusDto::Voided, Some(at), Some(reason)),
        };
        let closing = closing.as_ref();
        Self {
            id: sale.id.uuid(),
            dealer_id: closing.map(|c| c.dealer.uuid()),
            seller_user_id,
            listing_id: closing.map(|c| c.listing.uuid()),
            site_id: closing.and_then(|c| c.site).map(|site| site.uuid()),
            vehicle: SoldVehicleDto {
                id: sale.vehicle.id.uuid(),
                vin: sale.vehicle.vin.to_string(),
                make: sale.vehicle.make,
                model: sale.vehicle.model,
                year: sale.vehicle.year,
            },
            price: sale.price.into(),
            sale_date: sale.sale_date,
            confirmation_pending: sale.purchase.is_some() && sale.buyer.user.is_none(),
            buyer: SaleBuyerDto {
                user_id: sale.buyer.user.map(|user| user.uuid()),
                name: sale.buyer.name,
                email: sale.buyer.email.map(|email| email.as_str().to_owned()),
                phone: sale.buyer.phone.map(|phone| phone.as_str().to_owned()),
            },
            payment_method: sale.payment_method.into(),
            sold_by: closing.map(|c| c.sold_by.uuid()),
            splits: closing.map(|c| splits(c.splits.as_slice())),
            commission: closing.map(|c| c.commission.into()),
            commission_plan_id: closing.and_then(|c| c.plan).map(|plan| plan.uuid()),
            negotiation_id: closing.and_then(|c| c.negotiation).map(|talk| talk.uuid()),
            notes: sale.notes,
            status,
            voided_at,
            void_reason,
            created_at: sale.created_at,
            updated_at: sale.updated_at,
            version: sale.version,
        }
    }
}

fn splits(shares: &[Share]) -> Vec<SplitDto> {
    let split = |share: &Share| SplitDto {
        staff_id: share.staff.uuid(),
        share_bp: share.share_bp,
    };
    shares.iter().map(split).collect()
}

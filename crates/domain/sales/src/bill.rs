//! What a bill of sale says. It holds no commission, no notes and no reason of the seller's: both parties get the same paper.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::id::SaleId;
use kernel::money::Money;

use crate::sale::{PaymentMethod, Sale, SoldVehicle, State};

/// Who sold or bought, as papers name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// What they are called.
    pub name: String,
    /// What registers call them, where that is kept apart.
    pub legal_name: Option<String>,
    /// Their address, line by line. Empty where it is to be written by hand.
    pub address: Vec<String>,
    /// Where they can be called.
    pub phone: Option<String>,
    /// Where they read mail.
    pub email: Option<String>,
    /// Their trade licence.
    pub licence: Option<String>,
}

/// A bill of sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The sale's id.
    pub number: SaleId,
    /// When it was sold, in the seller's calendar.
    pub sale_date: NaiveDate,
    /// Who sold.
    pub seller: Party,
    /// Who bought.
    pub buyer: Party,
    /// What was sold, as it was then.
    pub vehicle: SoldVehicle,
    /// For how much.
    pub price: Money,
    /// How it was paid.
    pub payment_method: PaymentMethod,
    /// The day on which it was taken back, by UTC.
    pub voided: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: Instant,
}

impl Bill {
    /// The bill of a sale. A buyer's address is in no record of a sale: they write it by hand.
    pub fn of(sale: &Sale, seller: Party) -> Self {
        let buyer = &sale.buyer;
        Self {
            number: sale.id,
            sale_date: sale.sale_date,
            seller,
            buyer: Party {
                name: buyer.name.clone(),
                phone: buyer.phone.as_ref().map(|phone| phone.as_str().to_owned()),
                email: buyer.email.as_ref().map(|email| email.as_str().to_owned()),
                ..Party::default()
            },
            vehicle: sale.vehicle.clone(),
            price: sale.price,
            payment_method: sale.payment_method,
            voided: match &sale.state {
                State::Closed => None,
                State::Voided { at, .. } => Some(at.date_naive()),
            },
            recorded_at: sale.created_at,
        }
    }
}

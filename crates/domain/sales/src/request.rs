//! What a caller asks for, checked.

use chrono::{Datelike, NaiveDate};
use kernel::email::Email;
use kernel::error::{Common, Violations};
use kernel::id::{ListingId, NegotiationId, StaffId, UserId, VehicleId};
use kernel::money::Money;
use kernel::patch::Patch;
use kernel::phone::Phone;
use kernel::text;

use crate::commission::shares::{Share, Shares};
use crate::sale::{Buyer, PaymentMethod};

/// Characters that a buyer's name may have.
pub const NAME_MAX: usize = 200;
/// Characters that notes may have.
pub const NOTES_MAX: usize = 5_000;
/// Characters that the reason of a void may have.
pub const REASON_MAX: usize = 500;

/// The first year that a sale can be of: an earlier day is a slip of the hand, and would stand in the ledger for good.
pub const FIRST_YEAR: i32 = 1990;

/// What is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A dealer's listing.
    Listing(ListingId),
    /// A vehicle of the caller's own.
    Vehicle(VehicleId),
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewBuyer {
    /// Somebody whom the dealer knows.
    User(UserId),
    /// Somebody by name.
    Named(NamedBuyer),
}

/// A buyer by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBuyer {
    /// Full name.
    pub name: String,
    /// Where they read mail.
    pub email: Option<Email>,
    /// Where they can be called.
    pub phone: Option<Phone>,
}

impl From<NamedBuyer> for Buyer {
    fn from(named: NamedBuyer) -> Self {
        Self {
            user: None,
            name: named.name,
            email: named.email,
            phone: named.phone,
        }
    }
}

/// A sale as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSale {
    /// For how much.
    pub price: Money,
    /// When; today by the seller's calendar where nothing is said.
    pub sale_date: Option<NaiveDate>,
    /// To whom.
    pub buyer: NewBuyer,
    /// How it was paid.
    pub payment_method: PaymentMethod,
    /// Who sold it; the caller where nobody is named.
    pub sold_by: Option<StaffId>,
    /// How the commission is parted; all of it to the seller where nothing is said.
    pub splits: Option<Vec<Share>>,
    /// The seller's own words.
    pub notes: Option<String>,
    /// The talk in which it came about.
    pub negotiation: Option<NegotiationId>,
}

/// A sale whose parts hold by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedSale {
    /// As it came in, its texts trimmed.
    pub new: NewSale,
    /// The parts of the commission, where they were given.
    pub splits: Option<Shares>,
}

impl NewSale {
    /// Checks it, or tells everything that is wrong with it by itself.
    pub fn checked(self) -> Result<CheckedSale, Common> {
        let mut wrong = Violations::new();
        wrong.check(self.price.minor() > 0, "/price/amount", "not_positive", || {
            format!("{} is not above zero", self.price)
        });
        if let Some(day) = self.sale_date {
            wrong.check(day.year() >= FIRST_YEAR, "/sale_date", "too_early", || {
                format!("{day} is before {FIRST_YEAR}, the first year that a sale is taken of")
            });
        }
        let buyer = match self.buyer {
            NewBuyer::User(user) => NewBuyer::User(user),
            NewBuyer::Named(named) => {
                let name = wrong.take("/buyer/name", text::line(&named.name, NAME_MAX));
                NewBuyer::Named(NamedBuyer {
                    name: name.unwrap_or_default(),
                    ..named
                })
            }
        };
        let notes = notes(self.notes.as_deref(), &mut wrong);
        let splits = match self.splits.clone().map(Shares::new) {
            Some(Ok(shares)) => Some(shares),
            Some(Err(others)) => {
                wrong.extend(others);
                None
            }
            None => None,
        };
        wrong.into_result()?;
        let new = Self { buyer, notes, ..self };
        Ok(CheckedSale { new, splits })
    }

    /// The buyer of a private sale. A person sells without staff: what belongs to a dealer's sale is refused.
    pub fn private(&self) -> Result<NamedBuyer, Common> {
        let mut wrong = Violations::new();
        let stray = [
            ("/sold_by", self.sold_by.is_some()),
            ("/splits", self.splits.is_some()),
            ("/negotiation_id", self.negotiation.is_some()),
        ];
        for (pointer, given) in stray {
            wrong.check(!given, pointer, "not_private", || {
                "an owner's private sale has none: leave it out".to_owned()
            });
        }
        let named = match &self.buyer {
            NewBuyer::Named(named) => Some(named.clone()),
            NewBuyer::User(user) => {
                wrong.add("/buyer/user_id", "unknown_buyer", stranger(*user));
                None
            }
        };
        wrong.into_result()?;
        named.ok_or_else(|| Common::internal("a private sale without violations has a named buyer"))
    }
}

/// What is said of a buyer whom the seller does not know; whether there is such a user is not told.
pub(crate) fn stranger(user: UserId) -> String {
    format!("{user} is no customer of this seller: give the name, and an e-mail address to confirm from")
}

/// Notes; nothing but spaces is nothing.
fn notes(given: Option<&str>, wrong: &mut Violations) -> Option<String> {
    let said = given.filter(|notes| !notes.trim().is_empty());
    wrong.take_opt("/notes", said.map(|notes| text::paragraphs(notes, NOTES_MAX)))
}

/// What may be changed of a sale: never its price, date or parties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleChanges {
    /// The seller's own words.
    pub notes: Patch<String>,
    /// Where the buyer reads mail.
    pub email: Patch<Email>,
    /// Where the buyer can be called.
    pub phone: Patch<Phone>,
    /// How it was paid.
    pub payment_method: Option<PaymentMethod>,
}

impl SaleChanges {
    /// Checks it.
    pub fn checked(self) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        let notes = match self.notes {
            Patch::Value(given) => match notes(Some(&given), &mut wrong) {
                Some(notes) => Patch::Value(notes),
                None => Patch::Null,
            },
            other => other,
        };
        wrong.into_result()?;
        Ok(Self { notes, ..self })
    }
}

/// Why a sale is voided; it may not be empty.
pub fn reason(given: &str) -> Result<String, Common> {
    let mut wrong = Violations::new();
    wrong.check(!given.trim().is_empty(), "/reason", "blank", || {
        "say why the sale is voided".to_owned()
    });
    let reason = wrong.take("/reason", text::paragraphs(given, REASON_MAX));
    wrong.into_result()?;
    reason.ok_or_else(|| Common::internal("a reason without violations is whole"))
}

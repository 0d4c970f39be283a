//! What a caller asks for, checked: all that is wrong with it at once.

use kernel::Instant;
use kernel::error::{Common, Violations};
use kernel::id::{ListingId, SlotHoldId, UserId};
use kernel::text;

use crate::booking::Customer;

/// Characters that a note or a reason may have.
pub const TEXT_MAX: usize = 500;
/// Characters that a caller's name may have.
pub const NAME_MAX: usize = 120;

/// A booking as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewBooking {
    /// The car's listing.
    pub listing_id: ListingId,
    /// When it should start.
    pub start_at: Instant,
    /// Anything that the showroom should know.
    pub note: Option<String>,
    /// Whom staff book for.
    pub customer: Option<NewCustomer>,
    /// The hold that keeps the slot.
    pub hold_id: Option<SlotHoldId>,
}

/// Whom staff book for: a user, or somebody by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCustomer {
    /// The user.
    pub user_id: Option<UserId>,
    /// Name of a caller without an account.
    pub name: Option<String>,
    /// Their number.
    pub phone: Option<String>,
    /// Their address.
    pub email: Option<String>,
}

/// Whom a drive is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForWhom {
    /// The one who asks.
    Oneself,
    /// Another user; for staff.
    User(UserId),
    /// Somebody without an account; for staff.
    Caller(Customer),
}

impl ForWhom {
    /// The user who will drive, when `oneself` asks.
    pub fn user(&self, oneself: Option<UserId>) -> Option<UserId> {
        match self {
            Self::Oneself => oneself,
            Self::User(user) => Some(*user),
            Self::Caller(_) => None,
        }
    }
}

/// A booking that is well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingRequest {
    /// The car's listing.
    pub listing: ListingId,
    /// When it should start.
    pub start_at: Instant,
    /// Anything that the showroom should know.
    pub note: Option<String>,
    /// Whom it is for.
    pub customer: ForWhom,
    /// The hold that must keep the slot.
    pub hold: Option<SlotHoldId>,
}

impl NewBooking {
    /// Checks it.
    pub fn checked(self) -> Result<BookingRequest, Common> {
        let mut wrong = Violations::new();
        let note = note("/note", self.note.as_deref(), &mut wrong);
        let customer = match self.customer {
            None => Some(ForWhom::Oneself),
            Some(customer) => customer.checked(&mut wrong),
        };
        wrong.into_result()?;
        let customer = customer.ok_or_else(|| Common::internal("a customer without violations is whole"))?;
        Ok(BookingRequest {
            listing: self.listing_id,
            start_at: self.start_at,
            note,
            customer,
            hold: self.hold_id,
        })
    }
}

impl NewCustomer {
    fn checked(self, wrong: &mut Violations) -> Option<ForWhom> {
        if let Some(user) = self.user_id {
            let named = self.name.is_some() || self.phone.is_some() || self.email.is_some();
            wrong.check(!named, "/customer", "user_or_caller", || {
                "give user_id alone, or name, phone and email of a caller without an account".to_owned()
            });
            return Some(ForWhom::User(user));
        }
        let Some(name) = self.name else {
            wrong.add(
                "/customer",
                "user_or_caller",
                "give user_id, or the name of a caller",
            );
            return None;
        };
        let name = wrong.take("/customer/name", text::line(&name, NAME_MAX));
        let phone = wrong.take_opt("/customer/phone", self.phone.map(|phone| phone.parse()));
        let email = wrong.take_opt("/customer/email", self.email.map(|email| email.parse()));
        Some(ForWhom::Caller(Customer {
            user: None,
            name: name?,
            phone,
            email,
        }))
    }
}

/// A note: blank is none.
fn note(pointer: &str, given: Option<&str>, wrong: &mut Violations) -> Option<String> {
    wrong
        .take_opt(pointer, given.map(|note| text::paragraphs(note, TEXT_MAX)))
        .filter(|note| !note.is_empty())
}

/// The reason of a refusal, which must be given.
pub fn reason(given: &str) -> Result<String, Common> {
    let mut wrong = Violations::new();
    let reason = note("/reason", Some(given), &mut wrong);
    wrong.check(reason.is_some() || !wrong.is_empty(), "/reason", "blank", || {
        "say why, the customer reads it".to_owned()
    });
    wrong.into_result()?;
    reason.ok_or_else(|| Common::internal("a reason without violations is there"))
}

/// A reason that may be left out.
pub fn optional_reason(given: Option<&str>) -> Result<Option<String>, Common> {
    let mut wrong = Violations::new();
    let reason = note("/reason", given, &mut wrong);
    wrong.into_result()?;
    Ok(reason)
}

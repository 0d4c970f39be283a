//! What a caller asks for, checked.

use kernel::error::{Common, Violations};
use kernel::id::ListingId;
use kernel::money::Money;
use kernel::text;

/// Characters that a message may have.
pub const MESSAGE_MAX: usize = 1_000;
/// Characters that a reason may have.
pub const REASON_MAX: usize = 500;

/// A price put on the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// How much.
    pub amount: Money,
    /// What is said with it.
    pub message: Option<String>,
}

impl Price {
    /// Checks it: above zero, and the message within bounds.
    pub fn checked(self) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        wrong.check(self.amount.minor() > 0, "/amount/amount", "not_positive", || {
            format!("{} is not above zero", self.amount)
        });
        let message = message(self.message, &mut wrong);
        wrong.into_result()?;
        Ok(Self {
            amount: self.amount,
            message,
        })
    }
}

/// What is said with an offer; nothing but spaces is nothing.
pub(crate) fn message(given: Option<String>, wrong: &mut Violations) -> Option<String> {
    let said = given.filter(|message| !message.trim().is_empty());
    let checked = said.map(|message| text::paragraphs(&message, MESSAGE_MAX));
    wrong.take_opt("/message", checked)
}

/// A negotiation as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNegotiation {
    /// What it is about.
    pub listing: ListingId,
    /// The first offer.
    pub price: Price,
}

/// The reason that a dealer gives; it may not be empty.
pub fn reason(given: &str) -> Result<String, Common> {
    let mut wrong = Violations::new();
    wrong.check(!given.trim().is_empty(), "/reason", "blank", || {
        "say why, the buyer reads it".to_owned()
    });
    let reason = wrong.take("/reason", text::paragraphs(given, REASON_MAX));
    wrong.into_result()?;
    reason.ok_or_else(|| Common::internal("a reason without violations is whole"))
}

/// The reason that a buyer may give.
pub fn optional_reason(given: Option<&str>) -> Result<Option<String>, Common> {
    given
        .filter(|given| !given.trim().is_empty())
        .map(reason)
        .transpose()
}

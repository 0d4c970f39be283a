//! How a sale can fail.

use kernel::error::{Common, Failure, Kind};
use kernel::money::Money;

/// What can go wrong. The codes are stable and documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// The price is in another currency than the listing: holds the violation.
    #[error(transparent)]
    CurrencyMismatch(Common),
    /// The car is kept for somebody else.
    #[error(
        "the car is reserved: it can be sold to the buyer with whom its price was agreed, and to nobody else"
    )]
    ReservedForOther,
    /// Another price was agreed.
    #[error("{agreed} was agreed with this buyer, not {given}")]
    PriceDiffers {
        /// The agreed price.
        agreed: Money,
        /// The given one.
        given: Money,
    },
    /// It is no car on offer.
    #[error("the car can't be sold: {why}")]
    NotForSale {
        /// What stands in the way.
        why: &'static str,
    },
    /// Somebody was faster.
    #[error("the car is sold already")]
    AlreadySold,
    /// The dealer may not do business now.
    #[error("the dealer is not verified at the moment: it can't sell")]
    DealerNotVerified,
    /// Commission is reckoned from profit, and there is no cost.
    #[error("commission is paid on profit here, and the listing has no cost: enter the cost first")]
    CostUnknown,
    /// The sale was voided.
    #[error("the sale was voided: it does not change any more")]
    Voided,
    /// The vehicle is sold on.
    #[error("the vehicle was sold again since: that sale has to be voided first")]
    SoldAgain,
    /// The vehicle is on offer again.
    #[error("the vehicle was listed again since: that listing has to be removed first")]
    ListedAgain,
    /// The link is no good.
    #[error("this link is not valid any more: ask the seller to send another")]
    PurchaseInvalid,
    /// The link is somebody else's.
    #[error("the sale names another e-mail address than the verified one of your account")]
    NotTheBuyer,
    /// Another plan of the same reach begins that day.
    #[error("there is a plan for the same people from the same day: change that one")]
    PlanExists,
}

impl Error {
    pub(crate) fn overflow() -> Self {
        Common::internal("an amount of commission is beyond what can be handled").into()
    }

    pub(crate) fn currencies() -> Self {
        Common::internal("commission was asked of a price in another currency than its terms or cost").into()
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) | Self::CurrencyMismatch(common) => common.kind(),
            Self::NotTheBuyer => Kind::Forbidden,
            Self::ReservedForOther
            | Self::PriceDiffers { .. }
            | Self::NotForSale { .. }
            | Self::AlreadySold
            | Self::DealerNotVerified
            | Self::CostUnknown
            | Self::Voided
            | Self::SoldAgain
            | Self::ListedAgain
            | Self::PurchaseInvalid
            | Self::PlanExists => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::CurrencyMismatch(_) => "currency_mismatch",
            Self::ReservedForOther => "reserved_for_other",
            Self::PriceDiffers { .. } => "price_differs",
            Self::NotForSale { .. } => "not_for_sale",
            Self::AlreadySold => "already_sold",
            Self::DealerNotVerified => "dealer_not_verified",
            Self::CostUnknown => "cost_unknown",
            Self::Voided => "sale_voided",
            Self::SoldAgain => "sold_again",
            Self::ListedAgain => "listed_again",
            Self::PurchaseInvalid => "purchase_invalid",
            Self::NotTheBuyer => "not_the_buyer",
            Self::PlanExists => "plan_exists",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) | Self::CurrencyMismatch(common) => Some(common),
            Self::ReservedForOther
            | Self::PriceDiffers { .. }
            | Self::NotForSale { .. }
            | Self::AlreadySold
            | Self::DealerNotVerified
            | Self::CostUnknown
            | Self::Voided
            | Self::SoldAgain
            | Self::ListedAgain
            | Self::PurchaseInvalid
            | Self::NotTheBuyer
            | Self::PlanExists => None,
        }
    }
}

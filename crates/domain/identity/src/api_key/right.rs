//! What a key gives: the public words, and the product's own rights behind them.

use std::fmt;
use std::str::FromStr;

use kernel::error::Malformed;
use kernel::rights::Right;
use kernel::text;
use serde::{Deserialize, Serialize};

/// What a key may be given, in public words: `area:read` or `area:write`. Writing takes reading in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyRight {
    /// See the dealer's stock, export it.
    #[serde(rename = "listings:read")]
    ListingsRead,
    /// Create, change, import and remove listings.
    #[serde(rename = "listings:write")]
    ListingsWrite,
    /// See test drives and calendars.
    #[serde(rename = "bookings:read")]
    BookingsRead,
    /// Book for callers; answer, move and call off test drives.
    #[serde(rename = "bookings:write")]
    BookingsWrite,
    /// See negotiations.
    #[serde(rename = "negotiations:read")]
    NegotiationsRead,
    /// Answer them.
    #[serde(rename = "negotiations:write")]
    NegotiationsWrite,
    /// See sales, commissions and figures.
    #[serde(rename = "sales:read")]
    SalesRead,
    /// Close, mend and void sales.
    #[serde(rename = "sales:write")]
    SalesWrite,
    /// See the dealer's own record and sites, those that are not public included.
    #[serde(rename = "sites:read")]
    SitesRead,
    /// Open and change sites.
    #[serde(rename = "sites:write")]
    SitesWrite,
    /// See webhooks and what was sent to them.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Register, change, try and remove webhooks.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
}

impl KeyRight {
    /// Every one, in the order in which documents show them.
    pub const ALL: &[Self] = &[
        Self::ListingsRead,
        Self::ListingsWrite,
        Self::BookingsRead,
        Self::BookingsWrite,
        Self::NegotiationsRead,
        Self::NegotiationsWrite,
        Self::SalesRead,
        Self::SalesWrite,
        Self::SitesRead,
        Self::SitesWrite,
        Self::WebhooksRead,
        Self::WebhooksWrite,
    ];

    /// The public word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ListingsRead => "listings:read",
            Self::ListingsWrite => "listings:write",
            Self::BookingsRead => "bookings:read",
            Self::BookingsWrite => "bookings:write",
            Self::NegotiationsRead => "negotiations:read",
            Self::NegotiationsWrite => "negotiations:write",
            Self::SalesRead => "sales:read",
            Self::SalesWrite => "sales:write",
            Self::SitesRead => "sites:read",
            Self::SitesWrite => "sites:write",
            Self::WebhooksRead => "webhooks:read",
            Self::WebhooksWrite => "webhooks:write",
        }
    }

    /// The one table of what a key gives: to a call that reads, and to one that changes something. The product's own rights do not
    /// tell the two apart, so a key does. Nothing here is about staff, keys or the dealer's record: those take a person.
    const fn table(self) -> (&'static [Right], &'static [Right]) {
        const STOCK: &[Right] = &[Right::SeeOwnDealer, Right::SeeInventory, Right::RunInventory];
        const DRIVES: &[Right] = &[Right::ManageBookings, Right::SeeCalendar];
        const TALKS: &[Right] = &[Right::ManageNegotiations];
        const SALES: &[Right] = &[Right::CloseSales, Right::RunSales];
        const PLACES: &[Right] = &[Right::SeeOwnDealer];
        const HOOKS: &[Right] = &[Right::ManageWebhooks];
        match self {
            Self::ListingsRead => (STOCK, &[]),
            Self::ListingsWrite => (
                STOCK,
                &[
                    Right::SeeOwnDealer,
                    Right::SeeInventory,
                    Right::ManageListings,
                    Right::RunInventory,
                ],
            ),
            Self::BookingsRead => (DRIVES, &[]),
            Self::BookingsWrite => (DRIVES, DRIVES),
            Self::NegotiationsRead => (TALKS, &[]),
            Self::NegotiationsWrite => (TALKS, TALKS),
            Self::SalesRead => (SALES, &[]),
            Self::SalesWrite => (SALES, SALES),
            Self::SitesRead => (PLACES, &[]),
            Self::SitesWrite => (PLACES, &[Right::SeeOwnDealer, Right::ManageSites]),
            Self::WebhooksRead => (HOOKS, &[]),
            Self::WebhooksWrite => (HOOKS, HOOKS),
        }
    }

    /// The product's own rights that it gives to a call.
    pub const fn gives(self, call: Call) -> &'static [Right] {
        let (reading, changing) = self.table();
        match call {
            Call::Reads => reading,
            Call::Changes => changing,
        }
    }
}

impl fmt::Display for KeyRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyRight {
    type Err = Malformed;

    fn from_str(word: &str) -> Result<Self, Malformed> {
        text::one_of(Self::ALL, Self::as_str, "unknown_right", word)
    }
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Leaves everything as it is.
    Reads,
    /// Changes something, or may.
    Changes,
}

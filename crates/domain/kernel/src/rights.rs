//! The one table of who may do what.

use serde::{Deserialize, Serialize};

/// What somebody is. Staff roles belong to one dealer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nobody known.
    Anonymous,
    /// Every user.
    Customer,
    /// Works on cars.
    Mechanic,
    /// Service desk.
    Advisor,
    /// Sells cars.
    Sales,
    /// Runs a dealer's day.
    Manager,
    /// Answers for the dealer.
    Owner,
    /// Runs the platform.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: &[Self] = &[
        Self::Anonymous,
        Self::Customer,
        Self::Mechanic,
        Self::Advisor,
        Self::Sales,
        Self::Manager,
        Self::Owner,
        Self::Admin,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Customer => "customer",
            Self::Mechanic => "mechanic",
            Self::Advisor => "advisor",
            Self::Sales => "sales",
            Self::Manager => "manager",
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }

    /// The staff role of this name; `customer`, `admin` and `anonymous` are none.
    pub fn staff(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|r| r.is_staff())
            .find(|r| r.as_str() == word)
    }

    /// Does it belong to a dealer?
    pub const fn is_staff(self) -> bool {
        matches!(
            self,
            Self::Mechanic | Self::Advisor | Self::Sales | Self::Manager | Self::Owner
        )
    }

    /// The roles that this one takes in directly: owner ⊃ manager ⊃ {sales, advisor}; advisor ⊃ mechanic; admin ⊃ all.
    const fn takes_in(self) -> &'static [Self] {
        match self {
            Self::Admin => &[Self::Owner],
            Self::Owner => &[Self::Manager],
            Self::Manager => &[Self::Sales, Self::Advisor],
            Self::Advisor => &[Self::Mechanic],
            Self::Sales | Self::Mechanic => &[Self::Customer],
            Self::Customer => &[Self::Anonymous],
            Self::Anonymous => &[],
        }
    }

    /// Is `other` this role, or taken in by it?
    pub fn includes(self, other: Self) -> bool {
        self == other || self.takes_in().iter().any(|inner| inner.includes(other))
    }
}

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// Keep an account: profile, sessions, favourites, saved searches, own garage.
    KeepAccount,
    /// Register a dealer.
    RegisterDealer,
    /// Book a test drive for oneself, and see, cancel and move it.
    BookTestDrive,
    /// Make offers for cars, and see, answer and withdraw one's own.
    Negotiate,
    /// See the dealer one works for, its staff list excepted.
    SeeOwnDealer,
    /// See the dealer's listings in every status, with floor price and cost.
    SeeInventory,
    /// Subscribe to a site's calendar.
    SeeCalendar,
    /// Create, change and remove listings.
    ManageListings,
    /// See, decide and make test drives for callers.
    ManageBookings,
    /// See and answer the dealer's negotiations.
    ManageNegotiations,
    /// Close sales, and see and mend those that one has a part in.
    CloseSales,
    /// Feature listings, change many at once, import and export.
    RunInventory,
    /// Create and change sites.
    ManageSites,
    /// Invite and change staff.
    ManageStaff,
    /// See all of the dealer's sales, commissions and figures; mend and void sales.
    RunSales,
    /// Change the dealer's record and settings; keep the documents that show that it is one.
    EditDealer,
    /// Have events told to other programs.
    ManageWebhooks,
    /// Make and revoke keys for machines.
    ManageApiKeys,
    /// Say how commission is paid.
    ManageCommission,
    /// See who did what to what.
    SeeAuditLog,
    /// Review dealers' documents; verify, reject, suspend and reinstate dealers; see every one.
    VerifyDealers,
    /// Search, invite and change users.
    ManageUsers,
    /// See how the work in the background goes.
    SeeQueue,
    /// Write the platform's own pages.
    WriteContent,
}

impl Right {
    /// Every right.
    pub const ALL: &[Self] = &[
        Self::KeepAccount,
        Self::RegisterDealer,
        Self::BookTestDrive,
        Self::Negotiate,
        Self::SeeOwnDealer,
        Self::SeeInventory,
        Self::SeeCalendar,
        Self::ManageListings,
        Self::ManageBookings,
        Self::ManageNegotiations,
        Self::CloseSales,
        Self::RunInventory,
        Self::ManageSites,
        Self::ManageStaff,
        Self::RunSales,
        Self::EditDealer,
        Self::ManageWebhooks,
        Self::ManageApiKeys,
        Self::ManageCommission,
        Self::SeeAuditLog,
        Self::VerifyDealers,
        Self::ManageUsers,
        Self::SeeQueue,
        Self::WriteContent,
    ];

    /// Its name, as errors and tables show it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeepAccount => "keep_account",
            Self::RegisterDealer => "register_dealer",
            Self::BookTestDrive => "book_test_drive",
            Self::Negotiate => "negotiate",
            Self::SeeOwnDealer => "see_own_dealer",
            Self::SeeInventory => "see_inventory",
            Self::SeeCalendar => "see_calendar",
            Self::ManageListings => "manage_listings",
            Self::ManageBookings => "manage_bookings",
            Self::ManageNegotiations => "manage_negotiations",
            Self::CloseSales => "close_sales",
            Self::RunInventory => "run_inventory",
            Self::ManageSites => "manage_sites",
            Self::ManageStaff => "manage_staff",
            Self::RunSales => "run_sales",
            Self::EditDealer => "edit_dealer",
            Self::ManageWebhooks => "manage_webhooks",
            Self::ManageApiKeys => "manage_api_keys",
            Self::ManageCommission => "manage_commission",
            Self::SeeAuditLog => "see_audit_log",
            Self::VerifyDealers => "verify_dealers",
            Self::ManageUsers => "manage_users",
            Self::SeeQueue => "see_queue",
            Self::WriteContent => "write_content",
        }
    }

    /// The least roles that hold it; a role that takes one of them in holds it too.
    const fn least(self) -> &'static [Role] {
        match self {
            Self::KeepAccount | Self::RegisterDealer | Self::BookTestDrive | Self::Negotiate => {
                &[Role::Customer]
            }
            Self::SeeOwnDealer | Self::SeeInventory | Self::SeeCalendar => &[Role::Mechanic, Role::Sales],
            Self::ManageListings | Self::ManageBookings | Self::ManageNegotiations | Self::CloseSales => {
                &[Role::Sales]
            }
            Self::RunInventory | Self::ManageSites | Self::ManageStaff | Self::RunSales => &[Role::Manager],
            Self::EditDealer
            | Self::ManageWebhooks
            | Self::ManageApiKeys
            | Self::ManageCommission
            | Self::SeeAuditLog => &[Role::Owner],
            Self::VerifyDealers | Self::ManageUsers | Self::SeeQueue | Self::WriteContent => &[Role::Admin],
        }
    }

    /// Does the role hold it?
    pub fn held_by(self, role: Role) -> bool {
        self.least().iter().any(|least| role.includes(*least))
    }
}

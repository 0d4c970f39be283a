//! Where the data of people is: the one list that telling and erasing go by. A test holds it against the schema: a table that it
//! does not know, or a column that it says nothing about, fails.

mod account;
mod belongings;
mod business;
mod profile;

pub(super) use self::belongings::GOING_RECEIPTS;
pub(super) use self::business::THEIR_DRIVES;

/// How a column is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Text,
    Int,
    Bool,
    Instant,
    Date,
    Json,
}

/// What a column holds afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    /// Nothing.
    Null,
    /// These words.
    Text(&'static str),
    /// These words, where there was something.
    Said(&'static str),
    /// An address that takes no mail (RFC 2606, 2), a different one for each person.
    Address,
    /// The same JSON, its `reason` overwritten where there is one.
    Reason,
    /// The instant of the act.
    Now,
    /// False.
    False,
}

/// What becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Erase {
    /// They go.
    Remove,
    /// They stay, with these columns overwritten.
    Overwrite(&'static [(&'static str, Blank)]),
}

/// Rows of one table that are about a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holding {
    pub(super) table: &'static str,
    /// What people call it: the name of its file.
    pub(super) name: &'static str,
    /// Which rows; each `?` stands for the person's id.
    pub(super) of: &'static str,
    /// What the person is told.
    pub(super) told: &'static [(&'static str, Kind)],
    /// What they are not told: what is kept twice, what is nothing to them, and what must be nobody's to read.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "said so that the test can hold the list against the schema"
        )
    )]
    pub(super) untold: &'static [&'static str],
    pub(super) erase: Erase,
}

/// All of them, in the order in which they are erased: what refers to something goes before it, and the person last.
pub(super) fn holdings() -> impl Iterator<Item = &'static Holding> {
    [account::ALL, belongings::ALL, business::ALL, profile::ALL]
        .into_iter()
        .flatten()
}

/// Tables that say nothing of people but ids, and why.
#[cfg(test)]
pub(super) const IMPERSONAL: &[(&str, &str)] = &[
    ("api_keys", "programs of dealers; who made one by id"),
    ("audit_head", "where the chain of the audit log ends"),
    ("commission_entries", "a dealer's ledger: staff by their ids"),
    ("commission_plans", "a dealer's terms: staff by their ids"),
    (
        "content_versions",
        "the platform's own pages; who wrote one by id",
    ),
    ("dealer_documents", "papers of firms; what lies behind one by id"),
    ("dealers", "firms; the address is the firm's"),
    ("idempotency", "answers of the last hours, erased by their text"),
    ("jobs", "work of the last days, erased by its text"),
    ("listing_details", "cars on offer"),
    ("listing_import_parts", "files of dealers on their way in"),
    ("listing_import_rows", "what became of a file's rows"),
    ("listing_imports", "files of dealers on their way in"),
    ("listing_photos", "cars on offer"),
    ("listing_prices", "cars on offer"),
    ("listing_search", "cars on offer"),
    ("listings", "cars on offer"),
    ("listings_shown", "cars on offer"),
    (
        "opt_outs",
        "a number's wish, whoever has it; nobody shows that a number is theirs",
    ),
    ("outbox", "events name people by their ids"),
    ("sale_cancelled_bookings", "ids"),
    ("sale_staff", "ids and shares"),
    ("seaql_migrations", "the schema's own history"),
    ("sites", "places of dealers"),
    ("webhook_deliveries", "events name people by their ids"),
    ("webhooks", "programs of dealers; who set one up by id"),
];

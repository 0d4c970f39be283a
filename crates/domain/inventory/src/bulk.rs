//! Many listings sent somewhere at once: all of them, or none with a reason for each that can't go.

use std::collections::HashSet;

use kernel::act::{Act, Decision};
use kernel::error::{Common, Failure, Violation, Violations};
use kernel::id::ListingId;
use kernel::rights::Right;

use crate::error::Error;
use crate::listing::{Listed, ListingStatus};
use crate::listing_draft::ListingChanges;
use crate::listing_rules::change;
use crate::ports::{ListingFacts, ListingPlan};

/// Items at most in one go.
pub const MAX_ITEMS: usize = 500;

/// One listing, and where it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkItem {
    /// Which one.
    pub listing: ListingId,
    /// `active`, `removed`, or `sold`.
    pub status: String,
    /// What it was sold for: needed with `sold`.
    pub has_price: bool,
}

/// Everything that is wrong with the items by themselves.
pub fn check(items: &[BulkItem]) -> Result<(), Common> {
    let mut wrong = Violations::new();
    wrong.check(
        (1..=MAX_ITEMS).contains(&items.len()),
        "/items",
        "item_count",
        || format!("{} items; 1 to {MAX_ITEMS} are taken", items.len()),
    );
    let mut seen = HashSet::new();
    for (n, item) in items.iter().enumerate() {
        wrong.check(
            seen.insert(item.listing),
            &format!("/items/{n}/listing_id"),
            "repeated",
            || format!("{} was named before", item.listing),
        );
        match ListingStatus::parse(&item.status) {
            Some(ListingStatus::Active | ListingStatus::Removed) => {}
            Some(ListingStatus::Sold) => {
                wrong.check(item.has_price, &format!("/items/{n}/price"), "required", || {
                    "a sale needs the price that was paid".to_owned()
                });
            }
            Some(ListingStatus::Draft | ListingStatus::Reserved) | None => wrong.add(
                format!("/items/{n}/status"),
                "unknown_status",
                format!(
                    "“{}” is none of active, removed, sold",
                    kernel::text::excerpt(&item.status)
                ),
            ),
        }
    }
    wrong.into_result()
}

/// A decision for each item in its order, or [`Error::BulkRefused`] with the reason of each that can't go. `facts` come in
/// the order of the items; `None` stands for a listing that is not there.
pub fn decide(
    act: &Act,
    items: &[BulkItem],
    facts: &[Option<ListingFacts>],
) -> Result<Vec<Decision<Option<ListingPlan>, Listed>>, Error> {
    let mut refused = Violations::new();
    let mut decided = Vec::with_capacity(items.len());
    for (n, (item, facts)) in items.iter().zip(facts).enumerate() {
        match one(act, item, facts.as_ref()) {
            Ok(decision) => decided.push(decision),
            Err(error) => refuse(n, &error, &mut refused),
        }
    }
    if refused.is_empty() {
        Ok(decided)
    } else {
        Err(Error::BulkRefused(refused))
    }
}

/// Notes why the item at this place can't go.
pub fn refuse(n: usize, error: &dyn Failure, refused: &mut Violations) {
    match (error.violations(), error.common()) {
        (Some(all), _) => {
            for found in all.as_slice() {
                let pointer = format!("/items/{n}{}", found.pointer);
                refused.extend(
                    [Violation {
                        pointer,
                        ..found.clone()
                    }]
                    .into_iter()
                    .collect(),
                );
            }
        }
        (None, Some(Common::Absent { .. })) => {
            refused.add(format!("/items/{n}/listing_id"), error.code(), error.to_string());
        }
        (None, _) => refused.add(format!("/items/{n}/status"), error.code(), error.to_string()),
    }
}

/// Where one item goes by the dealer's word. A sale is none: it is recorded.
pub fn one(
    act: &Act,
    item: &BulkItem,
    facts: Option<&ListingFacts>,
) -> Result<Decision<Option<ListingPlan>, Listed>, Error> {
    let facts = facts.ok_or(Common::absent("listing"))?;
    act.actor
        .may(
            Right::RunInventory,
            kernel::actor::Scope::Dealer(facts.listed.listing.dealer),
        )
        .map_err(|refusal| refusal.of("listing"))?;
    match ListingStatus::parse(&item.status) {
        Some(ListingStatus::Sold) => Err(Error::SaleRequired),
        Some(to) => change(act, &ListingChanges::status(to), facts),
        None => Err(Common::internal("a checked item without status").into()),
    }
}

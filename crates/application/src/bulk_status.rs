//! Many listings sent somewhere at once, sold ones among them: all of them, or none with a reason for each that can't go.

use inventory::bulk::{self, BulkItem};
use inventory::error::Error as InventoryError;
use inventory::listing::{Listed, Listing};
use kernel::act::{Act, Decision, Done, Record};
use kernel::actor::Scope;
use kernel::error::{Common, Failure, Violation, Violations};
use kernel::rights::Right;
use sales::commission::ledger::MOST_LINES;
use sales::facts::NewIds;
use sales::figures::Span;
use sales::request::{CheckedSale, NewSale};

use crate::close_sale::{self, CloseSale, CloseTarget, Closed, ClosingFacts, ClosingPlan};
use crate::error::Error;
use crate::remove_listing::{ChangeListings, audit_of, with_drives};

/// One listing, where it is sent, and its sale where it is sold.
#[derive(Clone, Debug)]
pub struct BulkChange {
    /// Which, and where.
    pub item: BulkItem,
    /// With `sold`.
    pub sale: Option<NewSale>,
}

/// The act.
#[derive(Clone)]
pub struct ChangeMany {
    /// For those that are moved by the dealer's word.
    pub changes: ChangeListings,
    /// For those that are sold.
    pub close: CloseSale,
}

/// One listing, checked.
struct Wanted {
    item: BulkItem,
    sale: Option<(NewIds, CheckedSale)>,
}

impl ChangeMany {
    /// Sends them all, or none.
    pub async fn run(&self, act: &Act, changes: Vec<BulkChange>) -> Result<Done<Vec<Listed>>, Error> {
        let items: Vec<BulkItem> = changes.iter().map(|change| change.item.clone()).collect();
        if changes.iter().all(|change| change.sale.is_none()) {
            return self.changes.bulk(act, &items).await;
        }
        act.actor
            .may(Right::RunInventory, Scope::Platform)
            .map_err(|refusal| refusal.of("listing"))?;
        bulk::check(&items)?;
        let wanted = self.checked(changes)?;
        let target = |wanted: &Wanted| {
            CloseTarget::sent(
                act,
                wanted.item.listing,
                wanted.sale.as_ref().map(|(_, sale)| sale),
            )
        };
        let targets: Vec<CloseTarget> = wanted.iter().map(target).collect();
        let done = self
            .close
            .closings
            .close(act, &targets, &|facts| decide(act, &wanted, facts))
            .await?;
        Ok(done.map(|all| all.into_iter().map(|closed| closed.listed).collect()))
    }

    fn checked(&self, changes: Vec<BulkChange>) -> Result<Vec<Wanted>, Common> {
        let (mut wrong, mut wanted) = (Violations::new(), Vec::with_capacity(changes.len()));
        for (n, change) in changes.into_iter().enumerate() {
            let sale = match change.sale.map(NewSale::checked) {
                Some(Ok(sale)) => {
                    let lines = sale.splits.as_ref().map_or(2, |_| MOST_LINES);
                    Some((close_sale::new_ids(&self.close.ids, lines), sale))
                }
                Some(Err(Common::Invalid(found))) => {
                    wrong.extend(below(n, &found));
                    None
                }
                Some(Err(other)) => return Err(other),
                None => None,
            };
            wanted.push(Wanted {
                item: change.item,
                sale,
            });
        }
        wrong.into_result()?;
        Ok(wanted)
    }
}

/// What is wrong with the item at this place.
fn below(n: usize, found: &Violations) -> Violations {
    let moved = found.as_slice().iter().map(|violation| Violation {
        pointer: format!("/items/{n}{}", violation.pointer),
        ..violation.clone()
    });
    moved.collect()
}

fn decide(
    act: &Act,
    wanted: &[Wanted],
    facts: &[Option<ClosingFacts>],
) -> Result<Decision<Vec<ClosingPlan>, Vec<Closed>>, Error> {
    let (mut plans, mut answers, mut record) = (Vec::new(), Vec::<Closed>::new(), Record::default());
    let (mut refused, mut changed): (Violations, Vec<Listing>) = (Violations::new(), Vec::new());
    for (n, (wanted, facts)) in wanted.iter().zip(facts).enumerate() {
        match one(act, wanted, facts.as_ref(), &answers) {
            Ok(decision) => {
                changed.extend(
                    decision
                        .plan
                        .offer
                        .listing
                        .as_ref()
                        .map(|plan| plan.listing.clone()),
                );
                plans.push(decision.plan);
                answers.push(decision.answer);
                record.events.extend(decision.record.events);
                record.jobs.extend(decision.record.jobs);
            }
            Err(error) => bulk::refuse(n, &error as &dyn Failure, &mut refused),
        }
    }
    if !refused.is_empty() {
        return Err(InventoryError::BulkRefused(refused).into());
    }
    record.audit = audit_of(&changed);
    Ok(Decision {
        plan: plans,
        answer: answers,
        record,
    })
}

fn one(
    act: &Act,
    wanted: &Wanted,
    facts: Option<&ClosingFacts>,
    before: &[Closed],
) -> Result<Decision<ClosingPlan, Closed>, Error> {
    let facts = facts.ok_or(Common::absent("listing"))?;
    let Some((ids, request)) = &wanted.sale else {
        let decision = bulk::one(act, &wanted.item, Some(&facts.offer.listing))?;
        let (offer, listed, record) = with_drives(act, &facts.offer, decision)?;
        return Ok(Decision {
            plan: ClosingPlan { offer, sold: None },
            answer: Closed { listed, sale: None },
            record,
        });
    };
    let mut facts = facts.clone();
    let decision = close_sale::sell(act, ids, request, &facts)?;
    // Sales of the same act count for a bonus as well.
    let rivals = decision
        .answer
        .sale
        .as_ref()
        .map_or(0, |sale| earlier(sale, before));
    if rivals == 0 {
        return Ok(decision);
    }
    facts.sold_this_month = facts.sold_this_month.saturating_add(rivals);
    close_sale::sell(act, ids, request, &facts)
}

/// Sales of the same act by the same member in the same month.
fn earlier(sale: &sales::sale::Sale, before: &[Closed]) -> u32 {
    let month = |sale: &sales::sale::Sale| Span::month_of(sale.sale_date);
    let seller = |sale: &sales::sale::Sale| sale.closing().map(|closing| closing.sold_by);
    let same = before
        .iter()
        .filter_map(|closed| closed.sale.as_ref())
        .filter(|other| month(other) == month(sale) && seller(other) == seller(sale));
    u32::try_from(same.count()).unwrap_or(u32::MAX)
}

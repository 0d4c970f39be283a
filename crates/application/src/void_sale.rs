//! Taking a sale back, and giving a car to a buyer who was known by e-mail alone.
//!
//! A void puts the listing back on offer and the vehicle into the seller's hands, and takes back what the sale earned.
//! Negotiations stay as they ended. Customers whose test drives the sale called off hear that their slots are free again.

use std::sync::Arc;

use async_trait::async_trait;
use inventory::handover::{self, Handover, Return};
use inventory::listing::{Listed, Step};
use inventory::listing_steps;
use inventory::ports::ListingPlan;
use inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::act::{Act, Decide, Decision, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{PurchaseId, SaleId, UserId, VehicleId};
use kernel::ports::Ids;
use sales::commission::ledger::MOST_LINES;
use sales::facts::{ConfirmFacts, VoidFacts};
use sales::request;
use sales::rules::{self, SalePlan};
use sales::sale::{Sale, Seller};
use scheduling::notice::{Filed, free_again};

use crate::error::Error;

/// What is known, under lock, when a sale is voided.
#[derive(Clone, Debug)]
pub struct VoidingFacts {
    /// The sale, and what it earned.
    pub sale: VoidFacts,
    /// The listing that it closed, with its vehicle.
    pub listed: Option<Listed>,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The seller's other record of the same car, which nobody offers.
    pub again: Option<VehicleId>,
    /// The buyer's own record that became one with the vehicle when it was handed over.
    pub joined: Option<VehicleId>,
    /// Did the buyer write into the vehicle's log?
    pub wrote: bool,
    /// Drives that the sale called off, still to come, whose slot nobody has taken since.
    pub drives: Vec<Filed>,
}

/// What voiding writes.
#[derive(Clone, Debug)]
pub struct VoidingPlan {
    /// The sale, and the lines that take its commission back.
    pub sale: SalePlan,
    /// The listing, on offer again.
    pub listing: Option<ListingPlan>,
    /// The vehicle, in the seller's hands, and what stays with the buyer.
    pub vehicle: Return,
}

/// What is known, under lock, when a buyer confirms.
#[derive(Clone, Debug)]
pub struct ConfirmingFacts {
    /// The sale, and who confirms.
    pub confirm: ConfirmFacts,
    /// The vehicle.
    pub vehicle: Vehicle,
    /// The buyer's own record of the same car.
    pub own: Option<Vehicle>,
}

/// What confirming writes.
#[derive(Clone, Debug)]
pub struct ConfirmingPlan {
    /// The sale, with its buyer.
    pub sale: Sale,
    /// The vehicle in the buyer's garage, where it is still there to be handed over.
    pub handed: Option<Handover>,
}

/// Sales that are taken back or confirmed, under lock.
#[async_trait]
pub trait Voidings: Send + Sync {
    /// Locks the listing, its vehicle, then the sale; writes all of the plan, or nothing. `Absent` when there is no such sale.
    async fn void(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, VoidingFacts, VoidingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error>;

    /// Locks the vehicle's listings, the vehicle, then the sale that asks this question. `PurchaseInvalid` when none does.
    async fn confirm(
        &self,
        act: &Act,
        purchase: PurchaseId,
        holder: UserId,
        decide: Decide<'_, ConfirmingFacts, ConfirmingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error>;
}

/// The tokens of the links that buyers get: derived from the question's id, and kept nowhere.
pub trait PurchaseTokens: Send + Sync {
    /// The token of a question.
    fn purchase_token(&self, id: PurchaseId) -> String;

    /// Which question a token answers; none where it was not made here.
    fn read_purchase(&self, token: &str) -> Option<PurchaseId>;
}

/// The acts.
#[derive(Clone)]
pub struct VoidSale {
    /// Their port.
    pub voidings: Arc<dyn Voidings>,
    /// For links.
    pub tokens: Arc<dyn PurchaseTokens>,
    /// For new ids.
    pub ids: Ids,
}

impl VoidSale {
    /// Takes a sale back, with a reason.
    pub async fn void(&self, act: &Act, sale: SaleId, reason: &str) -> Result<Done<Sale>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let reason = request::reason(reason)?;
        // What takes back has as many lines as what was earned.
        let ids: Vec<_> = (0..MOST_LINES).map(|_| self.ids.next()).collect();
        let left = self.ids.next();
        self.voidings
            .void(act, sale, &|facts| {
                let decision = rules::void(act, &ids, &reason, &facts.sale)?;
                voided(act, left, facts, decision)
            })
            .await
    }

    /// The holder of the address that a sale names takes the car into their garage, with the token from the mail.
    pub async fn confirm(&self, act: &Act, token: &str) -> Result<Done<Sale>, Error> {
        let holder = act.actor.person()?.user;
        let purchase = self.tokens.read_purchase(token);
        let purchase = purchase.ok_or(sales::Error::PurchaseInvalid)?;
        self.voidings
            .confirm(act, purchase, holder, &|facts| confirmed(act, purchase, facts))
            .await
    }
}

fn voided(
    act: &Act,
    left: VehicleId,
    facts: &VoidingFacts,
    decision: Decision<SalePlan, Sale>,
) -> Result<Decision<VoidingPlan, Sale>, Error> {
    let Decision {
        plan: sale,
        answer,
        mut record,
    } = decision;
    let listing = match &facts.listed {
        Some(listed) => {
            let (plan, told) = listing_steps::after(listed, Step::Void, act.at)?;
            record.events.push(told);
            Some(plan)
        }
        None => None,
    };
    for filed in &facts.drives {
        record.events.push(free_again(&filed.drive));
    }
    let kept = facts.joined.or(facts.wrote.then_some(left));
    let plan = VoidingPlan {
        sale,
        listing,
        vehicle: handover::returned(&facts.vehicle, seller(&answer), facts.again, kept, act.at),
    };
    Ok(Decision { plan, answer, record })
}

fn confirmed(
    act: &Act,
    purchase: PurchaseId,
    facts: &ConfirmingFacts,
) -> Result<Decision<ConfirmingPlan, Sale>, Error> {
    let Decision {
        plan: sale,
        answer,
        record,
    } = rules::confirm(act, purchase, &facts.confirm)?;
    let waits = facts.vehicle.owner == seller(&sale) && facts.vehicle.status == VehicleStatus::Sold;
    let handed = sale
        .buyer
        .user
        .filter(|_| waits)
        .map(|user| handover::received(&facts.vehicle, user, facts.own.as_ref(), sale.sale_date, act.at));
    Ok(Decision {
        plan: ConfirmingPlan { sale, handed },
        answer,
        record,
    })
}

/// In whose hands the vehicle was.
fn seller(sale: &Sale) -> Owner {
    match &sale.seller {
        Seller::Dealer(closing) => Owner::Dealer(closing.dealer),
        Seller::Person { user } => Owner::User(*user),
    }
}

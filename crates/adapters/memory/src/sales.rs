//! Sales.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ::sales::Error as SalesError;
use ::sales::commission::ledger::Entry;
use ::sales::commission::plan::Plan;
use ::sales::facts::{ConfirmFacts, Holder, SaleFacts, VoidFacts, day};
use ::sales::figures::Span;
use ::sales::ports::Sales;
use ::sales::rules::SalePlan;
use ::sales::sale::{Buyer, Sale, Seller};
use application::close_sale::{CloseTarget, Closed, ClosingFacts, ClosingPlan, Closings, OwnersFacts};
use application::error::Error;
use application::remove_listing::OfferFacts;
use application::void_sale::{ConfirmingFacts, ConfirmingPlan, VoidingFacts, VoidingPlan, Voidings};
use async_trait::async_trait;
use chrono::NaiveDate;
use inventory::handover::Handover;
use inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{BookingId, CommissionPlanId, DealerId, PurchaseId, SaleId, StaffId, UserId, VehicleId};
use kernel::zone::Zone;

use crate::{Memory, State};

/// What is kept of sales.
#[derive(Default)]
pub(crate) struct SalesState {
    sales: BTreeMap<SaleId, Sale>,
    called_off: HashMap<SaleId, Vec<BookingId>>,
    joined: HashMap<SaleId, VehicleId>,
    entries: Vec<(DealerId, Entry)>,
    pub(crate) plans: BTreeMap<CommissionPlanId, Plan>,
    pub(crate) shops: HashMap<DealerId, Shop>,
    customers: HashMap<(DealerId, UserId), Buyer>,
    holders: HashMap<UserId, Email>,
}

/// What sales want to know of a dealer that may do business.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// What it is called.
    pub name: String,
    /// The calendar of its sites.
    pub zone: Option<Zone>,
    /// Its staff.
    pub members: BTreeSet<StaffId>,
}

impl Memory {
    /// Makes a dealer that may do business known to the sales ports.
    pub fn given_shop(&self, dealer: DealerId, shop: Shop) {
        self.lock().sales.shops.insert(dealer, shop);
    }

    /// Somebody with an account whom a dealer knows.
    pub fn given_customer_of(&self, dealer: DealerId, user: UserId, buyer: Buyer) {
        self.lock().sales.customers.insert((dealer, user), buyer);
    }

    /// The verified address of an account.
    pub fn given_verified(&self, user: UserId, email: Email) {
        self.lock().sales.holders.insert(user, email);
    }

    /// The sales so far, in the order of their ids.
    pub fn sales(&self) -> Vec<Sale> {
        self.lock().sales.sales.values().cloned().collect()
    }

    /// The ledger so far, in the order it was written.
    pub fn commission_entries(&self) -> Vec<Entry> {
        self.lock()
            .sales
            .entries
            .iter()
            .map(|(_, entry)| *entry)
            .collect()
    }
}

impl SalesState {
    /// Writes a sale with what it earns; one that stands a listing.
    fn put(&mut self, plan: SalePlan) -> Result<(), SalesError> {
        let sale = plan.sale;
        let listing = sale.closing().map(|closing| closing.listing);
        let rival = |other: &Sale| {
            other.id != sale.id && other.is_closed() && other.closing().map(|c| c.listing) == listing
        };
        if sale.is_closed() && listing.is_some() && self.sales.values().any(rival) {
            return Err(SalesError::AlreadySold);
        }
        if let Some(closing) = sale.closing() {
            let dealer = closing.dealer;
            self.entries
                .extend(plan.entries.into_iter().map(|entry| (dealer, entry)));
        }
        self.sales.insert(sale.id, sale);
        Ok(())
    }

    fn sold_this_month(&self, target: &CloseTarget, day: NaiveDate) -> u32 {
        let Some(seller) = target.seller else {
            return 0;
        };
        let month = Span::month_of(day);
        let counts = |sale: &&Sale| {
            sale.is_closed()
                && sale.closing().is_some_and(|closing| closing.sold_by == seller)
                && month.from.is_none_or(|from| from <= sale.sale_date)
                && month.to.is_none_or(|to| sale.sale_date <= to)
        };
        u32::try_from(self.sales.values().filter(counts).count()).unwrap_or(u32::MAX)
    }

    fn find(&self, sale: SaleId) -> Result<Sale, Common> {
        self.sales.get(&sale).cloned().ok_or(Common::absent("sale"))
    }

    fn seller_name(&self, sale: &Sale) -> String {
        match &sale.seller {
            Seller::Dealer(closing) => self.shops.get(&closing.dealer).map(|shop| shop.name.clone()),
            Seller::Person { .. } => None,
        }
        .unwrap_or_default()
    }

    /// Lines of the ledger, in the order they were written.
    pub(crate) fn lines(&self, dealer: DealerId, staff: Option<StaffId>, span: Span) -> Vec<Entry> {
        let counts = |(of, entry): &&(DealerId, Entry)| {
            *of == dealer
                && staff.is_none_or(|staff| entry.staff == staff)
                && span.from.is_none_or(|from| from <= entry.earned_on)
                && span.to.is_none_or(|to| entry.earned_on <= to)
        };
        self.entries
            .iter()
            .filter(counts)
            .map(|(_, entry)| *entry)
            .collect()
    }
}

fn closing_facts(state: &State, act: &Act, target: &CloseTarget) -> Option<ClosingFacts> {
    let listing = state.inventory.listing_facts(target.listing, None)?;
    let dealer = listing.listed.listing.dealer;
    let shop = state.sales.shops.get(&dealer);
    let mut drives = state.scheduling.live_of(dealer);
    drives.retain(|filed| filed.drive.listing == target.listing);
    let customer = target.buyer.map(|user| (dealer, user));
    let vin = &listing.listed.vehicle.details.vin;
    let mut members = target.members.clone();
    members.retain(|member| shop.is_some_and(|shop| shop.members.contains(member)));
    let plans = state.sales.plans.values();
    let zone = shop.and_then(|shop| shop.zone);
    let sold_on = target.sale_date.unwrap_or_else(|| day(act.at, zone));
    Some(ClosingFacts {
        dealer_name: shop.map(|shop| shop.name.clone()).unwrap_or_default(),
        verified: shop.is_some(),
        zone,
        buyer: customer.and_then(|key| state.sales.customers.get(&key).cloned()),
        own: target
            .buyer
            .and_then(|user| state.inventory.held_by(Owner::User(user), vin)),
        members,
        plans: plans.filter(|plan| plan.dealer == dealer).cloned().collect(),
        sold_this_month: state.sales.sold_this_month(target, sold_on),
        offer: OfferFacts {
            drives,
            talks: state.negotiation.live_about(target.listing),
            listing,
        },
    })
}

fn hand_over_by(state: &mut State, sale: SaleId, handed: Handover) {
    state
        .sales
        .joined
        .extend(handed.merged.map(|merged| (sale, merged)));
    hand_over(state, handed);
}

fn hand_over(state: &mut State, handed: Handover) {
    if let Some(merged) = handed.merged {
        state.inventory.merge(merged, handed.vehicle.vehicle.id);
    }
    state.inventory.write_vehicle(handed.vehicle);
}

fn seller(sale: &Sale) -> Owner {
    match &sale.seller {
        Seller::Dealer(closing) => Owner::Dealer(closing.dealer),
        Seller::Person { user } => Owner::User(*user),
    }
}

fn voiding_facts(state: &State, id: SaleId, at: Instant) -> Result<VoidingFacts, Error> {
    let sale = state.sales.find(id)?;
    let vehicle = vehicle(state, sale.vehicle.id)?;
    let listed = sale
        .closing()
        .and_then(|closing| state.inventory.listed(closing.listing));
    let given =
        sale.buyer.user.map(Owner::User) == Some(vehicle.owner) && vehicle.status != VehicleStatus::Sold;
    let kept = vehicle.owner == seller(&sale) && vehicle.status == VehicleStatus::Sold;
    let later = |other: &Sale| {
        other.is_closed() && other.vehicle.id == vehicle.id && other.created_at > sale.created_at
    };
    let held = state.inventory.held_by(seller(&sale), &vehicle.details.vin);
    let again = held.map(|held| held.id).filter(|held| *held != vehicle.id);
    let buyer = sale.buyer.user.map(Owner::User);
    let wrote = buyer.is_some_and(|buyer| state.inventory.wrote(buyer, vehicle.id));
    let own = state.sales.entries.iter().filter(|(_, entry)| entry.sale == id);
    let shop = sale
        .closing()
        .and_then(|closing| state.sales.shops.get(&closing.dealer));
    let called_off = state.sales.called_off.get(&id).cloned().unwrap_or_default();
    Ok(VoidingFacts {
        drives: state.scheduling.free_again(&called_off, at),
        sale: VoidFacts {
            zone: shop.and_then(|shop| shop.zone),
            entries: own.map(|(_, entry)| *entry).collect(),
            sold_again: (!given && !kept) || state.sales.sales.values().any(later),
            listed_again: std::iter::once(vehicle.id)
                .chain(again)
                .any(|vehicle| state.inventory.is_offered(vehicle)),
            sale,
        },
        again,
        joined: state.sales.joined.get(&id).copied(),
        wrote,
        listed,
        vehicle,
    })
}

fn vehicle(state: &State, id: VehicleId) -> Result<Vehicle, Common> {
    state.inventory.vehicle(id).ok_or(Common::absent("vehicle"))
}

#[async_trait]
impl Closings for Memory {
    async fn close(
        &self,
        act: &Act,
        targets: &[CloseTarget],
        decide: Decide<'_, Vec<Option<ClosingFacts>>, Vec<ClosingPlan>, Vec<Closed>, Error>,
    ) -> Result<Done<Vec<Closed>>, Error> {
        self.act(
            act,
            |state| {
                decide(
                    &targets
                        .iter()
                        .map(|target| closing_facts(state, act, target))
                        .collect(),
                )
            },
            |state, plans: Vec<ClosingPlan>| {
                for plan in plans {
                    let called_off = plan.offer.drives.iter().map(|drive| drive.id).collect();
                    if let Some((sale, handed)) = plan.sold {
                        let id = sale.sale.id;
                        state.sales.put(sale)?;
                        state.sales.called_off.insert(id, called_off);
                        hand_over_by(state, id, handed);
                    }
                    for drive in plan.offer.drives {
                        state.scheduling.put(drive)?;
                    }
                    state.negotiation.put_all(plan.offer.talks);
                    if let Some(listing) = plan.offer.listing {
                        state.inventory.write_listing(listing);
                    }
                }
                Ok(())
            },
        )
    }

    async fn sell_own(
        &self,
        act: &Act,
        id: VehicleId,
        decide: Decide<'_, OwnersFacts, (SalePlan, Handover), Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        self.act(
            act,
            |state| {
                decide(&OwnersFacts {
                    vehicle: vehicle(state, id)?,
                    owner_name: String::new(),
                })
            },
            |state, (sale, handed)| {
                state.sales.put(sale)?;
                hand_over(state, handed);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Voidings for Memory {
    async fn void(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, VoidingFacts, VoidingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        self.act(
            act,
            |state| decide(&voiding_facts(state, sale, act.at)?),
            |state, plan| {
                state.sales.put(plan.sale)?;
                let vehicle = plan.vehicle.handed.vehicle.vehicle.id;
                hand_over(state, plan.vehicle.handed);
                if let Some(left) = plan.vehicle.left {
                    state.inventory.leave(left, vehicle);
                }
                if let Some(listing) = plan.listing {
                    state.inventory.write_listing(listing);
                }
                Ok(())
            },
        )
    }

    async fn confirm(
        &self,
        act: &Act,
        purchase: PurchaseId,
        user: UserId,
        decide: Decide<'_, ConfirmingFacts, ConfirmingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        self.act(
            act,
            |state| {
                let mut all = state.sales.sales.values();
                let sale = all.find(|sale| sale.purchase == Some(purchase));
                let sale = sale.cloned().ok_or(SalesError::PurchaseInvalid)?;
                let vehicle = vehicle(state, sale.vehicle.id)?;
                let own = state.inventory.held_by(Owner::User(user), &vehicle.details.vin);
                decide(&ConfirmingFacts {
                    own: own.filter(|own| own.id != vehicle.id),
                    vehicle,
                    confirm: ConfirmFacts {
                        sale,
                        holder: Holder {
                            user,
                            email: state.sales.holders.get(&user).cloned(),
                        },
                    },
                })
            },
            |state, plan| {
                let sale = plan.sale.id;
                state.sales.sales.insert(sale, plan.sale);
                if let Some(handed) = plan.handed {
                    hand_over_by(state, sale, handed);
                }
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Sales for Memory {
    async fn amend(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, SaleFacts, Sale, Sale, SalesError>,
    ) -> Result<Done<Sale>, SalesError> {
        self.act(
            act,
            |state| {
                let sale = state.sales.find(sale)?;
                let seller_name = state.sales.seller_name(&sale);
                decide(&SaleFacts { sale, seller_name })
            },
            |state, sale| {
                state.sales.sales.insert(sale.id, sale);
                Ok(())
            },
        )
    }
}

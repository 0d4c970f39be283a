//! Whether a sale may be closed, mended, confirmed or voided, and what it earns: facts in, a decision out.

use chrono::NaiveDate;
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, Refusal, Scope};
use kernel::error::{Common, Violations};
use kernel::id::{CommissionEntryId, NegotiationId, PurchaseId, StaffId};
use kernel::rights::Right;

use crate::commission::ledger::{self, Entry, Unit};
use crate::commission::plan::in_force;
use crate::commission::shares::Shares;
use crate::commission::terms::Terms;
use crate::error::Error;
use crate::facts::{Car, CloseFacts, ConfirmFacts, NewIds, PrivateFacts, SaleFacts, Stage, VoidFacts, day};
use crate::notice::{self, Occasion};
use crate::request::{CheckedSale, NewBuyer, SaleChanges, stranger};
use crate::sale::{Buyer, Closing, Sale, Seller, SoldVehicle, State};

/// What closing or voiding writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalePlan {
    /// The sale as it shall be.
    pub sale: Sale,
    /// New lines of the ledger.
    pub entries: Vec<Entry>,
}

/// As what somebody looks at a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// With everything that the seller wrote down.
    Seller,
    /// The papers alone: no notes, no commission.
    Buyer,
}

/// As what the actor sees the sale. To those who have no part in it there is none; own staff without a part in it are
/// told that they lack the right.
pub fn view(actor: &Actor, sale: &Sale) -> Result<View, Error> {
    match as_seller(actor, sale) {
        Ok(()) => Ok(View::Seller),
        Err(_) if actor.user().is_some() && actor.user() == sale.buyer.user => Ok(View::Buyer),
        Err(refusal) => Err(refusal.of("sale").into()),
    }
}

/// The member with a part in it, the dealer's managers, the person who sold.
fn as_seller(actor: &Actor, sale: &Sale) -> Result<(), Refusal> {
    match &sale.seller {
        Seller::Person { user } => actor.may(Right::KeepAccount, Scope::Person(*user)),
        Seller::Dealer(closing) => {
            let part = actor
                .member_of(closing.dealer)
                .is_some_and(|member| closing.has_part(member.staff));
            let right = if part { Right::CloseSales } else { Right::RunSales };
            actor.may(right, Scope::Dealer(closing.dealer))
        }
    }
}

/// A dealer's sale: whether it may be, who parts its commission, and how much that is.
pub fn close(
    act: &Act,
    ids: &NewIds,
    request: &CheckedSale,
    facts: &CloseFacts,
) -> Result<Decision<SalePlan, Sale>, Error> {
    let (car, new) = (&facts.car, &request.new);
    act.actor
        .may(Right::CloseSales, Scope::Dealer(car.dealer))
        .map_err(|refusal| refusal.of("listing"))?;
    if new.price.currency() != car.asking.currency() {
        return Err(Error::CurrencyMismatch(Common::invalid(
            "/price/currency",
            "currency_mismatch",
            format!(
                "the listing is in {}, not in {}",
                car.asking.currency(),
                new.price.currency()
            ),
        )));
    }
    for_sale(car)?;
    let sold_by = sold_by(act, request, facts)?;
    let mut wrong = Violations::new();
    let today = day(act.at, car.zone);
    let sold_on = new.sale_date.unwrap_or(today);
    wrong.check(sold_on <= today, "/sale_date", "in_the_future", || {
        format!("{sold_on} is after {today}, the dealer's today")
    });
    let buyer = match &new.buyer {
        NewBuyer::Named(buyer) => Some(buyer.clone().into()),
        NewBuyer::User(user) => {
            wrong.check(facts.buyer.is_some(), "/buyer/user_id", "unknown_buyer", || {
                stranger(*user)
            });
            facts.buyer.clone()
        }
    };
    let splits = request.splits.clone().unwrap_or_else(|| Shares::one(sold_by));
    for (n, share) in splits.as_slice().iter().enumerate() {
        let pointer = format!("/splits/{n}/staff_id");
        wrong.check(
            facts.members.contains(&share.staff),
            &pointer,
            "unknown_member",
            || format!("{} is no member of this dealer", share.staff),
        );
    }
    wrong.into_result()?;
    let buyer = buyer.ok_or_else(|| Common::internal("a sale without violations has a buyer"))?;
    let negotiation = agreed(request, &buyer, facts)?;
    let plan = in_force(&facts.plans, sold_by, new.price.currency(), sold_on);
    let terms = plan.map_or_else(Terms::default, |plan| plan.details.terms.clone());
    let unit = Unit {
        sale: ids.sale,
        sold_by,
        price: new.price,
        cost: car.cost,
        sold_on,
        nth: facts.sold_this_month.saturating_add(1),
    };
    let earned = ledger::earn(&ids.entries, &terms, &splits, &unit)?;
    let seller = Seller::Dealer(Closing {
        dealer: car.dealer,
        listing: car.listing,
        site: car.site,
        sold_by,
        splits,
        plan: plan.map(|plan| plan.id),
        commission: earned.commission,
        negotiation,
    });
    let sale = recorded(act, ids, request, (seller, buyer), car.vehicle.clone(), sold_on);
    let plan = SalePlan {
        sale: sale.clone(),
        entries: earned.entries,
    };
    let notice = notice::closed(&sale, &car.dealer_name);
    Ok(notice.deciding(plan, sale))
}

/// A person's sale of their own vehicle.
pub fn sell_privately(
    act: &Act,
    ids: &NewIds,
    request: &CheckedSale,
    facts: &PrivateFacts,
) -> Result<Decision<SalePlan, Sale>, Error> {
    let absent = || Common::absent("vehicle");
    let owner = facts.owner.ok_or_else(absent)?;
    act.actor
        .may(Right::KeepAccount, Scope::Person(owner))
        .map_err(|refusal| refusal.of("vehicle"))?;
    let buyer: Buyer = request.new.private()?.into();
    let today = day(act.at, None);
    let sold_on = request.new.sale_date.unwrap_or_else(|| act.at.date_naive());
    if sold_on > today {
        let message = format!("{sold_on} is after {today}: it is that day nowhere yet");
        return Err(Common::invalid("/sale_date", "in_the_future", message).into());
    }
    if facts.sold {
        return Err(Error::AlreadySold);
    }
    if facts.in_service {
        return Err(Error::NotForSale {
            why: "it is in a workshop",
        });
    }
    let seller = Seller::Person { user: owner };
    let sale = recorded(act, ids, request, (seller, buyer), facts.vehicle.clone(), sold_on);
    let plan = SalePlan {
        sale: sale.clone(),
        entries: Vec::new(),
    };
    let notice = notice::closed(&sale, &facts.owner_name);
    Ok(notice.deciding(plan, sale))
}

/// Changes what does not matter to the money. A buyer by e-mail alone is asked again at a new address.
pub fn amend(
    act: &Act,
    purchase: PurchaseId,
    changes: &SaleChanges,
    facts: &SaleFacts,
) -> Result<Decision<Sale, Sale>, Error> {
    let before = &facts.sale;
    as_seller(&act.actor, before).map_err(|refusal| refusal.of("sale"))?;
    act.expect_version(before.version)?;
    if !before.is_closed() {
        return Err(Error::Voided);
    }
    let mut sale = before.clone();
    sale.notes = changes.notes.clone().apply(sale.notes);
    sale.buyer.email = changes.email.clone().apply(sale.buyer.email);
    sale.buyer.phone = changes.phone.clone().apply(sale.buyer.phone);
    sale.payment_method = changes.payment_method.unwrap_or(sale.payment_method);
    let asked_again = sale.buyer.user.is_none() && sale.buyer.email != before.buyer.email;
    if asked_again {
        sale.purchase = sale.buyer.email.as_ref().map(|_| purchase);
    }
    if sale == *before {
        return Ok(Decision::nothing(sale.clone(), sale));
    }
    let sale = sale.touched(act.at);
    let mut notice = notice::of(Occasion::Amended, before, &sale);
    if asked_again {
        notice.letters.extend(notice::question(&sale, &facts.seller_name));
    }
    Ok(notice.deciding(sale.clone(), sale))
}

/// The verified holder of the address that the sale names becomes its buyer. Doing it again changes nothing.
pub fn confirm(act: &Act, purchase: PurchaseId, facts: &ConfirmFacts) -> Result<Decision<Sale, Sale>, Error> {
    let (before, holder) = (&facts.sale, &facts.holder);
    if act.actor.user() != Some(holder.user) {
        return Err(Common::Unauthenticated.into());
    }
    if !before.is_closed() || before.purchase != Some(purchase) {
        return Err(Error::PurchaseInvalid);
    }
    let named = before.buyer.email.as_ref().map(kernel::email::Email::folded);
    if named.is_none() || named != holder.email.as_ref().map(kernel::email::Email::folded) {
        return Err(Error::NotTheBuyer);
    }
    match before.buyer.user {
        Some(user) if user == holder.user => Ok(Decision::nothing(before.clone(), before.clone())),
        Some(_) => Err(Error::PurchaseInvalid),
        None => {
            let mut sale = before.clone().touched(act.at);
            sale.buyer.user = Some(holder.user);
            let notice = notice::of(Occasion::Confirmed, before, &sale);
            Ok(notice.deciding(sale.clone(), sale))
        }
    }
}

/// Takes a sale back: what it earned comes back to the cent. Bonuses of later sales stay.
pub fn void(
    act: &Act,
    ids: &[CommissionEntryId],
    reason: &str,
    facts: &VoidFacts,
) -> Result<Decision<SalePlan, Sale>, Error> {
    let before = &facts.sale;
    match &before.seller {
        Seller::Person { .. } => as_seller(&act.actor, before),
        Seller::Dealer(closing) => act.actor.may(Right::RunSales, Scope::Dealer(closing.dealer)),
    }
    .map_err(|refusal| refusal.of("sale"))?;
    act.expect_version(before.version)?;
    if !before.is_closed() {
        return Err(Error::Voided);
    }
    if facts.sold_again {
        return Err(Error::SoldAgain);
    }
    if facts.listed_again {
        return Err(Error::ListedAgain);
    }
    let entries = ledger::claw_back(ids, &facts.entries, day(act.at, facts.zone))?;
    let mut sale = before.clone().touched(act.at);
    sale.state = State::Voided {
        at: act.at,
        reason: reason.to_owned(),
    };
    let plan = SalePlan {
        sale: sale.clone(),
        entries,
    };
    let notice = notice::of(Occasion::Voided, before, &sale);
    Ok(notice.deciding(plan, sale))
}

fn recorded(
    act: &Act,
    ids: &NewIds,
    request: &CheckedSale,
    (seller, buyer): (Seller, Buyer),
    vehicle: SoldVehicle,
    sale_date: NaiveDate,
) -> Sale {
    let asked = buyer.user.is_none() && buyer.email.is_some();
    Sale {
        id: ids.sale,
        seller,
        vehicle,
        price: request.new.price,
        sale_date,
        buyer,
        purchase: asked.then_some(ids.purchase),
        payment_method: request.new.payment_method,
        notes: request.new.notes.clone(),
        state: State::Closed,
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    }
}

/// Who sold: the member who is named, else the one who acts.
fn sold_by(act: &Act, request: &CheckedSale, facts: &CloseFacts) -> Result<StaffId, Error> {
    let dealer = facts.car.dealer;
    let member = request
        .new
        .sold_by
        .or_else(|| act.actor.member_of(dealer).map(|member| member.staff))
        .ok_or_else(|| {
            Common::invalid(
                "/sold_by",
                "required",
                "you work for no dealer: say which member sold it",
            )
        })?;
    if !facts.members.contains(&member) {
        let message = format!("{member} is no member of this dealer");
        return Err(Common::invalid("/sold_by", "unknown_member", message).into());
    }
    Ok(member)
}

fn for_sale(car: &Car) -> Result<(), Error> {
    if !car.verified {
        return Err(Error::DealerNotVerified);
    }
    match car.stage {
        Stage::Open | Stage::Reserved => Ok(()),
        Stage::Sold => Err(Error::AlreadySold),
        Stage::Draft => Err(Error::NotForSale {
            why: "its listing is a draft: publish it first",
        }),
        Stage::Removed => Err(Error::NotForSale {
            why: "its listing was removed: publish it again first",
        }),
    }
}

/// A reserved car goes to its buyer alone, at the agreed price. The talk that the sale completes.
fn agreed(request: &CheckedSale, buyer: &Buyer, facts: &CloseFacts) -> Result<Option<NegotiationId>, Error> {
    let agreement = facts
        .talks
        .iter()
        .find_map(|talk| talk.agreed.map(|price| (talk, price)));
    if facts.car.stage == Stage::Reserved {
        let (talk, price) = agreement.ok_or(Error::ReservedForOther)?;
        if buyer.user != Some(talk.buyer) {
            return Err(Error::ReservedForOther);
        }
        if price != request.new.price {
            return Err(Error::PriceDiffers {
                agreed: price,
                given: request.new.price,
            });
        }
    }
    let own = |talk: &&crate::facts::Talk| Some(talk.buyer) == buyer.user;
    match request.new.negotiation {
        None => Ok(facts
            .talks
            .iter()
            .filter(own)
            .find(|talk| talk.live)
            .map(|talk| talk.id)),
        Some(id) => {
            let named = facts.talks.iter().filter(own).find(|talk| talk.id == id);
            let message = || format!("{id} is no negotiation of this buyer about this listing");
            let talk =
                named.ok_or_else(|| Common::invalid("/negotiation_id", "unknown_negotiation", message()))?;
            Ok(Some(talk.id))
        }
    }
}

/// May the actor look at this member's figures and ledger: the member, and the dealer's managers.
pub fn sees_member(actor: &Actor, dealer: kernel::id::DealerId, staff: StaffId) -> Result<(), Error> {
    let own = actor
        .member_of(dealer)
        .is_some_and(|member| member.staff == staff);
    if own {
        return Ok(());
    }
    actor
        .may(Right::RunSales, Scope::Dealer(dealer))
        .map_err(|refusal| refusal.of("staff member").into())
}

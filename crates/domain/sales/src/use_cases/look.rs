//! One sale, lists, the ledger, figures.

use kernel::Instant;
use kernel::actor::{Actor, Scope};
use kernel::days;
use kernel::error::Common;
use kernel::id::{DealerId, SaleId, StaffId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Right;

use super::LookAtSales;
use crate::commission::ledger::Entry;
use crate::error::Error;
use crate::figures::{DealerStats, Inventory, LedgerTotal, Span, StaffMetrics};
use crate::ports::{SaleFilter, Whose};
use crate::rules::{self, View};
use crate::sale::Sale;

/// Sales that are read at once for a file.
const CHUNK: u32 = 500;

/// A sale with what the caller may see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The sale.
    pub sale: Sale,
    /// As whom the caller looks.
    pub view: View,
}

impl Shown {
    /// For this actor; refused to those who have no part in it.
    pub fn to(actor: &Actor, sale: Sale) -> Result<Self, Error> {
        let view = rules::view(actor, &sale)?;
        Ok(Self { sale, view })
    }
}

/// Lines of the ledger, with the sums of all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// A page.
    pub page: Page<Entry>,
    /// One for each currency.
    pub totals: Vec<LedgerTotal>,
}

impl LookAtSales {
    /// One sale.
    pub async fn find(&self, actor: &Actor, id: SaleId) -> Result<Shown, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let sale = self.queries.find(id).await?.ok_or(Common::absent("sale"))?;
        Shown::to(actor, sale)
    }

    /// Managers see their dealer's, those who sell their own, everybody else their private sales and purchases; who sells
    /// says `own` for the latter. An admin says whose.
    pub async fn list(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        own: bool,
        filter: &SaleFilter,
        page: &PageRequest,
    ) -> Result<Page<Shown>, Error> {
        let whose = whose(actor, dealer, own)?;
        days::in_order(filter.from, filter.to)?;
        let found = self.queries.list(whose, filter, page).await?;
        let shown = found.items.into_iter().map(|sale| Shown::to(actor, sale));
        Ok(Page {
            items: shown.collect::<Result<_, _>>()?,
            count: found.count,
            next: found.next,
            previous: found.previous,
        })
    }

    /// Whose sales the actor's file holds; for [`LookAtSales::chunk`] with the same filter.
    pub fn exporting(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &SaleFilter,
    ) -> Result<Whose, Error> {
        let whose = whose(actor, dealer, false)?;
        days::in_order(filter.from, filter.to)?;
        match whose {
            Whose::Dealer(_) | Whose::Member(..) => Ok(whose),
            Whose::Person(_) => Err(Common::Forbidden {
                right: Right::CloseSales.as_str(),
            }
            .into()),
        }
    }

    /// The next sales of a file, none at its end.
    pub async fn chunk(
        &self,
        whose: Whose,
        filter: &SaleFilter,
        after: Option<SaleId>,
    ) -> Result<Vec<Sale>, Error> {
        self.queries.chunk(whose, filter, after, CHUNK).await
    }

    /// The ledger: a member's own; a dealer's, or one member's of it, for its managers.
    pub async fn ledger(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        staff: Option<StaffId>,
        span: Span,
        page: &PageRequest,
    ) -> Result<Listed, Error> {
        let stranger = Common::Forbidden {
            right: Right::CloseSales.as_str(),
        };
        let dealer = actor.acting_dealer(Right::CloseSales, dealer, stranger)?;
        let runs = actor.may(Right::RunSales, Scope::Dealer(dealer)).is_ok();
        let own = actor.member_of(dealer).map(|member| member.staff);
        let staff = match staff {
            Some(staff) => {
                rules::sees_member(actor, dealer, staff)?;
                Some(staff)
            }
            None if runs => None,
            None => own,
        };
        days::in_order(span.from, span.to)?;
        let page = self.ledger.list(dealer, staff, span, page).await?;
        let totals = self.ledger.totals(dealer, staff, span).await?;
        Ok(Listed { page, totals })
    }

    /// A dealer at a glance, for its managers.
    pub async fn stats(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        now: Instant,
    ) -> Result<DealerStats, Error> {
        let dealer = own(actor, Right::RunSales, dealer)?;
        self.figures.dealer(dealer, now).await
    }

    /// What stands on a dealer's lot, for its staff.
    pub async fn inventory(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        now: Instant,
    ) -> Result<Inventory, Error> {
        let dealer = own(actor, Right::SeeInventory, dealer)?;
        self.figures.inventory(dealer, now).await
    }

    /// What a member did in some days, for the member and the dealer's managers.
    pub async fn metrics(&self, actor: &Actor, staff: StaffId, span: Span) -> Result<StaffMetrics, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let dealer = self.figures.dealer_of(staff).await?;
        let dealer = dealer.ok_or(Common::absent("staff member"))?;
        rules::sees_member(actor, dealer, staff)?;
        days::in_order(span.from, span.to)?;
        self.figures.member(dealer, staff, span).await
    }
}

/// The actor's own dealer: to somebody who works for no dealer there is none.
fn own(actor: &Actor, right: Right, dealer: Option<DealerId>) -> Result<DealerId, Common> {
    actor.acting_dealer(right, dealer, Common::absent("dealer"))
}

fn acting(actor: &Actor, right: Right, dealer: Option<DealerId>) -> Result<DealerId, Common> {
    let stranger = Common::Forbidden {
        right: right.as_str(),
    };
    actor.acting_dealer(right, dealer, stranger)
}

fn whose(actor: &Actor, dealer: Option<DealerId>, own: bool) -> Result<Whose, Error> {
    if actor.key().is_some() && !own {
        // A program sees what a manager does, or nothing.
        return Ok(Whose::Dealer(acting(actor, Right::RunSales, dealer)?));
    }
    let person = actor.person()?;
    let sells = person
        .staff
        .as_ref()
        .filter(|member| Right::CloseSales.held_by(member.role));
    if own || (dealer.is_none() && sells.is_none()) {
        return Ok(Whose::Person(person.user));
    }
    let dealer = acting(actor, Right::CloseSales, dealer)?;
    match actor.member_of(dealer) {
        Some(member) if !Right::RunSales.held_by(member.role) => Ok(Whose::Member(dealer, member.staff)),
        _ => Ok(Whose::Dealer(dealer)),
    }
}

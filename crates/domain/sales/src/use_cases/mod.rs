//! Plans, mending, looking. Closing, confirming and voiding live in the application crate.

mod bill;
mod look;
mod plans;

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::SaleId;
use kernel::ports::Ids;

use crate::error::Error;
use crate::ports::{Figures, Ledger, Papers, Plans, Printer, SaleQueries, Sales};
use crate::request::SaleChanges;
use crate::rules;
use crate::sale::Sale;

pub use look::{Listed, Shown};
pub use plans::PlanChanges;

/// Changes what does not matter to a sale's money.
#[derive(Clone)]
pub struct AmendSales {
    /// Its port.
    pub sales: Arc<dyn Sales>,
    /// For new ids.
    pub ids: Ids,
}

impl AmendSales {
    /// Mends a sale.
    pub async fn amend(&self, act: &Act, sale: SaleId, changes: SaleChanges) -> Result<Done<Sale>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let changes = changes.checked()?;
        let purchase = self.ids.next();
        self.sales
            .amend(act, sale, &|facts| rules::amend(act, purchase, &changes, facts))
            .await
    }
}

/// How a dealer pays commission.
#[derive(Clone)]
pub struct CommissionPlans {
    /// Their port.
    pub plans: Arc<dyn Plans>,
    /// For new ids.
    pub ids: Ids,
}

/// Everything that can be seen of sales.
#[derive(Clone)]
pub struct LookAtSales {
    /// Sales.
    pub queries: Arc<dyn SaleQueries>,
    /// Commission.
    pub ledger: Arc<dyn Ledger>,
    /// Figures.
    pub figures: Arc<dyn Figures>,
}

/// Prints what the parties of a sale take home.
#[derive(Clone)]
pub struct PrintBill {
    /// Who may see it.
    pub look: LookAtSales,
    /// What it says beside the sale.
    pub papers: Arc<dyn Papers>,
    /// Puts it on paper.
    pub printer: Arc<dyn Printer>,
}

//! Sales, commission plans, the ledger, figures.

mod closing_facts;
mod closing_reads;
mod closings;
mod figures;
mod ledger;
mod papers;
mod plans;
mod queries;
mod rows;
mod voidings;

use ::sales::Error;

use crate::fault::{Constrained, Constraint};

pub use closings::SqlClosings;
pub use figures::SqlFigures;
pub use ledger::SqlLedger;
pub use papers::SqlPapers;
pub use plans::SqlPlans;
pub use queries::SqlSales;
pub use voidings::SqlVoidings;

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[Constraint {
        name: "commission_plans_one",
        sqlite: "index 'commission_plans_one'",
        means: || Self::PlanExists,
    }];
}

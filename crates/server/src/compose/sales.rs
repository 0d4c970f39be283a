//! Sales, commission, figures.

use std::sync::Arc;

use ::sales::use_cases::{AmendSales, CommissionPlans, LookAtSales};
use api::sales::SalesServices;
use application::close_sale::CloseSale;
use application::void_sale::{PurchaseTokens, VoidSale};
use database::sales::{SqlClosings, SqlFigures, SqlLedger, SqlPlans, SqlSales, SqlVoidings};

use super::Ground;

/// Closing, which inventory's changes of many go through as well.
pub(super) fn close(ground: &Ground) -> CloseSale {
    CloseSale {
        closings: Arc::new(SqlClosings::new(ground.db.clone())),
        ids: ground.ids.clone(),
    }
}

/// The use cases on the database.
pub(super) fn sales(ground: &Ground, tokens: Arc<dyn PurchaseTokens>) -> SalesServices {
    let db = || ground.db.clone();
    let sales = Arc::new(SqlSales::new(db()));
    SalesServices {
        close: close(ground),
        void: VoidSale {
            voidings: Arc::new(SqlVoidings::new(db())),
            tokens,
            ids: ground.ids.clone(),
        },
        amend: AmendSales {
            sales: sales.clone(),
            ids: ground.ids.clone(),
        },
        plans: CommissionPlans {
            plans: Arc::new(SqlPlans::new(db())),
            ids: ground.ids.clone(),
        },
        look: LookAtSales {
            queries: sales,
            ledger: Arc::new(SqlLedger::new(db())),
            figures: Arc::new(SqlFigures::new(db())),
        },
    }
}

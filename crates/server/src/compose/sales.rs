//! Sales, commission, figures.

use std::sync::Arc;

use ::sales::use_cases::{AmendSales, CommissionPlans, LookAtSales, PrintBill};
use anyhow::Context as _;
use api::sales::SalesServices;
use application::close_sale::CloseSale;
use application::void_sale::{PurchaseTokens, VoidSale};
use database::sales::{SqlClosings, SqlFigures, SqlLedger, SqlPapers, SqlPlans, SqlSales, SqlVoidings};
use pdf::PdfPrinter;

use super::Ground;

/// Closing, which inventory's changes of many go through as well.
pub(super) fn close(ground: &Ground) -> CloseSale {
    CloseSale {
        closings: Arc::new(SqlClosings::new(ground.db.clone())),
        ids: ground.ids.clone(),
    }
}

/// The use cases on the database.
pub(super) fn sales(ground: &Ground, tokens: Arc<dyn PurchaseTokens>) -> anyhow::Result<SalesServices> {
    let db = || ground.db.clone();
    let sales = Arc::new(SqlSales::new(db()));
    let look = LookAtSales {
        queries: sales.clone(),
        ledger: Arc::new(SqlLedger::new(db())),
        figures: Arc::new(SqlFigures::new(db())),
    };
    Ok(SalesServices {
        close: close(ground),
        void: VoidSale {
            voidings: Arc::new(SqlVoidings::new(db())),
            tokens,
            ids: ground.ids.clone(),
        },
        amend: AmendSales {
            sales,
            ids: ground.ids.clone(),
        },
        plans: CommissionPlans {
            plans: Arc::new(SqlPlans::new(db())),
            ids: ground.ids.clone(),
        },
        print: PrintBill {
            look: look.clone(),
            papers: Arc::new(SqlPapers::new(db())),
            printer: Arc::new(PdfPrinter::new().context("papers can't be printed")?),
        },
        look,
    })
}

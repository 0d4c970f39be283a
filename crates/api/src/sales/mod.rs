//! Sales, commission, figures.

mod dto;
mod figures;
mod figures_dto;
mod file;
mod input;
mod ledger;
mod plan_dto;
mod plans;
mod sales;

pub(crate) use self::input::NewBuyerDto;

use ::sales::use_cases::{AmendSales, CommissionPlans, LookAtSales, PrintBill};
use application::close_sale::CloseSale;
use application::void_sale::VoidSale;
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct SalesServices {
    /// Closing.
    pub close: CloseSale,
    /// Taking back, and confirming.
    pub void: VoidSale,
    /// Mending.
    pub amend: AmendSales,
    /// How commission is paid.
    pub plans: CommissionPlans,
    /// Looking.
    pub look: LookAtSales,
    /// Bills.
    pub print: PrintBill,
}

/// Endpoints under `/api/v1`. Fixed paths come before those with an id in their place.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(sales::close_sale)
        .service(sales::list_sales)
        .service(sales::export_sales)
        .service(sales::confirm_purchase)
        .service(sales::show_sale)
        .service(sales::show_bill_of_sale)
        .service(sales::amend_sale)
        .service(sales::void_sale)
        .service(plans::list_commission_plans)
        .service(plans::make_commission_plan)
        .service(plans::show_commission_plan)
        .service(plans::change_commission_plan)
        .service(ledger::list_commissions)
        .service(figures::dealer_stats)
        .service(figures::inventory_summary)
        .service(figures::staff_metrics);
}

//! Closing, looking at, mending and voiding sales.

use ::sales::sale::Sale;
use ::sales::use_cases::Shown;
use actix_web::{HttpRequest, HttpResponse, get, patch, post, web};
use kernel::act::Done;
use kernel::id::{DealerId, kind};

use super::SalesServices;
use super::dto::SaleDto;
use super::file;
use super::input::{ConfirmPurchaseDto, NewSaleDto, OwnParam, PatchSaleDto, SaleFilterDto, VoidSaleDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::file::headed;
use crate::page::{PageDto, PageParams};
use crate::problem::ApiError;

/// The sale as it is after an act.
fn after(acting: &Acting, done: Done<Sale>) -> Response {
    let version = done.value.version;
    let shown = SaleDto::from(Shown::to(&acting.actor, done.value)?);
    Ok(Answer::ok(&shown)?.version(version).replayed(done.replayed))
}

/// Record a sale
///
/// Of a dealer's listing, by its sales staff, or of one's own vehicle. All of it happens or nothing: the listing becomes `sold`, its
/// test drives to come are cancelled, the buyer's negotiation is completed and the others superseded, the commission is written down,
/// the vehicle moves to the buyer's garage. A reserved car goes to its buyer alone (409 `reserved_for_other`) at the agreed price (409
/// `price_differs`); of two sales at once one gets 409 `already_sold`. A buyer by `email` confirms from the mail.
#[utoipa::path(tag = "sales", operation_id = "close_sale", request_body = NewSaleDto,
    responses((status = 201, description = "The sale.", body = SaleDto)), security(("bearer" = [])))]
#[post("/sales")]
pub(super) async fn close_sale(
    services: web::Data<SalesServices>,
    acting: Acting,
    body: Body<NewSaleDto>,
) -> Response {
    let (subject, new) = body.0.read()?;
    let done = services.close.close(&acting, subject, new).await?;
    let (id, version) = (done.value.id, done.value.version);
    let shown = SaleDto::from(Shown::to(&acting.actor, done.value)?);
    Ok(Answer::created(format!("/sales/{id}"), &shown)?
        .version(version)
        .replayed(done.replayed))
}

/// Sales
///
/// A manager's dealer's; those in which a salesperson has a part; everybody else's private sales and purchases. The latest sold first;
/// `ordering` takes `sale_date` and `created_at`.
#[utoipa::path(tag = "sales", operation_id = "list_sales", params(PageParams, SaleFilterDto, OwnParam),
    responses((status = 200, description = "The sales.", body = PageDto<SaleDto>)), security(("bearer" = [])))]
#[get("/sales")]
pub(super) async fn list_sales(
    services: web::Data<SalesServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<SaleFilterDto>,
    own: Query<OwnParam>,
) -> Response {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let page = page.0.request()?;
    let found = services
        .look
        .list(&acting.actor, dealer, own.0.wanted(), &filter.0.read(), &page)
        .await?;
    Answer::ok(&PageDto::<SaleDto>::of(found, &request, &core))
}

/// Sales as a file
///
/// CSV (RFC 4180), streamed, in the order in which they were recorded; the same filters as the list. For those who sell.
#[utoipa::path(tag = "sales", operation_id = "export_sales", params(SaleFilterDto),
    responses((status = 200, description = "The sales.", body = String, content_type = "text/csv")), security(("bearer" = [])))]
#[get("/sales/export")]
pub(super) async fn export_sales(
    services: web::Data<SalesServices>,
    acting: Acting,
    filter: Query<SaleFilterDto>,
) -> Result<HttpResponse, ApiError> {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let filter = filter.0.read();
    let whose = services.look.exporting(&acting.actor, dealer, &filter)?;
    let lines = file::sales(services.look.clone(), whose, filter);
    Ok(headed("sales.csv").streaming(lines))
}

/// Confirm a purchase
///
/// By the user whose verified address the sale names, with the token of the link in the mail: the car moves to their garage. Once more
/// changes nothing. 409 `purchase_invalid`: the link is of no use any more; 403 `not_the_buyer`: it is somebody else's.
#[utoipa::path(tag = "sales", operation_id = "confirm_purchase", request_body = ConfirmPurchaseDto,
    responses((status = 200, description = "The sale.", body = SaleDto)), security(("bearer" = [])))]
#[post("/sales/confirm")]
pub(super) async fn confirm_purchase(
    services: web::Data<SalesServices>,
    acting: Acting,
    body: Body<ConfirmPurchaseDto>,
) -> Response {
    let done = services.void.confirm(&acting, &body.0.token).await?;
    after(&acting, done)
}

/// A sale
///
/// For the dealer's managers, the members with a part in it, the person who sold, and the buyer.
#[utoipa::path(tag = "sales", operation_id = "show_sale", params(("id" = Uuid, Path, description = "The sale.")),
    responses((status = 200, description = "The sale.", body = SaleDto)), security(("bearer" = [])))]
#[get("/sales/{id}")]
pub(super) async fn show_sale(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::Sale>,
) -> Response {
    let shown = services.look.find(&acting.actor, id.0).await?;
    let version = shown.sale.version;
    Ok(Answer::ok(&SaleDto::from(shown))?.version(version))
}

/// The bill of sale
///
/// One A4 page, ready to be signed, for those who see the sale: seller, buyer, vehicle, price, odometer disclosure. The reading is the one
/// of the day of the sale. Of a voided sale it is marked as such. The same sale gives the same file.
#[utoipa::path(tag = "sales", operation_id = "show_bill_of_sale", params(("id" = Uuid, Path, description = "The sale.")),
    responses((status = 200, description = "The bill, as PDF.", body = String, content_type = "application/pdf")), security(("bearer" = [])))]
#[get("/sales/{id}/bill-of-sale.pdf")]
pub(super) async fn show_bill_of_sale(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::Sale>,
) -> Response {
    let bill = services.print.print(&acting.actor, id.0).await?;
    let name = format!("bill-of-sale-{}.pdf", id.0);
    Ok(Answer::file(bill, "application/pdf", name))
}

/// Mend a sale
///
/// Notes, the buyer's contact, the way of payment; by a manager or who sold it. Price, day and parties never change: void it instead.
#[utoipa::path(tag = "sales", operation_id = "amend_sale", request_body = PatchSaleDto,
    params(("id" = Uuid, Path, description = "The sale.")),
    responses((status = 200, description = "The sale.", body = SaleDto)), security(("bearer" = [])))]
#[patch("/sales/{id}")]
pub(super) async fn amend_sale(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::Sale>,
    body: Body<PatchSaleDto>,
) -> Response {
    let done = services.amend.amend(&acting, id.0, body.0.read()?).await?;
    after(&acting, done)
}

/// Void a sale
///
/// By a manager, or the person who sold privately, with a reason. The listing is on offer again, the vehicle with its seller, the
/// commission taken back; customers whose test drives the sale cancelled hear that their slots are free. 409 `sold_again`,
/// `listed_again`: the car went on since.
#[utoipa::path(tag = "sales", operation_id = "void_sale", request_body = VoidSaleDto,
    params(("id" = Uuid, Path, description = "The sale.")),
    responses((status = 200, description = "The sale.", body = SaleDto)), security(("bearer" = [])))]
#[post("/sales/{id}/void")]
pub(super) async fn void_sale(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::Sale>,
    body: Body<VoidSaleDto>,
) -> Response {
    let done = services.void.void(&acting, id.0, &body.0.reason).await?;
    after(&acting, done)
}

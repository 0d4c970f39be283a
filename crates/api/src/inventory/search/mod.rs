//! Listings to look for, and to look at.

mod dto;
mod filter;
mod ready;

use actix_web::{HttpRequest, get, web};
use kernel::id::{DealerId, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub use self::dto::{ListingCardDto, StockCardDto};
use self::dto::{ListingDetailDto, ListingSearchDto, MakeDto, StockListDto, SuggestionDto};
use self::filter::{Given, ListingFilterParams, StockFilterParams, read};
use super::InventoryServices;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Paths without an id stand before those with one.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_listings)
        .service(suggest_listings)
        .service(list_featured)
        .service(list_makes)
        .service(list_stock)
        .service(list_similar);
}

/// `/listings/{id}` stands behind every other path of that depth, of whichever module: the first pattern that fits is taken,
/// whatever its methods.
pub(super) fn routes_by_id(config: &mut ServiceConfig<'_>) {
    config.service(show_listing);
}

/// Find listings
///
/// Active and reserved listings of verified dealers. Repeated or comma separated values mean or, several filters mean and. Names
/// meet whatever their writing: `f150`, `F-150` and `f 150`. With `q` the best come first, else the newest. A filter by price is one
/// of a currency as well (the platform's where none is named), and the price facet counts prices in the platform's currency. Ordered by price,
/// the platform's currency comes first, then the others by code: nothing is exchanged. For strangers the count may be up to 10 s old.
#[utoipa::path(tag = "listings", operation_id = "list_listings", params(PageParams, ListingFilterParams),
    responses((status = 200, description = "A page of listings.", body = ListingSearchDto)), security((), ("bearer" = [])))]
#[get("/listings")]
async fn list_listings(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    request: HttpRequest,
    page: Query<PageParams>,
    given: Query<Given>,
) -> Response {
    let filter = read(&given.0, &core)?;
    let found = services
        .search
        .list(&acting.actor, &filter, &page.0.request()?)
        .await?;
    let facets = if given.0.facets() {
        Some(services.search.facets(&filter).await?)
    } else {
        None
    };
    Ok(Answer::ready(ready::page(&found, facets.as_ref(), &request, &core)?).public(0))
}

/// Your own dealer's listings
///
/// In every status, with what is for staff alone, under the filters of `GET /listings` and by `status`.
#[utoipa::path(tag = "listings", operation_id = "list_stock", params(PageParams, ListingFilterParams, StockFilterParams),
    responses((status = 200, description = "A page of listings.", body = StockListDto)), security(("bearer" = [])))]
#[get("/dealers/me/inventory")]
async fn list_stock(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    request: HttpRequest,
    page: Query<PageParams>,
    own: Query<StockFilterParams>,
    given: Query<Given>,
) -> Response {
    let filter = read(&given.0, &core)?;
    let dealer = own.0.dealer_id.map(DealerId::from_uuid);
    let found = services
        .search
        .own(&acting.actor, dealer, &filter, &page.0.request()?)
        .await?;
    let facets = if given.0.facets() {
        Some(services.search.own_facets(&acting.actor, dealer, &filter).await?)
    } else {
        None
    };
    Ok(Answer::ready(ready::page(
        &found,
        facets.as_ref(),
        &request,
        &core,
    )?))
}

/// What is being typed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SuggestParams {
    /// Two letters or digits are enough.
    #[param(min_length = 1, max_length = 100, example = "ho")]
    q: String,
}

/// Suggest makes and models
///
/// Those on public offer that hold every typed word at the beginning of one; makes first, then the most frequent.
#[utoipa::path(tag = "listings", operation_id = "suggest_listings", params(SuggestParams),
    responses((status = 200, description = "At most ten suggestions.", body = PageDto<SuggestionDto>)))]
#[get("/listings/suggest")]
async fn suggest_listings(services: web::Data<InventoryServices>, typed: Query<SuggestParams>) -> Response {
    let found = services.search.suggest(&typed.0.q).await?;
    Ok(Answer::ok(&crate::page::whole(found.into_iter().map(SuggestionDto::from)))?.public(5))
}

/// The carousel
///
/// Featured public listings, the last opened first.
#[utoipa::path(tag = "listings", operation_id = "list_featured",
    responses((status = 200, description = "At most twelve listings.", body = PageDto<ListingCardDto>)))]
#[get("/listings/featured")]
async fn list_featured(services: web::Data<InventoryServices>) -> Response {
    let found = services.search.featured().await?;
    Ok(Answer::ready(ready::all(&found)?).public(5))
}

/// Makes with their models
///
/// Of the public listings, with counts; up to 10 s old.
#[utoipa::path(tag = "listings", operation_id = "list_makes",
    responses((status = 200, description = "Every make on offer, by name.", body = PageDto<MakeDto>)))]
#[get("/listings/makes")]
async fn list_makes(services: web::Data<InventoryServices>) -> Response {
    let found = services.search.makes().await?;
    Ok(Answer::ok(&crate::page::whole(found.into_iter().map(MakeDto::from)))?.public(5))
}

/// Listings like this one
///
/// The nearest by make, model, body, price and year.
#[utoipa::path(tag = "listings", operation_id = "list_similar", params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 200, description = "At most eight listings, the most alike first.", body = PageDto<ListingCardDto>)))]
#[get("/listings/{id}/similar")]
async fn list_similar(services: web::Data<InventoryServices>, id: PathId<kind::Listing>) -> Response {
    let found = services.search.similar(id.0).await?;
    Ok(Answer::ready(ready::all(&found)?).public(5))
}

/// A listing
///
/// With its dealer, site, price history, discount off the MSRP, and a `deal_rating` that names what it compared with: at least eight
/// open and sold listings of the same make and model, year ± 1 and similar mileage (the nearest 24 by mileage; their median price is
/// the reference), else the MSRP. Its dealer's staff see it in every status, with `floor_price` and `cost`.
#[utoipa::path(tag = "listings", operation_id = "show_listing", params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 200, description = "The listing.", body = ListingDetailDto)), security((), ("bearer" = [])))]
#[get("/listings/{id}")]
async fn show_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
) -> Response {
    let detail = services.search.detail(&acting.actor, id.0).await?;
    let answer = Answer::ok(&ListingDetailDto::from(&detail))?.version(detail.listed.listing.version);
    Ok(if detail.for_staff {
        answer
    } else {
        answer.public(0)
    })
}

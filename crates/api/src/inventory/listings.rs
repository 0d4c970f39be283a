//! Listings by their dealer's word.

use actix_web::{delete, patch, post, web};
use kernel::id::kind;
use utoipa_actix_web::service_config::ServiceConfig;

use super::InventoryServices;
use super::listing_dto::{BulkStatusDto, ListingDto, NewListingDto, PatchListingDto};
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId};
use crate::page::PageDto;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(create_listing)
        .service(change_many_listings)
        .service(change_listing)
        .service(remove_listing);
}

/// Make a listing
///
/// Of a vehicle that the dealer has, or of one that is entered with it. A dealer has a number once (409 `vin_taken`), a vehicle one
/// open listing (409 `already_listed`).
#[utoipa::path(tag = "listings", operation_id = "create_listing", request_body = NewListingDto,
    responses((status = 201, description = "The listing.", body = ListingDto)), security(("bearer" = [])))]
#[post("/listings")]
async fn create_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    body: Body<NewListingDto>,
) -> Response {
    let done = services.listings.create(&acting, &body.0.read()?).await?;
    let listing = &done.value.listing;
    let answer = Answer::created(
        format!("/listings/{}", listing.id),
        &ListingDto::from(&done.value),
    )?;
    Ok(answer.version(listing.version).replayed(done.replayed))
}

/// Change a listing
///
/// `status` moves between draft, active and removed alone (409 `illegal_transition`, naming what is allowed). Taking it down calls
/// off its test drives to come.
#[utoipa::path(tag = "listings", operation_id = "change_listing", params(("id" = Uuid, Path, description = "The listing.")),
    request_body = PatchListingDto,
    responses((status = 200, description = "The listing as it then is.", body = ListingDto)), security(("bearer" = [])))]
#[patch("/listings/{id}")]
async fn change_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    body: Body<PatchListingDto>,
) -> Response {
    let listed = services
        .changes
        .change(&acting, id.0, &body.0.into())
        .await?
        .value;
    Ok(Answer::ok(&ListingDto::from(&listed))?.version(listed.listing.version))
}

/// Take a listing down
///
/// It becomes `removed`, and its test drives to come are called off; it is never erased. A reserved or sold one stays (409).
#[utoipa::path(tag = "listings", operation_id = "remove_listing", params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 204, description = "It is down.")), security(("bearer" = [])))]
#[delete("/listings/{id}")]
async fn remove_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
) -> Response {
    services.changes.remove(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// Send many listings somewhere
///
/// All or nothing: 409 `bulk_refused` has a reason for each that can't go. `sold` records a sale, with all that `POST /sales` does:
/// it needs a price, and what tells of a sale is refused with any other status (400).
#[utoipa::path(tag = "listings", operation_id = "change_many_listings", request_body = BulkStatusDto,
    responses((status = 200, description = "The listings as they then are.", body = PageDto<ListingDto>)), security(("bearer" = [])))]
#[post("/listings/bulk-status")]
async fn change_many_listings(
    services: web::Data<InventoryServices>,
    acting: Acting,
    body: Body<BulkStatusDto>,
) -> Response {
    let done = services.many.run(&acting, body.0.read()?).await?;
    let answer = Answer::ok(&crate::page::whole(done.value.iter().map(ListingDto::from)))?;
    Ok(answer.replayed(done.replayed))
}

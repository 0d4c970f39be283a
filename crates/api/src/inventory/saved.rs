//! What users keep: listings and searches.

use std::collections::BTreeMap;

use ::inventory::saved::{SavedListing, SavedSearch};
use ::inventory::use_cases::NewSearch;
use actix_web::{HttpRequest, delete, get, post, put, web};
use chrono::{DateTime, Utc};
use kernel::id::kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::{InventoryServices, ListingDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_saved_listings)
        .service(save_listing)
        .service(forget_listing)
        .service(list_saved_searches)
        .service(keep_search)
        .service(forget_search);
}

/// A listing that the caller keeps an eye on.
#[derive(Serialize, ToSchema)]
struct SavedListingDto {
    saved_at: DateTime<Utc>,
    listing: ListingDto,
}

impl From<SavedListing> for SavedListingDto {
    fn from(saved: SavedListing) -> Self {
        Self {
            saved_at: saved.saved_at,
            listing: ListingDto::public(&saved.listed),
        }
    }
}

/// My saved listings
///
/// The last saved first. What is no longer open to everybody is left out, and comes back when it is.
#[utoipa::path(tag = "saved", operation_id = "list_saved_listings", params(PageParams),
    responses((status = 200, description = "The saved listings.", body = PageDto<SavedListingDto>)), security(("bearer" = [])))]
#[get("/listings/saved")]
async fn list_saved_listings(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    request: HttpRequest,
) -> Response {
    let found = services.saved.list(&acting.actor, &page.0.request()?).await?;
    Answer::ok(&PageDto::<SavedListingDto>::of(found, &request, &core))
}

/// Save a listing
///
/// Saving twice is saving once.
#[utoipa::path(tag = "saved", operation_id = "save_listing", params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 204, description = "It is saved.")), security(("bearer" = [])))]
#[put("/listings/{id}/saved")]
async fn save_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
) -> Response {
    services.saved.save(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// Forget a listing
///
/// Forgetting what is not saved is no error.
#[utoipa::path(tag = "saved", operation_id = "forget_listing", params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 204, description = "It is not saved.")), security(("bearer" = [])))]
#[delete("/listings/{id}/saved")]
async fn forget_listing(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
) -> Response {
    services.saved.forget(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// A set of filters to keep.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Cheap Hondas", "filters": { "make": ["Honda"], "max_price": ["8000"] } }))]
struct NewSearchDto {
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Query parameters of `GET /listings`, each with its values.
    filters: BTreeMap<String, Vec<String>>,
}

/// A set of filters that the caller keeps.
#[derive(Serialize, ToSchema)]
struct SavedSearchDto {
    id: Uuid,
    name: Option<String>,
    /// Query parameters of `GET /listings`, each with its values.
    filters: BTreeMap<String, Vec<String>>,
    created_at: DateTime<Utc>,
}

impl From<SavedSearch> for SavedSearchDto {
    fn from(search: SavedSearch) -> Self {
        Self {
            id: search.id.uuid(),
            name: search.name,
            filters: search.filters.as_map().clone(),
            created_at: search.created_at,
        }
    }
}

/// My saved searches
#[utoipa::path(tag = "saved", operation_id = "list_saved_searches",
    responses((status = 200, description = "All of them, newest first.", body = PageDto<SavedSearchDto>)), security(("bearer" = [])))]
#[get("/saved-searches")]
async fn list_saved_searches(services: web::Data<InventoryServices>, acting: Acting) -> Response {
    let kept = services.saved.searches(&acting.actor).await?;
    Answer::ok(&crate::page::whole(kept.into_iter().map(SavedSearchDto::from)))
}

/// Keep a search
///
/// At most 50 (409 `too_many_kept`).
#[utoipa::path(tag = "saved", operation_id = "keep_search", request_body = NewSearchDto,
    responses((status = 201, description = "The search.", body = SavedSearchDto)), security(("bearer" = [])))]
#[post("/saved-searches")]
async fn keep_search(
    services: web::Data<InventoryServices>,
    acting: Acting,
    body: Body<NewSearchDto>,
) -> Response {
    let request = NewSearch {
        name: body.0.name,
        filters: body.0.filters,
    };
    let done = services.saved.keep_search(&acting, &request).await?;
    let location = format!("/saved-searches/{}", done.value.id);
    Ok(Answer::created(location, &SavedSearchDto::from(done.value))?.replayed(done.replayed))
}

/// Forget a search
#[utoipa::path(tag = "saved", operation_id = "forget_search", params(("id" = Uuid, Path, description = "The search.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/saved-searches/{id}")]
async fn forget_search(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::SavedSearch>,
) -> Response {
    services.saved.forget_search(&acting, id.0).await?;
    Ok(Answer::nothing())
}

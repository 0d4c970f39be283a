//! Versions, for admins.

use ::content::error::Error;
use ::content::page::Page;
use ::content::rules;
use actix_web::{HttpRequest, delete, get, patch, post, put, web};
use kernel::error::Common;
use kernel::id::kind;

use super::ContentServices;
use super::dto::{ContentVersionDto, NewContentVersionDto, PatchContentVersionDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

/// The page that the path names; one that there is not is a 404, for those who may see the others.
fn page_of(acting: &Acting, named: &str) -> Result<Page, Error> {
    rules::writer(acting)?;
    Ok(named.parse().map_err(|_| Common::absent("page"))?)
}

/// Versions of a page
///
/// What was, is and will be in force, the last to take effect first; or by `created_at`.
#[utoipa::path(tag = "content", operation_id = "list_content_versions",
    params(("page" = String, Path, description = "`privacy-policy`, `terms-and-conditions` or `about-us`."), PageParams),
    responses((status = 200, description = "The versions.", body = PageDto<ContentVersionDto>)), security(("bearer" = [])))]
#[get("/admin/content/{page}")]
pub(super) async fn list_content_versions(
    services: web::Data<ContentServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    named: web::Path<String>,
    page: Query<PageParams>,
) -> Response {
    let found = services
        .write
        .list(&acting, page_of(&acting, &named)?, &page.0.request()?)
        .await?;
    let shown = found.map(|version| ContentVersionDto::of(version, acting.at));
    Answer::ok(&PageDto::<ContentVersionDto>::of(shown, &request, &core))
}

/// Write a version of a page
///
/// It takes effect on its day (by UTC), or at once. Until then it can be changed and erased; once it has been in force it is kept for
/// ever as it is. Of two versions of a page for one day the second is a 409 `day_taken`, also where both come at once.
#[utoipa::path(tag = "content", operation_id = "write_content_version", request_body = NewContentVersionDto,
    params(("page" = String, Path, description = "`privacy-policy`, `terms-and-conditions` or `about-us`.")),
    responses((status = 201, description = "The version.", body = ContentVersionDto)), security(("bearer" = [])))]
#[post("/admin/content/{page}")]
pub(super) async fn write_content_version(
    services: web::Data<ContentServices>,
    acting: Acting,
    named: web::Path<String>,
    body: Body<NewContentVersionDto>,
) -> Response {
    let page = page_of(&acting, &named)?;
    let done = services.write.write(&acting, page, &body.0.into()).await?;
    let (id, version) = (done.value.id, done.value.version);
    let shown = ContentVersionDto::of(done.value, acting.at);
    Ok(Answer::created(format!("/admin/content/{page}/{id}"), &shown)?
        .version(version)
        .replayed(done.replayed))
}

/// A version of a page
#[utoipa::path(tag = "content", operation_id = "show_content_version",
    params(("page" = String, Path, description = "Of which page."), ("id" = Uuid, Path, description = "The version.")),
    responses((status = 200, description = "The version.", body = ContentVersionDto)), security(("bearer" = [])))]
#[get("/admin/content/{page}/{id}")]
pub(super) async fn show_content_version(
    services: web::Data<ContentServices>,
    acting: Acting,
    named: web::Path<(String, String)>,
    id: PathId<kind::ContentVersion>,
) -> Response {
    let found = services
        .write
        .find(&acting, page_of(&acting, &named.0)?, id.0)
        .await?;
    let version = found.version;
    Ok(Answer::ok(&ContentVersionDto::of(found, acting.at))?.version(version))
}

/// Put other words in a version's place
///
/// As one writes a version: without a day it takes effect today. A version that has been in force is kept for ever (409
/// `kept_for_ever`).
#[utoipa::path(tag = "content", operation_id = "replace_content_version", request_body = NewContentVersionDto,
    params(("page" = String, Path, description = "Of which page."), ("id" = Uuid, Path, description = "The version.")),
    responses((status = 200, description = "The version as it then is.", body = ContentVersionDto)), security(("bearer" = [])))]
#[put("/admin/content/{page}/{id}")]
pub(super) async fn replace_content_version(
    services: web::Data<ContentServices>,
    acting: Acting,
    named: web::Path<(String, String)>,
    id: PathId<kind::ContentVersion>,
    body: Body<NewContentVersionDto>,
) -> Response {
    let target = (page_of(&acting, &named.0)?, id.0);
    let changed = services.write.replace(&acting, target, &body.0.into()).await?;
    let version = changed.version;
    Ok(Answer::ok(&ContentVersionDto::of(changed, acting.at))?.version(version))
}

/// Change a version
///
/// What is not given stays. A version that has been in force is kept for ever (409 `kept_for_ever`).
#[utoipa::path(tag = "content", operation_id = "change_content_version", request_body = PatchContentVersionDto,
    params(("page" = String, Path, description = "Of which page."), ("id" = Uuid, Path, description = "The version.")),
    responses((status = 200, description = "The version as it then is.", body = ContentVersionDto)), security(("bearer" = [])))]
#[patch("/admin/content/{page}/{id}")]
pub(super) async fn change_content_version(
    services: web::Data<ContentServices>,
    acting: Acting,
    named: web::Path<(String, String)>,
    id: PathId<kind::ContentVersion>,
    body: Body<PatchContentVersionDto>,
) -> Response {
    let target = (page_of(&acting, &named.0)?, id.0);
    let changed = services.write.change(&acting, target, &body.0.into()).await?;
    let version = changed.version;
    Ok(Answer::ok(&ContentVersionDto::of(changed, acting.at))?.version(version))
}

/// Erase a version
///
/// One that is still to come; what has been in force is kept for ever (409 `kept_for_ever`).
#[utoipa::path(tag = "content", operation_id = "erase_content_version",
    params(("page" = String, Path, description = "Of which page."), ("id" = Uuid, Path, description = "The version.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/admin/content/{page}/{id}")]
pub(super) async fn erase_content_version(
    services: web::Data<ContentServices>,
    acting: Acting,
    named: web::Path<(String, String)>,
    id: PathId<kind::ContentVersion>,
) -> Response {
    services
        .write
        .erase(&acting, page_of(&acting, &named.0)?, id.0)
        .await?;
    Ok(Answer::nothing())
}

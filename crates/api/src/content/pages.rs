//! What is in force.

use ::content::page::Page;
use actix_web::{get, web};

use super::ContentServices;
use super::dto::{ContentDto, InForceAt};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::Query;

/// For how long caches may keep a page, in seconds: so late is the next version seen at most.
const KEPT: u32 = 60;

/// Privacy policy
///
/// The version in force: the newest whose day has come (days are UTC's). With `at`, the version that was in force then.
#[utoipa::path(tag = "content", operation_id = "show_privacy_policy", params(InForceAt),
    responses((status = 200, description = "What it says.", body = ContentDto), (status = 404, description = "Nothing is in force.")))]
#[get("/content/privacy-policy")]
pub(super) async fn show_privacy_policy(
    services: web::Data<ContentServices>,
    core: web::Data<Core>,
    query: Query<InForceAt>,
) -> Response {
    show(&services, &core, Page::PrivacyPolicy, &query.0).await
}

/// Terms and conditions
///
/// The version in force: the newest whose day has come (days are UTC's). With `at`, the version that was in force then. Whoever opens an
/// account accepts the version of that moment; which one, and when, is recorded with the account.
#[utoipa::path(tag = "content", operation_id = "show_terms_and_conditions", params(InForceAt),
    responses((status = 200, description = "What they say.", body = ContentDto), (status = 404, description = "Nothing is in force.")))]
#[get("/content/terms-and-conditions")]
pub(super) async fn show_terms_and_conditions(
    services: web::Data<ContentServices>,
    core: web::Data<Core>,
    query: Query<InForceAt>,
) -> Response {
    show(&services, &core, Page::TermsAndConditions, &query.0).await
}

/// About us
///
/// The version in force: the newest whose day has come (days are UTC's). With `at`, the version that was in force then.
#[utoipa::path(tag = "content", operation_id = "show_about_us", params(InForceAt),
    responses((status = 200, description = "What it says.", body = ContentDto), (status = 404, description = "Nothing is in force.")))]
#[get("/content/about-us")]
pub(super) async fn show_about_us(
    services: web::Data<ContentServices>,
    core: web::Data<Core>,
    query: Query<InForceAt>,
) -> Response {
    show(&services, &core, Page::AboutUs, &query.0).await
}

async fn show(services: &ContentServices, core: &Core, page: Page, query: &InForceAt) -> Response {
    let shown = services.read.in_force(page, core.clock.now(), query.at).await?;
    Ok(Answer::ok(&ContentDto::from(shown))?.public(KEPT))
}

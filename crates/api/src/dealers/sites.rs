//! Opening, reading and changing sites.

use ::dealers::ports::{SeenSites, SiteFilter};
use actix_web::{HttpRequest, get, patch, post, web};
use kernel::id::{DealerId, kind};
use utoipa_actix_web::service_config::ServiceConfig;

use super::site_dto::{NewSiteDto, SiteDto, SiteFilterDto, SitePatchDto};
use super::{DealerServices, shared};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_sites)
        .service(create_site)
        .service(show_site)
        .service(change_site);
}

/// List sites
///
/// Those of verified dealers, and of one's own. Orders: `name`, `created_at`.
#[utoipa::path(tag = "sites", operation_id = "list_sites", params(PageParams, SiteFilterDto),
    responses((status = 200, description = "A page of sites.", body = PageDto<SiteDto>)), security((), ("bearer" = [])))]
#[get("/sites")]
async fn list_sites(
    services: web::Data<DealerServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<SiteFilterDto>,
    request: HttpRequest,
) -> Response {
    let filter = SiteFilter {
        seen: SeenSites::Public,
        dealer: filter.0.dealer.map(DealerId::from_uuid),
        kind: filter.0.kind.into_iter().map(Into::into).collect(),
        city: filter.0.city,
        state: filter.0.state,
    };
    let found = services
        .sites
        .list(&acting.actor, filter, &page.0.request()?)
        .await?;
    let answer = Answer::ok(&PageDto::<SiteDto>::of(found, &request, &core))?;
    Ok(shared(answer, &acting.actor))
}

/// Open a site
///
/// A manager's right. Admins name the dealer in `dealer_id`.
#[utoipa::path(tag = "sites", operation_id = "create_site", request_body = NewSiteDto,
    responses((status = 201, description = "The site.", body = SiteDto)), security(("bearer" = [])))]
#[post("/sites")]
async fn create_site(
    services: web::Data<DealerServices>,
    acting: Acting,
    body: Body<NewSiteDto>,
) -> Response {
    let dealer = body.0.dealer_id.map(DealerId::from_uuid);
    let done = services.sites.create(&acting, dealer, &body.0.read()).await?;
    let location = format!("/sites/{}", done.value.id);
    Ok(Answer::created(location, &SiteDto::from(&done.value))?
        .version(done.value.version)
        .replayed(done.replayed))
}

/// Show a site
#[utoipa::path(tag = "sites", operation_id = "show_site", params(("id" = Uuid, Path, description = "The site.")),
    responses((status = 200, description = "The site.", body = SiteDto)), security((), ("bearer" = [])))]
#[get("/sites/{id}")]
async fn show_site(services: web::Data<DealerServices>, acting: Acting, id: PathId<kind::Site>) -> Response {
    let site = services.sites.find(&acting.actor, id.0).await?;
    let answer = Answer::ok(&SiteDto::from(&site))?.version(site.version);
    Ok(shared(answer, &acting.actor))
}

/// Change a site
///
/// A manager's right.
#[utoipa::path(tag = "sites", operation_id = "change_site", params(("id" = Uuid, Path, description = "The site.")),
    request_body = SitePatchDto,
    responses((status = 200, description = "The site.", body = SiteDto)), security(("bearer" = [])))]
#[patch("/sites/{id}")]
async fn change_site(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Site>,
    body: Body<SitePatchDto>,
) -> Response {
    let done = services.sites.change(&acting, id.0, &body.0.read()).await?;
    Ok(Answer::ok(&SiteDto::from(&done.value))?
        .version(done.value.version)
        .replayed(done.replayed))
}

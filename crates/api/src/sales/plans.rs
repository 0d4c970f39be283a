//! Commission plans.

use ::sales::commission::plan::Plan;
use actix_web::{HttpRequest, get, patch, post, web};
use kernel::id::{DealerId, kind};

use super::SalesServices;
use super::figures_dto::DealerParam;
use super::plan_dto::{NewPlanDto, PatchPlanDto, PlanDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

fn shown(plan: Plan) -> Response {
    let version = plan.version;
    Ok(Answer::ok(&PlanDto::from(plan))?.version(version))
}

/// Commission plans
///
/// An owner's right. The latest in force first; `ordering` takes `effective_from` and `created_at`. Where no plan is in force, 2 % of
/// the sale price are paid.
#[utoipa::path(tag = "commission", operation_id = "list_commission_plans", params(PageParams, DealerParam),
    responses((status = 200, description = "The plans.", body = PageDto<PlanDto>)), security(("bearer" = [])))]
#[get("/commission-plans")]
pub(super) async fn list_commission_plans(
    services: web::Data<SalesServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    whose: Query<DealerParam>,
) -> Response {
    let page = page.0.request()?;
    let found = services.plans.list(&acting.actor, whose.0.id(), &page).await?;
    Answer::ok(&PageDto::<PlanDto>::of(found, &request, &core))
}

/// Make a commission plan
///
/// An owner's right. From its day on it takes the place of the plan before it; a plan for one member comes before those for everybody.
/// 409 `plan_exists`: there is one for the same people from the same day.
#[utoipa::path(tag = "commission", operation_id = "make_commission_plan", request_body = NewPlanDto,
    responses((status = 201, description = "The plan.", body = PlanDto)), security(("bearer" = [])))]
#[post("/commission-plans")]
pub(super) async fn make_commission_plan(
    services: web::Data<SalesServices>,
    acting: Acting,
    body: Body<NewPlanDto>,
) -> Response {
    let dealer = body.0.dealer_id.map(DealerId::from_uuid);
    let done = services.plans.make(&acting, dealer, body.0.read()?).await?;
    let (id, version) = (done.value.id, done.value.version);
    Ok(
        Answer::created(format!("/commission-plans/{id}"), &PlanDto::from(done.value))?
            .version(version)
            .replayed(done.replayed),
    )
}

/// A commission plan
#[utoipa::path(tag = "commission", operation_id = "show_commission_plan", params(("id" = Uuid, Path, description = "The plan.")),
    responses((status = 200, description = "The plan.", body = PlanDto)), security(("bearer" = [])))]
#[get("/commission-plans/{id}")]
pub(super) async fn show_commission_plan(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::CommissionPlan>,
) -> Response {
    shown(services.plans.find(&acting.actor, id.0).await?)
}

/// Change a commission plan
///
/// An owner's right. Sales that were closed under it keep what they earned.
#[utoipa::path(tag = "commission", operation_id = "change_commission_plan", request_body = PatchPlanDto,
    params(("id" = Uuid, Path, description = "The plan.")),
    responses((status = 200, description = "The plan.", body = PlanDto)), security(("bearer" = [])))]
#[patch("/commission-plans/{id}")]
pub(super) async fn change_commission_plan(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::CommissionPlan>,
    body: Body<PatchPlanDto>,
) -> Response {
    let done = services.plans.change(&acting, id.0, body.0.read()?).await?;
    Ok(shown(done.value)?.replayed(done.replayed))
}

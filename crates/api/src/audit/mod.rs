//! The audit log.

mod dto;

use ::audit::use_cases::LookAtLog;
use actix_web::{HttpRequest, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{AuditFilter, AuditLineDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Query};
use crate::page::{PageDto, PageParams};

/// What these endpoints are built on.
#[derive(Clone)]
pub struct AuditServices {
    /// Looking at the log.
    pub look: LookAtLog,
}

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_log);
}

/// Audit log
///
/// Who did what to what, when and from where: a line an act, the newest first. Owners see the lines of their dealer, with the
/// origin of what their own staff and programs did; admins see every line. Lines are numbered and sealed within some minutes of the act, and
/// `forecourt audit verify` shows whether any was changed or removed since.
#[utoipa::path(tag = "audit", operation_id = "list_audit_log", params(PageParams, AuditFilter),
    responses((status = 200, description = "The lines.", body = PageDto<AuditLineDto>)), security(("bearer" = [])))]
#[get("/audit-log")]
async fn list_audit_log(
    services: web::Data<AuditServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<AuditFilter>,
) -> Response {
    let page = page.0.request()?;
    let found = services.look.list(&acting.actor, filter.0.read(), &page).await?;
    Answer::ok(&PageDto::<AuditLineDto>::of(found, &request, &core))
}

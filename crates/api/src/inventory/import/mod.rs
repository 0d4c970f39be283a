//! Stock as a file: in, out, and back.

mod dto;
mod files;
mod upload;

use ::inventory::csv::writer;
use ::inventory::error::Error as InventoryError;
use ::inventory::import::use_cases::{StartImport, UNDO_JOB};
use ::inventory::import::{Action, Batch, ImportListings, RowReport};
use actix_multipart::Multipart;
use actix_web::{HttpResponse, get, post, web};
use kernel::act::{Act, Claim};
use kernel::error::Common;
use kernel::id::{DealerId, JobId, kind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use self::dto::{ImportFormDto, ReportDto, RowReportDto};
use super::{InventoryServices, words};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};
use crate::file::headed;
use crate::problem::ApiError;
use crate::system::JobDto;

/// Lines of a report at most in one answer.
const MOST_LINES: u32 = 1_000;

/// Paths without an id stand before `/listings/{id}`.
pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(import_listings)
        .service(show_import_template)
        .service(export_listings)
        .service(undo_import)
        .service(show_import_report);
}

/// Take stock in
///
/// A CSV file (or gzip of one), up to 64 MiB. The VIN within the dealer is the key: new rows make listings, changed rows update, a
/// second run of the same file does nothing, a row of a reserved or sold car is refused. The answer is a job; its report is at
/// `/jobs/{id}/report`. The whole request may be packed, too (`Content-Encoding: gzip`), up to 65 MiB once it is unpacked.
#[utoipa::path(tag = "listings", operation_id = "import_listings", extensions(("x-gzip" = json!(true))),
    request_body(content = ImportFormDto, content_type = "multipart/form-data"),
    responses((status = 202, description = "The job that takes it in.", body = JobDto)), security(("bearer" = [])))]
#[post("/listings/import")]
async fn import_listings(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    form: Multipart,
) -> Response {
    let imports = &services.imports;
    if !acting.actor.sees_all() {
        imports.dealer(&acting.actor, None)?;
    }
    let id = imports.next_id();
    let started = match upload::take(imports, id, form).await {
        Ok(form) => {
            let request = StartImport {
                id,
                dealer: form.dealer,
                site: form.site,
                options: form.options,
                queued: true,
            };
            let claim = acting.claim.clone().map(|claim| Claim {
                fingerprint: form.fingerprint,
                ..claim
            });
            let act = Act {
                claim,
                ..Act::clone(&acting)
            };
            imports.start(&act, &request).await.map_err(ApiError::from)
        }
        Err(error) => Err(error),
    };
    let done = match started {
        Ok(done) => done,
        Err(error) => {
            imports.imports.unstage(id).await?;
            return Err(error);
        }
    };
    if done.replayed {
        imports.imports.unstage(id).await?;
    }
    accepted(&core, &acting, done.value.id, done.replayed).await
}

async fn accepted(core: &Core, acting: &Acting, job: JobId, replayed: bool) -> Response {
    let view = application::jobs::see_job(core.jobs.as_ref(), &acting.actor, job).await?;
    Ok(Answer::accepted(format!("/jobs/{job}"), &JobDto::from(view))?.replayed(replayed))
}

/// The columns of a stock file
///
/// A CSV file with the header and one row that shows how.
#[utoipa::path(tag = "listings", operation_id = "show_import_template",
    responses((status = 200, description = "The template.", body = String, content_type = "text/csv")), security(("bearer" = [])))]
#[get("/listings/import/template")]
async fn show_import_template(
    services: web::Data<InventoryServices>,
    acting: Acting,
) -> Result<HttpResponse, ApiError> {
    if !acting.actor.sees_all() {
        services.imports.dealer(&acting.actor, None)?;
    }
    Ok(headed("listings-template.csv").body(writer::template()))
}

/// Which part of the stock.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportParams {
    /// Statuses; draft and active, which an import takes back, when left out.
    #[param(schema_with = words::listing_statuses)]
    status: Option<Vec<String>>,
    /// Whose: an admin says so, staff need not.
    dealer_id: Option<Uuid>,
}

/// Write stock out
///
/// CSV (RFC 4180), streamed. Taken in again it changes nothing. Cells that a spreadsheet would run are neutralised by an apostrophe,
/// which an import takes off again.
#[utoipa::path(tag = "listings", operation_id = "export_listings", params(ExportParams),
    responses((status = 200, description = "The stock.", body = String, content_type = "text/csv")), security(("bearer" = [])))]
#[get("/listings/export")]
async fn export_listings(
    services: web::Data<InventoryServices>,
    acting: Acting,
    which: Query<ExportParams>,
) -> Result<HttpResponse, ApiError> {
    let which = which.0;
    let dealer = services
        .imports
        .dealer(&acting.actor, which.dealer_id.map(DealerId::from_uuid))?;
    let statuses = files::statuses(which.status.as_deref())?;
    Ok(headed("listings.csv").streaming(files::stock(services.imports.clone(), dealer, statuses)))
}

/// Take an import back
///
/// Every row whose listing and car nobody touched since goes back to what it was; a listing that the import made is taken down. The
/// rest is named in the import's report. Only a finished import that wrote, and once (409 `not_undoable`).
#[utoipa::path(tag = "listings", operation_id = "undo_import", params(("id" = Uuid, Path, description = "The import's job.")),
    responses((status = 202, description = "The job that takes it back.", body = JobDto)), security(("bearer" = [])))]
#[post("/listings/import/{id}/undo")]
async fn undo_import(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::Job>,
) -> Response {
    let done = services.imports.undo(&acting, id.0).await?;
    accepted(&core, &acting, done.value, done.replayed).await
}

/// How to show a report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportParams {
    /// `json` is told in parts, `csv` whole.
    #[param(schema_with = words::report_format)]
    format: Option<String>,
    /// Only rows that do this.
    #[param(schema_with = words::row_action)]
    action: Option<String>,
    /// Rows behind this one.
    #[param(minimum = 0)]
    after: Option<u64>,
    /// Lines at most; 1,000 when left out.
    #[param(minimum = 1, maximum = 1_000)]
    limit: Option<u32>,
}

/// The report of an import
///
/// Seen by who started it, and by admins. A line for each row, with row number, column, code and message of all that is wrong; in a dry run,
/// what each row would do. Rows are numbered as a spreadsheet does: the header is row 1. Of a file that was refused as a whole the good
/// rows are `left_out`. The job that took an import back shows that import's report.
#[utoipa::path(tag = "system", operation_id = "show_import_report", params(("id" = Uuid, Path, description = "The import's job, or that of its undo."), ReportParams),
    responses((status = 200, description = "The report.", content((ReportDto = "application/json"), (String = "text/csv")))), security(("bearer" = [])))]
#[get("/jobs/{id}/report")]
async fn show_import_report(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::Job>,
    how: Query<ReportParams>,
) -> Result<HttpResponse, ApiError> {
    let imports = &services.imports;
    let import = match found(imports, &acting, id.0).await? {
        Some(import) => Some(import),
        None => match undone_by(&core, &acting, id.0).await? {
            Some(import) => found(imports, &acting, import).await?,
            None => None,
        },
    };
    let import = import.ok_or(Common::absent("job"))?;
    let how = how.0;
    let action = how.action.as_deref().and_then(Action::parse);
    if how.format.as_deref() == Some("csv") {
        return Ok(headed("report.csv").streaming(files::report(imports.clone(), import, action)));
    }
    let limit = how.limit.unwrap_or(MOST_LINES);
    let (lines, next_after) = lines(imports, &import, action, how.after.unwrap_or(0), limit).await?;
    let report = ReportDto {
        results: lines.iter().map(RowReportDto::from).collect(),
        next_after,
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "private, no-cache"))
        .json(report))
}

/// The import, for who may see it.
async fn found(imports: &ImportListings, acting: &Acting, import: JobId) -> Result<Option<Batch>, ApiError> {
    match imports.find(&acting.actor, import).await {
        Ok(batch) => Ok(Some(batch)),
        Err(InventoryError::Common(Common::Absent { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The import that this job took back, once it has.
async fn undone_by(core: &Core, acting: &Acting, job: JobId) -> Result<Option<JobId>, ApiError> {
    let view = application::jobs::see_job(core.jobs.as_ref(), &acting.actor, job).await?;
    let import = view.result.as_ref().and_then(|result| result.get("import_id"));
    let import = import.and_then(Value::as_str).and_then(|id| id.parse().ok());
    Ok(import.filter(|_| view.kind == UNDO_JOB))
}

/// So many lines that do `action`, and where to go on.
async fn lines(
    imports: &ImportListings,
    import: &Batch,
    action: Option<Action>,
    mut after: u64,
    limit: u32,
) -> Result<(Vec<RowReport>, Option<u64>), ApiError> {
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let some = imports.lines(import, after, MOST_LINES).await?;
        let Some(last) = some.last() else {
            return Ok((found, None));
        };
        after = last.row;
        for line in some
            .into_iter()
            .filter(|line| action.is_none_or(|a| a == line.action))
        {
            if found.len() == wanted {
                return Ok((found.clone(), found.last().map(|line| line.row)));
            }
            found.push(line);
        }
    }
}

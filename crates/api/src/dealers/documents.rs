//! Bringing, reading, reviewing and removing documents.

use ::dealers::document::Document;
use actix_web::{HttpRequest, delete, get, patch, post, web};
use kernel::id::kind;
use kernel::paging::Page;
use utoipa_actix_web::service_config::ServiceConfig;

use super::document_dto::{DocumentDto, DocumentFilterDto, NewDocumentDto, ReviewDto};
use super::{DealerServices, OfDealer};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, InnerId, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    // What is named comes before what has an id.
    config
        .service(list_my_documents)
        .service(add_document)
        .service(remove_document)
        .service(list_documents_of_dealer)
        .service(show_document)
        .service(review_document);
}

fn page(found: Page<Document>, request: &HttpRequest, core: &Core) -> Response {
    Answer::ok(&PageDto::<DocumentDto>::of(found, request, core))
}

/// List one's own dealer's documents
///
/// The owner's right. Admins name the dealer in `dealer`. Order: `uploaded_at`, the newest first.
#[utoipa::path(tag = "dealers", operation_id = "list_my_documents", params(PageParams, OfDealer, DocumentFilterDto),
    responses((status = 200, description = "A page of documents.", body = PageDto<DocumentDto>)), security(("bearer" = [])))]
#[get("/dealers/me/documents")]
async fn list_my_documents(
    services: web::Data<DealerServices>,
    core: web::Data<Core>,
    acting: Acting,
    params: Query<PageParams>,
    of: Query<OfDealer>,
    filter: Query<DocumentFilterDto>,
    request: HttpRequest,
) -> Response {
    let found = services
        .documents
        .mine(&acting.actor, of.0.id(), filter.0.read(), &params.0.request()?)
        .await?;
    page(found, &request, &core)
}

/// Bring a document
///
/// The owner's right. Announce a file with the purpose `dealer_document`, PUT its bytes, have it completed, and name it here. Its bytes
/// are private: `GET /files/{id}` leads to them for five minutes, for owners and admins. A dealer has fifty documents at most (409
/// `too_many_documents`).
#[utoipa::path(tag = "dealers", operation_id = "add_document", request_body = NewDocumentDto,
    responses((status = 201, description = "The document, pending.", body = DocumentDto)), security(("bearer" = [])))]
#[post("/dealers/me/documents")]
async fn add_document(
    services: web::Data<DealerServices>,
    acting: Acting,
    body: Body<NewDocumentDto>,
) -> Response {
    let done = services
        .papers
        .add(&acting, body.0.dealer(), body.0.read())
        .await?;
    let document = &done.value;
    let location = format!("/dealers/{}/documents/{}", document.dealer, document.id);
    Ok(Answer::created(location, &DocumentDto::from(document))?
        .version(document.version)
        .replayed(done.replayed))
}

/// Remove a document
///
/// The owner's right. The file goes with it. The licence that a dealer was verified by stays until another one is approved and holds
/// (409 `licence_needed`).
#[utoipa::path(tag = "dealers", operation_id = "remove_document", params(("id" = Uuid, Path, description = "The document.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/dealers/me/documents/{id}")]
async fn remove_document(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Document>,
) -> Response {
    services.papers.remove(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// List a dealer's documents
///
/// For admins, and for the dealer's owners. Order: `uploaded_at`, the newest first.
#[utoipa::path(tag = "dealers", operation_id = "list_documents_of_dealer",
    params(("id" = Uuid, Path, description = "The dealer."), PageParams, DocumentFilterDto),
    responses((status = 200, description = "A page of documents.", body = PageDto<DocumentDto>)), security(("bearer" = [])))]
#[get("/dealers/{id}/documents")]
async fn list_documents_of_dealer(
    services: web::Data<DealerServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    params: Query<PageParams>,
    filter: Query<DocumentFilterDto>,
    request: HttpRequest,
) -> Response {
    let found = services
        .documents
        .of_dealer(&acting.actor, id.0, filter.0.read(), &params.0.request()?)
        .await?;
    page(found, &request, &core)
}

/// Show a document
///
/// To admins, and to the dealer's owners.
#[utoipa::path(tag = "dealers", operation_id = "show_document",
    params(("id" = Uuid, Path, description = "The dealer."), ("did" = Uuid, Path, description = "The document.")),
    responses((status = 200, description = "The document.", body = DocumentDto)), security(("bearer" = [])))]
#[get("/dealers/{id}/documents/{did}")]
async fn show_document(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    did: InnerId<kind::Document>,
) -> Response {
    let found = services.documents.find(&acting.actor, id.0, did.0).await?;
    Ok(Answer::ok(&DocumentDto::from(&found))?.version(found.version))
}

/// Review a document
///
/// An admin's right: `approved`, or `refused` with a reason. The owners are told. A document is reviewed once (409
/// `illegal_transition`): who was refused brings another.
#[utoipa::path(tag = "dealers", operation_id = "review_document",
    params(("id" = Uuid, Path, description = "The dealer."), ("did" = Uuid, Path, description = "The document.")),
    request_body = ReviewDto,
    responses((status = 200, description = "The document, reviewed.", body = DocumentDto)), security(("bearer" = [])))]
#[patch("/dealers/{id}/documents/{did}")]
async fn review_document(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    did: InnerId<kind::Document>,
    body: Body<ReviewDto>,
) -> Response {
    let verdict = body.0.verdict();
    let done = services
        .documents
        .review(&acting, id.0, did.0, verdict, body.0.reason.as_deref())
        .await?;
    Ok(Answer::ok(&DocumentDto::from(&done.value))?
        .version(done.value.version)
        .replayed(done.replayed))
}

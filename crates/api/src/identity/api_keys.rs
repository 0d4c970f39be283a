//! Keys of dealers' programs.

use ::identity::api_key::{ApiKey, KeyRight, NewApiKey};
use ::identity::use_cases::WithToken;
use actix_web::{HttpRequest, delete, get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::{DealerId, kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::IdentityServices;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

/// What a key gives: `area:read` or `area:write`. Writing takes reading in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
enum ApiKeyRightDto {
    /// See the stock in every status, export it.
    #[serde(rename = "listings:read")]
    ListingsRead,
    /// Create, change, import and remove listings.
    #[serde(rename = "listings:write")]
    ListingsWrite,
    /// See test drives and calendars.
    #[serde(rename = "bookings:read")]
    BookingsRead,
    /// Book for callers; answer, move and call off test drives.
    #[serde(rename = "bookings:write")]
    BookingsWrite,
    /// See negotiations.
    #[serde(rename = "negotiations:read")]
    NegotiationsRead,
    /// Answer them.
    #[serde(rename = "negotiations:write")]
    NegotiationsWrite,
    /// See sales, commissions and figures.
    #[serde(rename = "sales:read")]
    SalesRead,
    /// Close, mend and void sales; who sold is named in `sold_by`.
    #[serde(rename = "sales:write")]
    SalesWrite,
    /// See the dealer's record and all of its sites.
    #[serde(rename = "sites:read")]
    SitesRead,
    /// Open and change sites.
    #[serde(rename = "sites:write")]
    SitesWrite,
    /// See webhooks and what was sent to them.
    #[serde(rename = "webhooks:read")]
    WebhooksRead,
    /// Register, change, try and remove webhooks.
    #[serde(rename = "webhooks:write")]
    WebhooksWrite,
}

impl From<ApiKeyRightDto> for KeyRight {
    fn from(right: ApiKeyRightDto) -> Self {
        match right {
            ApiKeyRightDto::ListingsRead => Self::ListingsRead,
            ApiKeyRightDto::ListingsWrite => Self::ListingsWrite,
            ApiKeyRightDto::BookingsRead => Self::BookingsRead,
            ApiKeyRightDto::BookingsWrite => Self::BookingsWrite,
            ApiKeyRightDto::NegotiationsRead => Self::NegotiationsRead,
            ApiKeyRightDto::NegotiationsWrite => Self::NegotiationsWrite,
            ApiKeyRightDto::SalesRead => Self::SalesRead,
            ApiKeyRightDto::SalesWrite => Self::SalesWrite,
            ApiKeyRightDto::SitesRead => Self::SitesRead,
            ApiKeyRightDto::SitesWrite => Self::SitesWrite,
            ApiKeyRightDto::WebhooksRead => Self::WebhooksRead,
            ApiKeyRightDto::WebhooksWrite => Self::WebhooksWrite,
        }
    }
}

impl From<KeyRight> for ApiKeyRightDto {
    fn from(right: KeyRight) -> Self {
        match right {
            KeyRight::ListingsRead => Self::ListingsRead,
            KeyRight::ListingsWrite => Self::ListingsWrite,
            KeyRight::BookingsRead => Self::BookingsRead,
            KeyRight::BookingsWrite => Self::BookingsWrite,
            KeyRight::NegotiationsRead => Self::NegotiationsRead,
            KeyRight::NegotiationsWrite => Self::NegotiationsWrite,
            KeyRight::SalesRead => Self::SalesRead,
            KeyRight::SalesWrite => Self::SalesWrite,
            KeyRight::SitesRead => Self::SitesRead,
            KeyRight::SitesWrite => Self::SitesWrite,
            KeyRight::WebhooksRead => Self::WebhooksRead,
            KeyRight::WebhooksWrite => Self::WebhooksWrite,
        }
    }
}

/// An API key.
#[derive(Serialize, ToSchema)]
pub(super) struct ApiKeyDto {
    id: Uuid,
    dealer_id: Uuid,
    #[schema(example = "Stock feed")]
    name: String,
    /// What the key begins with. The rest of it is shown nowhere.
    #[schema(example = "fck_019012345678700080000000000000ab")]
    prefix: String,
    rights: Vec<ApiKeyRightDto>,
    /// Who made it; `null` for the program itself.
    created_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    /// Good for nothing from then on; `null` where it is good until it is revoked.
    expires_at: Option<DateTime<Utc>>,
    /// By the minute; `null` where it was never used.
    last_used_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<ApiKey> for ApiKeyDto {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.uuid(),
            dealer_id: key.dealer.uuid(),
            prefix: key.beginning(),
            name: key.name,
            rights: key.rights.into_iter().map(Into::into).collect(),
            created_by: key.created_by.map(|user| user.uuid()),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            version: key.version,
        }
    }
}

/// An API key, just made.
#[derive(Serialize, ToSchema)]
pub(super) struct NewApiKeyShownDto {
    #[serde(flatten)]
    api_key: ApiKeyDto,
    /// What the program sends as `Authorization: Bearer …`. Keep it: it is not shown again.
    #[schema(
        example = "fck_019012345678700080000000000000ab_5f1d7c0e9a3b8642d0f1e2c3b4a5968778695a4b3c2d1e0f5f1d7c0e9a3b8642"
    )]
    key: String,
}

impl From<WithToken> for NewApiKeyShownDto {
    fn from(made: WithToken) -> Self {
        Self {
            key: made.token.expose().to_owned(),
            api_key: made.key.into(),
        }
    }
}

/// An API key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Stock feed", "rights": ["listings:write", "bookings:read"] }))]
pub(super) struct NewApiKeyDto {
    /// What your people call it: the program that will hold it, say.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    #[schema(min_items = 1, max_items = 20)]
    rights: Vec<ApiKeyRightDto>,
    /// Good for nothing from then on.
    expires_at: Option<DateTime<Utc>>,
    /// For admins: whose programs.
    dealer_id: Option<Uuid>,
}

impl NewApiKeyDto {
    /// The dealer that is named, and what to make.
    fn read(self) -> (Option<DealerId>, NewApiKey) {
        let rights = self.rights.into_iter().map(KeyRight::from);
        let new = NewApiKey {
            name: self.name,
            rights: rights.map(|right| right.as_str().to_owned()).collect(),
            expires_at: self.expires_at,
        };
        (self.dealer_id.map(DealerId::from_uuid), new)
    }
}

/// Whose.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ApiKeyFilter {
    /// For admins: whose.
    dealer: Option<Uuid>,
}

/// API keys
///
/// Of the caller's dealer, or of the one that an admin names: those that were not revoked, the newest first. What proves a key is
/// never shown again.
#[utoipa::path(tag = "api-keys", operation_id = "list_api_keys", params(PageParams, ApiKeyFilter),
    responses((status = 200, description = "The keys.", body = PageDto<ApiKeyDto>)), security(("bearer" = [])))]
#[get("/api-keys")]
pub(super) async fn list_api_keys(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<ApiKeyFilter>,
) -> Response {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let page = page.0.request()?;
    let found = services.keys.list(&acting.actor, dealer, &page).await?;
    Answer::ok(&PageDto::<ApiKeyDto>::of(found, &request, &core))
}

/// Make an API key
///
/// For a program of the dealer's. It sends the `key` of this answer, which is shown this once, as `Authorization: Bearer fck_…`, and may
/// within this dealer what its rights say; it acts for no person, so what is a person's own answers it 403 `person_required`. A
/// dealer has 50 keys that count at most (409 `too_many_api_keys`). The dealer's owners are told of it.
#[utoipa::path(tag = "api-keys", operation_id = "make_api_key", request_body = NewApiKeyDto,
    extensions(("x-secret-answer" = json!(true))),
    responses((status = 201, description = "The key, this once.", body = NewApiKeyShownDto)), security(("bearer" = [])))]
#[post("/api-keys")]
pub(super) async fn make_api_key(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<NewApiKeyDto>,
) -> Response {
    let (dealer, new) = body.0.read();
    let made = services.keys.make(&acting, dealer, &new).await?;
    let (id, version) = (made.key.id, made.key.version);
    let shown = NewApiKeyShownDto::from(made);
    Ok(Answer::created(format!("/api-keys/{id}"), &shown)?.version(version))
}

/// An API key
#[utoipa::path(tag = "api-keys", operation_id = "show_api_key", params(("id" = Uuid, Path, description = "The key.")),
    responses((status = 200, description = "The key, without what proves it.", body = ApiKeyDto)), security(("bearer" = [])))]
#[get("/api-keys/{id}")]
pub(super) async fn show_api_key(
    services: web::Data<IdentityServices>,
    acting: Acting,
    id: PathId<kind::ApiKey>,
) -> Response {
    let key = services.keys.find(&acting.actor, id.0).await?;
    let version = key.version;
    Ok(Answer::ok(&ApiKeyDto::from(key))?.version(version))
}

/// Revoke an API key
///
/// From now on it is refused everywhere (401). It can't be taken back: make another.
#[utoipa::path(tag = "api-keys", operation_id = "revoke_api_key", params(("id" = Uuid, Path, description = "The key.")),
    responses((status = 204, description = "It opens nothing any more.")), security(("bearer" = [])))]
#[delete("/api-keys/{id}")]
pub(super) async fn revoke_api_key(
    services: web::Data<IdentityServices>,
    acting: Acting,
    id: PathId<kind::ApiKey>,
) -> Response {
    services.keys.revoke(&acting, id.0).await?;
    Ok(Answer::nothing())
}

//! Shapes of webhooks and deliveries.

use ::webhooks::delivery::{Attempt, Delivery, State, Status};
use ::webhooks::endpoint::{Endpoint, WhyOff};
use ::webhooks::ports::DeliveryFilter;
use ::webhooks::request::{NewWebhook, WebhookChanges};
use ::webhooks::use_cases::WithSecret;
use chrono::{DateTime, Utc};
use kernel::id::DealerId;
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Why a webhook is off.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WhyOffDto {
    /// It was switched off.
    ByHand,
    /// The other side answered 410.
    Gone,
    /// Five days passed without one success.
    Failing,
}

impl From<WhyOff> for WhyOffDto {
    fn from(why: WhyOff) -> Self {
        match why {
            WhyOff::ByHand => Self::ByHand,
            WhyOff::Gone => Self::Gone,
            WhyOff::Failing => Self::Failing,
        }
    }
}

/// Where events are told to another program.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookDto {
    id: Uuid,
    /// Whose events; `null` for those of all.
    dealer_id: Option<Uuid>,
    url: String,
    events: Vec<String>,
    description: Option<String>,
    active: bool,
    off_reason: Option<WhyOffDto>,
    off_since: Option<DateTime<Utc>>,
    /// The first failure after which there was no success. Five days later the webhook is switched off.
    failing_since: Option<DateTime<Utc>>,
    /// Until when messages are signed by the secret before the newest as well.
    old_secret_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl From<Endpoint> for WebhookDto {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.uuid(),
            dealer_id: endpoint.owner.dealer().map(|dealer| dealer.uuid()),
            url: endpoint.url.as_str().to_owned(),
            events: endpoint
                .events
                .iter()
                .map(|event| event.as_str().to_owned())
                .collect(),
            active: endpoint.off.is_none(),
            off_reason: endpoint.off.map(|off| off.why.into()),
            off_since: endpoint.off.map(|off| off.since),
            failing_since: endpoint.failing_since,
            old_secret_until: endpoint.secrets.overlap_until(),
            description: endpoint.description,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            version: endpoint.version,
        }
    }
}

/// A webhook, with the secret that signs its messages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookSecretDto {
    #[serde(flatten)]
    webhook: WebhookDto,
    /// `whsec_` and 256 bits in base64. Keep it: it is not shown again.
    secret: String,
}

impl From<WithSecret> for WebhookSecretDto {
    fn from(made: WithSecret) -> Self {
        Self {
            secret: made.secret.expose().to_owned(),
            webhook: made.endpoint.into(),
        }
    }
}

/// A webhook to register.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "url": "https://hooks.dealer.example/forecourt", "events": ["booking.*", "negotiation.accepted"], "description": "Our books"
}))]
pub(super) struct NewWebhookDto {
    /// `https`, without user name and password, to an address that the world can reach.
    #[schema(min_length = 1, max_length = 2_000)]
    url: String,
    /// Types of events: one (`booking.approved`), all of a resource (`booking.*`), or all (`*`).
    #[schema(min_items = 1, max_items = 50)]
    events: Vec<String>,
    #[schema(max_length = 200)]
    description: Option<String>,
    /// For admins: whose events. Without it the webhook hears of everything.
    dealer_id: Option<Uuid>,
}

impl NewWebhookDto {
    /// The dealer that is named, and what to register.
    pub(super) fn read(self) -> (Option<DealerId>, NewWebhook) {
        let new = NewWebhook {
            url: self.url,
            events: self.events,
            description: self.description,
        };
        (self.dealer_id.map(DealerId::from_uuid), new)
    }
}

/// A merge patch of a webhook.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "events": ["*"], "active": true }))]
pub(super) struct PatchWebhookDto {
    #[schema(value_type = Option<String>, max_length = 2_000)]
    #[serde(default)]
    url: Patch<String>,
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 50)]
    #[serde(default)]
    events: Patch<Vec<String>>,
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(default)]
    description: Patch<String>,
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    active: Patch<bool>,
}

impl From<PatchWebhookDto> for WebhookChanges {
    fn from(dto: PatchWebhookDto) -> Self {
        Self {
            url: dto.url,
            events: dto.events,
            description: dto.description,
            active: dto.active,
        }
    }
}

/// Whose.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct WebhookFilter {
    /// For admins: whose. Without it the platform's.
    pub(super) dealer: Option<Uuid>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DeliveryStatusDto {
    Waiting,
    Delivered,
    Failed,
    Cancelled,
}

impl From<Status> for DeliveryStatusDto {
    fn from(status: Status) -> Self {
        match status {
            Status::Waiting => Self::Waiting,
            Status::Delivered => Self::Delivered,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<DeliveryStatusDto> for Status {
    fn from(status: DeliveryStatusDto) -> Self {
        match status {
            DeliveryStatusDto::Waiting => Self::Waiting,
            DeliveryStatusDto::Delivered => Self::Delivered,
            DeliveryStatusDto::Failed => Self::Failed,
            DeliveryStatusDto::Cancelled => Self::Cancelled,
        }
    }
}

/// Which deliveries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryFilterDto {
    /// In any of these states.
    #[serde(default)]
    #[param(inline)]
    status: Vec<DeliveryStatusDto>,
    /// Of an event of this type.
    #[param(max_length = 100)]
    event: Option<String>,
}

impl DeliveryFilterDto {
    /// The filter in the domain's words.
    pub(super) fn read(self) -> DeliveryFilter {
        DeliveryFilter {
            statuses: self.status.into_iter().map(Status::from).collect(),
            event: self.event,
        }
    }
}

/// A try.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptDto {
    at: DateTime<Utc>,
    duration_ms: u64,
    /// The answer's status; `null` when there was no answer.
    status: Option<u16>,
    /// The first 1024 bytes of the answer.
    answer: Option<String>,
    /// Why there was no answer.
    problem: Option<String>,
}

impl From<Attempt> for AttemptDto {
    fn from(attempt: Attempt) -> Self {
        Self {
            at: attempt.at,
            duration_ms: attempt.duration_ms,
            status: attempt.status,
            answer: attempt.answer,
            problem: attempt.problem,
        }
    }
}

/// A message to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryDto {
    id: Uuid,
    webhook_id: Uuid,
    /// What the other side knows it by (`webhook-id`): the same at every try.
    message_id: Uuid,
    /// The type of the event.
    event: String,
    /// What is sent: `type`, `timestamp` and `data`.
    #[schema(value_type = Object)]
    payload: Value,
    #[schema(inline)]
    status: DeliveryStatusDto,
    /// When it is tried next; `null` when it has ended.
    next_try_at: Option<DateTime<Utc>>,
    /// When it was taken, given up or cancelled.
    ended_at: Option<DateTime<Utc>>,
    /// The last tries, the oldest first.
    attempts: Vec<AttemptDto>,
    created_at: DateTime<Utc>,
}

impl From<Delivery> for DeliveryDto {
    fn from(delivery: Delivery) -> Self {
        let (next_try_at, ended_at) = match delivery.state {
            State::Waiting(at) => (Some(at), None),
            State::Delivered(at) | State::Failed(at) | State::Cancelled(at) => (None, Some(at)),
        };
        Self {
            id: delivery.id.uuid(),
            webhook_id: delivery.webhook.uuid(),
            message_id: delivery.message.uuid(),
            event: delivery.event,
            payload: serde_json::from_str(&delivery.body).unwrap_or_default(),
            status: delivery.state.status().into(),
            next_try_at,
            ended_at,
            attempts: delivery.attempts.into_iter().map(AttemptDto::from).collect(),
            created_at: delivery.created_at,
        }
    }
}

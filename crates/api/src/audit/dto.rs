//! Lines of the log as the API shows them.

use ::audit::line::{LINK, LineFilter, Logged, SYSTEM, USER};
use chrono::{DateTime, Utc};
use kernel::id::{ApiKeyId, DealerId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditFilter {
    /// For admins: of this dealer's log.
    dealer: Option<Uuid>,
    /// Done by this user.
    user_id: Option<Uuid>,
    /// Done by a program with this key.
    api_key_id: Option<Uuid>,
    /// Done to this thing, of whatever kind.
    subject_id: Option<Uuid>,
    /// This action, such as `listing.update`.
    #[param(max_length = 100)]
    action: Option<String>,
    /// At or after this instant, by the millisecond.
    since: Option<DateTime<Utc>>,
    /// Before this instant, by the millisecond.
    until: Option<DateTime<Utc>>,
}

impl AuditFilter {
    /// The filter in the domain's words.
    pub(super) fn read(self) -> LineFilter {
        LineFilter {
            dealer: self.dealer.map(DealerId::from_uuid),
            user: self.user_id.map(UserId::from_uuid),
            key: self.api_key_id.map(ApiKeyId::from_uuid),
            subject: self.subject_id,
            action: self.action,
            since: self.since,
            until: self.until,
            origins_of: None,
        }
    }
}

/// Who acted.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AuditActorDto {
    /// Somebody who was not signed in.
    Anonymous,
    /// The user of `user_id`.
    User,
    /// A dealer's program, with the key of `api_key_id`.
    ApiKey,
    /// Somebody not signed in, by the signed link of a letter; `user_id` is whose link it is, if they have an account.
    Link,
    /// The program itself, or its command line.
    System,
}

/// A line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditLineDto {
    id: Uuid,
    /// Its number in the chain of seals; `null` for some minutes after the act.
    #[schema(example = 4711)]
    number: Option<u64>,
    at: DateTime<Utc>,
    actor: AuditActorDto,
    user_id: Option<Uuid>,
    api_key_id: Option<Uuid>,
    /// What was done.
    #[schema(example = "listing.update")]
    action: String,
    /// The kind of thing that it was done to.
    #[schema(example = "listing")]
    subject_kind: String,
    subject_id: Uuid,
    dealer_id: Option<Uuid>,
    /// What changed: old and new values by field, or what the thing was like; `null` where the action says it all. No secret, and nothing
    /// that is a person's.
    #[schema(example = json!({ "asking_price": { "from": "7000.00", "to": "6500.00" } }))]
    detail: Value,
    /// Why, in the words of whoever did it.
    reason: Option<String>,
    /// The request that it was part of.
    request_id: String,
    /// Where the call came from. `null` where it is not for you to know, or was erased.
    #[schema(example = "192.0.2.7")]
    ip: Option<String>,
    /// What the caller's program called itself; `null` as `ip` is.
    user_agent: Option<String>,
}

impl From<Logged> for AuditLineDto {
    fn from(Logged { line, seq }: Logged) -> Self {
        let key = line.key();
        Self {
            id: line.id,
            number: seq,
            at: line.at,
            actor: match line.actor.as_str() {
                USER => AuditActorDto::User,
                LINK => AuditActorDto::Link,
                SYSTEM => AuditActorDto::System,
                _ if key.is_some() => AuditActorDto::ApiKey,
                _ => AuditActorDto::Anonymous,
            },
            user_id: line.user.map(|user| user.uuid()),
            api_key_id: key.map(|key| key.uuid()),
            action: line.action,
            subject_kind: line.subject_kind,
            subject_id: line.subject,
            dealer_id: line.dealer.map(|dealer| dealer.uuid()),
            detail: line.detail,
            reason: line.reason,
            request_id: line.request,
            ip: line.origin.ip,
            user_agent: line.origin.user_agent,
        }
    }
}

//! What the caller wants to be told.

use std::collections::BTreeMap;

use ::notifications::channel::Channel;
use ::notifications::contact::{Closed, Contact, Ways};
use ::notifications::kind::{Class, KINDS};
use ::notifications::preferences::{Change, Preferences};
use ::notifications::quiet::QuietHours;
use ::notifications::use_cases::Notifications;
use actix_web::{get, patch, web};
use chrono::NaiveTime;
use kernel::error::{Common, Malformed, Violations};
use kernel::patch::Patch;
use kernel::text::excerpt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NotificationServices;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body};

/// Hours in which nothing rings.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QuietHoursDto {
    /// First quiet minute of the day.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "22:00")]
    from: String,
    /// First minute after them; on the next day where it comes before `from`. They last 20 hours at most.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    until: String,
    /// Whose wall time it is: an IANA zone.
    #[schema(max_length = 64, example = "America/New_York")]
    timezone: String,
}

impl QuietHoursDto {
    fn read(&self) -> Result<QuietHours, Common> {
        let mut wrong = Violations::new();
        let from = wrong.take("/quiet_hours/from", time(&self.from));
        let until = wrong.take("/quiet_hours/until", time(&self.until));
        let zone = wrong.take("/quiet_hours/timezone", self.timezone.parse());
        match (from, until, zone) {
            (Some(from), Some(until), Some(zone)) => QuietHours::new(from, until, zone),
            _ => Err(Common::Invalid(wrong)),
        }
    }

    fn of(quiet: &QuietHours) -> Self {
        let shown = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            from: shown(quiet.from()),
            until: shown(quiet.until()),
            timezone: quiet.zone().to_string(),
        }
    }
}

fn time(text: &str) -> Result<NaiveTime, Malformed> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| {
        let told = format!("“{}” is not a time of day such as 22:00", excerpt(text));
        Malformed::new("malformed_time", told)
    })
}

/// How a channel stands.
#[derive(Serialize, ToSchema)]
struct ChannelDto {
    /// Does what is chosen come by it?
    available: bool,
    /// Why not: `not_configured` (and it can't be turned on), `no_phone`, `phone_without_country` (write it as +1 212 555 0100),
    /// `opted_out` (the number said STOP; it can say START), `no_device`.
    reason: Option<&'static str>,
}

/// What the caller wants to be told, and how.
#[derive(Serialize, ToSchema)]
pub(super) struct PreferencesDto {
    /// By kind: whether each channel (`in_app`, `email`, `sms`, `whatsapp`, `push`) is on.
    kinds: BTreeMap<&'static str, BTreeMap<&'static str, bool>>,
    /// By channel: whether anything can come by it at all.
    channels: BTreeMap<&'static str, ChannelDto>,
    /// Kinds whose own channels can't be turned off: they are about who may use the account, and come at any hour.
    security_kinds: Vec<&'static str>,
    /// When nothing rings: letters and messages wait for the end of it.
    quiet_hours: Option<QuietHoursDto>,
    version: i64,
}

impl PreferencesDto {
    fn of(preferences: &Preferences, contact: &Contact, ways: Ways) -> Self {
        let standing = |channel: &Channel| {
            let reason = contact.closed(ways, *channel).map(Closed::as_str);
            let available = reason.is_none();
            (channel.as_str(), ChannelDto { available, reason })
        };
        let channels = |kind| {
            let on = |channel: &Channel| (channel.as_str(), preferences.want(kind, *channel));
            Channel::ALL.iter().map(on).collect()
        };
        let security = KINDS.iter().filter(|kind| kind.class == Class::Security);
        Self {
            kinds: KINDS.iter().map(|kind| (kind.name, channels(kind))).collect(),
            channels: Channel::ALL.iter().map(standing).collect(),
            security_kinds: security.map(|kind| kind.name).collect(),
            quiet_hours: preferences.quiet.as_ref().map(QuietHoursDto::of),
            version: preferences.version,
        }
    }
}

/// A merge patch: what is absent stays, `null` for the quiet hours ends them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kinds": { "booking_requested": { "email": false }, "booking_approved": { "sms": true } },
    "quiet_hours": { "from": "22:00", "until": "07:00", "timezone": "America/New_York" }
}))]
pub(super) struct ChangePreferencesDto {
    /// By kind: channels to turn on or off.
    #[serde(default)]
    kinds: BTreeMap<String, BTreeMap<String, bool>>,
    /// Other quiet hours, or none.
    #[serde(default)]
    #[schema(value_type = Option<QuietHoursDto>)]
    quiet_hours: Patch<QuietHoursDto>,
}

impl ChangePreferencesDto {
    fn read(self) -> Result<Change, Common> {
        let mut wrong = Violations::new();
        let mut change = Change::default();
        for (kind, channels) in self.kinds {
            let mut chosen = BTreeMap::new();
            for (channel, on) in channels {
                let pointer = format!("/kinds/{kind}/{channel}");
                if let Some(channel) = wrong.take(&pointer, channel.parse::<Channel>()) {
                    chosen.insert(channel, on);
                }
            }
            change.choices.insert(kind, chosen);
        }
        change.quiet = match self.quiet_hours {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            Patch::Value(dto) => match dto.read() {
                Ok(quiet) => Patch::Value(quiet),
                Err(Common::Invalid(found)) => {
                    wrong.extend(found);
                    Patch::Absent
                }
                Err(other) => return Err(other),
            },
        };
        wrong.into_result()?;
        Ok(change)
    }
}

/// The answer, with how the caller can be reached.
async fn shown(people: &Notifications, acting: &Acting, preferences: &Preferences) -> Response {
    let contact = people.contact(&acting.actor).await?;
    let dto = PreferencesDto::of(preferences, &contact, people.ways);
    Ok(Answer::ok(&dto)?.version(preferences.version))
}

/// What I want to be told
#[utoipa::path(tag = "notifications", operation_id = "show_notification_preferences",
    responses((status = 200, description = "The preferences.", body = PreferencesDto)), security(("bearer" = [])))]
#[get("/me/notification-preferences")]
pub(super) async fn show_notification_preferences(
    services: web::Data<NotificationServices>,
    acting: Acting,
) -> Response {
    let preferences = services.notifications.chosen(&acting.actor).await?;
    shown(&services.notifications, &acting, &preferences).await
}

/// Choose what I want to be told
///
/// A merge patch, kind by kind and channel by channel. Security notices can't be turned off (400 `security_notice`), nor
/// channels on that are not configured (400 `channel_not_configured`).
#[utoipa::path(tag = "notifications", operation_id = "change_notification_preferences", request_body = ChangePreferencesDto,
    responses((status = 200, description = "The preferences.", body = PreferencesDto)), security(("bearer" = [])))]
#[patch("/me/notification-preferences")]
pub(super) async fn change_notification_preferences(
    services: web::Data<NotificationServices>,
    acting: Acting,
    body: Body<ChangePreferencesDto>,
) -> Response {
    let done = services.notifications.choose(&acting, body.0.read()?).await?;
    shown(&services.notifications, &acting, &done.value).await
}

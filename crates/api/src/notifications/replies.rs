//! What people reply to our messages, handed on by Twilio (<https://www.twilio.com/docs/messaging/guides/webhook-request>).

use std::sync::Arc;

use ::notifications::opt_out::{Wish, sender};
use ::notifications::ports::ReplySignatures;
use ::notifications::use_cases::HearReply;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use kernel::error::Common;
use serde::Deserialize;
use utoipa::ToSchema;

use super::NotificationServices;
use crate::Core;
use crate::extract::{Acting, Form};
use crate::problem::{ApiError, Problem};

/// What replies need.
#[derive(Clone)]
pub struct Replies {
    /// The use case.
    pub hear: HearReply,
    /// Knows who hands them on.
    pub signatures: Arc<dyn ReplySignatures>,
}

/// What of a reply counts here; there is more in it.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "From": "+12125550199", "To": "+12125550100", "Body": "STOP" }))]
struct ReplyDto {
    /// Who wrote: `+12125550199`, `whatsapp:+12125550199`.
    #[serde(rename = "From")]
    from: String,
    /// What they wrote.
    #[serde(rename = "Body", default)]
    body: String,
    /// Set where a messaging service has words of its own for it: `STOP`, `START`, `HELP`.
    #[serde(rename = "OptOutType")]
    opt_out_type: Option<String>,
}

/// An answer that says nothing: Twilio itself confirms a STOP.
const NOTHING_TO_SAY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

/// Take a reply to a message
///
/// For Twilio alone, which signs it. `STOP` (also `STOPALL`, `UNSUBSCRIBE`, `CANCEL`, `END`, `QUIT`, `REVOKE`, `OPTOUT`) ends all
/// messages to the number by that network, `START` (`YES`, `UNSTOP`) begins them again; anything else is taken and does nothing.
#[utoipa::path(tag = "notifications", operation_id = "take_reply",
    request_body(content = ReplyDto, content_type = "application/x-www-form-urlencoded"),
    params(("X-Twilio-Signature" = Option<String>, Header, description = "HMAC-SHA1 of URL and form under the account's secret, in base64.")),
    responses(
        (status = 200, description = "Heard.", body = String, content_type = "text/xml"),
        (status = 403, description = "The signature does not hold.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "Twilio is not configured.", body = Problem, content_type = "application/problem+json")))]
#[post("/twilio/inbound")]
pub(super) async fn take_reply(
    services: web::Data<NotificationServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let replies = services.replies.as_ref().ok_or(Common::absent("route"))?;
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let url = format!("{}{path}", core.settings.public_url);
    let signature = request.headers().get("x-twilio-signature");
    let signature = signature
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !replies.signatures.hold(&url, &form.0, signature) {
        let told = format!(
            "X-Twilio-Signature does not hold for {url}: it must be signed with the account's secret, and the number must have exactly this URL"
        );
        return Err(ApiError::new(StatusCode::FORBIDDEN, "bad_signature", told));
    }
    let reply: ReplyDto = form.read()?;
    let wish = Wish::of(reply.opt_out_type.as_deref().unwrap_or(&reply.body));
    match (wish, sender(&reply.from)) {
        (Some(wish), Ok((network, number))) => {
            replies.hear.hear(&acting, &number, network, wish).await?;
        }
        // Somebody writes to us, or by a network that we send nothing by.
        (None, _) | (_, Err(_)) => tracing::debug!("a reply that is no wish of a number"),
    }
    Ok(HttpResponse::Ok()
        .content_type("text/xml; charset=utf-8")
        .body(NOTHING_TO_SAY))
}

//! Letters in words: one text file a template, the subject in its first line. The HTML is the same text in one look.

use application::letters::{Envelope, Secrets, Words};
use kernel::actor::LinkHolder;
use kernel::error::Common;
use kernel::letter::{Letter, Unsubscribe};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde_json::{Map, Value};

/// Every template: its name, and its file. One line a letter.
const TEMPLATES: &[(&str, &str)] = &[
    (
        "dealer_document_reviewed",
        include_str!("../templates/dealer_document_reviewed.txt"),
    ),
    (
        "dealer_reinstated",
        include_str!("../templates/dealer_reinstated.txt"),
    ),
    (
        "dealer_rejected",
        include_str!("../templates/dealer_rejected.txt"),
    ),
    (
        "dealer_suspended",
        include_str!("../templates/dealer_suspended.txt"),
    ),
    (
        "dealer_verified",
        include_str!("../templates/dealer_verified.txt"),
    ),
    ("staff_joined", include_str!("../templates/staff_joined.txt")),
    (
        "account_activated",
        include_str!("../templates/account_activated.txt"),
    ),
    ("account_closed", include_str!("../templates/account_closed.txt")),
    (
        "account_deactivated",
        include_str!("../templates/account_deactivated.txt"),
    ),
    ("address_taken", include_str!("../templates/address_taken.txt")),
    ("email_change", include_str!("../templates/email_change.txt")),
    ("email_changed", include_str!("../templates/email_changed.txt")),
    ("invitation", include_str!("../templates/invitation.txt")),
    (
        "password_changed",
        include_str!("../templates/password_changed.txt"),
    ),
    ("password_reset", include_str!("../templates/password_reset.txt")),
    ("session_reused", include_str!("../templates/session_reused.txt")),
    ("new_device", include_str!("../templates/new_device.txt")),
    (
        "staff_invitation",
        include_str!("../templates/staff_invitation.txt"),
    ),
    (
        "recovery_code_used",
        include_str!("../templates/recovery_code_used.txt"),
    ),
    ("totp_disabled", include_str!("../templates/totp_disabled.txt")),
    ("totp_enabled", include_str!("../templates/totp_enabled.txt")),
    (
        "api_key_created",
        include_str!("../templates/api_key_created.txt"),
    ),
    ("webhook_off", include_str!("../templates/webhook_off.txt")),
    ("verify_email", include_str!("../templates/verify_email.txt")),
    (
        "booking_requested",
        include_str!("../templates/booking_requested.txt"),
    ),
    (
        "booking_requested_dealer",
        include_str!("../templates/booking_requested_dealer.txt"),
    ),
    (
        "booking_approved",
        include_str!("../templates/booking_approved.txt"),
    ),
    (
        "booking_approved_dealer",
        include_str!("../templates/booking_approved_dealer.txt"),
    ),
    (
        "booking_declined",
        include_str!("../templates/booking_declined.txt"),
    ),
    (
        "booking_declined_dealer",
        include_str!("../templates/booking_declined_dealer.txt"),
    ),
    (
        "booking_cancelled",
        include_str!("../templates/booking_cancelled.txt"),
    ),
    (
        "booking_cancelled_dealer",
        include_str!("../templates/booking_cancelled_dealer.txt"),
    ),
    (
        "booking_rescheduled",
        include_str!("../templates/booking_rescheduled.txt"),
    ),
    (
        "booking_rescheduled_dealer",
        include_str!("../templates/booking_rescheduled_dealer.txt"),
    ),
    (
        "booking_expired",
        include_str!("../templates/booking_expired.txt"),
    ),
    (
        "booking_expired_dealer",
        include_str!("../templates/booking_expired_dealer.txt"),
    ),
    (
        "booking_reminder",
        include_str!("../templates/booking_reminder.txt"),
    ),
    (
        "waitlist_offered",
        include_str!("../templates/waitlist_offered.txt"),
    ),
    (
        "negotiation_opened",
        include_str!("../templates/negotiation_opened.txt"),
    ),
    (
        "negotiation_countered",
        include_str!("../templates/negotiation_countered.txt"),
    ),
    (
        "negotiation_accepted",
        include_str!("../templates/negotiation_accepted.txt"),
    ),
    (
        "negotiation_rejected",
        include_str!("../templates/negotiation_rejected.txt"),
    ),
    (
        "negotiation_expired",
        include_str!("../templates/negotiation_expired.txt"),
    ),
    (
        "negotiation_held",
        include_str!("../templates/negotiation_held.txt"),
    ),
    (
        "negotiation_resumed",
        include_str!("../templates/negotiation_resumed.txt"),
    ),
    (
        "negotiation_superseded",
        include_str!("../templates/negotiation_superseded.txt"),
    ),
    (
        "negotiation_lapsed",
        include_str!("../templates/negotiation_lapsed.txt"),
    ),
    (
        "negotiation_opened_dealer",
        include_str!("../templates/negotiation_opened_dealer.txt"),
    ),
    (
        "negotiation_countered_dealer",
        include_str!("../templates/negotiation_countered_dealer.txt"),
    ),
    (
        "negotiation_accepted_dealer",
        include_str!("../templates/negotiation_accepted_dealer.txt"),
    ),
    (
        "negotiation_cancelled_dealer",
        include_str!("../templates/negotiation_cancelled_dealer.txt"),
    ),
    (
        "negotiation_expired_dealer",
        include_str!("../templates/negotiation_expired_dealer.txt"),
    ),
    (
        "negotiation_lapsed_dealer",
        include_str!("../templates/negotiation_lapsed_dealer.txt"),
    ),
    ("price_dropped", include_str!("../templates/price_dropped.txt")),
    ("search_matched", include_str!("../templates/search_matched.txt")),
    ("daily_digest", include_str!("../templates/daily_digest.txt")),
    ("sale_closed", include_str!("../templates/sale_closed.txt")),
    ("sale_confirm", include_str!("../templates/sale_confirm.txt")),
    ("sale_voided", include_str!("../templates/sale_voided.txt")),
    (
        "slot_free_again",
        include_str!("../templates/slot_free_again.txt"),
    ),
];

/// The look of every letter.
const LAYOUT: &str = include_str!("../templates/layout.html");

/// Templates that were compiled into the program. A parameter that a template needs and a letter lacks is an error.
///
/// Beside the letter's own parameters a template has `public_url`; `code` when there is a `code_id`; `token` when there is
/// an `invitation_id`, a `purchase_id` or a `booking_id`: of a drive it opens what its customer may do.
pub struct TemplateWords {
    environment: Environment<'static>,
    public_url: String,
}

impl TemplateWords {
    /// The templates, with links to `public_url`.
    pub fn new(public_url: &str) -> Result<Self, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if name == "layout.html" {
                AutoEscape::Html
            } else {
                AutoEscape::None
            }
        });
        for (name, text) in TEMPLATES {
            let title = text.lines().next().unwrap_or_default();
            environment
                .add_template(name, text)
                .and_then(|()| environment.add_template_owned(title_of(name), title))
                .map_err(|e| format!("{name}: {e}"))?;
        }
        environment
            .add_template("layout.html", LAYOUT)
            .map_err(|e| e.to_string())?;
        Ok(Self {
            environment,
            public_url: public_url.to_owned(),
        })
    }

    /// The names of all templates.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TEMPLATES.iter().map(|(name, _)| *name)
    }
}

/// Under which name the first line of a template stands alone.
fn title_of(template: &str) -> String {
    format!("{template}.title")
}

impl Words for TemplateWords {
    fn title(&self, template: &str, params: &Map<String, Value>) -> Result<String, Common> {
        self.environment
            .get_template(&title_of(template))
            .and_then(|t| t.render(params))
            .map_err(|e| Common::internal(format!("title of {template}: {e:#}")))
    }

    fn summary(&self, template: &str, params: &Map<String, Value>) -> Result<String, Common> {
        let wrong = |e: minijinja::Error| Common::internal(format!("summary of {template}: {e:#}"));
        let mut params = params.clone();
        params.insert("public_url".to_owned(), self.public_url.clone().into());
        // It stands behind the first paragraph, if at all: what rings on a screen holds no secret.
        params.insert("token".to_owned(), "".into());
        let written = self
            .environment
            .get_template(template)
            .and_then(|t| t.render(params))
            .map_err(wrong)?;
        let (_, text) = written.split_once('\n').unwrap_or_default();
        let paragraphs = text.split("\n\n").map(str::trim);
        let mut said = paragraphs.filter(|p| !p.is_empty() && !p.starts_with("Hello "));
        Ok(said.next().unwrap_or_default().to_owned())
    }

    fn envelope(&self, message_id: &str, letter: &Letter, secrets: &dyn Secrets) -> Result<Envelope, Common> {
        let mut params = match &letter.params {
            Value::Object(params) => params.clone(),
            _ => Map::new(),
        };
        let id = |name: &str| params.get(name).and_then(Value::as_str).map(str::to_owned);
        let code = id("code_id")
            .and_then(|id| id.parse().ok())
            .map(|id| secrets.code(id));
        let token = id("invitation_id")
            .and_then(|id| id.parse().ok())
            .map(|id| secrets.invitation_token(id));
        let token = token.or_else(|| {
            let purchase = id("purchase_id").and_then(|id| id.parse().ok());
            purchase.map(|id| secrets.purchase_token(id))
        });
        let token = token.or_else(|| {
            let booking = id("booking_id").and_then(|id| id.parse().ok());
            let customer = id("customer_id").and_then(|id| id.parse().ok());
            booking.map(|booking| secrets.manage_token(LinkHolder { booking, customer }))
        });
        for (name, secret) in [("code", code), ("token", token)] {
            if let Some(secret) = secret {
                params.insert(name.to_owned(), secret.into());
            }
        }
        params.insert("public_url".to_owned(), self.public_url.clone().into());
        let wrong = |e: minijinja::Error| Common::internal(format!("letter {}: {e:#}", letter.template));
        let written = self
            .environment
            .get_template(&letter.template)
            .and_then(|t| t.render(&params))
            .map_err(wrong)?;
        let (subject, text) = written.split_once('\n').unwrap_or((&written, ""));
        let paragraphs: Vec<&str> = text
            .split("\n\n")
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .collect();
        let link = |unsubscribe: &Unsubscribe| {
            let token = secrets.unsubscribe_token(unsubscribe);
            format!("{}/api/v1/unsubscribe?token={token}", self.public_url)
        };
        let unsubscribe = letter.unsubscribe.as_ref().map(link);
        // A paragraph that is a link to here can be clicked; what leads elsewhere somebody wrote, and it stays text.
        let home = format!("{}/", self.public_url);
        let context = minijinja::context! { subject => subject.trim(), paragraphs => paragraphs, unsubscribe => unsubscribe, home => home };
        let html = self
            .environment
            .get_template("layout.html")
            .and_then(|t| t.render(context))
            .map_err(wrong)?;
        Ok(Envelope {
            message_id: message_id.to_owned(),
            to: letter.to.clone(),
            subject: subject.trim().to_owned(),
            text: match &unsubscribe {
                Some(link) => format!("{}\n\nNo more letters of this kind: {link}", text.trim()),
                None => text.trim().to_owned(),
            },
            html,
            unsubscribe,
        })
    }
}

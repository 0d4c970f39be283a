//! What the letters say.
#![expect(clippy::unwrap_used, reason = "tests")]

use application::letters::{Envelope, Secrets, Words};
use forecourt_mail::TemplateWords;
use kernel::actor::LinkHolder;
use kernel::id::{CodeId, InvitationId, PurchaseId};
use kernel::letter::{Letter, Unsubscribe};
use serde_json::Value;

mod dealers;
mod drives;
mod sales;
mod summaries;
mod templates;

fn words() -> TemplateWords {
    TemplateWords::new("https://cars.example.com").unwrap()
}

/// The letter as it leaves.
fn written(template: &str, params: Value) -> Envelope {
    let letter = Letter {
        to: "ann@example.com".parse().unwrap(),
        template: template.to_owned(),
        params,
        unsubscribe: None,
    };
    words().envelope("m1", &letter, &Derived).unwrap()
}

/// Secrets that say what they are derived from.
struct Derived;

impl Secrets for Derived {
    fn code(&self, id: CodeId) -> String {
        format!("code-of-{id}")
    }

    fn invitation_token(&self, id: InvitationId) -> String {
        format!("token-of-{id}")
    }

    fn purchase_token(&self, id: PurchaseId) -> String {
        format!("token-of-{id}")
    }

    fn manage_token(&self, holder: LinkHolder) -> String {
        let customer = holder.customer.map(|user| user.to_string());
        format!("{}.{}", holder.booking, customer.unwrap_or_default())
    }

    fn unsubscribe_token(&self, _: &Unsubscribe) -> String {
        "token-of-address".to_owned()
    }
}

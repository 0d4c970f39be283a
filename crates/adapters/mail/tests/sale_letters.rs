//! The letters about sales say what they are given; the one that asks carries its token.

use application::letters::{Secrets, Words};
use forecourt_mail::TemplateWords;
use kernel::actor::LinkHolder;
use kernel::id::{CodeId, InvitationId, PurchaseId};
use kernel::letter::{Letter, Unsubscribe};
use serde_json::json;

struct Derived;

impl Secrets for Derived {
    fn code(&self, _: CodeId) -> String {
        String::new()
    }

    fn invitation_token(&self, _: InvitationId) -> String {
        String::new()
    }

    fn purchase_token(&self, id: PurchaseId) -> String {
        format!("token-of-{id}")
    }

    fn manage_token(&self, _: LinkHolder) -> String {
        String::new()
    }

    fn unsubscribe_token(&self, _: &Unsubscribe) -> String {
        String::new()
    }
}

#[test]
fn a_buyer_reads_what_was_recorded() {
    let words = TemplateWords::new("https://cars.example.com").unwrap();
    let purchase = "0197a6c2-7c00-7000-8000-000000000001";
    for template in ["sale_closed", "sale_confirm", "sale_voided"] {
        let letter = Letter {
            to: "bo@example.com".parse().unwrap(),
            template: template.to_owned(),
            params: json!({
                "sale_id": purchase, "purchase_id": purchase, "name": "Bo Lund", "seller": "Oak & Elm",
                "vehicle": "2003 Honda Accord", "price": "4200.00 USD", "sale_date": "2026-06-08"
            }),
            unsubscribe: None,
        };
        let written = words.envelope("m1", &letter, &Derived).unwrap();
        assert!(
            written.subject.contains("2003 Honda Accord"),
            "{}",
            written.subject
        );
        assert!(written.text.contains("Oak & Elm") && written.text.contains("4200.00 USD"));
        assert_eq!(
            written.text.contains("token-of-"),
            template == "sale_confirm",
            "{template}"
        );
    }
}

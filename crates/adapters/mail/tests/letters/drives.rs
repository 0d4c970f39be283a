//! The letters about a drive to come carry the customer's link to it; no other letter does, and none to the dealer.

use application::letters::Envelope;
use forecourt_mail::TemplateWords;
use serde_json::json;

use crate::written;

const DRIVE: &str = "0197a6c2-7c00-7000-8000-000000000001";
const ANN: &str = "0197a6c2-7c00-7000-8000-000000000002";

fn of_drive(template: &str, customer: Option<&str>, note: &str) -> Envelope {
    let params = json!({
        "booking_id": DRIVE, "customer_id": customer, "name": "Ann Buyer", "phone": null, "vehicle": "2021 Ford F-150",
        "dealer": "Oak & Elm", "site": "Main Street", "address": "1 Main Street", "status": "requested",
        "when": "Tuesday", "cancel_until": "Monday", "note": note, "reason": note
    });
    written(template, params)
}

#[test]
fn a_customer_can_manage_what_is_to_come() {
    let with_link = [
        "booking_approved",
        "booking_reminder",
        "booking_requested",
        "booking_rescheduled",
    ];
    let about_drives = TemplateWords::names().filter(|name| name.starts_with("booking_"));
    for template in about_drives {
        let letter = of_drive(template, Some(ANN), "no words");
        let link = format!("https://cars.example.com/bookings/manage?token={DRIVE}.{ANN}");
        assert_eq!(
            letter.text.lines().any(|line| line == link),
            with_link.contains(&template),
            "{template}: {}",
            letter.text
        );
        assert_eq!(
            letter.html.contains("<a href="),
            with_link.contains(&template),
            "{template}: {}",
            letter.html
        );
        assert_eq!(letter.text.contains("token"), with_link.contains(&template));
    }
    let caller = of_drive("booking_approved", None, "no words");
    assert!(
        caller.text.ends_with(&format!("token={DRIVE}.")),
        "{}",
        caller.text
    );
}

#[test]
fn what_others_wrote_can_not_be_clicked() {
    for written_by_others in [
        "https://evil.example.com/",
        "x\n\nhttps://cars.example.com.evil.example.com/\n\ny",
    ] {
        let letter = of_drive("booking_cancelled", Some(ANN), written_by_others);
        assert!(!letter.html.contains("<a "), "{}", letter.html);
    }
}

//! The letters about dealers and staff say what they are given, with a reason and without.

use serde_json::{Value, json};

use crate::written;

#[test]
fn owners_read_what_was_decided_and_why() {
    for template in [
        "dealer_verified",
        "dealer_rejected",
        "dealer_suspended",
        "dealer_reinstated",
    ] {
        let params = |reason: Value| json!({"dealer_id": "d1", "dealer": "Oak & Elm", "reason": reason});
        let letter = written(template, params(json!("No <licence>")));
        assert!(letter.subject.starts_with("Oak & Elm"), "{}", letter.subject);
        assert!(letter.text.contains("No <licence>"));
        assert!(letter.html.contains("Oak &amp; Elm") && !letter.html.contains("<licence>"));
        let bare = written(template, params(Value::Null));
        assert!(!bare.subject.is_empty());
    }
}

#[test]
fn owners_read_what_became_of_their_document() {
    for (status, reason, said) in [
        ("approved", Value::Null, "Your licence was approved."),
        ("approved", json!("Thank you"), "Thank you"),
        ("refused", json!("Page 2 is missing"), "Page 2 is missing"),
    ] {
        let params = json!({
            "dealer_id": "d1", "dealer": "Oak & Elm", "document": "licence", "status": status, "reason": reason
        });
        let letter = written("dealer_document_reviewed", params);
        assert_eq!(letter.subject, format!("Oak & Elm: your licence was {status}"));
        assert!(letter.text.contains(said), "{}", letter.text);
        assert_eq!(
            letter.text.contains("remark"),
            status == "approved" && reason != Value::Null
        );
    }
}

#[test]
fn a_new_member_reads_where_and_as_what() {
    let letter = written("staff_joined", json!({"dealer": "Oak", "role": "sales"}));
    assert!(letter.subject.contains("Oak"));
    assert!(letter.text.contains("sales"));
}

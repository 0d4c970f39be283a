//! What a push says of a letter: its first sentence, without the greeting.

use application::letters::Words;
use serde_json::{Map, Value, json};

use crate::words;

fn summary(template: &str, params: Value) -> Result<String, kernel::error::Common> {
    let Value::Object(params) = params else {
        return Ok(String::new());
    };
    words().summary(template, &params)
}

#[test]
fn the_first_thing_after_the_greeting_is_told() {
    let drive = json!({
        "name": "Ann", "dealer": "Lee Motors", "vehicle": "2020 Ford F-150", "when": "Tuesday", "site": "Main Street",
        "address": "1 Main St", "cancel_until": "Monday"
    });
    let told = summary("booking_approved", drive).unwrap();
    assert!(told.starts_with("Lee Motors expects you on Tuesday"), "{told}");
    assert!(!told.contains("token"), "{told}");
    assert!(!told.contains("Hello") && !told.contains('\n'), "{told}");
    let told = summary(
        "dealer_suspended",
        json!({ "dealer": "Lee Motors", "reason": "papers missing" }),
    )
    .unwrap();
    assert_eq!(told, "Lee Motors has been suspended. The reason: papers missing");
}

#[test]
fn a_parameter_that_lacks_is_an_error() {
    assert!(summary("booking_approved", Value::Object(Map::new())).is_err());
}

//! Prints the table of what API keys give, from the one place that holds it.
//!
//! `cargo run -p forecourt-identity --example key_rights`

use forecourt_identity::api_key::{Call, KeyRight};
use kernel::rights::Right;

fn main() {
    println!("What each right of an API key gives, in the product's own rights.\n");
    println!("{:<20} {:<52} to a call that changes", "", "to a call that reads");
    for right in KeyRight::ALL {
        let given = |call| {
            let given = right.gives(call).iter().copied();
            let words: Vec<&str> = given.map(Right::as_str).collect();
            if words.is_empty() {
                "-".to_owned()
            } else {
                words.join(", ")
            }
        };
        println!(
            "{:<20} {:<52} {}",
            right.as_str(),
            given(Call::Reads),
            given(Call::Changes)
        );
    }
}

//! Prints the registry of events as one JSON document.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "that is what it is for")]

fn main() {
    let document = serde_json::json!({
        "envelope": forecourt_application::events::envelope(),
        "events": forecourt_application::events::all(),
    });
    println!(
        "{}",
        serde_json::to_string_pretty(&document).expect("JSON can be written")
    );
}

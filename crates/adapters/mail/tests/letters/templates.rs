//! No template is without words.

use application::letters::Words;
use forecourt_mail::TemplateWords;
use serde_json::Map;

use crate::words;

#[test]
fn every_letter_has_a_subject() {
    let words = words();
    for name in TemplateWords::names() {
        // One that says something of its event can't be put into words without it.
        if let Ok(title) = words.title(name, &Map::new()) {
            assert!(!title.trim().is_empty(), "{name}");
        }
    }
}

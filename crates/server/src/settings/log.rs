//! What to log.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// A level, or targets with levels. The filter itself takes a word that is no level for a target of which all is logged: then a
/// mistyped level would silence the rest.
pub(super) fn read(text: &str) -> Option<String> {
    let fits = text
        .split(',')
        .map(str::trim)
        .all(|part| match part.split_once('=') {
            None => is_level(part),
            Some((target, level)) => is_target(target.trim()) && is_level(level.trim()),
        });
    (fits && EnvFilter::try_new(text).is_ok()).then(|| text.to_owned())
}

fn is_level(text: &str) -> bool {
    !text.is_empty() && text.parse::<LevelFilter>().is_ok()
}

/// The path of a module: `forecourt_api::gate`.
fn is_target(text: &str) -> bool {
    let of_a_path = |c: char| c.is_ascii_alphanumeric() || "_:-.".contains(c);
    !text.is_empty() && text.chars().all(of_a_path)
}

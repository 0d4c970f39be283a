//! What somebody signs in with: its name for people, and whether it was seen before.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::Origin;

use crate::user::User;

/// Days for which a sign-in makes its device and its network address known.
pub const KNOWN_DAYS: i64 = 90;
/// Characters of the name of a program that we don't know.
const NAME: usize = 40;

/// What programs call themselves (RFC 9110, 10.1.5), and what people call them. The first that fits: most browsers claim to be others, too.
const PROGRAMS: [(&str, &str); 14] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("okhttp/", "An app"),
    ("CFNetwork/", "An app"),
    ("Dart/", "An app"),
];

/// The same for what they run on.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Darwin", "macOS or iOS"),
    ("Linux", "Linux"),
];

/// The name of a device, from what its program calls itself: `Firefox on Windows`.
pub fn name(user_agent: Option<&str>) -> String {
    let text = user_agent.map(str::trim).unwrap_or_default();
    let first_of = |known: &[(&'static str, &'static str)]| {
        known
            .iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    let program = first_of(&PROGRAMS).map_or_else(|| unknown(text), str::to_owned);
    match first_of(&SYSTEMS) {
        Some(system) => format!("{program} on {system}"),
        None => program,
    }
}

/// A program that we don't know goes by the name before its version.
fn unknown(text: &str) -> String {
    let name = text.split(['/', ' ']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(NAME)
        .collect();
    if name.is_empty() {
        "An unknown program".to_owned()
    } else {
        name
    }
}

/// What an earlier sign-in came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The device, as its program named it.
    pub device_id: Option<String>,
    /// The program.
    pub user_agent: Option<String>,
    /// Network address.
    pub ip: Option<String>,
}

/// The instant since which sign-ins count as known.
pub fn known_since(at: Instant) -> Instant {
    at - TimeDelta::days(KNOWN_DAYS)
}

/// Does this sign-in come from a device that its holder is not known to have? One that names itself is known by its name; another by
/// its program together with its network address, since thousands have the same browser. `seen` are the sign-ins of the last
/// [`KNOWN_DAYS`] days; the first one after registering is nothing new.
pub fn is_new(user: &User, seen: &[Seen], device_id: Option<&str>, origin: &Origin, at: Instant) -> bool {
    if seen.is_empty() {
        return user.created_at <= known_since(at);
    }
    let program = name(origin.user_agent.as_deref());
    !seen.iter().any(|earlier| match (device_id, &earlier.device_id) {
        (Some(given), Some(known)) => given == known,
        _ => earlier.ip == origin.ip && name(earlier.user_agent.as_deref()) == program,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_names_that_people_know() {
        for (agent, called) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
                "Chrome on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("python-requests/2.32", "python-requests"),
            ("<script>alert(1)</script>", "scriptalert1"),
            ("", "An unknown program"),
        ] {
            assert_eq!(name(Some(agent)), called, "{agent}");
        }
        assert_eq!(name(None), "An unknown program");
        assert_eq!(name(Some(&"é".repeat(500))).chars().count(), NAME);
    }
}

//! Origins that browsers may call from.

use url::Url;

/// An origin as browsers name it (RFC 6454, 6.2): scheme, host, and the port where it is not the scheme's own. Anything else would
/// never be equal to one: a path, a slash at the end, a star.
pub(super) fn read(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    (text == format!("{}://{host}{port}", url.scheme())).then(|| text.to_owned())
}

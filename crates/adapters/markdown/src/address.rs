//! Where links may lead.

/// Schemes that do nothing but lead somewhere.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];

/// Is it an address of a known scheme, or one within this site? Browsers leave out blanks and control characters of an address before
/// they read its scheme (`java\nscript:`), so an address that holds one is refused as a whole.
pub(crate) fn leads_somewhere(address: &str) -> bool {
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    let end_of_scheme = address.find(['/', '?', '#']).unwrap_or(address.len());
    let before_path = address.get(..end_of_scheme).unwrap_or(address);
    match before_path.split_once(':') {
        Some((scheme, _)) => SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_pages_mail_and_telephones() {
        for good in [
            "https://example.com/a?b=c#d",
            "HTTP://example.com",
            "mailto:ann@example.com",
            "tel:+12125550100",
            "/terms",
            "terms",
            "#part",
            "?page=2",
            "./a:b",
            "/a:b",
            "",
        ] {
            assert!(leads_somewhere(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "java\tscript:alert(1)",
            " javascript:alert(1)",
            "\u{1}javascript:alert(1)",
            "\u{a0}javascript:alert(1)",
            "vbscript:x",
            "data:text/html;base64,PHNjcmlwdD4=",
            "file:///etc/passwd",
            "blob:https://example.com/1",
            "intent:x",
            ":x",
            "javascript\u{ff1a}alert(1):",
        ] {
            assert!(!leads_somewhere(bad), "{bad:?}");
        }
    }
}

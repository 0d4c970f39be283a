//! Does a request come from Twilio? (<https://www.twilio.com/docs/usage/security#validating-requests>)

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use notifications::ports::ReplySignatures;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

/// Knows Twilio's signatures: HMAC-SHA1, under the account's secret, of the URL and the parameters of the form.
pub struct Signatures {
    key: hmac::Key,
}

impl Signatures {
    /// With an account's secret.
    pub fn new(token: &SecretString) -> Self {
        let token = token.expose_secret().as_bytes();
        Self {
            // SHA-1 is what Twilio signs with; an HMAC of it is not broken.
            key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token),
        }
    }
}

impl ReplySignatures for Signatures {
    fn hold(&self, url: &str, form: &[(String, String)], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else {
            return false;
        };
        // By name, then by value; what comes twice counts once.
        let mut sorted: Vec<&(String, String)> = form.iter().collect();
        sorted.sort();
        sorted.dedup();
        let parameters: String = sorted
            .into_iter()
            .flat_map(|(name, value)| [name.as_str(), value])
            .collect();
        spellings(url).iter().any(|url| {
            let signed = format!("{url}{parameters}");
            hmac::verify(&self.key, signed.as_bytes(), &signature).is_ok()
        })
    }
}

/// The URL as it is, with its port written out, and without: Twilio signs one of them, depending on the scheme and on how the URL was
/// entered there.
fn spellings(url: &str) -> Vec<String> {
    let mut all = vec![url.to_owned()];
    let Ok(parsed) = Url::parse(url) else {
        return all;
    };
    let (Some(host), Some(port)) = (parsed.host_str(), parsed.port_or_known_default()) else {
        return all;
    };
    let start = format!("{}://", parsed.scheme());
    if let Some(rest) = url.strip_prefix(&start) {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (_, path) = rest.split_at(end);
        all.push(format!("{start}{host}:{port}{path}"));
        all.push(format!("{start}{host}{path}"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

    fn form() -> Vec<(String, String)> {
        [
            ("To", "+18005551212"),
            ("Caller", "+12349013030"),
            ("Digits", "1234"),
            ("From", "+12349013030"),
            ("CallSid", "CA1234567890ABCDE"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn signatures() -> Signatures {
        Signatures::new(&SecretString::from("12345"))
    }

    #[test]
    fn the_example_of_the_documentation_holds() {
        assert!(signatures().hold(URL, &form(), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
    }

    #[test]
    fn anything_else_does_not() {
        let good = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        let known = signatures();
        let other = "https://mycompany.com/myapp.php?foo=1&bar=3";
        assert!(!known.hold(other, &form(), good), "another URL");
        let mut changed = form();
        changed[2].1 = "1235".to_owned();
        assert!(!known.hold(URL, &changed, good), "another value");
        changed.pop();
        assert!(!known.hold(URL, &changed, good), "a value less");
        for wrong in ["", "AAAA", "no base64!", "0/KCTR6DLpKmkAf8muzZqo1nDgR="] {
            assert!(!known.hold(URL, &form(), wrong), "{wrong}");
        }
        let stranger = Signatures::new(&SecretString::from("12346"));
        assert!(!stranger.hold(URL, &form(), good), "another account");
    }

    #[test]
    fn a_port_may_be_written_out_or_left_out() {
        let [_, written, bare] = spellings("https://a.example/x?y=/1").try_into().unwrap();
        assert_eq!(
            (written.as_str(), bare.as_str()),
            ("https://a.example:443/x?y=/1", "https://a.example/x?y=/1")
        );
        let [_, written, bare] = spellings("http://a.example:8080/x").try_into().unwrap();
        assert_eq!(
            (written.as_str(), bare.as_str()),
            ("http://a.example:8080/x", "http://a.example/x")
        );
    }
}

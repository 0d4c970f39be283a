//! Letters by SMTP (RFC 5321).

use std::time::Duration;

use application::letters::{Courier, Envelope, Undelivered};
use async_trait::async_trait;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::response::{Code, Severity};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use url::Url;

/// How long the server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sends by an SMTP server: `smtp://host:port`, `smtps://user:password@host`, `smtp://host?tls=required`.
pub struct SmtpCourier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpCourier {
    /// For a server and a sender (`Forecourt <noreply@example.com>`). `roots` are certificates (PEM) that are trusted beside those
    /// that the world trusts. Does not connect yet.
    pub fn new(url: &str, from: &str, roots: Option<&[u8]>) -> Result<Self, String> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| e.to_string())?
            .timeout(Some(PATIENCE));
        if let Some(roots) = roots {
            transport = transport.tls(trusting(url, roots)?);
        }
        Ok(Self {
            transport: transport.build(),
            from: from.parse().map_err(|e| format!("“{from}” is no sender: {e}"))?,
        })
    }
}

/// Can letters be handed to a server at this URL, as far as can be said without connecting?
pub fn is_server(url: &str) -> bool {
    let named = Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(|host| !host.is_empty()));
    named && AsyncSmtpTransport::<Tokio1Executor>::from_url(url).is_ok()
}

/// Can letters come from this: an address, or a name and an address?
pub fn is_sender(from: &str) -> bool {
    from.parse::<Mailbox>().is_ok()
}

/// Are these certificates (PEM)?
pub fn are_roots(pem: &[u8]) -> bool {
    // What holds none is read as a list of none.
    let begins = b"-----BEGIN CERTIFICATE-----";
    pem.windows(begins.len()).any(|part| part == begins) && Certificate::from_pem(pem).is_ok()
}

/// Do the certificates go with the server: does its URL ask for TLS?
pub fn trusted(url: &str, roots: &[u8]) -> Result<(), String> {
    trusting(url, roots).map(|_| ())
}

/// The kind of TLS that the URL asks for, with more roots of trust.
fn trusting(url: &str, roots: &[u8]) -> Result<Tls, String> {
    let url = Url::parse(url).map_err(|e| e.to_string())?;
    let certificate = Certificate::from_pem(roots).map_err(|e| e.to_string())?;
    let parameters = TlsParameters::builder(url.host_str().unwrap_or_default().to_owned())
        .add_root_certificate(certificate)
        .build()
        .map_err(|e| e.to_string())?;
    let asked = url.query_pairs().find(|(name, _)| name == "tls");
    match (url.scheme(), asked.as_ref().map(|(_, how)| how.as_ref())) {
        ("smtps", _) => Ok(Tls::Wrapper(parameters)),
        (_, Some("required")) => Ok(Tls::Required(parameters)),
        (_, Some("opportunistic")) => Ok(Tls::Opportunistic(parameters)),
        _ => Err(
            "there are certificates to trust, but the URL asks for no TLS: it would be smtps://… or end in ?tls=required"
                .to_owned(),
        ),
    }
}

/// Is it this letter that is refused? Other permanent answers are about the server or how it is used (RFC 5321, 4.2; RFC 4954, 6;
/// RFC 7504): a command that it does not know, a password that is wrong. Somebody mends that, and then the letter leaves.
fn refuses_the_letter(code: Code) -> bool {
    let about_the_server = [500, 502, 503, 504, 521, 530, 534, 535, 538];
    code.severity == Severity::PermanentNegativeCompletion && !about_the_server.contains(&u16::from(code))
}

/// The letter as it goes over the wire.
fn message(from: &Mailbox, envelope: &Envelope) -> Result<Message, Undelivered> {
    let for_good = |e: &dyn std::fmt::Display| Undelivered::ForGood(e.to_string());
    let mut builder = Message::builder()
        .message_id(Some(format!("<{}@forecourt>", envelope.message_id)))
        .from(from.clone())
        .to(envelope.to.as_str().parse().map_err(|e| for_good(&e))?)
        .subject(envelope.subject.clone());
    if let Some(link) = &envelope.unsubscribe {
        builder = builder
            .header(ListUnsubscribe(format!("<{link}>")))
            .header(OneClick);
    }
    builder
        .multipart(MultiPart::alternative_plain_html(
            envelope.text.clone(),
            envelope.html.clone(),
        ))
        .map_err(|e| for_good(&e))
}

/// RFC 2369: where letters of this kind can be turned off. A link of ours has no blank, so it is never folded.
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::dangerous_new_pre_encoded(Self::name(), self.0.clone(), self.0.clone())
    }
}

/// RFC 8058: a POST to that link is enough.
#[derive(Clone)]
struct OneClick;

impl Header for OneClick {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

#[async_trait]
impl Courier for SmtpCourier {
    async fn send(&self, envelope: &Envelope) -> Result<(), Undelivered> {
        let message = message(&self.from, envelope)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.status().is_some_and(refuses_the_letter) => {
                Err(Undelivered::ForGood(error.to_string()))
            }
            Err(error) => Err(Undelivered::ForNow(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use lettre::transport::smtp::response::Response;

    use super::*;

    #[test]
    fn a_letter_that_can_be_turned_off_says_where_by_one_click() {
        let envelope = |unsubscribe: Option<&str>| Envelope {
            message_id: "m1".to_owned(),
            to: "ann@example.com".parse().unwrap(),
            subject: "Hello".to_owned(),
            text: "Hello".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            unsubscribe: unsubscribe.map(str::to_owned),
        };
        let written = |unsubscribe| {
            let from = "Forecourt <noreply@example.com>".parse().unwrap();
            String::from_utf8(message(&from, &envelope(unsubscribe)).unwrap().formatted()).unwrap()
        };
        let link = format!(
            "https://cars.example.com/api/v1/unsubscribe?token={}",
            "x".repeat(80)
        );
        let letter = written(Some(link.as_str()));
        assert!(
            letter.contains(&format!("List-Unsubscribe: <{link}>\r\n")),
            "{letter}"
        );
        assert!(letter.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
        assert!(letter.contains("Message-ID: <m1@forecourt>"));
        assert!(!written(None).contains("List-Unsubscribe"));
    }

    #[test]
    fn only_what_is_about_the_letter_refuses_it() {
        let refused = |code: &str| {
            let response: Response = format!("{code} told\r\n").parse().unwrap();
            refuses_the_letter(response.code())
        };
        for code in ["550", "551", "552", "553", "554"] {
            assert!(refused(code), "{code} is about the letter");
        }
        for code in ["421", "450", "451", "452", "502", "530", "535"] {
            assert!(!refused(code), "{code} may end");
        }
    }
}

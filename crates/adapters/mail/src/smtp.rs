//! Letters by SMTP (RFC 5321).

use application::letters::{Courier, Envelope, Undelivered};
use async_trait::async_trait;
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

/// Sends by an SMTP server: `smtp://host:port`, `smtps://user:password@host`, `smtp://host?tls=required`.
pub struct SmtpCourier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpCourier {
    /// For a server and a sender (`Forecourt <noreply@example.com>`). Does not connect yet.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| e.to_string())?
            .timeout(Some(std::time::Duration::from_secs(20)))
            .build();
        Ok(Self {
            transport,
            from: from.parse().map_err(|e| format!("“{from}” is no sender: {e}"))?,
        })
    }
}

#[async_trait]
impl Courier for SmtpCourier {
    async fn send(&self, envelope: &Envelope) -> Result<(), Undelivered> {
        let for_good = |e: &dyn std::fmt::Display| Undelivered::ForGood(e.to_string());
        let message = Message::builder()
            .message_id(Some(format!("<{}@forecourt>", envelope.message_id)))
            .from(self.from.clone())
            .to(envelope.to.as_str().parse().map_err(|e| for_good(&e))?)
            .subject(envelope.subject.clone())
            .multipart(MultiPart::alternative_plain_html(
                envelope.text.clone(),
                envelope.html.clone(),
            ))
            .map_err(|e| for_good(&e))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(for_good(&error)),
            Err(error) => Err(Undelivered::ForNow(error.to_string())),
        }
    }
}

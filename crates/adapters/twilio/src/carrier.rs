//! Hands messages to Twilio.
//!
//! Twilio knows no key that would make a repeat of a request harmless. So on every try but the first this asks for the last messages to
//! the number, and takes one with the same words, not older than the job, for the message itself.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta};
use kernel::Instant;
use kernel::message::{Message, Network};
use notifications::ports::{Carrier, Try, Unsent};
use outbound::{beginning, header, told};
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use crate::account::{Account, SmsSender};
use crate::answer::refused;
use crate::templates::{in_place, variables};

/// Bytes of an answer that are read.
const ANSWER: usize = 512 * 1024;
/// Messages that are looked through before a repeat.
const LOOKED_AT: &str = "50";
/// How far Twilio's clock and ours may be apart.
const SLACK: TimeDelta = TimeDelta::minutes(1);

/// Sends by one account.
pub struct Twilio {
    client: Client,
    account: Account,
    messages: String,
}

/// A list of messages.
#[derive(Deserialize)]
struct Listed {
    messages: Vec<Known>,
}

/// A message that Twilio has.
#[derive(Deserialize)]
struct Known {
    body: Option<String>,
    direction: String,
    status: String,
    date_created: String,
}

/// What a message says.
enum Says<'a> {
    /// Its own words.
    Words(&'a str),
    /// A template's, with ours in its place.
    Template { sid: &'a str, words: &'a str },
}

impl Says<'_> {
    /// The parameters that say it.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Words(words) => vec![("Body", (*words).to_owned())],
            Self::Template { sid, words } => vec![
                ("ContentSid", (*sid).to_owned()),
                ("ContentVariables", variables(words)),
            ],
        }
    }

    /// Is this what a message says that Twilio has? A trial account puts words of its own before ours, a template before and after.
    fn is(&self, body: &str) -> bool {
        match self {
            Self::Words(words) => body.ends_with(words),
            Self::Template { words, .. } => body.contains(&in_place(words)),
        }
    }
}

impl Known {
    /// Is it the message, and under way?
    fn is(&self, says: &Says<'_>, since: Instant) -> bool {
        let created = DateTime::parse_from_rfc2822(&self.date_created);
        self.direction.starts_with("outbound")
            && !matches!(self.status.as_str(), "failed" | "undelivered" | "canceled")
            && self.body.as_deref().is_some_and(|body| says.is(body))
            && created.is_ok_and(|created| created.to_utc() >= since - SLACK)
    }
}

impl Twilio {
    /// For an account. Does not connect yet; a TLS provider must be installed in the process.
    pub fn new(account: Account, time_out: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("Forecourt/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(time_out)
            .build()?;
        let base = account.url.as_str().trim_end_matches('/');
        let messages = format!("{base}/2010-04-01/Accounts/{}/Messages.json", account.sid);
        Ok(Self {
            client,
            account,
            messages,
        })
    }

    /// The parameter that names the sender, and its value.
    fn sender(&self, network: Network) -> Option<(&'static str, String)> {
        match network {
            Network::Sms => self.account.sms.as_ref().map(|sender| match sender {
                SmsSender::Number(number) => ("From", number.clone()),
                SmsSender::Service(service) => ("MessagingServiceSid", service.clone()),
            }),
            Network::Whatsapp => {
                let number = self.account.whatsapp.as_ref()?;
                Some(("From", address(network, number.as_str())))
            }
        }
    }

    /// How a message is said.
    fn says<'a>(&'a self, message: &'a Message) -> Says<'a> {
        let template = match message.network {
            Network::Sms => None,
            Network::Whatsapp => self.account.templates.of(&message.kind),
        };
        let words = message.text.as_str();
        template.map_or(Says::Words(words), |sid| Says::Template { sid, words })
    }

    /// Sends a request; an answer that is not 2xx is an error.
    async fn ask(&self, request: RequestBuilder) -> Result<Response, Unsent> {
        let token = self.account.token.expose_secret();
        let request = request.basic_auth(&self.account.sid, Some(token));
        let mut response = request.send().await.map_err(|error| Unsent::again(told(error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = header(&response, &RETRY_AFTER);
        let body = beginning(&mut response, ANSWER).await;
        Err(refused(status.as_u16(), retry_after, &body))
    }

    /// Did the message leave before, at a try whose end we never heard?
    async fn was_sent(&self, to: &str, says: &Says<'_>, since: Instant) -> Result<bool, Unsent> {
        let list = self.client.get(&self.messages);
        let mut found = self
            .ask(list.query(&[("To", to), ("PageSize", LOOKED_AT)]))
            .await?;
        let body = beginning(&mut found, ANSWER).await;
        let listed: Listed = serde_json::from_str(&body)
            .map_err(|error| Unsent::again(format!("Twilio's list of messages can't be read: {error}")))?;
        Ok(listed.messages.iter().any(|known| known.is(says, since)))
    }
}

/// A number as Twilio writes it.
fn address(network: Network, number: &str) -> String {
    match network {
        Network::Sms => number.to_owned(),
        Network::Whatsapp => format!("whatsapp:{number}"),
    }
}

#[async_trait]
impl Carrier for Twilio {
    async fn send(&self, attempt: Try<'_>, message: &Message) -> Result<(), Unsent> {
        let Message { to, network, .. } = message;
        let Some((name, sender)) = self.sender(*network) else {
            let told = format!("no sender for {} is configured", network.as_str());
            return Err(Unsent::again(told));
        };
        let (to, says) = (address(*network, to.as_str()), self.says(message));
        if let Some(since) = attempt.since
            && self.was_sent(&to, &says, since).await?
        {
            tracing::info!(
                id = attempt.id,
                "Twilio has the message already: it is not sent again"
            );
            return Ok(());
        }
        let mut form = vec![("To", to), (name, sender)];
        form.extend(says.parameters());
        self.ask(self.client.post(&self.messages).form(&form)).await?;
        Ok(())
    }
}

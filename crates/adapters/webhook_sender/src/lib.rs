//! Webhooks over HTTP, never into the own network.
//!
//! Whoever registers a webhook chooses where this program connects to, so that must not be a way into the network it stands in:
//!
//! - A name is looked up by [`Guard`], once a connection; when one of its addresses is not public, there is no connection. What is
//!   connected to is what was looked at: a name that stands for something else a moment later changes nothing. TLS and `Host` go by
//!   the name.
//! - A host that is written as an address is judged before anything else, by the domain's own
//!   [`Target::parse`](webhooks::target::Target::parse): the connector asks no resolver about it.
//! - Redirects are not followed, proxies of the environment not used, connections not kept.
//!
//! Of an answer no more is read than is kept, and no longer than the try may take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use webhooks::delivery::ANSWER_BYTES;
use webhooks::ports::{Exchange, Reply, Request, Sender};
use webhooks::target::{Reach, Target};

mod guard;

pub use guard::{Guard, Lookup, SystemLookup};

/// How long a try may take.
pub const TIME_OUT: Duration = Duration::from_secs(10);

/// Sends webhooks by HTTP.
pub struct HttpSender {
    client: Client,
    reach: Reach,
}

impl HttpSender {
    /// A sender that asks the system for addresses. A TLS provider must be installed in the process.
    pub fn new(reach: Reach) -> Result<Self, reqwest::Error> {
        Self::with(reach, Guard::new(reach, Arc::new(SystemLookup)), TIME_OUT)
    }

    /// A sender with a resolver and a time-out of its own.
    pub fn with(reach: Reach, guard: Guard, time_out: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .user_agent(concat!("Forecourt-Webhooks/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .pool_max_idle_per_host(0)
            .referer(false)
            .timeout(time_out)
            .dns_resolver(Arc::new(guard))
            .build()?;
        Ok(Self { client, reach })
    }

    async fn exchange(&self, request: &Request) -> Result<Reply, String> {
        // What was taken once may be refused since: the setting may have changed.
        Target::parse(request.url.as_str(), self.reach).map_err(|refused| refused.message)?;
        let mut post = self.client.post(request.url.as_str()).body(request.body.clone());
        for (name, value) in &request.headers {
            post = post.header(*name, value);
        }
        let mut response = post.send().await.map_err(told)?;
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after: header(&response, RETRY_AFTER),
            body: beginning(&mut response).await,
        })
    }
}

#[async_trait]
impl Sender for HttpSender {
    async fn send(&self, request: &Request) -> Exchange {
        let began = Instant::now();
        let end = self.exchange(request).await;
        Exchange {
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            end,
        }
    }
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// The beginning of the body, as text that any database keeps. The status has been said: a body that breaks off, or never ends,
/// changes nothing.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::with_capacity(ANSWER_BYTES);
    while bytes.len() < ANSWER_BYTES {
        let Ok(Some(chunk)) = response.chunk().await else {
            break;
        };
        bytes.extend(chunk.iter().take(ANSWER_BYTES.saturating_sub(bytes.len())));
    }
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    String::from_utf8_lossy(&bytes).replace(strange, "\u{fffd}")
}

/// Why there is no answer, down to the cause, without the URL.
fn told(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "there was no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

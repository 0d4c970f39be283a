//! Webhooks over HTTP, as `outbound` goes to where others say: never into the own network.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kernel::target::{Reach, Target};
use outbound::{Guard, SystemLookup, TIME_OUT, beginning, header, told};
use reqwest::Client;
use reqwest::header::RETRY_AFTER;
use webhooks::delivery::ANSWER_BYTES;
use webhooks::ports::{Exchange, Reply, Request, Sender};

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
        let agent = concat!("Forecourt-Webhooks/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            client: outbound::client(agent, guard, time_out)?,
            reach,
        })
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
            retry_after: header(&response, &RETRY_AFTER),
            body: beginning(&mut response, ANSWER_BYTES).await,
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

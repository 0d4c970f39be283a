//! HTTP to where others say, never into the own network.
//!
//! Whoever registers a webhook or a device chooses where this program connects to, so that must not be a way into the network it
//! stands in:
//!
//! - A name is looked up by [`Guard`], once a connection; when one of its addresses is not public, there is no connection. What is
//!   connected to is what was looked at: a name that stands for something else a moment later changes nothing. TLS and `Host` go by
//!   the name.
//! - A host that is written as an address is judged before anything else, by [`Target::parse`](kernel::target::Target::parse): the
//!   connector asks no resolver about it.
//! - Redirects are not followed, proxies of the environment not used, connections not kept.
//!
//! Of an answer no more is read than is kept, and no longer than the try may take.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderName;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

mod guard;

pub use guard::{Guard, Lookup, SystemLookup};

/// How long a try may take.
pub const TIME_OUT: Duration = Duration::from_secs(10);

/// A client that goes where the guard lets it. A TLS provider must be installed in the process.
pub fn client(agent: &str, guard: Guard, time_out: Duration) -> Result<Client, reqwest::Error> {
    Client::builder()
        .user_agent(agent)
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .pool_max_idle_per_host(0)
        .referer(false)
        .timeout(time_out)
        .dns_resolver(Arc::new(guard))
        .build()
}

/// The value of a header, where it is text.
pub fn header(response: &Response, name: &HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// The first `most` bytes of the body, as text that any database keeps. The status has been said: a body that breaks off, or never
/// ends, changes nothing.
pub async fn beginning(response: &mut Response, most: usize) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < most {
        let Ok(Some(chunk)) = response.chunk().await else {
            break;
        };
        bytes.extend(chunk.iter().take(most.saturating_sub(bytes.len())));
    }
    let strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    String::from_utf8_lossy(&bytes).replace(strange, "\u{fffd}")
}

/// Why there is no answer, down to the cause, without the URL.
pub fn told(error: reqwest::Error) -> String {
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

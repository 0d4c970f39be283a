//! The other side of webhooks.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use webhooks::ports::{Exchange, Reply, Request, Sender};

/// Takes what is sent, and says what it was told to. Clones share it.
#[derive(Clone, Default)]
pub struct WebhookSink {
    state: Arc<Mutex<(Vec<Request>, u16)>>,
}

impl WebhookSink {
    /// One that answers with this status.
    pub fn saying(status: u16) -> Self {
        let sink = Self::default();
        sink.say(status);
        sink
    }

    /// Answers with this status from now on.
    pub fn say(&self, status: u16) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = status;
    }

    /// What was sent so far, in order.
    pub fn sent(&self) -> Vec<Request> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.clone()
    }
}

#[async_trait]
impl Sender for WebhookSink {
    async fn send(&self, request: &Request) -> Exchange {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.push(request.clone());
        Exchange {
            duration_ms: 1,
            end: Ok(Reply {
                status: state.1,
                retry_after: None,
                body: "said".to_owned(),
            }),
        }
    }
}

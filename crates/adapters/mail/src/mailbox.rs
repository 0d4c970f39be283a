//! The development mailbox: letters end here, and can be read at `/dev/mailbox`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use application::letters::{Courier, Envelope, Undelivered};
use async_trait::async_trait;
use kernel::message::Message;
use notifications::ports::{Carrier, Try, Unsent};
use notifications::segments::segments;

/// How many letters are kept.
const KEPT: usize = 500;

/// A letter that came.
pub type Received = Envelope;

/// Keeps the last letters and short messages, and writes each into the log. Clones share them. Never for production: codes are in the letters.
#[derive(Clone, Default)]
pub struct Mailbox {
    letters: Arc<Mutex<VecDeque<Received>>>,
    messages: Arc<Mutex<VecDeque<Message>>>,
}

impl Mailbox {
    /// An empty mailbox.
    pub fn new() -> Self {
        Self::default()
    }

    /// The letters, newest first.
    pub fn letters(&self) -> Vec<Received> {
        self.letters
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .rev()
            .cloned()
            .collect()
    }
}

impl Mailbox {
    /// The short messages, newest first.
    pub fn messages(&self) -> Vec<Message> {
        let messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().rev().cloned().collect()
    }
}

#[async_trait]
impl Carrier for Mailbox {
    async fn send(&self, attempt: Try<'_>, message: &Message) -> Result<(), Unsent> {
        let (network, segments) = (message.network.as_str(), segments(&message.text).count);
        tracing::info!(to = %message.to, network, segments, text = message.text, id = attempt.id, "message in /dev/mailbox");
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() >= KEPT {
            messages.pop_front();
        }
        messages.push_back(message.clone());
        Ok(())
    }
}

#[async_trait]
impl Courier for Mailbox {
    async fn send(&self, envelope: &Envelope) -> Result<(), Undelivered> {
        tracing::info!(to = %envelope.to, subject = envelope.subject, message_id = envelope.message_id, "letter in /dev/mailbox");
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        if letters.len() >= KEPT {
            letters.pop_front();
        }
        letters.push_back(envelope.clone());
        Ok(())
    }
}

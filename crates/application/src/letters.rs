//! How letters leave: words from templates, secrets derived at the last moment, a courier that carries.

use async_trait::async_trait;
use kernel::actor::LinkHolder;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{CodeId, InvitationId, PurchaseId};
use kernel::letter::Unsubscribe;
use serde_json::{Map, Value};

/// A letter ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The same for every try to send the same letter, so that a repeat can be known.
    pub message_id: String,
    /// The recipient.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Where its kind can be turned off by one click (RFC 8058), if it can.
    pub unsubscribe: Option<String>,
}

/// Why a letter did not leave.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// Trying again may help.
    #[error("not delivered for now: {0}")]
    ForNow(String),
    /// It never will.
    #[error("refused for good: {0}")]
    ForGood(String),
}

/// Carries letters.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends one. May be called again with the same message id after a crash.
    async fn send(&self, envelope: &Envelope) -> Result<(), Undelivered>;
}

/// Derives what may not lie in a queue.
pub trait Secrets: Send + Sync {
    /// The one-time code with this id.
    fn code(&self, id: CodeId) -> String;
    /// The token of the invitation with this id.
    fn invitation_token(&self, id: InvitationId) -> String;
    /// The token of the question to a buyer with this id.
    fn purchase_token(&self, id: PurchaseId) -> String;
    /// The token of the link by which a customer manages a test drive.
    fn manage_token(&self, holder: LinkHolder) -> String;
    /// The token of an unsubscribe link.
    fn unsubscribe_token(&self, link: &Unsubscribe) -> String;
}

/// Makes and reads the tokens of unsubscribe links: signed, without an end, good for one person and one kind.
pub trait UnsubscribeLinks: Send + Sync {
    /// The token.
    fn issue(&self, link: &Unsubscribe) -> String;
    /// What a token is for; none for one that we never made.
    fn read(&self, token: &str) -> Option<Unsubscribe>;
}

/// Puts a letter into words.
pub trait Words: Send + Sync {
    /// The envelope for a letter, or what is wrong with it (an unknown template, a missing parameter).
    fn envelope(
        &self,
        message_id: &str,
        letter: &kernel::letter::Letter,
        secrets: &dyn Secrets,
    ) -> Result<Envelope, Common>;

    /// The first line of a template: what it is about, in one line.
    fn title(&self, template: &str, params: &Map<String, Value>) -> Result<String, Common>;

    /// The first paragraph that says something, after the greeting; empty where a template has none.
    fn summary(&self, template: &str, params: &Map<String, Value>) -> Result<String, Common>;
}

//! A short message to one person's telephone.

use serde::{Deserialize, Serialize};

use crate::job::{Job, Lane};
use crate::phone::Phone;

/// The kind of the jobs that send messages.
pub const MESSAGE_JOB: &str = "message";

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// A text message.
    Sms,
    /// WhatsApp.
    Whatsapp,
}

impl Network {
    /// Every network.
    pub const ALL: &[Self] = &[Self::Sms, Self::Whatsapp];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// What to tell whom. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The recipient.
    pub to: Phone,
    /// Which way.
    pub network: Network,
    /// The words.
    pub text: String,
    /// What kind of notice it is; empty in jobs that were written when they did not say it.
    #[serde(default)]
    pub kind: String,
}

impl Message {
    /// The job that sends it.
    pub fn into_job(self) -> Job {
        Job::new(MESSAGE_JOB, &self).in_lane(Lane::Outside)
    }
}

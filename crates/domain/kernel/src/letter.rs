//! A message to one person, before it has a channel.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::email::Email;
use crate::job::Job;

/// The kind of the jobs that send letters.
pub const LETTER_JOB: &str = "letter";

/// What to tell whom. The words are in the template's file; a code or a token is never in here, only the id it is derived from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// The recipient.
    pub to: Email,
    /// Name of the template.
    pub template: String,
    /// What the template needs.
    pub params: Value,
}

impl Letter {
    /// The job that sends a letter.
    pub fn job(to: &Email, template: &'static str, params: Value) -> Job {
        Job::new(
            LETTER_JOB,
            &Self {
                to: to.clone(),
                template: template.to_owned(),
                params,
            },
        )
    }
}

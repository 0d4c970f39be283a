//! A message to one person, before it has a channel.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::email::Email;
use crate::id::UserId;
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
    /// Who can turn off which kind by the letter's link; none for letters that everybody gets.
    #[serde(default)]
    pub unsubscribe: Option<Unsubscribe>,
}

/// What an unsubscribe link turns off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// Whose letters.
    pub user: UserId,
    /// Of which kind.
    pub kind: String,
}

impl Letter {
    /// The job that sends a letter which everybody gets.
    pub fn job(to: &Email, template: &'static str, params: Value) -> Job {
        let letter = Self {
            to: to.clone(),
            template: template.to_owned(),
            params,
            unsubscribe: None,
        };
        letter.into_job()
    }

    /// The job that sends it.
    pub fn into_job(self) -> Job {
        Job::new(LETTER_JOB, &self)
    }
}

//! A notice that rings on one device: a browser that its owner registered.

use serde::{Deserialize, Serialize};

use crate::id::DeviceId;
use crate::job::{Job, Lane};

/// The kind of the jobs that send pushes.
pub const PUSH_JOB: &str = "push";

/// What to show where. The device is read when it is sent: it may be gone by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// Where.
    pub device: DeviceId,
    /// What happened, in one line.
    pub title: String,
    /// A sentence or two of it; may be empty.
    pub text: String,
    /// Where it can be looked at: a path under the product's public URL.
    pub path: String,
    /// Shall it wake a device that saves its battery?
    pub urgent: bool,
}

impl Push {
    /// The job that sends it.
    pub fn into_job(self) -> Job {
        Job::new(PUSH_JOB, &self).in_lane(Lane::Outside)
    }
}

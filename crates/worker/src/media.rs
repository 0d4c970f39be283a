//! Draws pictures, and removes what nobody wants.

use ::media::rules::{DRAW_JOB, FileJob, REMOVE_JOB};
use ::media::use_cases::Tidy;
use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::act::Act;

use crate::{Context, Handler, Outcome, ended, known};

/// The kind of the job that removes what nothing took into use.
pub const SWEEP_FILES_JOB: &str = "sweep_files";

/// Does one kind of these jobs. All may be repeated.
pub struct MediaHandler {
    /// Does it.
    pub tidy: Tidy,
    /// Which kind.
    pub kind: &'static str,
}

impl MediaHandler {
    /// Every kind.
    pub const KINDS: [&str; 3] = [DRAW_JOB, REMOVE_JOB, SWEEP_FILES_JOB];
}

#[async_trait]
impl Handler for MediaHandler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        if self.kind == SWEEP_FILES_JOB {
            return ended(self.tidy.sweep().await.map(drop));
        }
        let FileJob { file } = match known(job) {
            Ok(named) => named,
            Err(never) => return never,
        };
        if self.kind == DRAW_JOB {
            let act = Act::of_system(self.tidy.clock.now(), job.request_id.clone());
            ended(self.tidy.draw(&act, file).await)
        } else {
            ended(self.tidy.remove(file).await)
        }
    }
}

//! Turns the relay, and tells again what a reader could not read.

use std::sync::Arc;
use std::time::Duration;

use application::jobs::{ClaimedJob, Times};
use application::relay::{BATCH, RETELL_JOB, Relay, Retold};
use async_trait::async_trait;
use kernel::ports::Clock;
use tokio_util::sync::CancellationToken;

use crate::{Context, Handler, Outcome};

/// How long the relay rests when little waits: on SQLite each turn takes the writer twice, so single events are gathered.
const PAUSE: Duration = Duration::from_millis(100);
/// How long it rests when the database does not answer.
const AWAY: Duration = Duration::from_secs(1);

/// Turns the relay until `stop`; the turn under way ends first.
pub(crate) async fn run(relay: Relay, clock: Arc<dyn Clock>, wall: Arc<dyn Clock>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let times = Times {
            product: clock.now(),
            wall: wall.now(),
        };
        let pause = match relay.turn(times).await {
            Ok(BATCH) => continue,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "events could not be delivered; they will be");
                AWAY
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Tells one event to one reader again.
pub(crate) struct Retell {
    pub(crate) relay: Relay,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for Retell {
    fn kind(&self) -> &'static str {
        RETELL_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let retold: Retold = match serde_json::from_value(job.payload.clone()) {
            Ok(retold) => retold,
            Err(error) => return Outcome::Never(format!("no event: {error}")),
        };
        match self.relay.retell(&retold, self.clock.now()).await {
            Ok(()) => Outcome::Done(None),
            // A reader that is mended by the next release reads it then: all tries are used.
            Err(error) => match Outcome::from(error) {
                Outcome::Never(why) => Outcome::Again(why),
                other => other,
            },
        }
    }
}

//! Events on their way to webhooks: each endpoint that asks for an event is told of it by a job of its own.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Instant;
use kernel::error::{Common, Failure as _};
use kernel::id::DealerId;
use kernel::job::Job;
use webhooks::message::Message;
use webhooks::ports::Webhooks;
use webhooks::rules::{TELL_JOB, Tell};

use crate::relay::{Effects, Reader, Told};

/// Tells webhooks: a dealer's of what concerns it, the platform's of everything.
pub struct TellWebhooks {
    /// Where the endpoints are.
    pub webhooks: Arc<dyn Webhooks>,
}

#[async_trait]
impl Reader for TellWebhooks {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn wants(&self, _: &str) -> bool {
        true
    }

    async fn read(&self, events: &[Told], _: Instant) -> Result<Effects, Common> {
        let mut dealers: Vec<DealerId> = events.iter().filter_map(|told| told.event.dealer).collect();
        dealers.sort_unstable();
        dealers.dedup();
        let endpoints = self.webhooks.listening(&dealers).await.map_err(|error| {
            let common = error.common().cloned();
            common.unwrap_or_else(|| Common::internal(error.to_string()))
        })?;
        let mut effects = Effects::of(self.name());
        for told in events {
            let event = &told.event;
            for endpoint in endpoints
                .iter()
                .filter(|endpoint| endpoint.hears(event.dealer, &event.name))
            {
                let tell = Tell {
                    webhook_id: endpoint.id,
                    message: Message {
                        id: told.id,
                        event: event.name.clone(),
                        at: told.at,
                        actor: told.actor,
                        data: event.payload.clone(),
                    },
                };
                effects.job(told, &endpoint.id.to_string(), Job::new(TELL_JOB, &tell));
            }
        }
        Ok(effects)
    }
}

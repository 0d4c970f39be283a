//! Webhooks.

use std::sync::Arc;

use ::webhooks::pattern::EventNames;
use ::webhooks::use_cases::{Deliver, KeepWebhooks};
use anyhow::Context as _;
use api::webhooks::WebhookServices;
use application::events;
use application::tell_webhooks::TellWebhooks;
use database::webhooks::{SqlDeliveries, SqlWebhooks};
use security::{Keys, WebhookSecrets};
use webhook_sender::HttpSender;
use worker::{Handler, WebhookHandler};

use super::{Ground, channels};

/// The use cases on the database.
pub(super) fn webhooks(ground: &Ground) -> anyhow::Result<WebhookServices> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    Ok(WebhookServices {
        keep: KeepWebhooks {
            webhooks: Arc::new(SqlWebhooks::new(ground.db.clone())),
            deliveries: Arc::new(SqlDeliveries::new(ground.db.clone())),
            secrets: Arc::new(WebhookSecrets::new(&keys)),
            ids: ground.ids.clone(),
            events: EventNames::new(events::all().iter().map(|event| event.name.as_str())),
            reach: channels::reach(&ground.config),
        },
    })
}

/// Tells them of events.
pub(super) fn reader(services: &WebhookServices) -> TellWebhooks {
    TellWebhooks {
        webhooks: Arc::clone(&services.keep.webhooks),
    }
}

/// What the worker does for them.
pub(super) fn handlers(
    ground: &Ground,
    services: &WebhookServices,
) -> anyhow::Result<impl Iterator<Item = Arc<dyn Handler>>> {
    let keep = &services.keep;
    let sender = HttpSender::new(keep.reach).context("webhooks can't be sent")?;
    let deliver = Deliver {
        webhooks: Arc::clone(&keep.webhooks),
        deliveries: Arc::clone(&keep.deliveries),
        secrets: Arc::clone(&keep.secrets),
        sender: Arc::new(sender),
        ids: keep.ids.clone(),
        clock: Arc::clone(&ground.clock),
    };
    Ok(WebhookHandler::KINDS.into_iter().map(move |kind| {
        Arc::new(WebhookHandler {
            deliver: deliver.clone(),
            kind,
        }) as Arc<dyn Handler>
    }))
}

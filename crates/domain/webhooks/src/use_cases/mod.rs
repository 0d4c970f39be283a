//! What can be done with webhooks.

mod deliver;
mod keep;
mod look;

use std::sync::Arc;

use kernel::ports::{Clock, Ids};

use crate::endpoint::Endpoint;
use crate::pattern::EventNames;
use crate::ports::{Deliveries, Secrets, Sender, SigningSecret, Webhooks};
use kernel::target::Reach;

/// What owners do.
#[derive(Clone)]
pub struct KeepWebhooks {
    /// Endpoints.
    pub webhooks: Arc<dyn Webhooks>,
    /// Deliveries.
    pub deliveries: Arc<dyn Deliveries>,
    /// Derives secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Makes ids.
    pub ids: Ids,
    /// The events that can be asked for.
    pub events: EventNames,
    /// How far messages may go.
    pub reach: Reach,
}

/// An endpoint, and the secret that is shown this one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithSecret {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its newest secret.
    pub secret: SigningSecret,
}

/// What the worker does.
#[derive(Clone)]
pub struct Deliver {
    /// Endpoints.
    pub webhooks: Arc<dyn Webhooks>,
    /// Deliveries.
    pub deliveries: Arc<dyn Deliveries>,
    /// Signs.
    pub secrets: Arc<dyn Secrets>,
    /// Sends.
    pub sender: Arc<dyn Sender>,
    /// Makes ids.
    pub ids: Ids,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

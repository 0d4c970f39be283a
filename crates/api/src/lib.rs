//! The REST interface: thin handlers over the use cases, and the OpenAPI document that can't lie.
//!
//! A handler extracts, calls one use case, presents. All that holds for every endpoint is one mechanism that none can forget:
//!
//! | module | holds |
//! | --- | --- |
//! | [`gate`] | the middleware every request passes: request id, route, rate limit, caller, shape of query and body |
//! | [`operation`] | what the gate knows of each operation, read from the OpenAPI document itself |
//! | [`document`] | the OpenAPI document: collected from the handlers, completed with what is true of all |
//! | [`problem`] | errors as `application/problem+json` (RFC 9457) |
//! | [`answer`] | answers: status, `Location`, `ETag`, conditional reads |
//! | [`extract`] | [`extract::Acting`], [`extract::Body`], [`extract::Query`], [`extract::PathId`] |
//! | [`page`], [`dto`] | lists; money and other shapes that many answers share |
//! | one module a domain crate | its endpoints |

use std::sync::Arc;

use actix_web::web;
use application::jobs::JobQueries;
use async_trait::async_trait;
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::ports::{Clock, Ids};

pub mod answer;
pub mod app;
pub mod audit;
pub mod content;
pub mod dealers;
pub mod document;
pub mod dto;
mod examples;
pub mod extract;
mod file;
pub mod gate;
pub mod identity;
pub mod inventory;
mod limit;
pub mod media;
mod multipart;
pub mod negotiation;
pub mod notifications;
pub mod operation;
pub mod page;
pub mod problem;
pub mod sales;
pub mod scheduling;
pub mod shape;
mod system;
pub mod webhooks;

/// Says who is behind a bearer token.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// The person as they are now, or the program with what its key gives to a call that changes something, or to one that does
    /// not; `None` for a token that does not hold.
    async fn actor(&self, token: &str, changes: bool) -> Result<Option<Actor>, Common>;
}

/// Says whether what the product needs is there.
#[async_trait]
pub trait Health: Send + Sync {
    /// Asks the database.
    async fn database(&self) -> Result<(), Common>;
    /// Asks the store of files: can something be kept there?
    async fn files(&self) -> Result<(), Common>;
    /// False once the program is shutting down.
    fn accepting(&self) -> bool;
}

/// What every endpoint shares.
#[derive(Clone)]
pub struct Core {
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// Makes ids.
    pub ids: Ids,
    /// Who calls.
    pub authenticate: Arc<dyn Authenticate>,
    /// Is everything there?
    pub health: Arc<dyn Health>,
    /// The queue, for who asks how a job goes.
    pub jobs: Arc<dyn JobQueries>,
    /// Settings of the edge.
    pub settings: Arc<Settings>,
}

/// Settings of the edge.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the world reaches this program: `https://cars.example.com`, without a slash at the end.
    pub public_url: String,
    /// Origins that browsers may call from.
    pub allowed_origins: Vec<String>,
    /// Whether callers are limited.
    pub rate_limit: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Currency of prices in queries, and first in orderings by price.
    pub currency: kernel::money::Currency,
    /// Unit of distances in queries.
    pub distance_unit: kernel::vocabulary::DistanceUnit,
}

/// Everything that the endpoints are built on: one field a module.
#[derive(Clone)]
pub struct Services {
    /// Shared by all.
    pub core: Core,
    /// The audit log.
    pub audit: audit::AuditServices,
    /// The platform's own pages.
    pub content: content::ContentServices,
    /// Accounts.
    pub identity: identity::IdentityServices,
    /// Vehicles, the log, listings, what users keep.
    pub inventory: inventory::InventoryServices,
    /// Files and pictures.
    pub media: media::MediaServices,
    /// Dealers, sites and staff.
    pub dealers: dealers::DealerServices,
    /// Test drives.
    pub scheduling: scheduling::SchedulingServices,
    /// Negotiations.
    pub negotiation: negotiation::NegotiationServices,
    /// What people are told.
    pub notifications: notifications::NotificationServices,
    /// Webhooks.
    pub webhooks: webhooks::WebhookServices,
    /// Sales, commission, figures.
    pub sales: sales::SalesServices,
}

/// Registers every endpoint under `/api/v1`. One line a module; the OpenAPI document follows from it.
fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.configure(system::routes);
    config.configure(audit::routes);
    config.configure(content::routes);
    config.configure(identity::routes);
    config.configure(media::routes);
    config.configure(inventory::routes);
    config.configure(dealers::routes);
    config.configure(negotiation::routes);
    config.configure(notifications::routes);
    config.configure(sales::routes);
    config.configure(scheduling::routes);
    config.configure(webhooks::routes);
}

/// Registers the few endpoints that stand outside `/api/v1`. One line a module that has some.
fn root_routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.configure(identity::root_routes);
    config.configure(media::root_routes);
}

/// Hands each module what its handlers need. One line a module.
fn data(services: &Services, config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(services.core.clone()));
    config.app_data(web::Data::new(services.audit.clone()));
    config.app_data(web::Data::new(services.content.clone()));
    identity::data(&services.identity, config);
    config.app_data(web::Data::new(services.inventory.clone()));
    config.app_data(web::Data::new(services.media.clone()));
    config.app_data(web::Data::new(services.dealers.clone()));
    config.app_data(web::Data::new(services.scheduling.clone()));
    config.app_data(web::Data::new(services.negotiation.clone()));
    config.app_data(web::Data::new(services.notifications.clone()));
    config.app_data(web::Data::new(services.webhooks.clone()));
    config.app_data(web::Data::new(services.sales.clone()));
}

//! The application: every endpoint behind the gate.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, HttpResponse, web};
use kernel::error::Common;
use serde_json::Value;
use utoipa_actix_web::{AppExt, scope};
use utoipa_swagger_ui::SwaggerUi;

use crate::gate::{self, Gate};
use crate::problem::ApiError;
use crate::system::{self, Served};
use crate::{Core, Services, Settings, document, routes};

/// What is made once and shared by all workers.
#[derive(Clone)]
pub struct Shared {
    services: Services,
    gate: Arc<Gate>,
    document: web::Data<Served>,
}

/// The completed OpenAPI document.
pub fn openapi() -> Value {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .openapi(document::frame())
        .configure(all_routes)
        .split_for_parts();
    document::complete(collected)
}

fn all_routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(scope("/api/v1").configure(routes));
    config.configure(system::root_routes);
    config.configure(crate::root_routes);
}

impl Shared {
    /// Fails when the document holds a schema that can't be compiled.
    pub fn new(services: Services) -> Result<Self, String> {
        let document = openapi();
        let gate = Arc::new(Gate::new(services.core.clone(), &document)?);
        Ok(Self {
            services,
            gate,
            document: web::Data::new(Served(document)),
        })
    }

    /// Forgets callers who have not called for long. To be called now and then.
    pub fn forget_idle_callers(&self) {
        self.gate.limits.forget();
    }

    /// One worker's application. `more` adds what stands outside the API (development pages, metrics).
    pub fn app<F: FnOnce(&mut web::ServiceConfig)>(
        &self,
        more: F,
    ) -> App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<F>>,
            Error = Error,
            InitError = (),
        > + use<F>,
    > {
        let (app, _) = App::new()
            .into_utoipa_app()
            .openapi(document::frame())
            .map(|app| {
                app.app_data(web::Data::new(Arc::clone(&self.gate)))
                    .app_data(self.document.clone())
                    .configure(|config| crate::data(&self.services, config))
                    .configure(more)
            })
            .configure(all_routes)
            .split_for_parts();
        app.route(
            "/docs",
            web::get().to(|| async {
                HttpResponse::PermanentRedirect()
                    .insert_header(("Location", "/docs/"))
                    .finish()
            }),
        )
        .service(
            SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api/v1/openapi.json")),
        )
        .default_service(web::to(|| async {
            Err::<HttpResponse, ApiError>(Common::absent("route").into())
        }))
        // The last wrapped runs first.
        .wrap(from_fn(gate::pass))
        .wrap(Compress::default())
        .wrap(cors(&self.services.core.settings))
        .wrap(from_fn(gate::tell_preflight))
    }
}

/// The probes alone, for a node that answers nothing else: the same words as in the whole application.
pub fn probes(core: &Core, config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(core.clone()));
    system::probes(config);
}

fn cors(settings: &Settings) -> Cors {
    let allowed = [
        "accept",
        "authorization",
        "content-type",
        "origin",
        "idempotency-key",
        "if-match",
        "if-none-match",
        "x-request-id",
    ];
    let exposed = [
        "etag",
        "location",
        "retry-after",
        "x-request-id",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "idempotent-replayed",
    ];
    settings
        .allowed_origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
        .allowed_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allowed_headers(allowed)
        .expose_headers(exposed)
        .supports_credentials()
        .block_on_origin_mismatch(false)
        .max_age(3_600)
}

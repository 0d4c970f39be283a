//! Serves until a signal comes, then drains.

use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use api::app::Shared;
use clap::ValueEnum;
use metrics_exporter_prometheus::PrometheusHandle;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::compose::Product;
use crate::dev;
use crate::settings::Config;

/// How long requests in flight may take when the program ends. With the pause before (5 s at most) and the database to close it
/// stays within the 30 s that an orchestrator gives.
const DRAIN_SECONDS: u64 = 20;
/// How long jobs may take: their grace, and the time to hand back what is left.
const JOBS: Duration = Duration::from_secs(worker::GRACE.as_secs() + 5);

/// What a node does. All that nodes do together needs PostgreSQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Answers requests.
    Web,
    /// Does the work in the background; of the web it has the probes and the metrics alone.
    Worker,
    /// Both.
    #[default]
    All,
}

/// What `/metrics` needs.
#[derive(Clone)]
pub struct Metrics {
    /// The recorder.
    pub handle: PrometheusHandle,
    /// Who may read it.
    pub token: SecretString,
}

/// Serves on `listener`, and works on the queue, as the role says, until `stop`. Then: readiness off and no new jobs; after the pause in which a load
/// balancer notices, no new connections; requests in flight end, jobs end or are handed back.
pub async fn serve(
    config: &Config,
    product: Product,
    listener: TcpListener,
    metrics: Option<Metrics>,
    role: Role,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let Product {
        services,
        worker,
        dev,
        accepting,
    } = product;
    let core = services.core.clone();
    let shared = Shared::new(services)
        .map_err(anyhow::Error::msg)
        .context("the API document is broken")?;
    let forgetting = shared.clone();
    let server = if role == Role::Worker {
        let probes = HttpServer::new(move || {
            let (core, metrics) = (core.clone(), metrics.clone());
            App::new()
                .configure(move |config| api::app::probes(&core, config))
                .configure(move |config| metrics_page(metrics, config))
        });
        let probes = probes
            .workers(1)
            .disable_signals()
            .shutdown_timeout(DRAIN_SECONDS);
        probes.listen(listener).context("can't listen")?.run()
    } else {
        let server = HttpServer::new(move || {
            let (dev, metrics) = (dev.clone(), metrics.clone());
            shared.app(move |config| {
                if let Some(dev) = dev {
                    dev::pages(dev, config);
                }
                metrics_page(metrics, config);
            })
        })
        .disable_signals()
        .shutdown_timeout(DRAIN_SECONDS)
        .client_request_timeout(Duration::from_secs(20));
        let server = server.workers(config.serving_threads());
        server.listen(listener).context("can't listen")?.run()
    };
    let handle = server.handle();
    let working = tokio::spawn({
        let stop = stop.child_token();
        async move {
            if role != Role::Web {
                worker.run(stop).await;
            }
        }
    });
    let upkeep = tokio::spawn({
        let stop = stop.clone();
        async move {
            while tokio::time::timeout(Duration::from_mins(1), stop.cancelled())
                .await
                .is_err()
            {
                forgetting.forget_idle_callers();
            }
        }
    });
    let pause = Duration::from_millis(config.shutdown_pause_ms);
    let draining = tokio::spawn(async move {
        stop.cancelled().await;
        let asked = Instant::now();
        accepting.store(false, Ordering::SeqCst);
        tracing::info!("shutting down: not ready, taking no new jobs");
        tokio::time::sleep(pause).await;
        handle.stop(true).await;
        asked
    });
    server.await.context("the server broke down")?;
    let asked = draining.await.unwrap_or_else(|_| Instant::now());
    drop(upkeep.await);
    if tokio::time::timeout_at(asked + JOBS, working).await.is_err() {
        tracing::warn!("jobs did not end in time; their leases will run out and other workers take them");
    }
    tracing::info!("stopped");
    Ok(())
}

fn metrics_page(metrics: Option<Metrics>, config: &mut web::ServiceConfig) {
    if let Some(metrics) = metrics {
        config
            .app_data(web::Data::new(metrics))
            .route("/metrics", web::get().to(show_metrics));
    }
}

async fn show_metrics(metrics: web::Data<Metrics>, request: HttpRequest) -> HttpResponse {
    let given = request
        .headers()
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "));
    if given != Some(metrics.token.expose_secret()) {
        return HttpResponse::Unauthorized()
            .insert_header(("www-authenticate", "Bearer"))
            .finish();
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(metrics.handle.render())
}

//! The whole product in a process: a real database, a real HTTP server on a port of its own, a clock to move, seeded chance, and
//! letters that can be read.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failure here must stop the test with its reason"
)]

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use application::events;
use application::jobs::{JobQueries, QueueFigures};
use chrono::{TimeDelta, TimeZone};
use database::{Db, SqlQueue};
use kernel::Instant;
use kernel::message::Message;
use kernel::ports::Clock;
use mail::{Mailbox, Received};
use memory::SeededRandom;
use server::clock::ManualClock;
use server::compose::{self, Ground, Product};
use server::serve::{Role, serve};
use server::settings::{Config, Raw};
use test_databases::{Backend, TestDatabase};
use tokio_util::sync::CancellationToken;

pub mod cast;
mod client;
pub mod document;
pub mod hooks;
pub mod journeys;
pub mod listen;
mod people;
pub mod things;
pub mod uploads;
pub mod world;
pub mod written;

pub use client::{Call, Client, Reply};
pub use people::Person;

/// The product, running.
pub struct TestApp {
    /// Where it listens: `http://127.0.0.1:port`.
    pub url: String,
    /// Its clock.
    pub clock: ManualClock,
    /// Its database, for looking and for making what no endpoint can.
    pub db: Db,
    /// What it is built on.
    pub ground: Ground,
    mailbox: Mailbox,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

/// When every test starts: a Monday morning in New York, in summer time.
pub fn start_of_tests() -> Instant {
    chrono::Utc
        .with_ymd_and_hms(2026, 6, 8, 14, 0, 0)
        .single()
        .expect("an instant")
}

impl TestApp {
    /// Starts it on a fresh database.
    pub async fn start(backend: Backend) -> Self {
        Self::start_with(backend, &[]).await
    }

    /// Starts it with settings beside the usual ones: `("FORECOURT_REQUIRE_EMAIL_VERIFICATION", "false")`.
    pub async fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Self {
        Self::launch(backend, settings, |ground, clock| {
            compose::product(ground, Some(clock)).expect("the product")
        })
        .await
    }

    /// Starts it with every statement counted that requests send outside a transaction. What the worker sends is not.
    pub async fn start_counting(backend: Backend, statements: Arc<AtomicU64>) -> Self {
        Self::launch(backend, &[], move |ground, clock| {
            let counted = Ground {
                db: ground.db.clone().watched(move |_| {
                    statements.fetch_add(1, Ordering::SeqCst);
                }),
                ..ground.clone()
            };
            Product {
                services: compose::product(&counted, None).expect("the product").services,
                ..compose::product(ground, Some(clock)).expect("the product")
            }
        })
        .await
    }

    async fn launch(
        backend: Backend,
        settings: &[(&str, &str)],
        arrange: impl FnOnce(&Ground, ManualClock) -> Product + Send + 'static,
    ) -> Self {
        server::install_crypto();
        let database = TestDatabase::fresh(backend).await;
        let folder = tempfile::tempdir().expect("a data folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let usual = [
            ("DATABASE_URL", database.url.as_str()),
            ("FORECOURT_DATABASE_WAIT_MS", "30000"),
            (
                "FORECOURT_DATA_DIR",
                folder.path().to_str().expect("a plain path"),
            ),
            ("FORECOURT_PUBLIC_URL", url.as_str()),
            ("FORECOURT_RATE_LIMIT", "off"),
            ("FORECOURT_THREADS", "2"),
        ];
        let variables = usual
            .iter()
            .chain(settings)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let raw = Raw::from_sources(None, variables).expect("settings");
        let config = Config::read(&raw).expect("settings");
        let clock = ManualClock::at(start_of_tests());
        let (ready, wait) = std::sync::mpsc::channel();
        let stop = CancellationToken::new();
        let server = std::thread::spawn({
            let (clock, stop) = (clock.clone(), stop.clone());
            move || {
                actix_rt::System::new().block_on(async move {
                    let random = Arc::new(SeededRandom::new(42));
                    let ground = Ground::lay(config, Arc::new(clock.clone()), random)
                        .await
                        .expect("the ground");
                    let product = arrange(&ground, clock);
                    let mailbox = product
                        .dev
                        .as_ref()
                        .and_then(|dev| dev.mailbox.clone())
                        .unwrap_or_default();
                    ready.send((ground.clone(), mailbox)).expect("somebody waits");
                    let config = Arc::clone(&ground.config);
                    serve(&config, product, listener, None, Role::All, stop)
                        .await
                        .expect("serving");
                });
            }
        });
        let (ground, mailbox) = tokio::task::spawn_blocking(move || wait.recv().expect("the product starts"))
            .await
            .expect("a thread");
        Self {
            url,
            clock,
            db: ground.db.clone(),
            ground,
            mailbox,
            stop,
            server: Some(server),
            _folder: folder,
            _database: database,
        }
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A client with a token.
    pub fn bearer(&self, token: &str) -> Client {
        Client::new(&self.url, Some(token.to_owned()))
    }

    /// Moves time, and waits until what fell due has been done.
    pub async fn advance(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
        // Long enough for the worker to see the new time and put in what is due.
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.quiet().await;
    }

    /// Waits until nothing is due and nobody works.
    pub async fn quiet(&self) {
        let queue = SqlQueue::new(self.db.clone());
        for _ in 0..600 {
            let figures: QueueFigures = queue.figures(self.clock.now()).await.expect("the queue");
            if figures.at_rest() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the queue does not come to rest");
    }

    /// The letters to an address, newest first, once the queue is at rest.
    pub async fn letters_to(&self, address: &str) -> Vec<Received> {
        self.quiet().await;
        self.letters_so_far(address)
    }

    /// Those that have left by now, newest first.
    pub fn letters_so_far(&self, address: &str) -> Vec<Received> {
        self.mailbox
            .letters()
            .into_iter()
            .filter(|l| l.to.folded() == address.to_lowercase())
            .collect()
    }

    /// Every event that was told is in the registry, and fits the schema that it has there.
    async fn events_are_registered(&self) {
        let mut schemas: HashMap<String, jsonschema::Validator> = HashMap::new();
        let mut sql = self.db.sql();
        sql.push("SELECT name, version, payload FROM outbox");
        for row in self.db.all(sql).await.expect("the outbox") {
            let name: String = row.try_get_by("name").expect("a name");
            let version: i64 = row.try_get_by("version").expect("a version");
            let payload: serde_json::Value = row.try_get_by("payload").expect("a payload");
            let known = events::known(&name)
                .unwrap_or_else(|| panic!("{name} is told, but crates/application/events does not have it"));
            assert_eq!(version, i64::from(known.version), "version of {name}");
            let schema = schemas.entry(name.clone()).or_insert_with(|| {
                let options = jsonschema::options().should_validate_formats(true);
                options.build(&known.schema).expect("a schema")
            });
            let wrong: Vec<String> = schema.iter_errors(&payload).map(|e| e.to_string()).collect();
            assert!(
                wrong.is_empty(),
                "{name} does not fit its schema: {wrong:?} in {payload}"
            );
        }
    }

    /// The short messages so far, newest first.
    pub fn messages(&self) -> Vec<Message> {
        self.mailbox.messages()
    }

    /// Ends the product: nothing may be due, no job may have died, and what was told was as the registry says.
    pub async fn finish(mut self) {
        self.quiet().await;
        let figures = SqlQueue::new(self.db.clone())
            .figures(self.clock.now())
            .await
            .expect("the queue");
        assert_eq!(figures.failed, 0, "no job is given up");
        self.events_are_registered().await;
        self.stop.cancel();
        let server = self.server.take().expect("it runs");
        tokio::task::spawn_blocking(move || server.join().expect("a clean end"))
            .await
            .expect("a thread");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

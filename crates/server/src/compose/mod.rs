//! The composition root: builds the adapters, hands them to the use cases. Nothing else.
//!
//! One function a module of the product, in a file of its own, each returning what the API needs of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::media::ports::Storage;
use anyhow::Context as _;
use api::identity::IdentityServices;
use api::scheduling::SchedulingServices;
use api::webhooks::WebhookServices;
use api::{Core, Services, Settings};
use application::letters::{Courier, UnsubscribeLinks, Words};
use application::relay::Relay;
use async_trait::async_trait;
use database::inventory::SqlListingSearch;
use database::{Alone, Db, DbOptions, SqlOutbox, SqlQueue, SqlUpkeep};
use kernel::error::Common;
use kernel::job::Lane;
use kernel::ports::{Clock, Ids, Random};
use mail::{Mailbox, SmtpCourier, TemplateWords};
use secrecy::ExposeSecret;
use security::{HmacUnsubscribeLinks, Keys};
use worker::{Cron, DIGESTS_JOB, Handler, LetterHandler, Prune, SEAL_AUDIT_JOB, SWEEP_FILES_JOB, Worker};

use crate::clock::SystemClock;
use crate::dev::Dev;
use crate::settings::Config;

mod audit;
mod channels;
mod content;
mod dealers;
pub mod identity;
mod inventory;
mod media;
mod negotiation;
mod notifications;
mod sales;
mod scheduling;
mod webhooks;

pub(crate) use self::audit::verifying as audit_verification;
pub(crate) use self::inventory::imports;
pub(crate) use self::media::hasty_media;

/// What the rest is built on.
#[derive(Clone)]
pub struct Ground {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database, migrated.
    pub db: Db,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// Makes ids.
    pub ids: Ids,
}

impl Ground {
    /// Connects to the configured database and migrates it.
    pub async fn lay(config: Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> anyhow::Result<Self> {
        let ground = Self::unmigrated(config, clock, random).await?;
        ground.migrate().await?;
        Ok(ground)
    }

    /// As [`Ground::lay`], for a server: the only one on a SQLite file, which takes up at once what one before it left undone.
    pub async fn lay_for_server(
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> anyhow::Result<(Self, Option<Alone>)> {
        let ground = Self::unmigrated(config, clock, random).await?;
        let alone = Alone::take(ground.config.database_url.expose_secret()).map_err(anyhow::Error::msg)?;
        ground.migrate().await?;
        let listings = SqlListingSearch::new(ground.db.clone()).follow_currency().await?;
        if listings > 0 {
            let currency = ground.config.currency;
            tracing::info!(listings, %currency, "listings are ordered by the platform's currency anew");
        }
        if let Some(alone) = &alone {
            let jobs = SqlQueue::new(ground.db.clone()).take_over(alone).await?;
            let events = SqlOutbox::new(ground.db.clone()).take_over(alone).await?;
            if jobs > 0 || events > 0 {
                tracing::info!(
                    jobs,
                    events,
                    "jobs and events of a server that broke off are taken up"
                );
            }
        }
        Ok((ground, alone))
    }

    async fn migrate(&self) -> anyhow::Result<()> {
        migration::up(self.db.writer())
            .await
            .context("the database could not be migrated")
    }

    /// Connects, and leaves the schema as it is.
    pub async fn unmigrated(
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("the data folder {} can't be made", config.data_dir.display()))?;
        let ids = Ids::new(Arc::clone(&clock), Arc::clone(&random));
        let options = DbOptions {
            url: config.database_url.expose_secret().to_owned(),
            replica_url: config
                .database_replica_url
                .as_ref()
                .map(|u| u.expose_secret().to_owned()),
            max_connections: config.database_connections,
            // Those that serve, and the one that works off the queue.
            threads: u32::try_from(config.serving_threads())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            wait: Duration::from_millis(config.database_wait_ms),
            currency: config.currency,
        };
        let db = Db::connect(&options, ids.clone())
            .await
            .context("the database can't be reached")?;
        Ok(Self {
            config: Arc::new(config),
            db,
            clock,
            random,
            ids,
        })
    }
}

/// The whole product, ready to serve.
pub struct Product {
    /// What the API is built on.
    pub services: Services,
    /// Does the jobs.
    pub worker: Worker,
    /// Development pages, where they are allowed.
    pub dev: Option<Dev>,
    /// Set to false when shutting down.
    pub accepting: Arc<AtomicBool>,
}

/// Builds everything on its ground. `manual` is the clock to move, when it is one.
pub fn product(ground: &Ground, manual: Option<crate::clock::ManualClock>) -> anyhow::Result<Product> {
    let config = &ground.config;
    let queue = SqlQueue::new(ground.db.clone());
    let accepting = Arc::new(AtomicBool::new(true));
    let accounts = identity::identity(ground)?;
    let (media, tidy) = media::media(ground)?;
    let core = core(ground, &accounts, &queue, Arc::clone(&tidy.storage), &accepting);
    let mailbox = Mailbox::new();
    let courier = courier(config, &mailbox)?;
    let devices = channels::devices(ground)?;
    let words = Arc::new(TemplateWords::new(&config.public_url).map_err(anyhow::Error::msg)?);
    let keys = Keys::open(&config.data_dir, ground.random.as_ref())?;
    let links: Arc<dyn UnsubscribeLinks> = Arc::new(HmacUnsubscribeLinks::new(&keys));
    let scheduling = scheduling::scheduling(ground)?;
    let negotiation = negotiation::negotiation(ground);
    let webhooks = webhooks::webhooks(ground)?;
    let purchases = identity::purchase_tokens(ground)?;
    let letters = LetterHandler {
        words: words.clone(),
        secrets: Arc::new(identity::LetterSecrets {
            codes: Arc::clone(&accounts.identity.codes),
            purchases: Arc::clone(&purchases),
            drives: Arc::clone(&scheduling.drives.links),
            links: Arc::clone(&links),
        }),
        courier,
    };
    let [taking, undoing] = inventory::import_handlers(ground);
    let mut handlers: Vec<Arc<dyn Handler>> = vec![
        Arc::new(taking),
        Arc::new(undoing),
        Arc::new(Prune {
            upkeep: Arc::new(SqlUpkeep::new(ground.db.clone())),
            imports: inventory::imports(ground).imports,
            clock: Arc::clone(&ground.clock),
        }),
        Arc::new(identity::erasing(
            ground,
            &accounts,
            &scheduling,
            &negotiation,
            &letters,
        )),
        Arc::new(letters),
        Arc::new(channels::messages(ground, &mailbox)?),
        Arc::new(channels::pushes(ground, &devices)),
        Arc::new(inventory::digests(ground)),
        Arc::new(scheduling::expiry(ground, &scheduling)),
        Arc::new(scheduling::turns(ground, &scheduling)),
        Arc::new(scheduling::reminders(ground, &scheduling)),
        Arc::new(negotiation::due(ground, &negotiation)),
    ];
    handlers.push(Arc::new(audit::sealing(ground)));
    handlers.extend(webhooks::handlers(ground, &webhooks)?);
    handlers.extend(media::handlers(&tidy));
    let relay = relay(ground, words, &webhooks, &scheduling);
    let worker = Worker {
        queue: Arc::new(queue.clone()),
        relay,
        clock: Arc::clone(&ground.clock),
        wall: Arc::new(SystemClock),
        handlers,
        crons: crons(),
        concurrency: 4,
    };
    let dev = (!config.production).then(|| Dev {
        mailbox: Some(mailbox),
        clock: manual,
        jobs: Arc::new(queue),
    });
    Ok(Product {
        services: Services {
            core,
            audit: audit::services(ground),
            content: content::services(ground),
            identity: accounts,
            inventory: inventory::inventory(ground),
            media,
            dealers: dealers::services(ground),
            scheduling,
            negotiation,
            webhooks,
            notifications: notifications::services(ground, devices, links),
            sales: sales::sales(ground, purchases)?,
        },
        worker,
        dev,
        accepting,
    })
}

/// How long the store of files may take to say that it is there: who asks whether this node is ready seldom waits longer.
const PROBE: Duration = Duration::from_secs(2);

/// What every endpoint is built on.
fn core(
    ground: &Ground,
    accounts: &IdentityServices,
    queue: &SqlQueue,
    storage: Arc<dyn Storage>,
    accepting: &Arc<AtomicBool>,
) -> Core {
    let config = &ground.config;
    Core {
        clock: Arc::clone(&ground.clock),
        ids: ground.ids.clone(),
        authenticate: Arc::new(identity::Bearers::new(accounts, Arc::clone(&ground.clock))),
        health: Arc::new(Wellbeing {
            db: ground.db.clone(),
            storage,
            accepting: Arc::clone(accepting),
        }),
        jobs: Arc::new(queue.clone()),
        settings: Arc::new(Settings {
            public_url: config.public_url.clone(),
            allowed_origins: config.allowed_origins.clone(),
            rate_limit: config.rate_limit,
            trusted_proxies: config.trusted_proxies.clone(),
            currency: config.currency,
            distance_unit: config.distance_unit,
        }),
    }
}

/// What is done at fixed times.
fn crons() -> Vec<Cron> {
    let cron = |name, pattern, kind| Cron {
        name,
        pattern,
        kind,
        lane: Lane::Long,
    };
    vec![
        cron("prune", "17 3 * * *", "prune"),
        // Zones are a quarter of an hour apart.
        cron("digests", "*/15 * * * *", DIGESTS_JOB),
        cron("sweep_files", "37 * * * *", SWEEP_FILES_JOB),
        cron("seal_audit_log", "*/5 * * * *", SEAL_AUDIT_JOB),
    ]
}

/// Who carries letters: an SMTP server, else the development mailbox.
fn courier(config: &Config, mailbox: &Mailbox) -> anyhow::Result<Arc<dyn Courier>> {
    let Some(url) = &config.smtp_url else {
        return Ok(Arc::new(mailbox.clone()));
    };
    let roots = match &config.smtp_ca_file {
        Some(path) => {
            let read = std::fs::read(path);
            Some(read.with_context(|| format!("smtp_ca_file: can't read “{}”", path.display()))?)
        }
        None => None,
    };
    let courier = SmtpCourier::new(url.expose_secret(), &config.smtp_from, roots.as_deref());
    let courier = courier.map_err(|error| anyhow::anyhow!("letters by SMTP: {error}"))?;
    Ok(Arc::new(courier))
}

/// Who hears of events.
fn relay(
    ground: &Ground,
    words: Arc<dyn Words>,
    webhooks: &WebhookServices,
    scheduling: &SchedulingServices,
) -> Relay {
    Relay {
        outbox: Arc::new(SqlOutbox::new(ground.db.clone())),
        readers: vec![
            Arc::new(notifications::notifier(ground, words)),
            Arc::new(webhooks::reader(webhooks)),
            Arc::new(scheduling::back_on_offer(scheduling)),
        ],
    }
}

struct Wellbeing {
    db: Db,
    storage: Arc<dyn Storage>,
    accepting: Arc<AtomicBool>,
}

#[async_trait]
impl api::Health for Wellbeing {
    async fn database(&self) -> Result<(), Common> {
        self.db.ping().await
    }

    async fn files(&self) -> Result<(), Common> {
        let probed = tokio::time::timeout(PROBE, self.storage.probe()).await;
        probed.unwrap_or_else(|_| {
            Err(Common::Unavailable {
                internal: format!("the store of files does not answer within {PROBE:?}"),
            })
        })
    }

    fn accepting(&self) -> bool {
        self.accepting.load(Ordering::SeqCst)
    }
}

//! Two dealers with three sites, and a corpus of cars, the same on each database.

use std::sync::Arc;

use async_trait::async_trait;
use forecourt_database::inventory::{SqlImports, SqlListingSearch, SqlListings};
use forecourt_database::{Db, DbOptions, Stop};
use inventory::csv::Mapping;
use inventory::import::use_cases::{StartImport, Watch};
use inventory::import::{Batch, ImportListings, Mode, Options};
use inventory::listing::ListingStatus;
use inventory::search::use_cases::SearchListings;
use inventory::use_cases::KeepListings;
use kernel::act::{Act, Record};
use kernel::error::Common;
use kernel::id::{DealerId, Id, SiteId};
use kernel::money::Currency;
use kernel::ports::{Clock, Ids};
use memory::{FixedClock, SeededRandom};
use sea_orm::Value;
use test_databases::{Backend, TestDatabase, rows};

pub(crate) struct Lot {
    pub(crate) db: Db,
    pub(crate) clock: FixedClock,
    pub(crate) search: SearchListings,
    pub(crate) adapter: SqlListingSearch,
    pub(crate) imports: ImportListings,
    pub(crate) listings: KeepListings,
    database: TestDatabase,
}

pub(crate) struct Quiet;

#[async_trait]
impl Watch for Quiet {
    async fn progress(&self, _: u64, _: Option<u64>) -> bool {
        true
    }
}

pub(crate) fn id<K>(n: u32) -> Id<K> {
    format!("00000000-0000-7000-8000-{n:012}").parse().unwrap()
}

pub(crate) fn dealer(n: u32) -> DealerId {
    id(n)
}

pub(crate) fn site(n: u32) -> SiteId {
    id(100 + n)
}

impl Lot {
    /// Empty: dealers 1 and 2, sites 1 and 2 of the first, site 3 of the second.
    pub(crate) async fn empty(backend: Backend) -> Self {
        let clock = FixedClock::at("2026-06-05T12:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let database = TestDatabase::fresh(backend).await;
        let db = Db::connect(&DbOptions::new(&database.url), ids.clone())
            .await
            .unwrap();
        let adapter = SqlListingSearch::new(db.clone());
        let imports = Arc::new(SqlImports::new(db.clone()));
        let stock = Arc::new(SqlListings::new(db.clone()));
        let lot = Self {
            search: SearchListings {
                search: Arc::new(adapter.clone()),
            },
            adapter,
            imports: ImportListings {
                imports: imports.clone(),
                export: imports,
                ids: ids.clone(),
            },
            listings: KeepListings {
                listings: stock.clone(),
                stock,
                ids,
            },
            db,
            clock,
            database,
        };
        lot.dealer(1, "Ann's Cars").await;
        lot.dealer(2, "Bob's Wheels").await;
        lot.site(1, 1, "Springfield", Some("IL"), Some((39.80, -89.65)))
            .await;
        lot.site(2, 1, "Chicago", Some("IL"), Some((41.88, -87.63))).await;
        lot.site(3, 2, "São Paulo", None, None).await;
        lot
    }

    /// The same, as a server with another currency of the platform sees it.
    pub(crate) async fn under(mut self, currency: Currency) -> Self {
        let options = DbOptions {
            currency,
            ..DbOptions::new(&self.database.url)
        };
        self.db = Db::connect(&options, self.imports.ids.clone()).await.unwrap();
        self.adapter = SqlListingSearch::new(self.db.clone());
        self.search.search = Arc::new(self.adapter.clone());
        self
    }

    /// With [`corpus`] at the three sites.
    pub(crate) async fn stocked(backend: Backend) -> Self {
        let lot = Self::empty(backend).await;
        for (n, dealer_of) in [(1, 1), (2, 1), (3, 2)] {
            lot.clock.advance(3_600);
            let batch = lot.import(dealer_of, site(n), &corpus(n), |_| {}).await;
            assert_eq!(batch.tally.refused, 0, "{:?}", lot.reports(&batch).await);
        }
        lot
    }

    pub(crate) fn act(&self) -> Act {
        Act::of_system(self.clock.now(), "test")
    }

    pub(crate) async fn import(
        &self,
        of: u32,
        at: SiteId,
        file: &str,
        change: impl FnOnce(&mut Options),
    ) -> Batch {
        let batch = self.start(of, at, file.as_bytes(), change).await;
        self.imports.run(&self.act(), batch.id, &Quiet).await.unwrap()
    }

    pub(crate) async fn start(
        &self,
        of: u32,
        at: SiteId,
        file: &[u8],
        change: impl FnOnce(&mut Options),
    ) -> Batch {
        let mut options = Options {
            mode: Mode::Partial,
            mapping: Mapping::default(),
            dry_run: false,
            status: ListingStatus::Active,
        };
        change(&mut options);
        let request = StartImport {
            id: self.imports.next_id(),
            dealer: Some(dealer(of)),
            site: Some(at),
            options,
            queued: false,
        };
        for (n, part) in file.chunks(4_000).enumerate() {
            self.imports
                .imports
                .stage(request.id, u32::try_from(n).unwrap(), part)
                .await
                .unwrap();
        }
        self.imports.start(&self.act(), &request).await.unwrap().value
    }

    pub(crate) async fn reports(&self, batch: &Batch) -> Vec<inventory::import::RowReport> {
        self.imports.imports.reports(batch.id, 0, 10_000).await.unwrap()
    }

    /// Runs a statement of its own.
    pub(crate) async fn run(&self, write: impl AsyncFn(&forecourt_database::Tx)) {
        let act = self.act();
        let write = &write;
        let done = self.db.act(&act, |tx| async move {
            write(&tx).await;
            (tx, Ok::<_, Stop<Common>>(((), Record::default())))
        });
        done.await.unwrap();
    }

    pub(crate) async fn insert(&self, table: &str, columns: Vec<(&str, Value)>) {
        self.run(async |tx| {
            let mut sql = tx.sql();
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            sql.push("INSERT INTO ")
                .push(table)
                .push(" (")
                .push(&names.join(", "))
                .push(") VALUES (");
            sql.bind_all(columns.iter().map(|(_, value)| value.clone()))
                .push(")");
            tx.run(sql).await.unwrap();
        })
        .await;
    }

    pub(crate) async fn set_dealer(&self, of: u32, status: &str) {
        self.run(async |tx| {
            let mut sql = tx.sql();
            sql.push("UPDATE dealers SET status = ")
                .bind(status)
                .push(" WHERE id = ")
                .bind(dealer(of).uuid());
            tx.run(sql).await.unwrap();
        })
        .await;
    }

    async fn dealer(&self, n: u32, name: &str) {
        let now = self.clock.now();
        let row = rows::dealer(dealer(n).uuid(), name, now);
        self.insert("dealers", row).await;
    }

    async fn site(&self, n: u32, of: u32, city: &str, state: Option<&str>, place: Option<(f64, f64)>) {
        let now = self.clock.now();
        let (id, of) = (site(n).uuid(), dealer(of).uuid());
        let mut row = rows::site(id, of, &format!("Site {n}"), [city, "America/Chicago"], now);
        row.extend([
            ("state", state.into()),
            ("state_folded", state.map(str::to_lowercase).into()),
            ("latitude", place.map(|p| p.0).into()),
            ("longitude", place.map(|p| p.1).into()),
        ]);
        self.insert("sites", row).await;
    }
}

/// Cars of a few models with many equal values, so that ties are decided by the id. 120 for each `n`.
pub(crate) fn corpus(n: u32) -> String {
    let models = [
        ("Ford", "F-150", "XLT", "pickup", "gasoline"),
        ("Ford", "Focus", "SE", "hatchback", "gasoline"),
        ("Citroën", "C4", "", "hatchback", "diesel"),
        ("Mazda", "CX-5", "Touring", "suv", "gasoline"),
        ("Tesla", "Model 3", "Long Range", "sedan", "electric"),
    ];
    let mut file = "vin,make,model,trim,year,body_type,fuel_type,condition,asking_price,currency,msrp,mileage,color,featured,title,description,features\n".to_owned();
    for i in 0..120_u32 {
        let (make, model, trim, body, fuel) = models[usize::try_from(i % 5).unwrap()];
        let (year, price) = (2015 + (i / 5) % 6, 9_000 + 500 * ((i * 7 + n) % 40));
        let currency = if i % 17 == 3 { "EUR" } else { "USD" };
        let title = if i % 4 == 0 {
            format!("One owner {make} {model}")
        } else {
            String::new()
        };
        let description = if i % 6 == 0 {
            "Better than an F-150 or a CX5, naïve price"
        } else {
            "Garage kept"
        };
        let featured = i % 30 == 0;
        let mileage = 20_000 + 900 * (i % 50);
        let row = format!(
            "1FT{n:02}ABC{i:04}DEFGX,{make},{model},{trim},{year},{body},{fuel},used,{price},{currency},{},{mileage},Blé doré,{featured},{title},\"{description}\",Tow bar|Heated seats\n",
            price + 3_000,
        );
        file.push_str(&row);
    }
    file
}

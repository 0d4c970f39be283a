//! What people are told of the cars that they keep an eye on.

use std::sync::Arc;

use chrono::TimeDelta;
use forecourt_database::inventory::SqlDigests;
use inventory::listing::Listed;
use inventory::listing_draft::ListingChanges;
use inventory::listing_rules::VehicleChoice;
use inventory::ports::Digests;
use inventory::search::filter::Defaults;
use inventory::use_cases::{NewSearch, TellWatchers};
use kernel::act::Act;
use kernel::error::Common;
use kernel::id::UserId;
use kernel::patch::Patch;
use kernel::ports::Clock;
use kernel::rights::Role;
use sea_orm::Value;

use crate::world::{World, given_account, given_row};
use crate::yard::{Yard, accord, usd};

const DAY: i64 = 24 * 3_600;

struct Watch {
    yard: Yard,
    digests: Arc<dyn Digests>,
}

impl Watch {
    async fn on(world: World) -> Self {
        let zone = "America/New_York".parse().unwrap();
        let digests = SqlDigests::new(world.db().clone(), zone, Defaults::default());
        Self {
            digests: Arc::new(digests),
            yard: Yard::on(world).await,
        }
    }

    fn tell(&self) -> TellWatchers {
        TellWatchers {
            digests: Arc::clone(&self.digests),
        }
    }

    /// Tells everybody whose turn it is; says how many turns there were.
    async fn run(&self) -> u64 {
        let (tell, act) = (self.tell(), self.yard.world.act());
        let mut all = 0;
        loop {
            match tell.turn(&act).await.unwrap() {
                0 => return all,
                some => all += some,
            }
        }
    }

    /// Gives everybody who is new their hour.
    async fn plan(&self) {
        self.run().await;
        assert_eq!(self.told().await.len(), 0);
    }

    /// The next morning.
    async fn next_day(&self) -> u64 {
        self.yard.world.clock.advance(DAY);
        self.run().await
    }

    /// As [`Watch::run`], by four workers at once.
    async fn run_at_once(&self) {
        let runs = (0..4).map(|_| {
            let (tell, act) = (self.tell(), self.yard.world.act());
            tokio::spawn(async move { while tell.turn(&act).await.unwrap() > 0 {} })
        });
        for run in runs.collect::<Vec<_>>() {
            run.await.unwrap();
        }
        // What a rival held was passed over.
        self.run().await;
    }

    async fn person(&self) -> UserId {
        let world = &self.yard.world;
        let user: UserId = world.ids.next();
        let email = format!("{user}@example.com");
        given_account(world, user, &email, ["Ann", "Buyer"]).await;
        user
    }

    /// Somebody who looks for Hondas.
    async fn watcher(&self) -> Act {
        let act = self.yard.by(self.person().await, None);
        self.keep(&act, &[("make", "Honda")]).await;
        act
    }

    async fn keep(&self, act: &Act, filters: &[(&str, &str)]) {
        let filters = filters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]));
        let search = NewSearch {
            name: None,
            filters: filters.collect(),
        };
        self.yard.saved.keep_search(act, &search).await.unwrap();
    }

    /// A Honda goes on offer, for 12,500 dollars.
    async fn car(&self, number: u32) -> Listed {
        let vin = format!("1HGCM82633A{number:06}");
        let request = self.yard.request(VehicleChoice::New(Box::new(accord(&vin))));
        let sales = self.yard.sales();
        let done = self.yard.listings.create(&sales, &request).await;
        done.unwrap().value
    }

    async fn ask(&self, listed: &Listed, price: &str) {
        let changes = ListingChanges {
            asking_price: Patch::Value(usd(price)),
            floor_price: Patch::Null,
            ..ListingChanges::default()
        };
        let (sales, id) = (self.yard.sales(), listed.listing.id);
        self.yard.listings.change(&sales, id, &changes).await.unwrap();
    }

    /// Cars and lower prices in each digest that was told.
    async fn told(&self) -> Vec<(u64, usize)> {
        let mut sql = self.yard.world.db().sql();
        sql.push("SELECT payload FROM outbox WHERE name = 'digest.composed' ORDER BY id");
        let rows = self.yard.world.db().all(sql).await.unwrap();
        let read = |row: &sea_orm::QueryResult| {
            let payload: serde_json::Value = row.try_get_by("payload").unwrap();
            (
                payload["matches"].as_u64().unwrap(),
                payload["price_drops"].as_array().unwrap().len(),
            )
        };
        rows.iter().map(read).collect()
    }
}

pub(crate) async fn what_is_new_is_told_once_however_many_runs_there_are(world: World) {
    let watch = Watch::on(world).await;
    for _ in 0..60 {
        watch.watcher().await;
    }
    watch.plan().await;
    watch.car(1).await;
    watch.yard.world.clock.advance(DAY);
    watch.run_at_once().await;
    assert_eq!(watch.told().await, vec![(1, 0); 60]);
    assert_eq!(watch.next_day().await, 60);
    assert_eq!(watch.told().await.len(), 60, "the same car is not new again");
    watch.car(2).await;
    watch.next_day().await;
    assert_eq!(watch.told().await, vec![(1, 0); 120]);
}

pub(crate) async fn a_run_that_breaks_off_leaves_no_double_and_no_gap(world: World) {
    let watch = Watch::on(world).await;
    for _ in 0..75 {
        watch.watcher().await;
    }
    watch.plan().await;
    watch.car(1).await;
    watch.yard.world.clock.advance(DAY);
    let (tell, act) = (watch.tell(), watch.yard.world.act());
    assert_eq!(tell.turn(&act).await.unwrap(), 50);
    let broken = watch
        .digests
        .turn(&act, 10, &|_| Err(Common::internal("the power went out").into()));
    broken.await.unwrap_err();
    assert_eq!(watch.told().await.len(), 50, "nothing of what broke off is there");
    assert_eq!(watch.run().await, 25);
    assert_eq!(watch.told().await, vec![(1, 0); 75]);
}

pub(crate) async fn only_what_is_new_and_to_be_seen_is_told(world: World) {
    let watch = Watch::on(world).await;
    let yard = &watch.yard;
    watch.car(1).await;
    yard.world.clock.advance(1);
    let ann = watch.watcher().await;
    watch.keep(&ann, &[("make", "Ford")]).await;
    watch
        .keep(&ann, &[("q", "sunroof"), ("max_price", "13000")])
        .await;
    watch.keep(&ann, &[("max_price", "12000")]).await;
    let sam = watch.person().await;
    let staff: Vec<(&str, Value)> = vec![
        ("id", yard.world.ids.uuid().into()),
        ("dealer_id", yard.dealer.uuid().into()),
        ("user_id", sam.uuid().into()),
        ("email", "sam@example.com".into()),
        ("email_folded", "sam@example.com".into()),
        ("role", "sales".into()),
        ("sites", serde_json::json!([]).into()),
        ("active", true.into()),
        ("version", 1_i64.into()),
        ("created_at", yard.world.clock.now().into()),
        ("updated_at", yard.world.clock.now().into()),
    ];
    given_row(&yard.world, "staff", staff).await;
    let sam = yard.by(sam, Some(Role::Sales));
    watch.keep(&sam, &[("make", "Honda")]).await;
    watch.plan().await;
    watch.next_day().await;
    assert_eq!(watch.told().await, [], "what was there before is not new");
    let gone = watch.car(2).await;
    let changes = ListingChanges {
        status: Patch::Value("removed".to_owned()),
        ..ListingChanges::default()
    };
    yard.listings
        .change(&yard.sales(), gone.listing.id, &changes)
        .await
        .unwrap();
    watch.next_day().await;
    assert_eq!(watch.told().await, [], "nobody can see it any more");
    watch.car(3).await;
    watch.next_day().await;
    assert_eq!(
        watch.told().await,
        [(1, 0)],
        "one car, once, though two searches find it; and not to those who sell it"
    );
    // A dealer that was verified later: its car is shown for the first time today.
    set_dealer(&watch, "pending").await;
    watch.car(4).await;
    watch.next_day().await;
    assert_eq!(watch.told().await.len(), 1);
    set_dealer(&watch, "verified").await;
    watch.next_day().await;
    assert_eq!(watch.told().await.len(), 2);
}

async fn set_dealer(watch: &Watch, status: &str) {
    let world = &watch.yard.world;
    let (act, now, dealer) = (world.act(), world.clock.now(), watch.yard.dealer.uuid());
    let done = world.db().act(&act, |tx| async move {
        let mut sql = tx.sql();
        sql.push("UPDATE dealers SET status = ")
            .bind(status)
            .push(", updated_at = ")
            .bind(now)
            .push(" WHERE id = ")
            .bind(dealer);
        tx.run(sql).await.unwrap();
        let end = Ok::<_, forecourt_database::Stop<Common>>(((), kernel::act::Record::default()));
        (tx, end)
    });
    done.await.unwrap();
}

pub(crate) async fn a_lower_price_is_told_once_however_many_runs_there_are(world: World) {
    let watch = Watch::on(world).await;
    let car = watch.car(1).await;
    for _ in 0..60 {
        let keeper = watch.yard.by(watch.person().await, None);
        watch.yard.saved.save(&keeper, car.listing.id).await.unwrap();
    }
    watch.plan().await;
    watch.ask(&car, "12000.00").await;
    watch.yard.world.clock.advance(DAY);
    watch.run_at_once().await;
    assert_eq!(watch.told().await, vec![(0, 1); 60]);
    watch.yard.world.clock.advance(DAY);
    watch.run_at_once().await;
    assert_eq!(watch.told().await.len(), 60, "the same price is not lower again");
}

pub(crate) async fn a_lower_price_is_told_once(world: World) {
    let watch = Watch::on(world).await;
    let car = watch.car(1).await;
    let ann = watch.yard.by(watch.person().await, None);
    watch.yard.saved.save(&ann, car.listing.id).await.unwrap();
    watch.plan().await;
    watch.ask(&car, "12000.00").await;
    watch.ask(&car, "11900.00").await;
    watch.next_day().await;
    watch.next_day().await;
    assert_eq!(watch.told().await, [(0, 1)]);
    watch.ask(&car, "13000.00").await;
    watch.next_day().await;
    watch.ask(&car, "12500.00").await;
    watch.ask(&car, "13000.00").await;
    watch.next_day().await;
    assert_eq!(watch.told().await.len(), 1, "it asks no less than the day before");
    watch.ask(&car, "12999.99").await;
    assert_eq!(
        watch.yard.world.clock.now() - crate::world::start(),
        TimeDelta::days(4)
    );
    watch.next_day().await;
    assert_eq!(watch.told().await, [(0, 1), (0, 1)]);
}

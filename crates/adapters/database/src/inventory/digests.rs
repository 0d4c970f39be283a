//! What is new for people who keep searches and cars: found and written for some of them at a time.

use std::collections::HashMap;

use ::inventory::digest::{Car, News, PriceDrop, TAKEN, Turn, Watcher, window};
use ::inventory::error::Error;
use ::inventory::ports::Digests;
use ::inventory::saved::SavedSearch;
use ::inventory::search::filter::{Defaults, ListingFilter};
use ::inventory::search::views::Audience;
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Record};
use kernel::error::Common;
use kernel::id::{ListingId, SavedSearchId, UserId};
use kernel::money::Money;
use kernel::zone::Zone;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::saved::{SEARCH, search};
use super::search::conditions::{conditions, source_within};
use crate::db::Db;
use crate::fault::Stop;
use crate::notifications::preferences::{COLUMNS, preferences};
use crate::rows::{corrupt, currency, get, id, insert_all};
use crate::scheduling::rows::vehicle_title;
use crate::tx::Tx;

/// Searches that one statement looks for. Fifty searches with every filter full stay below SQLite's 32,766 values.
const SEARCHES: usize = 50;
/// Rows that are written in one statement.
const ROWS: usize = 500;

/// Digests in a database.
#[derive(Clone)]
pub struct SqlDigests {
    db: Db,
    zone: Zone,
    defaults: Defaults,
}

/// Somebody whose turn it is, before it is known what is new.
struct Due {
    watcher: Watcher,
    /// The dealer that they work for.
    employer: Option<Uuid>,
    active: bool,
}

/// What somebody is told of.
#[derive(Default)]
struct Fresh {
    news: Vec<News>,
    drops: Vec<PriceDrop>,
}

impl SqlDigests {
    /// In this database. `zone` is the platform's: who never said where they are, and saved no car of a showroom, goes by its clock.
    /// `defaults` are what saved searches mean that do not say.
    pub const fn new(db: Db, zone: Zone, defaults: Defaults) -> Self {
        Self { db, zone, defaults }
    }

    /// Is it anybody's turn? Looking first keeps an idle run off the writer.
    async fn anybody(&self, now: Instant) -> Result<bool, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT 1 FROM digests WHERE next_at <= ")
            .bind(now)
            .push(" LIMIT 1");
        Ok(self.db.one(sql).await?.is_some())
    }

    async fn turn_in(
        &self,
        tx: &Tx,
        act: &Act,
        limit: u32,
        decide: Decide<'_, Vec<Watcher>, Vec<Turn>, u64, Error>,
    ) -> Result<(u64, Record), Stop<Error>> {
        let due = self.due(tx, act.at, limit).await?;
        let told: Vec<&Due> = due
            .iter()
            .filter(|due| due.active && due.watcher.planned)
            .collect();
        let mut fresh = self.fresh(tx, act.at, &told).await?;
        let watchers: Vec<Watcher> = due
            .into_iter()
            .map(|due| {
                let found = fresh.remove(&due.watcher.user).unwrap_or_default();
                Watcher {
                    news: found.news,
                    drops: found.drops,
                    ..due.watcher
                }
            })
            .collect();
        let decision = decide(&watchers).map_err(Stop::Domain)?;
        write(tx, act.at, &decision.plan).await?;
        Ok((decision.answer, decision.record))
    }

    /// Those whose turn it is, locked; rivals take others.
    async fn due(&self, tx: &Tx, now: Instant, limit: u32) -> Result<Vec<Due>, Stop<Error>> {
        let mut sql = tx.sql();
        sql.push("SELECT g.user_id, g.since, g.planned, u.active, ")
            .push(COLUMNS);
        sql.push(
            ", (SELECT f.dealer_id FROM staff f WHERE f.user_id = g.user_id AND f.active LIMIT 1) AS employer, \
             (SELECT s.timezone FROM saved_listings k JOIN listings l ON l.id = k.listing_id JOIN sites s ON s.id = l.site_id \
             WHERE k.user_id = g.user_id ORDER BY k.saved_at DESC, k.listing_id DESC LIMIT 1) AS showroom_zone \
             FROM digests g LEFT JOIN users u ON u.id = g.user_id LEFT JOIN notification_preferences p ON p.user_id = g.user_id \
             WHERE g.next_at <= ",
        );
        sql.bind(now)
            .push(" ORDER BY g.next_at, g.user_id LIMIT ")
            .bind(i64::from(limit));
        if sql.is_postgres() {
            sql.push(" FOR UPDATE OF g SKIP LOCKED");
        }
        let rows = tx.all(sql).await?;
        rows.iter().map(|row| self.read_due(row)).collect()
    }

    fn read_due(&self, row: &QueryResult) -> Result<Due, Stop<Error>> {
        let quiet = preferences(row)?.quiet;
        let showroom: Option<String> = get(row, "showroom_zone")?;
        let showroom: Option<Zone> = showroom
            .map(|name| name.parse().map_err(|_| corrupt("timezone", &name)))
            .transpose()?;
        let watcher = Watcher {
            user: id(row, "user_id")?,
            zone: quiet.map(|quiet| quiet.zone()).or(showroom).unwrap_or(self.zone),
            since: get(row, "since")?,
            planned: get(row, "planned")?,
            news: Vec::new(),
            drops: Vec::new(),
        };
        Ok(Due {
            watcher,
            employer: get(row, "employer")?,
            active: get::<Option<bool>>(row, "active")?.unwrap_or(false),
        })
    }

    async fn fresh(
        &self,
        tx: &Tx,
        now: Instant,
        told: &[&Due],
    ) -> Result<HashMap<UserId, Fresh>, Stop<Error>> {
        let mut fresh: HashMap<UserId, Fresh> = HashMap::new();
        if told.is_empty() {
            return Ok(fresh);
        }
        for (user, drop) in drops(tx, told).await? {
            fresh.entry(user).or_default().drops.push(drop);
        }
        let people: HashMap<UserId, &Due> = told.iter().map(|due| (due.watcher.user, *due)).collect();
        let mut sql = tx.sql();
        sql.push("SELECT ")
            .push(SEARCH)
            .push(" FROM saved_searches WHERE user_id IN (");
        sql.bind_all(people.keys().map(UserId::uuid))
            .push(") ORDER BY user_id, id");
        let searches: Vec<SavedSearch> = tx.all(sql).await?.iter().map(search).collect::<Result<_, _>>()?;
        let mut wanted: Vec<(&SavedSearch, &Due, ListingFilter)> = Vec::new();
        for search in &searches {
            // What was kept was read once; a later version that reads it no more must not stop the others.
            match (
                people.get(&search.user),
                ListingFilter::read(search.filters.as_map(), self.defaults),
            ) {
                (Some(due), Ok(filter)) => wanted.push((search, due, filter)),
                (_, Err(_)) => tracing::warn!(search = %search.id, "a saved search can't be read any more"),
                (None, Ok(_)) => {}
            }
        }
        for some in wanted.chunks(SEARCHES) {
            let mut found = matches(tx, now, some).await?;
            for (arm, (search, _, _)) in some.iter().enumerate() {
                if let Some(cars) = found.remove(&arm) {
                    let search_id = search.id;
                    fresh.entry(search.user).or_default().news.push(News {
                        search: search_id,
                        cars,
                    });
                }
            }
        }
        Ok(fresh)
    }
}

/// What conditions ask of a listing; words are indexed in a way of each database's own.
const ASKED: &str = "s.listing_id, s.dealer_id, s.site_id, s.status, s.public, s.make, s.model, s.trim, s.color, s.city, s.state, s.year, \
     s.price_rising, s.mileage, s.listed_at, s.fuel_type, s.body_type, s.transmission, s.drivetrain, s.condition, s.featured, s.x, s.y, s.z";

/// New cars for each of these searches, by its place. What is new for anybody is taken out once, the few of some days; each search
/// then goes through these.
async fn matches(
    tx: &Tx,
    now: Instant,
    searches: &[(&SavedSearch, &Due, ListingFilter)],
) -> Result<HashMap<usize, Vec<Car>>, Stop<Error>> {
    let public = Audience::Public { exact: true };
    let from = |search: &SavedSearch, due: &Due| window(search.created_at, due.watcher.since, now);
    let first = searches.iter().map(|(search, due, _)| from(search, due)).min();
    let mut sql = tx.sql();
    let words = if sql.is_postgres() { ", s.words" } else { ", s.seq" };
    sql.push("WITH fresh AS MATERIALIZED (SELECT w.at, ")
        .push(ASKED)
        .push(words)
        .push(" FROM listings_shown w JOIN listing_search s ON s.listing_id = w.listing_id WHERE s.public AND w.at >= ")
        .bind(first.unwrap_or(now));
    sql.push(
        ") SELECT m.arm, m.listing_id, l.asking_minor, l.currency, v.year, v.make, v.model, v.trim FROM (",
    );
    for (arm, (search, due, filter)) in searches.iter().enumerate() {
        sql.push(if arm == 0 { "" } else { " UNION ALL " })
            .push("SELECT * FROM (SELECT ")
            .push(&arm.to_string())
            .push(" AS arm, s.at, s.listing_id FROM ")
            .push(&source_within("fresh", filter))
            .push(" WHERE s.at >= ")
            .bind(from(search, due));
        conditions(&mut sql, public, filter);
        if let Some(employer) = due.employer {
            sql.push(" AND s.dealer_id <> ").bind(employer);
        }
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM digest_matches t WHERE t.listing_id = s.listing_id AND t.search_id = ",
        )
        .bind(search.id.uuid())
        .push(") ORDER BY s.at DESC, s.listing_id DESC LIMIT ")
        .bind(i64::from(TAKEN))
        .push(") AS of_search");
    }
    sql.push(
        ") m JOIN listings l ON l.id = m.listing_id JOIN vehicles v ON v.id = l.vehicle_id \
         ORDER BY m.arm, m.at DESC, m.listing_id DESC",
    );
    let mut found: HashMap<usize, Vec<Car>> = HashMap::new();
    for row in tx.all(sql).await? {
        let arm: i32 = get(&row, "arm")?;
        let arm = usize::try_from(arm).map_err(|e| corrupt("arm", e))?;
        found.entry(arm).or_default().push(car(&row)?);
    }
    Ok(found)
}

/// Saved cars that are asked less for than their keepers know.
async fn drops(tx: &Tx, told: &[&Due]) -> Result<Vec<(UserId, PriceDrop)>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push(
        "SELECT k.user_id, k.listing_id, k.known_minor, l.dealer_id, l.asking_minor, l.currency, v.year, v.make, v.model, v.trim \
         FROM saved_listings k JOIN listings l ON l.id = k.listing_id JOIN listing_search s ON s.listing_id = l.id \
         JOIN vehicles v ON v.id = l.vehicle_id \
         WHERE s.public AND k.known_currency = l.currency AND l.asking_minor < k.known_minor AND k.user_id IN (",
    );
    sql.bind_all(told.iter().map(|due| due.watcher.user.uuid()))
        .push(") ORDER BY k.user_id, k.saved_at, k.listing_id");
    let employers: HashMap<UserId, Option<Uuid>> =
        told.iter().map(|due| (due.watcher.user, due.employer)).collect();
    let mut found = Vec::new();
    for row in tx.all(sql).await? {
        let user: UserId = id(&row, "user_id")?;
        let dealer: Uuid = get(&row, "dealer_id")?;
        if employers.get(&user).copied().flatten() == Some(dealer) {
            continue;
        }
        let before = Money::new(get(&row, "known_minor")?, currency(&row, "currency")?);
        found.push((
            user,
            PriceDrop {
                car: car(&row)?,
                before,
            },
        ));
    }
    Ok(found)
}

fn car(row: &QueryResult) -> Result<Car, DbErr> {
    Ok(Car {
        listing: id(row, "listing_id")?,
        vehicle: vehicle_title(row)?,
        asking: Money::new(get(row, "asking_minor")?, currency(row, "currency")?),
    })
}

async fn write(tx: &Tx, now: Instant, turns: &[Turn]) -> Result<(), DbErr> {
    for turn in turns.chunks(ROWS) {
        // One statement for all: whose turn it was is locked, so nobody else writes these rows.
        let mut sql = tx.sql();
        sql.push("INSERT INTO digests (user_id, since, next_at, planned) VALUES ");
        for (n, turn) in turn.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" })
                .bind(turn.user.uuid())
                .push(", ")
                .bind(turn.since)
                .push(", ")
                .bind(turn.next_at)
                .push(", TRUE)");
        }
        sql.push(
            " ON CONFLICT (user_id) DO UPDATE SET since = excluded.since, next_at = excluded.next_at, planned = TRUE",
        );
        tx.run(sql).await?;
    }
    let told: Vec<Uuid> = turns.iter().filter(|t| t.told).map(|t| t.user.uuid()).collect();
    if !told.is_empty() {
        let mut sql = tx.sql();
        sql.push(
            "UPDATE saved_listings SET known_minor = l.asking_minor, known_currency = l.currency FROM listings l \
             WHERE l.id = saved_listings.listing_id AND (saved_listings.known_minor IS NULL \
             OR saved_listings.known_minor <> l.asking_minor OR saved_listings.known_currency <> l.currency) \
             AND saved_listings.user_id IN (",
        );
        sql.bind_all(told).push(")");
        tx.run(sql).await?;
    }
    let matched: Vec<(SavedSearchId, ListingId)> = turns
        .iter()
        .flat_map(|turn| turn.matched.iter().copied())
        .collect();
    for some in matched.chunks(ROWS) {
        let row = |(search, listing): &(SavedSearchId, ListingId)| {
            vec![
                ("search_id", search.uuid().into()),
                ("listing_id", listing.uuid().into()),
                ("told_at", now.into()),
            ]
        };
        insert_all(tx, "digest_matches", some.iter().map(row).collect()).await?;
    }
    Ok(())
}

#[async_trait]
impl Digests for SqlDigests {
    async fn turn(
        &self,
        act: &Act,
        limit: u32,
        decide: Decide<'_, Vec<Watcher>, Vec<Turn>, u64, Error>,
    ) -> Result<u64, Error> {
        if !self.anybody(act.at).await? {
            return Ok(0);
        }
        let done = self.db.act(act, |tx| async move {
            let result = self.turn_in(&tx, act, limit, decide).await;
            (tx, result)
        });
        Ok(done.await?.value)
    }
}

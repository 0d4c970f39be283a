//! What people are told once a day of the cars that they keep an eye on: new ones that match a search of theirs, and prices of
//! saved ones that fell.

use chrono::{NaiveTime, TimeDelta};
use kernel::Instant;
use kernel::act::Decision;
use kernel::event::Event;
use kernel::id::{ListingId, SavedSearchId, UserId};
use kernel::money::Money;
use kernel::zone::Zone;
use serde_json::{Value, json};

use crate::listing_rules::shown;

/// When the digest comes, in the wall time of who reads it.
pub const HOUR: NaiveTime = match NaiveTime::from_hms_opt(8, 0, 0) {
    Some(hour) => hour,
    None => NaiveTime::MIN,
};
/// Hours that lie between two digests at least: one that was made up late in the day is not followed by the next in the night, also
/// when its reader has moved to another zone.
const REST_HOURS: i64 = 12;
/// Hours before the last digest in which a car may still be new: the instant at which it was shown is that of an act, which may be
/// written a while later (a long import).
const OVERLAP_HOURS: i64 = 6;
/// Days after which nothing is new any more. What was told is remembered for longer.
const MOST_DAYS: i64 = 14;
/// Cars of one search that a digest names; of more it says how many.
pub const NAMED: usize = 10;
/// Cars of one search that one digest takes in; what is beyond comes with the next.
pub const TAKEN: u32 = 200;

/// Somebody whose turn it is, with what is new for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watcher {
    /// Who.
    pub user: UserId,
    /// Whose clock they go by.
    pub zone: Zone,
    /// When they were last told, or began to keep an eye on something.
    pub since: Instant,
    /// Is this the hour that they were given? Before, it is only found out when that is.
    pub planned: bool,
    /// By search, in the order in which they were kept.
    pub news: Vec<News>,
    /// Saved cars whose price fell.
    pub drops: Vec<PriceDrop>,
}

/// What is new for one search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The search.
    pub search: SavedSearchId,
    /// Cars that match, the last shown first.
    pub cars: Vec<Car>,
}

/// A car as a digest names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Car {
    /// Where it is offered.
    pub listing: ListingId,
    /// In words: `2021 Ford F-150 XLT`.
    pub vehicle: String,
    /// What is asked.
    pub asking: Money,
}

/// A saved car that is asked less for than its keeper knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceDrop {
    /// The car, at the price of now.
    pub car: Car,
    /// The price that the person knows.
    pub before: Money,
}

/// What becomes of somebody whose turn it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who.
    pub user: UserId,
    /// Up to when they know.
    pub since: Instant,
    /// When it is their turn again.
    pub next_at: Instant,
    /// Were they told? Then they know the prices of now.
    pub told: bool,
    /// Told for good: these cars for these searches.
    pub matched: Vec<(SavedSearchId, ListingId)>,
}

/// The instant from which on a car must have been shown first to be new for a search that was kept at `kept`, for somebody who knows
/// what there was at `since`.
pub fn window(kept: Instant, since: Instant, now: Instant) -> Instant {
    kept.max(since - TimeDelta::hours(OVERLAP_HOURS))
        .max(now - TimeDelta::days(MOST_DAYS))
}

/// When somebody hears again who heard at `now`; or for the first time.
fn next(now: Instant, zone: Zone, heard: bool) -> Instant {
    let rest = if heard { REST_HOURS } else { 0 };
    zone.next(HOUR, now + TimeDelta::hours(rest))
}

/// What these people are told at `now`: each at most one event, however much is new.
pub fn compose(now: Instant, watchers: &[Watcher]) -> Decision<Vec<Turn>, u64> {
    let turns = watchers.iter().map(|watcher| turn(now, watcher)).collect();
    let count = u64::try_from(watchers.len()).unwrap_or(u64::MAX);
    let mut decision = Decision::nothing(turns, count);
    decision.record.events = watchers.iter().filter_map(told).collect();
    decision
}

fn turn(now: Instant, watcher: &Watcher) -> Turn {
    let planned = watcher.planned;
    let matched = watcher
        .news
        .iter()
        .filter(|_| planned)
        .flat_map(|news| news.cars.iter().map(|car| (news.search, car.listing)))
        .collect();
    Turn {
        user: watcher.user,
        since: if planned { now } else { watcher.since },
        next_at: next(now, watcher.zone, planned),
        told: planned,
        matched,
    }
}

/// What one person is told: version 1 of the payload of `digest.composed`. A car that matches several searches is named under the
/// first.
fn told(watcher: &Watcher) -> Option<Event> {
    if !watcher.planned {
        return None;
    }
    let mut named: Vec<ListingId> = Vec::new();
    let mut searches: Vec<Value> = Vec::new();
    for news in &watcher.news {
        let fresh: Vec<&Car> = news
            .cars
            .iter()
            .filter(|car| !named.contains(&car.listing))
            .collect();
        if fresh.is_empty() {
            continue;
        }
        named.extend(fresh.iter().map(|car| car.listing));
        searches.push(json!({
            "saved_search_id": news.search,
            "cars": fresh.iter().take(NAMED).map(|car| in_words(car)).collect::<Vec<_>>(),
            "more": fresh.len().saturating_sub(NAMED),
        }));
    }
    if searches.is_empty() && watcher.drops.is_empty() {
        return None;
    }
    let fallen = |drop: &PriceDrop| {
        let PriceDrop { car, before } = drop;
        json!({
            "listing_id": car.listing,
            "vehicle": car.vehicle,
            "asking_price": shown(car.asking),
            "previous_price": shown(*before),
        })
    };
    let payload = json!({
        "user_id": watcher.user,
        "matches": named.len(),
        "searches": searches,
        "price_drops": watcher.drops.iter().map(fallen).collect::<Vec<_>>(),
    });
    Some(Event::new("digest.composed", watcher.user, payload))
}

fn in_words(car: &Car) -> Value {
    json!({"listing_id": car.listing, "vehicle": car.vehicle, "asking_price": shown(car.asking)})
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;

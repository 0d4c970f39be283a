use kernel::id::Id;
use kernel::money::Currency;
use uuid::Uuid;

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn car(n: u128) -> Car {
    Car {
        listing: Id::from_uuid(Uuid::from_u128(n)),
        vehicle: format!("2020 Ford F-150 no. {n}"),
        asking: Money::new(2_000_000, Currency::USD),
    }
}

fn news(search: u128, cars: impl IntoIterator<Item = u128>) -> News {
    News {
        search: Id::from_uuid(Uuid::from_u128(search)),
        cars: cars.into_iter().map(car).collect(),
    }
}

fn watcher() -> Watcher {
    Watcher {
        user: Id::from_uuid(Uuid::from_u128(1)),
        zone: "America/New_York".parse().unwrap(),
        since: at("2026-06-07T12:00:00Z"),
        planned: true,
        news: Vec::new(),
        drops: Vec::new(),
    }
}

const EIGHT: &str = "2026-06-08T12:00:00Z";

#[test]
fn whoever_begins_is_only_given_an_hour() {
    let ann = Watcher {
        planned: false,
        news: vec![news(1, [1])],
        ..watcher()
    };
    let now = at("2026-06-08T02:00:00Z");
    let decided = compose(now, std::slice::from_ref(&ann));
    assert!(decided.record.events.is_empty());
    let turn = decided.plan.first().unwrap();
    assert_eq!((turn.next_at, turn.since), (at(EIGHT), ann.since));
    assert!(!turn.told && turn.matched.is_empty(), "she hears of it then");
}

#[test]
fn one_event_a_person_tells_of_everything_and_no_car_twice() {
    let ann = Watcher {
        news: vec![news(1, [1, 2]), news(2, [2, 3]), news(3, [1])],
        drops: vec![PriceDrop {
            car: car(9),
            before: Money::new(2_100_000, Currency::USD),
        }],
        ..watcher()
    };
    let decided = compose(at(EIGHT), &[ann, watcher()]);
    assert_eq!(decided.answer, 2);
    let [event] = decided.record.events.as_slice() else {
        panic!("{:?}", decided.record.events);
    };
    assert_eq!(event.payload["matches"], 3);
    assert_eq!(event.payload["searches"].as_array().unwrap().len(), 2);
    assert_eq!(
        event.payload["price_drops"][0]["previous_price"]["amount"],
        "21000.00"
    );
    let first = decided.plan.first().unwrap();
    assert_eq!(first.matched.len(), 5, "known for each search that it matches");
    assert_eq!(
        (first.since, first.next_at),
        (at(EIGHT), at("2026-06-09T12:00:00Z"))
    );
}

#[test]
fn many_cars_are_counted_and_some_are_named() {
    let ann = Watcher {
        news: vec![news(1, 0..25)],
        ..watcher()
    };
    let decided = compose(at(EIGHT), &[ann]);
    let search = &decided.record.events.first().unwrap().payload["searches"][0];
    assert_eq!(search["cars"].as_array().unwrap().len(), NAMED);
    assert_eq!(search["more"], 15);
}

#[test]
fn a_digest_made_up_late_is_followed_by_the_next_morning() {
    let late = compose(at("2026-06-08T23:30:00Z"), &[watcher()]);
    assert_eq!(late.plan.first().unwrap().next_at, at("2026-06-09T12:00:00Z"));
    let night = compose(at("2026-06-09T03:30:00Z"), &[watcher()]);
    assert_eq!(
        night.plan.first().unwrap().next_at,
        at("2026-06-10T12:00:00Z"),
        "23:30 in New York: the morning after is too near"
    );
}

#[test]
fn what_was_there_before_the_search_is_not_new() {
    let (kept, now) = (at("2026-06-08T10:00:00Z"), at(EIGHT));
    assert_eq!(window(kept, at("2026-06-07T12:00:00Z"), now), kept);
    let long_ago = at("2026-01-01T00:00:00Z");
    assert_eq!(
        window(long_ago, at("2026-06-07T12:00:00Z"), now),
        at("2026-06-07T06:00:00Z")
    );
    assert_eq!(window(long_ago, long_ago, now), at("2026-05-25T12:00:00Z"));
}

//! Negotiations: what is kept, and who wins when many move at once.

use std::sync::Arc;

use application::error::Error;
use application::negotiate::Negotiate;
use forecourt_database::negotiation::{SqlDeals, SqlNegotiationQueries};
use kernel::act::{Act, Claim};
use kernel::actor::Actor;
use kernel::error::Failure;
use kernel::id::{BookingId, ListingId, NegotiationId};
use kernel::money::{Currency, Money};
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use negotiation::notice::Due;
use negotiation::ports::{NegotiationQueries, Seen, TalkFilter, Whose};
use negotiation::request::{NewNegotiation, Price};
use negotiation::state::{Side, State, Status};
use scheduling::notice::Expiry;
use scheduling::ports::Offer;

use crate::stage::{NINE, Stage};
use crate::world::World;

/// The moves and the looks on a stage.
struct Talks {
    stage: Stage,
    moves: Negotiate,
    queries: SqlNegotiationQueries,
}

fn dollars(amount: i64) -> Price {
    Price {
        amount: Money::new(amount * 100, Currency::USD),
        message: Some("for the truck".to_owned()),
    }
}

fn codes(ends: &[Result<Seen, Error>]) -> Vec<&'static str> {
    let mut codes: Vec<_> = ends
        .iter()
        .filter_map(|end| end.as_ref().err())
        .map(Failure::code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

impl Talks {
    async fn new(world: World) -> Self {
        let stage = Stage::new(world).await;
        let db = stage.world.db().clone();
        let moves = Negotiate {
            deals: Arc::new(SqlDeals::new(db.clone())),
            ids: stage.world.ids.clone(),
        };
        Self {
            queries: SqlNegotiationQueries::new(db),
            stage,
            moves,
        }
    }

    async fn open(&self, buyer: &Actor, listing: ListingId, amount: i64) -> Result<Seen, Error> {
        let new = NewNegotiation {
            listing,
            price: dollars(amount),
        };
        let done = self.moves.open(&self.stage.act(buyer), new).await?;
        Ok(done.value)
    }

    async fn state(&self, id: NegotiationId) -> State {
        self.queries.find(id).await.unwrap().unwrap().talk.state
    }

    /// Accepts each, all at once.
    async fn accept_all(&self, by: &Actor, ids: &[NegotiationId]) -> Vec<Result<Seen, Error>> {
        let calls: Vec<_> = ids
            .iter()
            .map(|id| {
                let (moves, act, id) = (self.moves.clone(), self.stage.act(by), *id);
                tokio::spawn(async move { moves.accept(&act, id).await.map(|done| done.value) })
            })
            .collect();
        let mut ends = Vec::new();
        for call in calls {
            ends.push(call.await.unwrap());
        }
        ends
    }
}

pub(crate) async fn a_negotiation_is_read_back_as_it_was_told(world: World) {
    let talks = Talks::new(world).await;
    let (listing, buyer) = (talks.stage.car().await, talks.stage.customer().await);
    let told = talks.open(&buyer, listing, 17_000).await.unwrap();
    let found = talks.queries.find(told.talk.id).await.unwrap().unwrap();
    assert_eq!(found, told);
    assert_eq!(found.talk.buyer.name, "Ann Buyer");
    let act = talks.stage.act(&talks.stage.sales);
    let countered = talks
        .moves
        .counter(&act, told.talk.id, dollars(18_000))
        .await
        .unwrap()
        .value;
    let found = talks.queries.find(told.talk.id).await.unwrap().unwrap();
    assert_eq!(found, countered);
    assert_eq!(found.talk.state, State::Awaiting(Side::Buyer));
    assert_eq!(found.talk.offers.len(), 2);
    let act = talks.stage.act(&buyer);
    let agreed = talks.moves.accept(&act, told.talk.id).await.unwrap().value;
    assert_eq!(talks.queries.find(told.talk.id).await.unwrap().unwrap(), agreed);

    let mine = TalkFilter {
        statuses: vec![Status::Accepted],
        ..TalkFilter::default()
    };
    let page = PageRequest::default();
    let whose = Whose::Buyer(buyer.user().unwrap());
    let listed = talks.queries.list(whose, &mine, &page).await.unwrap();
    assert_eq!(listed.items, [agreed]);
}

pub(crate) async fn two_buyers_cannot_reserve_one_vehicle(world: World) {
    let talks = Talks::new(world).await;
    let listing = talks.stage.car().await;
    let mut ids = Vec::new();
    for n in 0..20 {
        let buyer = talks.stage.customer().await;
        ids.push(talks.open(&buyer, listing, 16_000 + n).await.unwrap().talk.id);
    }
    let ends = talks.accept_all(&talks.stage.sales.clone(), &ids).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(codes(&ends), ["illegal_transition"]);
    let mut held = 0;
    for id in &ids {
        held += usize::from(matches!(talks.state(*id).await, State::OnHold(Side::Dealer)));
    }
    assert_eq!(held, 19);
    let car = talks.stage.bookable(listing).await;
    assert!(
        matches!(car.offer, Offer::ReservedFor(Some(_))),
        "{:?}",
        car.offer
    );
}

pub(crate) async fn accept_and_counter_at_once_has_one_winner(world: World) {
    let talks = Talks::new(world).await;
    for _ in 0..20 {
        let (listing, buyer) = (talks.stage.car().await, talks.stage.customer().await);
        let id = talks.open(&buyer, listing, 17_000).await.unwrap().talk.id;
        let (one, other) = (
            talks.stage.act(&talks.stage.sales),
            talks.stage.act(&talks.stage.sales),
        );
        let (accept, counter) = tokio::join!(
            talks.moves.accept(&one, id),
            talks.moves.counter(&other, id, dollars(18_000))
        );
        assert!(
            accept.is_ok() != counter.is_ok(),
            "one wins: {accept:?} {counter:?}"
        );
        let lost = accept.err().or(counter.err()).unwrap();
        assert!(
            ["not_your_turn", "illegal_transition"].contains(&lost.code()),
            "{lost:?}"
        );
    }
}

pub(crate) async fn one_buyer_has_one_live_negotiation_about_a_listing(world: World) {
    let talks = Talks::new(world).await;
    let (listing, buyer) = (talks.stage.car().await, talks.stage.customer().await);
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let (moves, act) = (talks.moves.clone(), talks.stage.act(&buyer));
            let new = NewNegotiation {
                listing,
                price: dollars(15_000 + n),
            };
            tokio::spawn(async move { moves.open(&act, new).await.map(|done| done.value) })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap());
    }
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(codes(&ends), ["already_open"]);
}

pub(crate) async fn one_key_sent_many_times_at_once_opens_once(world: World) {
    let talks = Talks::new(world).await;
    let (listing, buyer) = (talks.stage.car().await, talks.stage.customer().await);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (moves, mut act) = (talks.moves.clone(), talks.stage.act(&buyer));
            act.claim = Some(Claim {
                scope: "ann POST /negotiations key-1".to_owned(),
                fingerprint: "same".to_owned(),
            });
            let new = NewNegotiation {
                listing,
                price: dollars(15_000),
            };
            tokio::spawn(async move { moves.open(&act, new).await.unwrap() })
        })
        .collect();
    let mut told = Vec::new();
    for call in calls {
        told.push(call.await.unwrap());
    }
    assert_eq!(told.iter().filter(|done| !done.replayed).count(), 1);
    let first = told[0].value.clone();
    assert!(told.iter().all(|done| done.value == first));
}

pub(crate) async fn a_reservation_that_falls_through_frees_the_car_and_wakes_who_waited(world: World) {
    let talks = Talks::new(world).await;
    let listing = talks.stage.car().await;
    let (ann, bob) = (talks.stage.customer().await, talks.stage.customer().await);
    let first = talks.open(&ann, listing, 17_000).await.unwrap().talk.id;
    let second = talks.open(&bob, listing, 16_000).await.unwrap().talk.id;
    let sales = talks.stage.sales.clone();
    let _ = talks.moves.accept(&talks.stage.act(&sales), first).await.unwrap();
    assert_eq!(talks.state(second).await, State::OnHold(Side::Dealer));
    // The buyer it is kept for may drive it, others not.
    assert!(talks.stage.book(&ann, listing, NINE).await.is_ok());
    assert_eq!(
        talks.stage.book(&bob, listing, NINE).await.unwrap_err().code(),
        "not_bookable"
    );
    let _ = talks
        .moves
        .cancel(&talks.stage.act(&ann), first, None)
        .await
        .unwrap();
    assert_eq!(talks.state(second).await, State::Awaiting(Side::Dealer));
    let car = talks.stage.bookable(listing).await;
    assert_eq!(car.offer, Offer::Open);
}

pub(crate) async fn figures_are_what_the_rows_say(world: World) {
    let talks = Talks::new(world).await;
    let sales = talks.stage.sales.clone();
    let whose = Whose::Dealer(talks.stage.dealer);
    let none = talks.queries.stats(whose, None).await.unwrap();
    assert_eq!((none.acceptance_rate, none.median_rounds), (None, None));
    for (n, amount) in [14_800_i64, 16_650, 18_500].into_iter().enumerate() {
        let (listing, buyer) = (talks.stage.car().await, talks.stage.customer().await);
        let id = talks.open(&buyer, listing, amount).await.unwrap().talk.id;
        talks
            .stage
            .world
            .clock
            .advance(60 * (i64::try_from(n).unwrap() + 1));
        if n == 0 {
            let _ = talks
                .moves
                .reject(&talks.stage.act(&sales), id, "too low")
                .await
                .unwrap();
        } else {
            let _ = talks.moves.accept(&talks.stage.act(&sales), id).await.unwrap();
        }
    }
    let stats = talks.queries.stats(whose, None).await.unwrap();
    assert_eq!(
        stats
            .by_status
            .iter()
            .map(|s| (s.status, s.count))
            .collect::<Vec<_>>(),
        [(Status::Accepted, 2), (Status::Rejected, 1)]
    );
    assert_eq!(stats.acceptance_rate, Some(2.0 / 3.0));
    assert_eq!(stats.average_discount_percent, Some(5.0));
    assert_eq!(stats.median_rounds, Some(1.0));
    assert_eq!(stats.median_answer_seconds, Some(120.0));
    let later = talks
        .queries
        .stats(whose, Some(talks.stage.world.clock.now()))
        .await
        .unwrap();
    assert!(later.by_status.is_empty());
}

/// How often each of these was told.
async fn told(talks: &Talks, names: &[&str]) -> Vec<usize> {
    let mut counts = Vec::new();
    for name in names {
        let mut sql = talks.stage.world.db().sql();
        sql.push("SELECT id FROM outbox WHERE name = ").bind(*name);
        counts.push(talks.stage.world.db().all(sql).await.unwrap().len());
    }
    counts
}

/// Eight workers at once look at each of these, now.
async fn looked_at(talks: &Talks, ids: &[NegotiationId], drive: BookingId) {
    let now = talks.stage.world.clock.now();
    let mut looks = Vec::new();
    for n in 0..8 {
        for id in ids {
            let (moves, due) = (talks.moves.clone(), Due { negotiation_id: *id });
            looks.push(tokio::spawn(async move {
                let act = Act::of_system(now, format!("worker {n}"));
                moves.due(&act, due).await.unwrap();
            }));
        }
        let (drives, expiry) = (talks.stage.drives.clone(), Expiry { booking_id: drive });
        looks.push(tokio::spawn(async move {
            let worker = format!("worker {n}");
            drives.expire(expiry, now, &worker).await.unwrap();
        }));
    }
    for look in looks {
        look.await.unwrap();
    }
}

pub(crate) async fn expiry_happens_once_across_workers(world: World) {
    let talks = Talks::new(world).await;
    let (first, second) = (talks.stage.car().await, talks.stage.car().await);
    let (ann, bob) = (talks.stage.customer().await, talks.stage.customer().await);
    let offered = talks.open(&ann, first, 17_000).await.unwrap().talk.id;
    let agreed = talks.open(&bob, second, 17_000).await.unwrap().talk.id;
    let act = talks.stage.act(&talks.stage.sales);
    let _ = talks.moves.accept(&act, agreed).await.unwrap();
    let drive = talks.stage.book(&ann, first, NINE).await.unwrap().id;
    let names = ["negotiation.expired", "negotiation.lapsed", "booking.expired"];

    talks.stage.world.clock.advance(60 * 60);
    looked_at(&talks, &[offered, agreed], drive).await;
    assert_eq!(told(&talks, &names).await, [0, 0, 0], "nothing is due yet");

    talks.stage.world.clock.advance(30 * 24 * 60 * 60);
    looked_at(&talks, &[offered, agreed], drive).await;
    assert_eq!(told(&talks, &names).await, [1, 1, 1]);
    assert_eq!(talks.state(offered).await.status(), Status::Expired);
    assert_eq!(talks.state(agreed).await.status(), Status::Lapsed);
}

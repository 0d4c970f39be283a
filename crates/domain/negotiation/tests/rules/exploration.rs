//! Every reachable state under every act of both parties, of the clock and of the house: what never breaks.

use std::collections::{BTreeMap, HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use forecourt_negotiation::error::Error;
use forecourt_negotiation::negotiation::{Buyer, Negotiation, OfferStatus};
use forecourt_negotiation::request::Price;
use forecourt_negotiation::rules::{self, NewIds};
use forecourt_negotiation::state::{Side, State, TRANSITIONS};
use forecourt_negotiation::table::{Car, CarMove, Moves, Stage, Table, Terms};
use kernel::act::{Act, Decision};
use kernel::actor::Actor;
use kernel::id::{DealerId, UserId};
use kernel::money::{Currency, Money};
use kernel::rights::Role;
use uuid::Uuid;

use crate::{id, staff, start, user};

const BUYERS: usize = 3;

fn buyer(n: usize) -> UserId {
    id(100 + n as u128)
}

fn dealer() -> DealerId {
    id(1)
}

fn dollars(amount: i64) -> Money {
    Money::new(amount * 100, Currency::USD)
}

/// What can be tried. Buyers are named by number; talks are the buyer's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Try {
    Open(usize),
    Counter(usize, Side),
    Accept(usize, Side),
    Reject(usize),
    Cancel(usize),
    Wait(usize),
    Suspend,
    Reinstate,
    SellTo(usize),
    SellElsewhere,
    Remove,
}

fn every_try() -> Vec<Try> {
    let mut tries = vec![Try::Suspend, Try::Reinstate, Try::SellElsewhere, Try::Remove];
    for n in 0..BUYERS {
        tries.extend([
            Try::Open(n),
            Try::Reject(n),
            Try::Cancel(n),
            Try::Wait(n),
            Try::SellTo(n),
        ]);
        for side in Side::ALL {
            tries.extend([Try::Counter(n, *side), Try::Accept(n, *side)]);
        }
    }
    tries
}

/// The world between acts: the table, the time, and how many ids were given out.
#[derive(Clone)]
struct World {
    table: Table,
    now: DateTime<Utc>,
    given: u128,
}

impl World {
    fn new(terms: Terms) -> Self {
        let car = Car {
            listing: id::<kernel::id::kind::Listing>(2),
            dealer: dealer(),
            asking: dollars(20_000),
            floor: None,
            stage: Stage::Open,
            verified: true,
        };
        Self {
            table: Table {
                car,
                terms,
                talks: Vec::new(),
            },
            now: start(),
            given: 1_000,
        }
    }

    /// What tells two worlds apart: the state of each buyer's last talk, the car, the dealer.
    fn key(&self) -> (BTreeMap<Uuid, State>, Stage2, bool) {
        let states = self.table.talks.iter().map(|t| (t.buyer.user.uuid(), t.state));
        (
            states.collect(),
            self.table.car.stage.into(),
            self.table.car.verified,
        )
    }

    fn talk(&self, n: usize) -> Option<&Negotiation> {
        self.table.talks.iter().rev().find(|t| t.buyer.user == buyer(n))
    }

    fn act(&self, actor: Actor) -> Act {
        Act {
            actor,
            ..Act::of_system(self.now, "exploration")
        }
    }

    fn actor(n: usize, side: Side) -> Actor {
        match side {
            Side::Buyer => user(100 + n as u128, None),
            Side::Dealer => staff(Role::Sales),
        }
    }

    /// The world after the try, or the refusal.
    fn after(&self, step: Try) -> Option<Result<Self, Error>> {
        let mut next = self.clone();
        next.now += TimeDelta::minutes(1);
        next.given += 2;
        let ids = NewIds {
            negotiation: id(self.given),
            offer: id(self.given + 1),
        };
        let decided = match step {
            Try::Open(n) => {
                let buyer = Buyer {
                    user: buyer(n),
                    name: format!("Buyer {n}"),
                };
                let act = next.act(Self::actor(n, Side::Buyer));
                rules::open(&act, ids, &price(Side::Buyer), buyer, &self.table)
            }
            Try::Counter(n, side) => {
                let act = next.act(Self::actor(n, side));
                rules::counter(&act, self.talk(n)?.id, ids.offer, &price(side), &self.table)
            }
            Try::Accept(n, side) => {
                let act = next.act(Self::actor(n, side));
                rules::accept(&act, self.talk(n)?.id, &self.table)
            }
            Try::Reject(n) => {
                let act = next.act(staff(Role::Sales));
                rules::reject(&act, self.talk(n)?.id, "no", &self.table)
            }
            Try::Cancel(n) => {
                let act = next.act(Self::actor(n, Side::Buyer));
                rules::cancel(&act, self.talk(n)?.id, None, &self.table)
            }
            Try::Wait(n) => {
                let talk = self.talk(n)?;
                next.now = next.now.max(talk.due_at()?);
                rules::due(&next.act(Actor::System), talk.id, &self.table)
            }
            Try::Suspend | Try::Reinstate | Try::SellTo(_) | Try::SellElsewhere | Try::Remove => {
                return next.by_the_house(step).map(Ok);
            }
        };
        Some(decided.map(|decision| next.with(decision)))
    }

    fn with(mut self, decision: Decision<Moves, Negotiation>) -> Self {
        assert_eq!(
            decision.record.events.is_empty(),
            decision.plan.talks.is_empty(),
            "what changes is told"
        );
        match decision.plan.car {
            Some(CarMove::Reserve) => self.table.car.stage = Stage::Reserved,
            Some(CarMove::Release) => self.table.car.stage = Stage::Open,
            None => {}
        }
        self.put(decision.plan.talks);
        self
    }

    fn put(&mut self, changed: Vec<Negotiation>) {
        for talk in changed {
            match self.table.talks.iter_mut().find(|t| t.id == talk.id) {
                Some(old) => {
                    assert!(old.state.is_live(), "a terminal state never changes");
                    assert!(talk.version > old.version, "each change counts");
                    *old = talk;
                }
                None => self.table.talks.push(talk),
            }
        }
    }

    /// What the acts that cross contexts do with the talks.
    fn by_the_house(mut self, step: Try) -> Option<Self> {
        let live: Vec<Negotiation> = self
            .table
            .talks
            .iter()
            .filter(|t| t.state.is_live())
            .cloned()
            .collect();
        let agreed = live
            .iter()
            .find(|t| t.state == State::Accepted)
            .map(|t| t.buyer.user);
        let open = self.table.car.stage != Stage::Closed;
        let at = self.now;
        let changed: Vec<Negotiation> = match step {
            Try::Suspend if self.table.car.verified => {
                self.table.car.verified = false;
                if self.table.car.stage == Stage::Reserved {
                    self.table.car.stage = Stage::Open;
                }
                let stopped = live.into_iter().filter(|t| !matches!(t.state, State::OnHold(_)));
                stopped
                    .map(|t| rules::suspend(&t, "stopped", at).unwrap().0)
                    .collect()
            }
            Try::Reinstate if !self.table.car.verified => {
                self.table.car.verified = true;
                let held = live.into_iter().filter(|t| matches!(t.state, State::OnHold(_)));
                held.map(|t| rules::wake(&t, at).unwrap().0).collect()
            }
            Try::SellTo(n)
                if open && self.table.car.verified && agreed.is_none_or(|user| user == buyer(n)) =>
            {
                self.table.car.stage = Stage::Closed;
                let settled = live.into_iter();
                settled
                    .map(|t| rules::settle(&t, Some(buyer(n)), "sold", at).unwrap().0)
                    .collect()
            }
            Try::SellElsewhere if open && self.table.car.verified && agreed.is_none() => {
                self.table.car.stage = Stage::Closed;
                live.into_iter()
                    .map(|t| rules::settle(&t, None, "sold", at).unwrap().0)
                    .collect()
            }
            Try::Remove if open => {
                self.table.car.stage = Stage::Closed;
                live.into_iter()
                    .map(|t| rules::settle(&t, None, "removed", at).unwrap().0)
                    .collect()
            }
            _ => return None,
        };
        self.put(changed);
        Some(self)
    }

    fn invariants(&self, by: Try) {
        let talks = &self.table.talks;
        let accepted = talks.iter().filter(|t| t.state == State::Accepted).count();
        assert!(accepted <= 1, "at most one agreement a car, after {by:?}");
        assert_eq!(
            accepted == 1,
            self.table.car.stage == Stage::Reserved,
            "a car is kept exactly while somebody has agreed, after {by:?}"
        );
        for talk in talks {
            assert!(
                talk.offers.windows(2).all(|pair| pair[0].side != pair[1].side),
                "offers alternate, after {by:?}"
            );
            let pending = talk
                .offers
                .iter()
                .filter(|o| o.status == OfferStatus::Pending)
                .count();
            let talking = matches!(talk.state, State::Awaiting(_) | State::OnHold(_));
            assert_eq!(
                pending,
                usize::from(talking),
                "one offer stands while they talk, after {by:?}"
            );
            assert!(
                talk.made_by(Side::Buyer) <= rules::MOST_OFFERS
                    && talk.made_by(Side::Dealer) <= rules::MOST_OFFERS
            );
            assert_eq!(
                talk.due_at().is_some(),
                matches!(talk.state, State::Awaiting(_) | State::Accepted)
            );
            if let State::Awaiting(turn) = talk.state {
                assert_eq!(
                    talk.standing().unwrap().side,
                    turn.other(),
                    "one answers the other, after {by:?}"
                );
                assert!(accepted == 0, "while a car is kept the others wait, after {by:?}");
                assert!(
                    self.table.car.verified,
                    "a dealer that is stopped has no running talks, after {by:?}"
                );
            }
            if self.table.car.stage == Stage::Closed {
                assert!(
                    !talk.state.is_live(),
                    "nobody talks about a car that is gone, after {by:?}"
                );
            }
        }
        for n in 0..BUYERS {
            let live = talks
                .iter()
                .filter(|t| t.buyer.user == buyer(n) && t.state.is_live());
            assert!(live.count() <= 1, "one live talk a buyer, after {by:?}");
        }
    }
}

/// `Stage` with an order, for the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage2 {
    Open,
    Reserved,
    Closed,
}

impl From<Stage> for Stage2 {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Open => Self::Open,
            Stage::Reserved => Self::Reserved,
            Stage::Closed => Self::Closed,
        }
    }
}

fn price(side: Side) -> Price {
    Price {
        amount: dollars(match side {
            Side::Buyer => 18_000,
            Side::Dealer => 19_000,
        }),
        message: None,
    }
}

fn explore(terms: Terms) -> (usize, HashSet<(State, State)>) {
    let mut seen = HashSet::new();
    let mut steps = HashSet::new();
    let mut queue = VecDeque::from([World::new(terms)]);
    while let Some(world) = queue.pop_front() {
        for by in every_try() {
            let Some(Ok(next)) = world.after(by) else { continue };
            next.invariants(by);
            for talk in &next.table.talks {
                if let Some(old) = world.table.talk(talk.id)
                    && old.state != talk.state
                {
                    steps.insert((old.state, talk.state));
                }
            }
            if seen.insert(next.key()) {
                queue.push_back(next);
            }
        }
    }
    (seen.len(), steps)
}

#[test]
fn nothing_reachable_breaks_the_rules() {
    let (states, steps) = explore(Terms::default());
    assert!(states > 300, "{states} states were reached");
    let missing: Vec<_> = TRANSITIONS
        .iter()
        .filter(|(from, _, to)| !steps.contains(&(*from, *to)))
        .collect();
    assert!(missing.is_empty(), "never taken: {missing:?}");
    let unlisted: Vec<_> = steps
        .iter()
        .filter(|(from, to)| !TRANSITIONS.iter().any(|(f, _, t)| f == from && t == to))
        .collect();
    assert!(unlisted.is_empty(), "taken, and not in the table: {unlisted:?}");
}

#[test]
fn what_the_dealer_said_beforehand_breaks_nothing_either() {
    for terms in [
        Terms {
            accept_from_bp: Some(9_000),
            ..Terms::default()
        },
        Terms {
            decline_below_bp: Some(9_500),
            ..Terms::default()
        },
    ] {
        explore(terms);
    }
}

#[test]
fn a_refusal_never_depends_on_luck() {
    // The same act on the same table twice gives the same.
    let world = World::new(Terms::default()).after(Try::Open(0)).unwrap().unwrap();
    for by in every_try() {
        let (one, two) = (world.after(by), world.after(by));
        assert_eq!(
            one.map(|r| r.map(|w| w.table)),
            two.map(|r| r.map(|w| w.table)),
            "{by:?}"
        );
    }
}

#[test]
fn a_listing_that_is_gone_looks_as_if_it_never_was() {
    let mut world = World::new(Terms::default());
    world.table.car.stage = Stage::Closed;
    let refused = world.after(Try::Open(0)).unwrap();
    assert!(matches!(
        refused,
        Err(Error::Common(kernel::error::Common::Absent { what: "listing" }))
    ));
}

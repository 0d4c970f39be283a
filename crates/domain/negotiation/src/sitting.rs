//! One act at the table, while it is being decided: moves talks, keeps what is to be told.

use std::collections::HashSet;

use kernel::Instant;
use kernel::act::{Audit, Decision};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::NegotiationId;
use kernel::job::Job;

use crate::error::Error;
use crate::negotiation::{Bid, Negotiation, Opening};
use crate::notice::{Notice, Occasion};
use crate::state::{Move, Side, State};
use crate::table::{CarMove, Moves, Table};

/// The act: the table as it is so far, and what has happened.
pub(crate) struct Sitting<'a> {
    table: &'a Table,
    at: Instant,
    talks: Vec<Negotiation>,
    touched: HashSet<NegotiationId>,
    car: Option<CarMove>,
    events: Vec<Event>,
    due: Vec<Job>,
    audit: Option<Audit>,
}

impl<'a> Sitting<'a> {
    pub(crate) fn at(table: &'a Table, at: Instant) -> Self {
        Self {
            table,
            at,
            talks: table.talks.clone(),
            touched: HashSet::new(),
            car: None,
            events: Vec::new(),
            due: Vec::new(),
            audit: None,
        }
    }

    pub(crate) fn open(&mut self, opening: Opening, bid: Bid) {
        let side = opening.side;
        let talk = Negotiation::opened(opening, bid, self.at);
        self.tell(Occasion::Opened(side), None, &talk);
        self.talks.push(talk);
    }

    pub(crate) fn counter(&mut self, id: NegotiationId, side: Side, bid: Bid) -> Result<(), Error> {
        let (asking, at) = (self.table.car.asking, self.at);
        self.step(id, Move::Counter(side), |talk| {
            talk.countered(side, bid, asking, at)
        })
    }

    /// The offer is taken: the car is kept for its buyer, and the others wait.
    pub(crate) fn accept(&mut self, id: NegotiationId, side: Side) -> Result<(), Error> {
        let (asking, at) = (self.table.car.asking, self.at);
        let until = self.table.terms.reserved_until(at);
        self.step(id, Move::Accept(side), |talk| {
            talk.accepted(side, asking, until, at)
        })?;
        self.car = Some(CarMove::Reserve);
        let others = self.ids_of(|talk| talk.id != id && matches!(talk.state, State::Awaiting(_)));
        for other in others {
            self.step(other, Move::Hold, |talk| talk.held(at))?;
        }
        Ok(())
    }

    /// It ends. If the car was kept for its buyer, the car is free again and those who waited go on.
    pub(crate) fn end(&mut self, id: NegotiationId, step: Move, reason: Option<String>) -> Result<(), Error> {
        let agreed = self.talk(id)?.state == State::Accepted;
        let at = self.at;
        self.step(id, step, |talk| talk.ended(step, reason, at))?;
        if agreed {
            self.car = Some(CarMove::Release);
            if self.table.car.verified {
                self.wake_all()?;
            }
        }
        Ok(())
    }

    pub(crate) fn wake_all(&mut self) -> Result<(), Error> {
        let at = self.at;
        for held in self.ids_of(|talk| matches!(talk.state, State::OnHold(_))) {
            self.step(held, Move::Wake, |talk| talk.woken(at))?;
        }
        Ok(())
    }

    /// What to write, with the negotiation `id` as the answer.
    pub(crate) fn close(mut self, id: NegotiationId) -> Result<Decision<Moves, Negotiation>, Error> {
        let answer = self.talk(id)?.clone();
        let audit = self.audit.take();
        let mut decision = self.written(answer);
        decision.record.audit = audit;
        Ok(decision)
    }

    /// What to write, where the act is about more than one negotiation.
    pub(crate) fn adjourn<T>(self, audit: Audit, answer: T) -> Decision<Moves, T> {
        let mut decision = self.written(answer);
        decision.record.audit = Some(audit);
        decision
    }

    fn written<T>(self, answer: T) -> Decision<Moves, T> {
        let touched = self.touched;
        let talks = self.talks.into_iter();
        let moves = Moves {
            talks: talks.filter(|talk| touched.contains(&talk.id)).collect(),
            car: self.car,
        };
        let mut decision = Decision::nothing(moves, answer);
        decision.record.events = self.events;
        decision.record.jobs = self.due;
        decision
    }

    fn talk(&self, id: NegotiationId) -> Result<&Negotiation, Error> {
        let found = self.talks.iter().find(|talk| talk.id == id);
        found.ok_or_else(|| Common::absent("negotiation").into())
    }

    fn ids_of(&self, which: impl Fn(&Negotiation) -> bool) -> Vec<NegotiationId> {
        let chosen = self.talks.iter().filter(|talk| which(talk));
        chosen.map(|talk| talk.id).collect()
    }

    fn step(
        &mut self,
        id: NegotiationId,
        step: Move,
        change: impl FnOnce(Negotiation) -> Result<Negotiation, Error>,
    ) -> Result<(), Error> {
        let before = self.talk(id)?.clone();
        let next = change(before.clone())?;
        self.tell(Occasion::Moved(step), Some(&before), &next);
        for talk in &mut self.talks {
            if talk.id == id {
                *talk = next.clone();
            }
        }
        Ok(())
    }

    /// The first thing that happens is the act's audit line; what follows from it is told by events.
    fn tell(&mut self, occasion: Occasion, before: Option<&Negotiation>, talk: &Negotiation) {
        let notice = Notice::of(occasion, before, talk);
        self.events.push(notice.event);
        self.due.extend(notice.due);
        self.audit.get_or_insert(notice.audit);
        self.touched.insert(talk.id);
    }
}

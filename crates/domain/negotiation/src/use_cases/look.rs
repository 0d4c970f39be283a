//! One negotiation, lists, figures.

use kernel::Instant;
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, NegotiationId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Right;

use super::LookAtNegotiations;
use crate::error::Error;
use crate::ports::{Seen, Stats, TalkFilter, Whose};
use crate::rules;

impl LookAtNegotiations {
    /// One negotiation, for its parties.
    pub async fn find(&self, actor: &Actor, id: NegotiationId) -> Result<Seen, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let seen = self.queries.find(id).await?;
        let seen = seen.ok_or(Common::absent("negotiation"))?;
        rules::party(actor, &seen.talk)?;
        Ok(seen)
    }

    /// A party's negotiations: staff see their dealer's, everybody else their own; an admin says whose.
    pub async fn list(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &TalkFilter,
        page: &PageRequest,
    ) -> Result<Page<Seen>, Error> {
        let whose = whose(actor, dealer)?;
        self.queries.list(whose, filter, page).await
    }

    /// A dealer's negotiations, for its sales staff alone.
    pub async fn pending(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &TalkFilter,
        page: &PageRequest,
    ) -> Result<Page<Seen>, Error> {
        // To somebody who works for no dealer there is none of their own.
        let stranger = Common::absent("dealer");
        let dealer = actor.acting_dealer(Right::ManageNegotiations, dealer, stranger)?;
        self.queries.list(Whose::Dealer(dealer), filter, page).await
    }

    /// A party's figures of what was opened at `since` or later.
    pub async fn stats(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        since: Option<Instant>,
    ) -> Result<Stats, Error> {
        let whose = whose(actor, dealer)?;
        self.queries.stats(whose, since).await
    }
}

/// Staff who sell see their dealer's; everybody else their own.
fn whose(actor: &Actor, dealer: Option<DealerId>) -> Result<Whose, Error> {
    if actor.key().is_some() {
        return Ok(Whose::Dealer(selling(actor, dealer)?));
    }
    let person = actor.person()?;
    let sells = person
        .staff
        .as_ref()
        .is_some_and(|member| Right::ManageNegotiations.held_by(member.role));
    if dealer.is_some() || sells {
        return Ok(Whose::Dealer(selling(actor, dealer)?));
    }
    actor
        .may(Right::Negotiate, Scope::Person(person.user))
        .map_err(|refusal| refusal.of("negotiation"))?;
    Ok(Whose::Buyer(person.user))
}

/// The dealer for whom the actor sells.
fn selling(actor: &Actor, dealer: Option<DealerId>) -> Result<DealerId, Common> {
    let stranger = Common::Forbidden {
        right: Right::ManageNegotiations.as_str(),
    };
    actor.acting_dealer(Right::ManageNegotiations, dealer, stranger)
}

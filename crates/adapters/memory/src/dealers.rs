//! Dealers, sites and staff in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use dealers::Error;
use dealers::dealer::{Dealer, DealerStatus};
use dealers::document::Document;
use dealers::ports::{
    DealerEntry, DealerFacts, DealerFilter, DealerQueries, Dealers, FounderFacts, NewDealer, SeenSites,
    SiteFilter, SiteQueries, Sites, Staff, StaffFacts, StaffFilter, StaffQueries,
};
use dealers::site::{Site, SiteKind};
use dealers::staff::{Person, StaffMember, StaffProfile};
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId, SiteId, StaffId, UserId};
use kernel::paging::{Page, PageRequest, Position};
use kernel::text::fold;

use crate::{Memory, State};

/// What is kept of dealers.
#[derive(Default)]
pub(crate) struct DealersState {
    pub(crate) dealers: BTreeMap<DealerId, Dealer>,
    pub(crate) documents: BTreeMap<DocumentId, Document>,
    pub(crate) sites: BTreeMap<SiteId, Site>,
    pub(crate) staff: BTreeMap<StaffId, StaffMember>,
    pub(crate) people: BTreeMap<UserId, Person>,
}

impl DealersState {
    /// How many owners other than this member work for its dealer now.
    pub(crate) fn other_owners(&self, member: &StaffMember) -> u64 {
        let others = self.staff.values().filter(|m| m.id != member.id);
        others
            .filter(|m| m.dealer == member.dealer && m.acts_as_owner())
            .filter(|m| {
                m.user
                    .and_then(|user| self.person(user))
                    .is_some_and(|p| p.active)
            })
            .count() as u64
    }

    pub(crate) fn person(&self, user: UserId) -> Option<Person> {
        self.people.get(&user).cloned()
    }

    pub(crate) fn works_for(&self, user: UserId) -> Option<DealerId> {
        self.staff
            .values()
            .find(|m| m.working() && m.user == Some(user))
            .map(|m| m.dealer)
    }

    pub(crate) fn sites_of(&self, dealer: DealerId) -> Vec<SiteId> {
        self.sites
            .values()
            .filter(|s| s.dealer == dealer)
            .map(|s| s.id)
            .collect()
    }

    pub(crate) fn dealer(&self, dealer: DealerId) -> Result<&Dealer, Error> {
        self.dealers
            .get(&dealer)
            .ok_or_else(|| Common::absent("dealer").into())
    }

    fn entry(&self, dealer: &Dealer) -> DealerEntry {
        let mut sites: Vec<Site> = self
            .sites
            .values()
            .filter(|s| s.dealer == dealer.id)
            .cloned()
            .collect();
        sites.sort_by_key(|s| (fold(&s.details.name), s.id));
        DealerEntry {
            dealer: dealer.clone(),
            sites,
            listings: 0,
        }
    }

    fn sees(&self, seen: SeenSites, site: &Site) -> bool {
        let public = self
            .dealers
            .get(&site.dealer)
            .is_some_and(|d| d.status == DealerStatus::Verified);
        match seen {
            SeenSites::Public => public,
            SeenSites::PublicAnd(own) => public || site.dealer == own,
            SeenSites::All => true,
        }
    }
}

impl Memory {
    /// Makes a person known to the dealers' ports.
    pub fn given_person(&self, person: Person) {
        self.lock().dealers.people.insert(person.user, person);
    }
}

/// The wanted part of a sorted list; cursors are offsets here.
pub(crate) fn part<T>(all: Vec<T>, request: &PageRequest) -> Page<T> {
    let size = usize::try_from(request.size).unwrap_or(usize::MAX);
    let total = all.len();
    let start = match &request.position {
        Position::Page(n) => usize::try_from(n.saturating_sub(1))
            .unwrap_or(usize::MAX)
            .saturating_mul(size),
        Position::Cursor(text) => text.parse().unwrap_or(0),
    };
    let place = |offset: usize| match &request.position {
        Position::Page(_) => Position::Page(u32::try_from(offset / size.max(1) + 1).unwrap_or(u32::MAX)),
        Position::Cursor(_) => Position::Cursor(offset.to_string()),
    };
    Page {
        items: all.into_iter().skip(start).take(size).collect(),
        count: request.count.then_some(total as u64),
        next: (start.saturating_add(size) < total).then(|| place(start + size)),
        previous: (start > 0).then(|| place(start.saturating_sub(size))),
    }
}

#[async_trait]
impl Dealers for Memory {
    async fn register(
        &self,
        act: &Act,
        founder: UserId,
        decide: Decide<'_, FounderFacts, NewDealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.act(
            act,
            |state| {
                let facts = FounderFacts {
                    founder: state
                        .dealers
                        .person(founder)
                        .ok_or_else(|| Error::from(Common::Unauthenticated))?,
                    works_for: state.dealers.works_for(founder),
                };
                decide(&facts)
            },
            |state, plan| {
                state.dealers.dealers.insert(plan.dealer.id, plan.dealer);
                state.dealers.staff.insert(plan.owner.id, plan.owner);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, DealerFacts, Dealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.act(
            act,
            |state| {
                let facts = state.dealers.facts(dealer)?;
                decide(&facts)
            },
            |state, plan| {
                state.dealers.dealers.insert(plan.id, plan);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Sites for Memory {
    async fn create(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, Dealer, Site, Site, Error>,
    ) -> Result<Done<Site>, Error> {
        self.act(
            act,
            |state| decide(state.dealers.dealer(dealer)?),
            |state, site| {
                state.dealers.sites.insert(site.id, site);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        site: SiteId,
        decide: Decide<'_, Site, Site, Site, Error>,
    ) -> Result<Done<Site>, Error> {
        self.act(
            act,
            |state: &State| match state.dealers.sites.get(&site) {
                Some(site) => decide(site),
                None => Err(Common::absent("site").into()),
            },
            |state, site| {
                state.dealers.sites.insert(site.id, site);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Staff for Memory {
    async fn change(
        &self,
        act: &Act,
        member: StaffId,
        decide: Decide<'_, StaffFacts, StaffMember, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error> {
        self.act(
            act,
            |state| {
                let dealers = &state.dealers;
                let found = dealers
                    .staff
                    .get(&member)
                    .cloned()
                    .ok_or_else(|| Error::from(Common::absent("staff member")))?;
                let facts = StaffFacts {
                    plan: None,
                    person: found.user.and_then(|user| dealers.person(user)),
                    other_owners: dealers.other_owners(&found),
                    works_elsewhere: found
                        .user
                        .and_then(|user| dealers.works_for(user))
                        .filter(|dealer| *dealer != found.dealer),
                    sites: dealers.sites_of(found.dealer),
                    member: found,
                };
                decide(&facts)
            },
            |state, member| {
                state.dealers.staff.insert(member.id, member);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl DealerQueries for Memory {
    async fn list(&self, filter: &DealerFilter, page: &PageRequest) -> Result<Page<DealerEntry>, Error> {
        let state = self.lock();
        let wanted = filter.q.as_deref().map(fold);
        let mut found: Vec<&Dealer> = state
            .dealers
            .dealers
            .values()
            .filter(|d| filter.status.is_empty() || filter.status.contains(&d.status))
            .filter(|d| {
                wanted
                    .as_deref()
                    .is_none_or(|q| fold(&d.details.name).contains(q))
            })
            .collect();
        found.sort_by_key(|d| (fold(&d.details.name), d.id));
        Ok(part(found, page).map(|d| state.dealers.entry(d)))
    }

    async fn find(&self, dealer: DealerId) -> Result<Option<DealerEntry>, Error> {
        let state = self.lock();
        Ok(state.dealers.dealers.get(&dealer).map(|d| state.dealers.entry(d)))
    }
}

#[async_trait]
impl SiteQueries for Memory {
    async fn list(&self, filter: &SiteFilter, page: &PageRequest) -> Result<Page<Site>, Error> {
        let state = self.lock();
        let (city, state_name) = (
            filter.city.as_deref().map(fold),
            filter.state.as_deref().map(fold),
        );
        let mut found: Vec<Site> = state
            .dealers
            .sites
            .values()
            .filter(|s| state.dealers.sees(filter.seen, s))
            .filter(|s| filter.dealer.is_none_or(|d| s.dealer == d))
            .filter(|s| {
                filter.kind.is_empty()
                    || filter.kind.contains(&s.details.kind)
                    || s.details.kind == SiteKind::Both
            })
            .filter(|s| city.as_ref().is_none_or(|c| fold(&s.details.address.city) == *c))
            .filter(|s| {
                state_name
                    .as_ref()
                    .is_none_or(|n| s.details.address.state.as_deref().map(fold).as_ref() == Some(n))
            })
            .cloned()
            .collect();
        found.sort_by_key(|s| (fold(&s.details.name), s.id));
        Ok(part(found, page))
    }

    async fn find(&self, site: SiteId, seen: SeenSites) -> Result<Option<Site>, Error> {
        let state = self.lock();
        Ok(state
            .dealers
            .sites
            .get(&site)
            .filter(|s| state.dealers.sees(seen, s))
            .cloned())
    }
}

#[async_trait]
impl StaffQueries for Memory {
    async fn list(
        &self,
        filter: &StaffFilter,
        on: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<StaffProfile>, Error> {
        let state = self.lock();
        let found: Vec<StaffProfile> = state
            .dealers
            .staff
            .values()
            .filter(|m| m.dealer == filter.dealer)
            .filter(|m| filter.role.is_empty() || filter.role.contains(&m.role))
            .filter(|m| filter.active.is_none_or(|active| m.active == active))
            .map(|m| state.staff_profile(m, on))
            .collect();
        Ok(part(found, page))
    }

    async fn find(&self, member: StaffId, on: NaiveDate) -> Result<Option<StaffProfile>, Error> {
        let state = self.lock();
        Ok(state
            .dealers
            .staff
            .get(&member)
            .map(|m| state.staff_profile(m, on)))
    }
}

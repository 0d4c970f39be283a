//! The crate embedded by itself, on ports in memory.
#![expect(clippy::unwrap_used, reason = "tests")]

mod dealers;
mod documents;
mod rules;
mod sites;
mod staff;

use std::sync::Arc;

use forecourt_dealers::address::AddressDraft;
use forecourt_dealers::dealer::{Dealer, DealerDraft};
use forecourt_dealers::site::SiteDraft;
use forecourt_dealers::staff::Person;
use forecourt_dealers::use_cases::{DealerActs, DocumentActs, SiteActs, StaffActs};
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, SiteId, StaffId, UserId};
use kernel::ports::Ids;
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom};

pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) dealers: DealerActs,
    pub(crate) documents: DocumentActs,
    pub(crate) sites: SiteActs,
    pub(crate) staff: StaffActs,
    pub(crate) ids: Ids,
}

pub(crate) fn now() -> Instant {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        let memory = Memory::new();
        let port = Arc::new(memory.clone());
        let ids = Ids::new(Arc::new(FixedClock::at(now())), Arc::new(SeededRandom::new(1)));
        Self {
            dealers: DealerActs {
                dealers: port.clone(),
                queries: port.clone(),
                ids: ids.clone(),
            },
            documents: DocumentActs {
                documents: port.clone(),
                queries: port.clone(),
                dealers: port.clone(),
            },
            sites: SiteActs {
                sites: port.clone(),
                queries: port.clone(),
                ids: ids.clone(),
            },
            staff: StaffActs {
                staff: port.clone(),
                queries: port,
            },
            memory,
            ids,
        }
    }

    pub(crate) fn person(&self, name: &str) -> UserId {
        let user = self.ids.next();
        self.memory.given_person(Person {
            user,
            name: name.to_owned(),
            email: format!("{}@example.com", name.to_lowercase()).parse().unwrap(),
            active: true,
        });
        user
    }

    fn principal(&self, user: UserId, admin: bool, staff: Option<Membership>) -> Actor {
        Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin,
            factor_due: false,
            staff,
        })
    }

    pub(crate) fn customer(&self, user: UserId) -> Act {
        act(self.principal(user, false, None))
    }

    pub(crate) fn admin(&self) -> Act {
        act(self.principal(self.ids.next(), true, None))
    }

    pub(crate) fn member(&self, dealer: DealerId, role: Role) -> Act {
        self.member_as(self.ids.next(), dealer, role)
    }

    pub(crate) fn member_as(&self, staff: StaffId, dealer: DealerId, role: Role) -> Act {
        act(self.principal(
            self.ids.next(),
            false,
            Some(Membership {
                staff,
                dealer,
                role,
                sites: Vec::new(),
            }),
        ))
    }

    /// A registered dealer with its owner.
    pub(crate) async fn dealer(&self, name: &str) -> Dealer {
        let founder = self.person(name);
        self.dealers
            .register(&self.customer(founder), &draft(name))
            .await
            .unwrap()
            .value
    }

    /// A dealer that an admin verified by its licence.
    pub(crate) async fn verify(&self, dealer: &Dealer) {
        self.memory.given_licence(&self.ids, dealer.id, now());
        self.dealers.verify(&self.admin(), dealer.id, None).await.unwrap();
    }

    pub(crate) async fn site(&self, dealer: DealerId) -> SiteId {
        self.sites
            .create(&self.member(dealer, Role::Manager), None, &site_draft())
            .await
            .unwrap()
            .value
            .id
    }
}

pub(crate) fn act(actor: Actor) -> Act {
    Act {
        actor,
        at: now(),
        request_id: "test".to_owned(),
        claim: None,
        expected_version: None,
        origin: kernel::act::Origin::default(),
    }
}

pub(crate) fn address() -> AddressDraft {
    AddressDraft {
        line1: "1 Main Street".to_owned(),
        line2: None,
        city: "Austin".to_owned(),
        state: Some("TX".to_owned()),
        postal_code: "78701".to_owned(),
        country: "US".to_owned(),
    }
}

pub(crate) fn draft(name: &str) -> DealerDraft {
    DealerDraft {
        name: name.to_owned(),
        legal_name: format!("{name} Inc."),
        description: None,
        phone: "+1 512 555 0100".to_owned(),
        email: "hello@example.com".to_owned(),
        website: Some("https://example.com".to_owned()),
        address: address(),
        licence_number: None,
        currency: "USD".to_owned(),
        country: "US".to_owned(),
    }
}

pub(crate) fn site_draft() -> SiteDraft {
    SiteDraft {
        kind: "both".to_owned(),
        name: "Downtown".to_owned(),
        address: address(),
        timezone: "America/Chicago".to_owned(),
        ..SiteDraft::default()
    }
}

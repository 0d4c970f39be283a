//! What contracts of dealers play on: the use cases of dealers, sites and staff on the ports of a world.

use std::sync::Arc;

use application::invite_staff::InviteStaff;
use dealers::Error;
use dealers::address::AddressDraft;
use dealers::dealer::{Dealer, DealerDraft};
use dealers::hours::{ExceptionDraft, HoursDraft, SpanDraft};
use dealers::ports::{SeenSites, SiteFilter};
use dealers::rules::staff::StaffDraft;
use dealers::site::SiteDraft;
use dealers::slot_rules::SlotRulesPatch;
use dealers::staff::{Person, StaffMember, StaffProfile};
use dealers::use_cases::{DealerActs, SiteActs, StaffActs};
use forecourt_database::dealers::{SqlDealerQueries, SqlDealers, SqlSites, SqlStaff, SqlStaffAdditions};
use identity::policy::Policy;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, UserId};
use kernel::paging::PageRequest;
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::world::{World, given_account};

/// The use cases on the world's ports.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) dealers: DealerActs,
    pub(crate) sites: SiteActs,
    pub(crate) staff: StaffActs,
    pub(crate) invite: InviteStaff,
}

impl Office {
    pub(crate) fn of(world: World) -> Self {
        let ids = world.ids.clone();
        let policy = Policy::default();
        let (dealers, sites, staff, invite) = match world.database() {
            None => {
                let port = Arc::new(world.memory.clone());
                (
                    DealerActs {
                        dealers: port.clone(),
                        queries: port.clone(),
                        ids: ids.clone(),
                    },
                    SiteActs {
                        sites: port.clone(),
                        queries: port.clone(),
                        ids: ids.clone(),
                    },
                    StaffActs {
                        staff: port.clone(),
                        queries: port.clone(),
                    },
                    InviteStaff {
                        additions: port,
                        ids,
                        policy,
                    },
                )
            }
            Some(db) => {
                let queries = Arc::new(SqlDealerQueries::new(db.clone()));
                (
                    DealerActs {
                        dealers: Arc::new(SqlDealers::new(db.clone())),
                        queries: queries.clone(),
                        ids: ids.clone(),
                    },
                    SiteActs {
                        sites: Arc::new(SqlSites::new(db.clone())),
                        queries: queries.clone(),
                        ids: ids.clone(),
                    },
                    StaffActs {
                        staff: Arc::new(SqlStaff::new(db.clone())),
                        queries,
                    },
                    InviteStaff {
                        additions: Arc::new(SqlStaffAdditions::new(db.clone())),
                        ids,
                        policy,
                    },
                )
            }
        };
        Self {
            world,
            dealers,
            sites,
            staff,
            invite,
        }
    }

    pub(crate) async fn person(&self, name: &str) -> UserId {
        let world = &self.world;
        let user: UserId = world.ids.next();
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let email = format!("{}@example.com", letters.to_lowercase());
        if world.database().is_none() {
            world.memory.given_person(Person {
                user,
                name: format!("{name} Test"),
                email: email.parse().unwrap(),
                active: true,
            });
            return user;
        }
        given_account(world, user, &email, [name, "Test"]).await;
        user
    }

    pub(crate) fn by(&self, user: UserId) -> Act {
        self.acting(user, None)
    }

    pub(crate) fn owner(&self, dealer: DealerId) -> Act {
        let staff = Membership {
            staff: self.world.ids.next(),
            dealer,
            role: Role::Owner,
            sites: Vec::new(),
        };
        self.acting(self.world.ids.next(), Some(staff))
    }

    pub(crate) fn acting(&self, user: UserId, staff: Option<Membership>) -> Act {
        Act {
            actor: Actor::User(Principal {
                user,
                session: self.world.ids.next(),
                admin: false,
                factor_due: false,
                staff,
            }),
            ..self.world.act()
        }
    }

    /// The dealer's real owner, who may be named in an invitation.
    pub(crate) async fn by_member(&self, dealer: DealerId) -> Act {
        let owner = self
            .members(dealer)
            .await
            .into_iter()
            .find(StaffMember::acts_as_owner)
            .unwrap();
        let membership = Membership {
            staff: owner.id,
            dealer,
            role: Role::Owner,
            sites: Vec::new(),
        };
        self.acting(owner.user.unwrap(), Some(membership))
    }

    pub(crate) async fn dealer(&self, name: &str) -> Dealer {
        let founder = self.person(name).await;
        let done = self.dealers.register(&self.by(founder), &draft(name)).await;
        done.unwrap().value
    }

    pub(crate) async fn hire(
        &self,
        dealer: DealerId,
        user: UserId,
        role: &str,
    ) -> Result<StaffProfile, Error> {
        let draft = StaffDraft {
            user_id: Some(user),
            role: role.to_owned(),
            ..StaffDraft::default()
        };
        let done = self.invite.add(&self.owner(dealer), None, &draft).await?;
        Ok(done.value)
    }

    pub(crate) async fn members(&self, dealer: DealerId) -> Vec<StaffMember> {
        let page = self
            .staff
            .list(
                &self.owner(dealer),
                None,
                Vec::new(),
                None,
                &PageRequest::default(),
            )
            .await
            .unwrap();
        page.items.into_iter().map(|profile| profile.member).collect()
    }
}

pub(crate) fn address() -> AddressDraft {
    AddressDraft {
        line1: "1 Main Street".to_owned(),
        line2: Some("Floor 2".to_owned()),
        city: "Zürich".to_owned(),
        state: Some("ZH".to_owned()),
        postal_code: "8001".to_owned(),
        country: "CH".to_owned(),
    }
}

pub(crate) fn draft(name: &str) -> DealerDraft {
    DealerDraft {
        name: name.to_owned(),
        legal_name: format!("{name} AG"),
        description: Some("Cars\nsince 1950".to_owned()),
        phone: "+41 44 555 01 00".to_owned(),
        email: "hello@example.com".to_owned(),
        website: Some("https://example.com".to_owned()),
        address: address(),
        licence_number: Some("L-1".to_owned()),
        currency: "CHF".to_owned(),
        country: "CH".to_owned(),
    }
}

pub(crate) fn site_draft(name: &str) -> SiteDraft {
    let span = |open: &str, close: &str| SpanDraft {
        open: open.to_owned(),
        close: close.to_owned(),
    };
    let hours = HoursDraft {
        days: std::array::from_fn(|day| match day {
            0..5 => vec![span("08:00", "12:00"), span("13:30", "18:00")],
            _ => Vec::new(),
        }),
    };
    SiteDraft {
        kind: "both".to_owned(),
        name: name.to_owned(),
        phone: Some("+41 44 555 01 01".to_owned()),
        address: address(),
        latitude: Some(47.376_9),
        longitude: Some(8.541_7),
        timezone: "Europe/Zurich".to_owned(),
        hours: Some(hours),
        exceptions: vec![ExceptionDraft {
            date: "2026-12-24".to_owned(),
            closed: false,
            hours: Some(vec![span("08:00", "12:00")]),
        }],
        bays: Some(4),
        slot_rules: SlotRulesPatch {
            minutes: Patch::Value(45),
            ..SlotRulesPatch::default()
        },
    }
}

pub(crate) fn any_site() -> SiteFilter {
    SiteFilter {
        seen: SeenSites::All,
        dealer: None,
        kind: Vec::new(),
        city: None,
        state: None,
    }
}

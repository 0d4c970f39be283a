//! Who acts, and whether they may.

use serde::{Deserialize, Serialize};

use crate::error::Common;
use crate::id::{ApiKeyId, BookingId, DealerId, SessionId, SiteId, StaffId, UserId};
use crate::rights::{Right, Role};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A stranger.
    Anonymous,
    /// Somebody signed in.
    User(Principal),
    /// A program of a dealer's, with an API key. It acts for no person.
    Key(KeyHolder),
    /// Somebody not signed in who follows the signed link of a letter. Beyond the one thing that the link is for, a stranger.
    Link(LinkHolder),
    /// The product itself: a job, a cron tick, the command line. May do everything.
    System,
}

/// Somebody signed in, as they are now (a deactivation or a change of role shows within seconds).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The person.
    pub user: UserId,
    /// The sign-in that carries the call.
    pub session: SessionId,
    /// Runs the platform?
    pub admin: bool,
    /// Would run the platform, but for the second factor that is to be set up first.
    pub factor_due: bool,
    /// The dealer that the person works for.
    pub staff: Option<Membership>,
}

/// Whoever holds an API key, with what the key gives for the call at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    /// The key.
    pub id: ApiKeyId,
    /// The dealer whose things it opens, and no other's.
    pub dealer: DealerId,
    /// What it gives. A key that was made for reading gives nothing to a call that changes something.
    pub rights: Vec<Right>,
}

/// Whoever holds the link of a letter about a test drive: its customer, as far as this one drive goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkHolder {
    /// The drive that the link is for, and no other.
    pub booking: BookingId,
    /// Who it was sent to; none for a caller without an account.
    pub customer: Option<UserId>,
}

/// Who started something, and may ask how it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// A person.
    User(UserId),
    /// A program with this key.
    Key(ApiKeyId),
}

impl Starter {
    /// The bare id: those of users and of keys are never the same.
    pub const fn uuid(&self) -> uuid::Uuid {
        match self {
            Self::User(user) => user.uuid(),
            Self::Key(key) => key.uuid(),
        }
    }
}

/// Work for a dealer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The member, as everything of the dealer's names it.
    pub staff: StaffId,
    /// The dealer.
    pub dealer: DealerId,
    /// The member's role.
    pub role: Role,
    /// The member's sites. Empty means all; owners and managers see all in any case.
    pub sites: Vec<SiteId>,
}

impl Membership {
    /// May the member see what belongs to this site?
    pub fn sees_site(&self, site: SiteId) -> bool {
        self.sites.is_empty() || self.role.includes(Role::Manager) || self.sites.contains(&site)
    }
}

/// Whose thing an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A dealer's.
    Dealer(DealerId),
    /// A dealer's, at one of its sites.
    Site(DealerId, SiteId),
    /// A person's own.
    Person(UserId),
    /// Nobody's in particular.
    Platform,
}

/// Why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody known.
    Unauthenticated,
    /// The thing may be known, but the role does not hold the right.
    Forbidden(Right),
    /// The thing is another tenant's or another person's: it must look as if it were not there.
    Hidden,
    /// An admin may, once they have set up the second factor that admins need.
    FactorDue,
}

impl Refusal {
    /// The error to answer with, when `what` was asked for.
    pub const fn of(self, what: &'static str) -> Common {
        match self {
            Self::Unauthenticated => Common::Unauthenticated,
            Self::Forbidden(right) => Common::Forbidden {
                right: right.as_str(),
            },
            Self::Hidden => Common::Absent { what },
            Self::FactorDue => Common::FactorDue,
        }
    }
}

impl Actor {
    /// May the actor use `right` on something of `scope`?
    pub fn may(&self, right: Right, scope: Scope) -> Result<(), Refusal> {
        let principal = match self {
            Self::System => return Ok(()),
            Self::Anonymous | Self::Link(_) if right.held_by(Role::Anonymous) => return Ok(()),
            Self::Anonymous | Self::Link(_) => return Err(Refusal::Unauthenticated),
            Self::Key(key) => return key.may(right, scope),
            Self::User(principal) => principal,
        };
        match principal.may(right, scope) {
            // As an admin they might.
            Err(_) if principal.factor_due => Err(Refusal::FactorDue),
            judged => judged,
        }
    }

    /// The person who signed in, or a refusal for strangers, for keys and for the system.
    pub fn person(&self) -> Result<&Principal, Common> {
        match self {
            Self::User(principal) => Ok(principal),
            Self::Key(_) => Err(Common::PersonRequired),
            Self::Anonymous | Self::Link(_) | Self::System => Err(Common::Unauthenticated),
        }
    }

    /// The person's id, if there is a person: who signed in, or whose link it is.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(principal) => Some(principal.user),
            Self::Link(link) => link.customer,
            Self::Anonymous | Self::Key(_) | Self::System => None,
        }
    }

    /// Who starts what this actor starts; nobody is known of strangers, of links and of the system.
    pub fn starter(&self) -> Option<Starter> {
        match self {
            Self::User(principal) => Some(Starter::User(principal.user)),
            Self::Key(key) => Some(Starter::Key(key.id)),
            Self::Anonymous | Self::Link(_) | Self::System => None,
        }
    }

    /// The API key, if one is used.
    pub fn key(&self) -> Option<&KeyHolder> {
        match self {
            Self::Key(key) => Some(key),
            Self::Anonymous | Self::User(_) | Self::Link(_) | Self::System => None,
        }
    }

    /// Does the actor stand on a dealer's side: as a member of its staff, or as a program of its own?
    pub fn is_of_some_dealer(&self) -> bool {
        match self {
            Self::User(principal) => principal.staff.is_some(),
            Self::Key(_) => true,
            Self::Anonymous | Self::Link(_) | Self::System => false,
        }
    }

    /// Is this somebody who sees every dealer?
    pub fn sees_all(&self) -> bool {
        match self {
            Self::System => true,
            Self::User(principal) => principal.admin,
            Self::Anonymous | Self::Key(_) | Self::Link(_) => false,
        }
    }

    /// The membership at this dealer, if the actor works there.
    pub fn member_of(&self, dealer: DealerId) -> Option<&Membership> {
        match self {
            Self::User(principal) => principal.staff.as_ref().filter(|m| m.dealer == dealer),
            Self::Anonymous | Self::Key(_) | Self::Link(_) | Self::System => None,
        }
    }

    /// The dealer that the actor acts for: staff and keys for their own, an admin for the one named in `dealer` (400 when none is).
    /// Naming another dealer than one's own is a 404. Someone who works for no dealer gets `stranger`.
    pub fn acting_dealer(
        &self,
        right: Right,
        named: Option<DealerId>,
        stranger: Common,
    ) -> Result<DealerId, Common> {
        let principal = match self {
            Self::System => {
                return named.ok_or_else(|| {
                    Common::invalid("dealer", "dealer_required", "say which dealer is meant")
                });
            }
            Self::Anonymous | Self::Link(_) => return Err(Common::Unauthenticated),
            Self::Key(key) => {
                let dealer = named.unwrap_or(key.dealer);
                return match key.may(right, Scope::Dealer(dealer)) {
                    Ok(()) => Ok(dealer),
                    Err(refusal) => Err(refusal.of("dealer")),
                };
            }
            Self::User(principal) => principal,
        };
        if let Some(named) = named {
            self.may(right, Scope::Dealer(named))
                .map_err(|refusal| refusal.of("dealer"))?;
            return Ok(named);
        }
        match &principal.staff {
            Some(member) => {
                self.may(right, Scope::Dealer(member.dealer))
                    .map_err(|refusal| refusal.of("dealer"))?;
                Ok(member.dealer)
            }
            None if principal.admin => Err(Common::invalid(
                "dealer",
                "dealer_required",
                "an admin says which dealer is meant: give its id",
            )),
            None if principal.factor_due => Err(Common::FactorDue),
            None => Err(stranger),
        }
    }
}

impl KeyHolder {
    /// Within its dealer, what is among its rights. What is a person's is not there for it.
    fn may(&self, right: Right, scope: Scope) -> Result<(), Refusal> {
        let in_scope = match scope {
            Scope::Platform => true,
            Scope::Person(_) => false,
            Scope::Dealer(dealer) | Scope::Site(dealer, _) => dealer == self.dealer,
        };
        if !in_scope {
            return Err(Refusal::Hidden);
        }
        if self.rights.contains(&right) || right.held_by(Role::Anonymous) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(right))
        }
    }
}

impl Principal {
    fn may(&self, right: Right, scope: Scope) -> Result<(), Refusal> {
        let in_scope = match scope {
            Scope::Platform => true,
            Scope::Person(user) => user == self.user || self.admin,
            Scope::Dealer(dealer) => self.admin || self.works_for(dealer),
            Scope::Site(dealer, site) => {
                let works_there = |m: &Membership| m.dealer == dealer && m.sees_site(site);
                self.admin || self.staff.as_ref().is_some_and(works_there)
            }
        };
        if !in_scope {
            return Err(Refusal::Hidden);
        }
        if right.held_by(self.role()) {
            Ok(())
        } else {
            Err(Refusal::Forbidden(right))
        }
    }

    /// The highest role.
    pub fn role(&self) -> Role {
        match &self.staff {
            _ if self.admin => Role::Admin,
            Some(member) => member.role,
            None => Role::Customer,
        }
    }

    /// Does the person work for this dealer?
    pub fn works_for(&self, dealer: DealerId) -> bool {
        self.staff.as_ref().is_some_and(|m| m.dealer == dealer)
    }
}

//! Invitations, who somebody is, and lists of users.

use async_trait::async_trait;
use identity::Error;
use identity::invitation::{Grant, Invitation, InvitationState};
use identity::plan::{InviteFacts, InvitePlan};
use identity::ports::{Invitations, Known, Principals, Profile, UserFilter, UserQueries};
use identity::session::{Session, SessionState};
use identity::user::{PlatformRole, User};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::actor::Principal;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{InvitationId, SessionId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::text::fold;

use crate::Memory;
use crate::dealers::part;

#[async_trait]
impl Invitations for Memory {
    async fn invite(
        &self,
        act: &Act,
        email: &Email,
        decide: Decide<'_, InviteFacts, InvitePlan, Invitation, Error>,
    ) -> Result<Done<Invitation>, Error> {
        self.act(
            act,
            |state| {
                let holder = state.identity.holder(email).map(|account| account.user);
                decide(&InviteFacts { holder })
            },
            |state, plan| {
                let invitations = &mut state.identity.invitations;
                for earlier in invitations.values_mut() {
                    if earlier.email.folded() == email.folded()
                        && matches!(earlier.grant, Grant::Platform(_))
                        && earlier.state == InvitationState::Open
                    {
                        *earlier = earlier.clone().withdraw();
                    }
                }
                invitations.insert(plan.invitation.id, plan.invitation);
                Ok(())
            },
        )
    }

    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, Error> {
        Ok(self.lock().identity.invitations.get(&id).cloned())
    }
}

#[async_trait]
impl Principals for Memory {
    async fn principal(&self, session: SessionId, at: Instant) -> Result<Option<Known>, Common> {
        let state = self.lock();
        let open = state
            .identity
            .sessions
            .get(&session)
            .filter(|session| session.is_open(at));
        let user = open.and_then(|session| state.identity.users.get(&session.user));
        Ok(user.filter(|user| user.active).map(|user| Known {
            principal: Principal {
                user: user.id,
                session,
                admin: user.platform_role == PlatformRole::Admin,
                factor_due: false,
                staff: state.membership(user.id),
            },
            factor: state.identity.asks_factor(user.id),
        }))
    }
}

#[async_trait]
impl UserQueries for Memory {
    async fn profile(&self, user: UserId) -> Result<Option<Profile>, Error> {
        let state = self.lock();
        Ok(state.identity.users.get(&user).map(|found| Profile {
            user: found.clone(),
            staff: state.membership(user),
            totp: state.identity.asks_factor(user),
        }))
    }

    async fn sessions(&self, user: UserId, at: Instant) -> Result<Vec<Session>, Error> {
        let state = self.lock();
        let mut open: Vec<Session> = state
            .identity
            .sessions
            .values()
            .filter(|session| {
                session.user == user && session.state == SessionState::Open && session.is_open(at)
            })
            .cloned()
            .collect();
        open.sort_by_key(|session| std::cmp::Reverse((session.last_used_at, session.id)));
        Ok(open)
    }

    async fn search(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<Profile>, Error> {
        let state = self.lock();
        let holds = |user: &User, q: &String| {
            fold(&format!("{} {} {}", user.first_name, user.last_name, user.email)).contains(&fold(q))
        };
        let mut found: Vec<Profile> = state
            .identity
            .users
            .values()
            .map(|user| Profile {
                user: user.clone(),
                staff: state.membership(user.id),
                totp: state.identity.asks_factor(user.id),
            })
            .filter(|profile| filter.q.as_ref().is_none_or(|q| holds(&profile.user, q)))
            .filter(|profile| filter.active.is_none_or(|active| profile.user.active == active))
            .filter(|profile| {
                filter
                    .platform_role
                    .is_none_or(|role| profile.user.platform_role == role)
            })
            .filter(|profile| {
                let works_for = profile.staff.as_ref().map(|member| member.dealer);
                filter.dealer.is_none_or(|dealer| works_for == Some(dealer))
            })
            .collect();
        found.sort_by_key(|profile| std::cmp::Reverse((profile.user.created_at, profile.user.id)));
        Ok(part(found, page))
    }
}

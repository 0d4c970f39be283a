//! Adding somebody to a dealer's staff: a user joins at once, anybody else gets an invitation by e-mail; and so does whoever is named
//! by an address while the dealer is not verified.
//!
//! Dealers has the member, identity has the invitation: one port locks what both need to know, and one transaction writes
//! both, so that no member waits for an invitation that was never written.

use std::sync::Arc;

use async_trait::async_trait;
use dealers::Error;
use dealers::ports::AddFacts;
use dealers::rules::staff::{self as rules, Added, Recruit, StaffDraft};
use dealers::staff::{StaffMember, StaffProfile};
use dealers::use_cases::acting_in_body;
use identity::invitation::{Grant, Invitation};
use identity::letters;
use identity::policy::Policy;
use kernel::act::{Act, Audit, Decide, Decision, Done};
use kernel::id::{DealerId, InvitationId, StaffId};
use kernel::ports::Ids;
use kernel::rights::Right;

/// What adding somebody writes.
#[derive(Clone, Debug)]
pub struct AddPlan {
    /// The member, new or known before.
    pub member: StaffMember,
    /// The invitation that goes out. Open ones of the same member are withdrawn in any case.
    pub invitation: Option<Invitation>,
}

/// Additions to the staff, under lock.
#[async_trait]
pub trait StaffAdditions: Send + Sync {
    /// Locks the dealer, then the person if there is one; writes member and invitation, or nothing. Absent when there is
    /// no such dealer. [`Error::WorksElsewhere`] and [`Error::AlreadyMember`] also when the database finds it so.
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        recruit: &Recruit,
        decide: Decide<'_, AddFacts, AddPlan, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error>;
}

/// The act.
#[derive(Clone)]
pub struct InviteStaff {
    /// Its port.
    pub additions: Arc<dyn StaffAdditions>,
    /// Makes ids.
    pub ids: Ids,
    /// Says how long an invitation is good.
    pub policy: Policy,
}

impl InviteStaff {
    /// Adds somebody to the staff of one's own dealer, or of the one that an admin names.
    pub async fn add(
        &self,
        act: &Act,
        named: Option<DealerId>,
        draft: &StaffDraft,
    ) -> Result<Done<StaffProfile>, Error> {
        let dealer = acting_in_body(act, Right::ManageStaff, named)?;
        let recruit = draft.recruit()?;
        let (member, invitation) = (self.ids.next(), self.ids.next());
        self.additions
            .add(act, dealer, &recruit, &|facts| {
                decide(act, &self.policy, (member, invitation), draft, facts)
            })
            .await
    }
}

/// The pure part: the member as dealers wants it, the invitation as identity writes it.
pub fn decide(
    act: &Act,
    policy: &Policy,
    (id, invitation): (StaffId, InvitationId),
    draft: &StaffDraft,
    facts: &AddFacts,
) -> Result<Decision<AddPlan, StaffProfile>, Error> {
    let dealer = &facts.dealer;
    let audit = |action, member: &StaffMember| {
        Audit::new(action, "staff", member.id)
            .for_dealer(dealer.id)
            .with(rules::shown(member))
    };
    Ok(match rules::add(act, id, draft, facts)? {
        Added::Joined(member) => {
            let answer = rules::profile(&member, facts.person.as_ref());
            let plan = AddPlan {
                member: member.clone(),
                invitation: None,
            };
            Decision::new(plan, answer, audit("staff.added", &member))
                .telling(rules::told("staff.added", &member))
        }
        Added::Invited(member) => {
            let grant = Grant::Staff {
                staff: member.id,
                dealer: dealer.id,
            };
            let invitation = Invitation::new(
                invitation,
                member.email.clone(),
                grant,
                act.actor.user(),
                act.at,
                policy,
            );
            let letter = letters::invitation(&invitation, Some(&dealer.details.name));
            let answer = rules::profile(&member, None);
            let plan = AddPlan {
                member: member.clone(),
                invitation: Some(invitation),
            };
            Decision::new(plan, answer, audit("staff.invited", &member))
                .telling(rules::told("staff.invited", &member))
                .then(letter)
        }
    })
}

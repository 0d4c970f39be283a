//! Additions to the staff in memory.

use application::invite_staff::{AddPlan, StaffAdditions};
use async_trait::async_trait;
use dealers::Error;
use dealers::ports::AddFacts;
use dealers::rules::staff::Recruit;
use dealers::staff::{Person, StaffMember, StaffProfile};
use identity::invitation::Grant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, StaffId};

use crate::{Memory, State};

fn person(state: &State, recruit: &Recruit) -> Option<Person> {
    match recruit {
        Recruit::User(user) => state.dealers.person(*user),
        Recruit::Address(email) => {
            let folded = email.folded();
            let mut people = state.dealers.people.values();
            people.find(|p| p.email.folded() == folded).cloned()
        }
    }
}

/// What the dealer has on the person, and else on the address.
fn known(state: &State, dealer: DealerId, recruit: &Recruit, person: Option<&Person>) -> Option<StaffMember> {
    let of_dealer = || state.dealers.staff.values().filter(|m| m.dealer == dealer);
    let user = person.map(|p| p.user);
    let address = match recruit {
        Recruit::User(_) => person.map(|p| p.email.folded()),
        Recruit::Address(email) => Some(email.folded()),
    };
    let by_user = of_dealer().find(|m| user.is_some() && m.user == user);
    by_user
        .or_else(|| of_dealer().find(|m| m.invited() && Some(m.email.folded()) == address))
        .cloned()
}

fn withdraw_open(state: &mut State, member: StaffId) {
    for invitation in state.identity.invitations.values_mut() {
        match invitation.grant {
            Grant::Staff { staff, .. } if staff == member => *invitation = invitation.clone().withdraw(),
            Grant::Staff { .. } | Grant::Platform(_) => {}
        }
    }
}

#[async_trait]
impl StaffAdditions for Memory {
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        recruit: &Recruit,
        decide: Decide<'_, AddFacts, AddPlan, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error> {
        self.act(
            act,
            |state| {
                let person = person(state, recruit);
                decide(&AddFacts {
                    dealer: state.dealers.dealer(dealer)?.clone(),
                    sites: state.dealers.sites_of(dealer),
                    works_for: person.as_ref().and_then(|p| state.dealers.works_for(p.user)),
                    known: known(state, dealer, recruit, person.as_ref()),
                    person,
                })
            },
            |state, plan| {
                withdraw_open(state, plan.member.id);
                state.dealers.staff.insert(plan.member.id, plan.member);
                state
                    .identity
                    .invitations
                    .extend(plan.invitation.map(|invitation| (invitation.id, invitation)));
                Ok(())
            },
        )
    }
}

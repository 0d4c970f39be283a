//! Acceptances of invitations in memory.

use application::accept_invitation::{Acceptance, AcceptanceFacts, InvitationAcceptances};
use application::error::Error;
use async_trait::async_trait;
use identity::invitation::{Grant, Invitation};
use identity::user::{ReferralCode, User};
use kernel::act::{Act, Decide, Done};
use kernel::id::InvitationId;

use crate::Memory;

impl Memory {
    /// Keeps an invitation that another act has written.
    pub fn given_invitation(&self, invitation: Invitation) {
        self.lock().identity.invitations.insert(invitation.id, invitation);
    }
}

#[async_trait]
impl InvitationAcceptances for Memory {
    async fn accept(
        &self,
        act: &Act,
        invitation: InvitationId,
        codes: &[ReferralCode],
        decide: Decide<'_, AcceptanceFacts, Acceptance, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.act(
            act,
            |state| {
                let invitation = state.identity.invitations.get(&invitation).cloned();
                let holder = invitation.as_ref().and_then(|i| state.identity.holder(&i.email));
                let user = holder.as_ref().map(|account| account.user.id);
                let member = invitation.as_ref().and_then(|invitation| match invitation.grant {
                    Grant::Platform(_) => None,
                    Grant::Staff { staff, .. } => state.dealers.staff.get(&staff).cloned(),
                });
                decide(&AcceptanceFacts {
                    free_code: state.identity.free_code(codes),
                    works_for: user.and_then(|user| state.dealers.works_for(user)),
                    invitation,
                    holder,
                    member,
                })
            },
            |state, plan| {
                state.write_account(plan.account)?;
                state
                    .dealers
                    .staff
                    .extend(plan.staff.map(|member| (member.id, member)));
                state
                    .identity
                    .invitations
                    .insert(plan.invitation.id, plan.invitation);
                Ok(())
            },
        )
    }
}

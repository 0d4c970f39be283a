//! An admin invites somebody to the platform.

use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::InvitationId;
use kernel::rights::Right;
use serde_json::json;

use super::Identity;
use super::request_code::address;
use crate::error::Error;
use crate::invitation::{Grant, Invitation};
use crate::letters;
use crate::plan::{InviteFacts, InvitePlan};
use crate::user::PlatformRole;

/// Whom to invite, as what.
#[derive(Clone, Debug)]
pub struct InviteUser {
    /// The address.
    pub email: String,
    /// What the person is to become.
    pub platform_role: PlatformRole,
}

impl Identity {
    /// Invites by e-mail. An earlier open invitation of the address is withdrawn. Somebody who has an account already
    /// can be invited to a higher role only.
    pub async fn invite_user(&self, act: &Act, request: &InviteUser) -> Result<Done<Invitation>, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        let email = address(&request.email)?;
        let id = self.ids.next();
        self.invitations
            .invite(act, &email, &|facts: &InviteFacts| {
                let held = facts.holder.as_ref().filter(|user| user.email_verified);
                if held.is_some_and(|user| {
                    user.platform_role == request.platform_role || user.platform_role == PlatformRole::Admin
                }) {
                    return Err(Error::RoleHeld);
                }
                let grant = Grant::Platform(request.platform_role);
                let invitation =
                    Invitation::new(id, email.clone(), grant, act.actor.user(), act.at, &self.policy);
                let detail = json!({"platform_role": request.platform_role});
                let audit = Audit::new("user.invited", "invitation", id).with(detail.clone());
                let letter = letters::invitation(&invitation, None);
                let plan = InvitePlan {
                    invitation: invitation.clone(),
                };
                Ok(Decision::new(plan, invitation, audit)
                    .telling(Event::new("user.invited", id, detail))
                    .then(letter))
            })
            .await
    }

    /// An invitation to the platform.
    pub async fn invitation(&self, act: &Act, id: InvitationId) -> Result<Invitation, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        let found = self.invitations.find(id).await?;
        found.ok_or_else(|| Common::absent("invitation").into())
    }
}

//! Accepting an invitation: an account (new, or the one that the address has), and what was promised to it.
//!
//! Identity has the invitation and the account, dealers the place on the staff that waits; both take their own
//! transition on the facts that one port locked, and one transaction writes all.

use std::sync::Arc;

use async_trait::async_trait;
use dealers::staff::StaffMember;
use identity::Identity;
use identity::invitation::{Grant, Invitation};
use identity::plan::AccountPlan;
use identity::rules::{Factor, Newcomer, ReadySession, second_factor, welcome};
use identity::secret::Secret;
use identity::use_cases::SignedIn;
use identity::user::{Account, ReferralCode, User};
use kernel::act::{Act, Audit, Decide, Decision, Done};
use kernel::error::{Common, Failure as _, Kind, Violations};
use kernel::event::Event;
use kernel::id::{DealerId, InvitationId};
use serde_json::json;

use crate::error::Error;

/// What is known, under lock, when an invitation is accepted.
#[derive(Clone, Debug)]
pub struct AcceptanceFacts {
    /// The invitation.
    pub invitation: Option<Invitation>,
    /// Who has its address.
    pub holder: Option<Account>,
    /// The place on the staff that it promises.
    pub member: Option<StaffMember>,
    /// The dealer that the holder works for now.
    pub works_for: Option<DealerId>,
    /// The first of the given referral codes that nobody has.
    pub free_code: Option<ReferralCode>,
}

/// What accepting writes.
#[derive(Clone, Debug)]
pub struct Acceptance {
    /// The account, and the session that is opened.
    pub account: AccountPlan,
    /// The member, who now has a person.
    pub staff: Option<StaffMember>,
    /// The invitation, used up.
    pub invitation: Invitation,
}

/// Acceptances, under lock.
#[async_trait]
pub trait InvitationAcceptances: Send + Sync {
    /// Locks the dealer and the member that the invitation promises, the holder of its address, then the invitation; writes
    /// account, member and invitation, or nothing. Of two acceptances at once, the second finds it used. The errors of
    /// [`identity::Error::EmailTaken`] and [`dealers::Error::WorksElsewhere`] come also when the database finds them.
    async fn accept(
        &self,
        act: &Act,
        invitation: InvitationId,
        codes: &[ReferralCode],
        decide: Decide<'_, AcceptanceFacts, Acceptance, User, Error>,
    ) -> Result<Done<User>, Error>;
}

/// What an invited person gives.
#[derive(Clone, Debug)]
pub struct Accept {
    /// From the link.
    pub token: Secret,
    /// A password, where there is no confirmed account yet.
    pub password: Option<Secret>,
    /// Given name, where there is no confirmed account yet.
    pub first_name: Option<String>,
    /// Family name, where there is no confirmed account yet.
    pub last_name: Option<String>,
    /// A code of the second factor, where the account of the address has one.
    pub totp: Option<Secret>,
}

/// The act.
#[derive(Clone)]
pub struct AcceptInvitation {
    /// Its port.
    pub acceptances: Arc<dyn InvitationAcceptances>,
    /// Accounts.
    pub identity: Identity,
}

impl AcceptInvitation {
    /// Takes what was promised, and signs the person in. Whoever holds the token reads the mail of the address: that is
    /// what a password reset proves, too. It is no second factor: where the account has one, it is asked for, and its failures count
    /// as those of a sign-in do.
    pub async fn accept(&self, act: &Act, request: &Accept) -> Result<SignedIn, Error> {
        let id = self.identity.codes.read_invitation(request.token.expose());
        let id = id.ok_or(identity::Error::InvitationInvalid)?;
        let open = self.identity.invitations.find(id).await?;
        let open = open.filter(|invitation| invitation.is_open(act.at));
        let invitation = open.ok_or(identity::Error::InvitationInvalid)?;
        if request.totp.is_some() {
            self.identity.admit_sign_in(act, &invitation.email).await?;
        }
        let codes = [(); 3].map(|()| ReferralCode::random(self.identity.random.as_ref()));
        let newcomer = match self.newcomer(act, request, &invitation, &codes[0]).await {
            Err(error) if error.kind() != Kind::Invalid => return Err(error.into()),
            // Only a person without a confirmed account needs to give all this: the decision knows who is one.
            judged => judged,
        };
        let ready = self.identity.ready_session();
        let done = self
            .acceptances
            .accept(act, id, &codes, &|facts| {
                self.decide(act, request, &newcomer, &ready, facts)
            })
            .await;
        if let Err(Error::Identity(identity::Error::TotpInvalid)) = &done {
            self.identity.strike_sign_in(act, &invitation.email).await?;
        }
        let user = done?.value;
        Ok(self.identity.hand_over(user.id, ready, act.at).await?)
    }

    async fn newcomer(
        &self,
        act: &Act,
        request: &Accept,
        invitation: &Invitation,
        code: &ReferralCode,
    ) -> Result<Newcomer, identity::Error> {
        let mut found = Violations::new();
        let mut given = |pointer: &str, text: Option<&str>| {
            found.check(text.is_some(), pointer, "required", || {
                "is needed: there is no confirmed account with this address yet".to_owned()
            });
            text.unwrap_or_default().to_owned()
        };
        let first_name = given("/first_name", request.first_name.as_deref());
        let last_name = given("/last_name", request.last_name.as_deref());
        let password = given("/password", request.password.as_ref().map(Secret::expose));
        if found.is_empty() {
            let known = [invitation.email.as_str(), &first_name, &last_name];
            let judged = found.take("/password", identity::password::judge(&password, &known));
            let first = found.take("/first_name", kernel::text::line(&first_name, 100));
            let last = found.take("/last_name", kernel::text::line(&last_name, 100));
            if let (Some(password), Some(first), Some(last)) = (judged, first, last) {
                let id = self.identity.ids.next();
                return Ok(Newcomer {
                    user: User::new(id, invitation.email.clone(), (first, last), code.clone(), act.at),
                    password: self.identity.hasher.hash(&password).await?,
                });
            }
        }
        Err(Common::Invalid(found).into())
    }

    fn decide(
        &self,
        act: &Act,
        request: &Accept,
        newcomer: &Result<Newcomer, identity::Error>,
        ready: &ReadySession,
        facts: &AcceptanceFacts,
    ) -> Result<Decision<Acceptance, User>, Error> {
        let invitation = facts.invitation.clone();
        let invitation = invitation.filter(|invitation| invitation.is_open(act.at));
        let invitation = invitation.ok_or(identity::Error::InvitationInvalid)?;
        let role = match invitation.grant {
            Grant::Platform(role) => Some(role),
            Grant::Staff { .. } => None,
        };
        let newcomer = match (newcomer, &facts.free_code) {
            (Ok(newcomer), Some(free)) => Ok(Newcomer {
                user: User {
                    referral_code: free.clone(),
                    ..newcomer.user.clone()
                },
                password: newcomer.password.clone(),
            }),
            (Ok(_), None) => Err(Common::internal("no referral code of three was free").into()),
            (Err(error), _) => Err(error.clone()),
        };
        let (user, mut account) = welcome(facts.holder.as_ref(), &newcomer, role, act.at)?;
        let mut factor = Factor::NotAsked;
        // One that was never confirmed goes on without what was set up on it.
        if let Some(holder) = facts.holder.as_ref().filter(|holder| holder.user.email_verified) {
            let factors = self.identity.factors.as_ref();
            factor = second_factor(factors, holder, request.totp.as_ref(), act.at)?;
        }
        if factor == Factor::Wrong {
            return Err(identity::Error::TotpInvalid.into());
        }
        let staff = match (&invitation.grant, &facts.member) {
            (Grant::Platform(_), _) => None,
            (Grant::Staff { .. }, None) => return Err(identity::Error::InvitationInvalid.into()),
            (Grant::Staff { .. }, Some(member)) => Some(dealers::rules::staff::accept(
                member.clone(),
                user.id,
                facts.works_for,
                act.at,
            )?),
        };
        let session = self.identity.new_session(act, ready, user.id, None);
        account.factor = account.factor.or_else(|| factor.change());
        let account = account.with_session(session, ready.hash.clone());
        let detail = json!({"user_id": user.id, "invitation_id": invitation.id, "grant": invitation.grant});
        let mut audit = Audit::new("invitation.accepted", "invitation", invitation.id).with(detail.clone());
        let mut event = Event::new("invitation.accepted", invitation.id, detail);
        if let Some(member) = &staff {
            audit = audit.for_dealer(member.dealer);
            event = event.for_dealer(member.dealer);
        }
        let joined = staff
            .as_ref()
            .map(|member| dealers::rules::staff::told("staff.joined", member));
        let invitation = invitation.accept(user.id, act.at)?;
        let plan = Acceptance {
            account,
            staff,
            invitation,
        };
        let mut decision = Decision::new(plan, user.clone(), audit).telling(event);
        decision.record.events.extend(joined);
        factor.tell(&user, &mut decision.record);
        Ok(decision)
    }
}

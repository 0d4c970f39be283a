//! Somebody sets up a second factor, confirms it, takes it away.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::email::Email;
use kernel::error::{Common, Malformed};
use kernel::event::Event;
use kernel::id::UserId;
use kernel::rights::Right;

use super::{Identity, told};
use crate::error::Error;
use crate::letters;
use crate::plan::{AccountFacts, AccountPlan, CodeEnd, SignInTarget};
use crate::ports::Profile;
use crate::second_factor::{FactorChange, RECOVERY_CODES, SecondFactor, recovery_code, recovery_hash};
use crate::secret::Secret;
use crate::throttle::{self, ThrottleKey};
use crate::user::User;

/// What a person gets to set up a second factor with. It is shown this once.
#[derive(Clone, Debug)]
pub struct FactorSetUp {
    /// In base32, for those who type it.
    pub secret: Secret,
    /// The same as a link, for a picture that a telephone reads.
    pub otpauth_url: Secret,
    /// Each stands in for one code, once.
    pub recovery_codes: Vec<Secret>,
}

/// What shows that it is the person, and not somebody at their open session. One of the two; where both are given, both must hold.
#[derive(Clone, Debug, Default)]
pub struct FactorProof {
    /// The password of the account.
    pub password: Option<Secret>,
    /// A code of the factor, or a recovery code.
    pub code: Option<Secret>,
}

/// Who acts, if they may keep the own account.
fn keeper(act: &Act) -> Result<UserId, Error> {
    let me = act.actor.person()?.user;
    act.actor.may(Right::KeepAccount, Scope::Person(me))?;
    Ok(me)
}

impl Identity {
    /// Makes a secret and recovery codes, which count once a first code came. What was set up before and never confirmed gives
    /// way.
    pub async fn set_up_factor(&self, act: &Act) -> Result<FactorSetUp, Error> {
        let me = keeper(act)?;
        let email = self.profile_of(me).await?.user.email;
        let fresh = self.factors.fresh(me, &email)?;
        let codes = [(); RECOVERY_CODES].map(|()| recovery_code(self.random.as_ref()));
        let hashes = codes
            .iter()
            .map(|code| recovery_hash(self.factors.as_ref(), me, code));
        let factor = SecondFactor::new(me, fresh.sealed, hashes.collect(), act.at);
        self.accounts
            .change(act, me, None, &|facts: &AccountFacts| {
                if facts.account.factor_in_force().is_some() {
                    return Err(Error::TotpEnabled);
                }
                let plan = AccountPlan {
                    factor: Some(FactorChange::Kept(factor.clone())),
                    ..AccountPlan::default()
                };
                let audit = Audit::new("user.totp_set_up", "user", me);
                Ok(Decision::new(plan, facts.account.user.clone(), audit))
            })
            .await?;
        Ok(FactorSetUp {
            secret: fresh.secret,
            otpauth_url: fresh.otpauth_url,
            recovery_codes: codes.to_vec(),
        })
    }

    /// The person's own, in force or not yet.
    pub async fn factor(&self, act: &Act) -> Result<Option<SecondFactor>, Error> {
        let me = keeper(act)?;
        let account = self.accounts.find(me).await?;
        Ok(account.and_then(|account| account.factor))
    }

    /// Has the factor asked for from now on, the telephone's first code given. The sessions that there are go on.
    pub async fn confirm_factor(&self, act: &Act, code: &Secret) -> Result<Profile, Error> {
        let me = keeper(act)?;
        let end = self
            .accounts
            .prove(act, me, &|facts: &AccountFacts| {
                self.admit(&facts.throttles, &[ThrottleKey::Own(me)], act.at)?;
                let factor = facts.account.factor.as_ref();
                let factor = factor.ok_or(Common::absent("second factor"))?;
                if factor.is_in_force() {
                    return Err(Error::TotpEnabled);
                }
                let Some(confirmed) = factor.confirm(self.factors.as_ref(), code, act.at)? else {
                    return Ok(self.missed(act, me, facts));
                };
                let user = facts.account.user.clone();
                let plan = AccountPlan {
                    factor: Some(FactorChange::Kept(confirmed)),
                    lifted: vec![ThrottleKey::Own(me)],
                    ..AccountPlan::default()
                };
                let audit = Audit::new("user.totp_enabled", "user", me);
                let event = Event::new("user.totp_enabled", me, told(&user));
                let letter = letters::totp_enabled(&user);
                let held = CodeEnd::Held(Box::new(user));
                Ok(Decision::new(plan, held, audit).telling(event).then(letter))
            })
            .await?;
        self.proven(end.value).await
    }

    /// Takes the factor away; the password or a code shows that it is the person. One that was never confirmed goes the same way.
    pub async fn drop_factor(&self, act: &Act, proof: &FactorProof) -> Result<(), Error> {
        let me = keeper(act)?;
        if proof.password.is_none() && proof.code.is_none() {
            let wanted = "give the password of the account, or a code of the authenticator or a recovery code as `code`";
            return Err(Common::invalid("/password", "required", wanted).into());
        }
        let compared = match &proof.password {
            Some(password) => Some(self.prove_own(act, me, password).await?),
            None => None,
        };
        let end = self
            .accounts
            .prove(act, me, &|facts: &AccountFacts| {
                self.admit(&facts.throttles, &[ThrottleKey::Own(me)], act.at)?;
                let factor = facts.account.factor.as_ref();
                let factor = factor.ok_or(Common::absent("second factor"))?;
                if compared.is_some() && facts.account.password != compared {
                    return Err(Error::InvalidCredentials);
                }
                if let Some(code) = &proof.code
                    && factor.take(self.factors.as_ref(), code, act.at)?.is_none()
                {
                    return Ok(self.missed(act, me, facts));
                }
                let user = facts.account.user.clone();
                let plan = AccountPlan {
                    factor: Some(FactorChange::Dropped(me)),
                    lifted: vec![ThrottleKey::Own(me)],
                    ..AccountPlan::default()
                };
                let held = CodeEnd::Held(Box::new(user.clone()));
                if !factor.is_in_force() {
                    return Ok(Decision::new(
                        plan,
                        held,
                        Audit::new("user.totp_set_up_dropped", "user", me),
                    ));
                }
                let audit = Audit::new("user.totp_disabled", "user", me);
                let event = Event::new("user.totp_disabled", me, told(&user));
                Ok(Decision::new(plan, held, audit)
                    .telling(event)
                    .then(letters::totp_disabled(&user)))
            })
            .await?;
        self.proven(end.value).await.map(|_| ())
    }

    /// Takes the factor away from somebody who lost it, recovery codes and all. For whoever runs the installation, who has made sure
    /// that it is the person.
    pub async fn drop_lost_factor(&self, act: &Act, email: &str) -> Result<User, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        let email: Email = email
            .parse()
            .map_err(|m: Malformed| Common::invalid("email", m.code, m.message))?;
        let target = SignInTarget {
            email: &email,
            ip: None,
            counting: false,
        };
        let account = self.accounts.look_up(&target, act.at).await?.account;
        let user = account.ok_or(Common::absent("user"))?.user.id;
        let done = self
            .accounts
            .change(act, user, None, &|facts: &AccountFacts| {
                if facts.account.factor.is_none() {
                    return Err(Common::absent("second factor").into());
                }
                let user = facts.account.user.clone();
                let plan = AccountPlan {
                    factor: Some(FactorChange::Dropped(user.id)),
                    ..AccountPlan::default()
                };
                let audit = Audit::new("user.totp_disabled", "user", user.id);
                let event = Event::new("user.totp_disabled", user.id, told(&user));
                let letter = letters::totp_disabled(&user);
                Ok(Decision::new(plan, user, audit).telling(event).then(letter))
            })
            .await?;
        Ok(done.value)
    }

    /// A wrong code, counted.
    fn missed(&self, act: &Act, user: UserId, facts: &AccountFacts) -> Decision<AccountPlan, CodeEnd> {
        let mut plan = AccountPlan::default();
        if self.policy.throttle {
            plan.throttles = throttle::strike(&facts.throttles, &[ThrottleKey::Own(user)], act.at);
        }
        Decision::nothing(plan, CodeEnd::Missed)
    }

    async fn proven(&self, end: CodeEnd) -> Result<Profile, Error> {
        match end {
            CodeEnd::Held(user) => self.profile_of(user.id).await,
            CodeEnd::Missed => Err(Error::TotpInvalid),
        }
    }
}

//! The acts on accounts, a file for each.

use std::sync::Arc;

use kernel::Instant;
use kernel::act::Act;
use kernel::actor::Principal;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::UserId;
use kernel::ports::{Ids, Random};

use crate::error::Error;
use crate::policy::Policy;
use crate::ports::{
    AccessTokens, Accounts, Claims, Codes, Invitations, Known, PasswordHasher, Principals, Profile,
    SecondFactors, UserQueries, Verdict,
};
use crate::rules::{ReadySession, binding_keys};
use crate::secret::{PasswordHash, Secret};
use crate::session::Session;
use crate::throttle::{self, ThrottleKey};
use crate::user::User;

mod administer;
mod api_keys;
mod change_email;
mod change_password;
mod close_account;
mod create_account;
mod invite;
mod profile;
mod refresh;
mod register;
mod request_code;
mod reset_password;
mod second_factor;
mod sessions;
mod sign_in;
mod verify_email;

pub use administer::UserPatch;
pub use api_keys::{Held, KeepApiKeys, WithToken};
pub use close_account::{ERASE_JOB, Erasure, erase_job};
pub use create_account::CreateAccount;
pub use invite::InviteUser;
pub use profile::ProfilePatch;
pub use register::{Register, Registered};
pub use second_factor::{FactorProof, FactorSetUp};
pub use sign_in::SignIn;

/// What the acts on accounts need.
#[derive(Clone)]
pub struct Identity {
    /// Accounts under lock.
    pub accounts: Arc<dyn Accounts>,
    /// Invitations to the platform.
    pub invitations: Arc<dyn Invitations>,
    /// Lists and single users.
    pub queries: Arc<dyn UserQueries>,
    /// Who is behind a session.
    pub principals: Arc<dyn Principals>,
    /// Hashes passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Signs access tokens.
    pub tokens: Arc<dyn AccessTokens>,
    /// Derives codes and invitation tokens.
    pub codes: Arc<dyn Codes>,
    /// Keeps second factors, and knows their codes.
    pub factors: Arc<dyn SecondFactors>,
    /// Makes ids.
    pub ids: Ids,
    /// Makes refresh tokens and referral codes.
    pub random: Arc<dyn Random>,
    /// The figures.
    pub policy: Policy,
}

/// What somebody gets who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Proves the session to every endpoint.
    pub access_token: Secret,
    /// Is exchanged for the next pair, once.
    pub refresh_token: Secret,
    /// Seconds for which the access token is good.
    pub expires_in: u32,
    /// The person.
    pub profile: Profile,
}

impl Identity {
    /// Who is behind an access token: what it says, and the person as they are now. None when it does not hold (any more). Where
    /// admins need a second factor, one without has no rights of an admin until they set it up.
    pub async fn authenticate(
        &self,
        token: &str,
        at: Instant,
    ) -> Result<Option<(Claims, Principal)>, Common> {
        let Some(claims) = self.tokens.read(token, at) else {
            return Ok(None);
        };
        let known = self.principals.principal(claims.session, at).await?;
        let known = known.filter(|known| known.principal.user == claims.user);
        Ok(known.map(|Known { principal, factor }| {
            let due = self.policy.admin_totp && principal.admin && !factor;
            let principal = Principal {
                admin: principal.admin && !due,
                factor_due: due,
                ..principal
            };
            (claims, principal)
        }))
    }

    /// The user as `/me` shows them.
    async fn profile_of(&self, user: UserId) -> Result<Profile, Error> {
        let profile = self.queries.profile(user).await?;
        profile.ok_or_else(|| Common::absent("user").into())
    }

    /// A session's id and refresh token, for a decision to use.
    pub fn ready_session(&self) -> ReadySession {
        let token = Secret::token(self.random.as_ref());
        let hash = self.codes.token_hash(&token);
        ReadySession {
            id: self.ids.next(),
            token,
            hash,
        }
    }

    /// The session that `ready` becomes.
    pub fn new_session(
        &self,
        act: &Act,
        ready: &ReadySession,
        user: UserId,
        device_id: Option<&str>,
    ) -> Session {
        let device_id = device_id.map(str::to_owned);
        Session::open(ready.id, user, device_id, &act.origin, act.at, &self.policy)
    }

    /// The tokens of a session that was just opened or refreshed.
    pub async fn hand_over(&self, user: UserId, ready: ReadySession, at: Instant) -> Result<SignedIn, Error> {
        let claims = Claims {
            user,
            session: ready.id,
            issued_at: at,
            expires_at: at + self.policy.access_life(),
        };
        Ok(SignedIn {
            access_token: self.tokens.issue(&claims)?,
            refresh_token: ready.token,
            expires_in: self.policy.access_seconds,
            profile: self.profile_of(user).await?,
        })
    }

    /// Has somebody signed in give the own password once more, and tells the hash that it was compared with.
    async fn prove_own(&self, act: &Act, user: UserId, password: &Secret) -> Result<PasswordHash, Error> {
        let keys = [ThrottleKey::Own(user)];
        let account = self.accounts.find(user).await?;
        let known = account.and_then(|account| account.password);
        self.admit(&self.accounts.throttles(&keys).await?, &keys, act.at)?;
        let verdict = self.hasher.verify(password, known.as_ref()).await?;
        match (verdict, known) {
            (Verdict::Right | Verdict::Outdated, Some(known)) => Ok(known),
            (Verdict::Wrong, _) | (_, None) => {
                self.strike(act, &keys).await?;
                Err(Error::InvalidCredentials)
            }
        }
    }

    /// Refuses while a count asks to wait.
    fn admit(
        &self,
        throttles: &[throttle::Throttle],
        keys: &[ThrottleKey],
        at: Instant,
    ) -> Result<(), Error> {
        if self.policy.throttle {
            throttle::admit(throttles, keys, at)?;
        }
        Ok(())
    }

    /// Refuses while the counts of a sign-in to this address ask to wait.
    pub async fn admit_sign_in(&self, act: &Act, email: &Email) -> Result<(), Error> {
        let keys = binding_keys(email, act.origin.ip.as_deref(), false);
        self.admit(&self.accounts.throttles(&keys).await?, &keys, act.at)
    }

    /// Counts a failure to sign in to this address.
    pub async fn strike_sign_in(&self, act: &Act, email: &Email) -> Result<(), Error> {
        self.strike(act, &binding_keys(email, act.origin.ip.as_deref(), false))
            .await
    }

    /// Counts a failure.
    async fn strike(&self, act: &Act, keys: &[ThrottleKey]) -> Result<(), Error> {
        if !self.policy.throttle {
            return Ok(());
        }
        // The idempotency key, if there is one, belongs to the act itself.
        let act = &Act {
            claim: None,
            ..act.clone()
        };
        self.accounts
            .strike(act, keys, &|throttles: &Vec<throttle::Throttle>| {
                let plan = throttle::strike(throttles, keys, act.at);
                Ok(kernel::act::Decision::nothing(plan, ()))
            })
            .await
    }
}

/// What events and audit lines tell of a user.
pub fn told(user: &User) -> serde_json::Value {
    serde_json::json!({
        "user_id": user.id,
        "platform_role": user.platform_role,
        "email_verified": user.email_verified,
        "active": user.active,
    })
}

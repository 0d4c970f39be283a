//! Somebody opens an account for themselves.

use kernel::act::{Act, Audit, Decision};
use kernel::email::Email;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::phone::Phone;

use super::{Identity, SignedIn, told};
use crate::code::Purpose;
use crate::error::Error;
use crate::plan::{AccountPlan, RegistrationFacts, RegistrationTarget};
use crate::rules::{self, ReadySession};
use crate::secret::{PasswordHash, Secret};
use crate::user::{AcceptedTerms, ReferralCode, User};
use crate::{letters, password};

/// What a person fills in.
#[derive(Clone, Debug)]
pub struct Register {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Must be true.
    pub accept_terms: bool,
    /// A friend's code.
    pub referral_code: Option<String>,
}

/// How a registration ended.
#[derive(Clone, Debug)]
pub enum Registered {
    /// A code was sent to the address, or its holder was told: the caller can't tell which.
    Waiting {
        /// The address as given.
        email: Email,
    },
    /// No code is needed.
    SignedIn(Box<SignedIn>),
}

/// The form, checked.
struct Checked {
    email: Email,
    password: Secret,
    first_name: String,
    last_name: String,
    phone: Option<Phone>,
    referral: Option<ReferralCode>,
}

impl Register {
    fn check(&self) -> Result<Checked, Error> {
        let mut found = Violations::new();
        let email = found.take("/email", self.email.parse());
        let first_name = found.take("/first_name", kernel::text::line(&self.first_name, 100));
        let last_name = found.take("/last_name", kernel::text::line(&self.last_name, 100));
        let known = [self.email.as_str(), &self.first_name, &self.last_name];
        let password = found.take("/password", password::judge(self.password.expose(), &known));
        let phone = found.take_opt("/phone", self.phone.as_deref().map(str::parse));
        let referral = found.take_opt("/referral_code", self.referral_code.as_deref().map(str::parse));
        found.check(self.accept_terms, "/accept_terms", "terms_not_accepted", || {
            "must be true: the terms are part of having an account".to_owned()
        });
        match (email, password, first_name, last_name) {
            (Some(email), Some(password), Some(first_name), Some(last_name)) if found.is_empty() => {
                Ok(Checked {
                    email,
                    password,
                    first_name,
                    last_name,
                    phone,
                    referral,
                })
            }
            _ => Err(Common::Invalid(found).into()),
        }
    }
}

impl Identity {
    /// Opens an account for a customer, never another role.
    ///
    /// Where addresses must be confirmed, a taken one gets the same answer in the same time (the password is hashed in
    /// any case). An account that was never confirmed nor used is made over to the newest registration, together with
    /// the code that confirms it: so nobody can plant a password on somebody else's address beforehand.
    pub async fn register(&self, act: &Act, form: &Register) -> Result<Registered, Error> {
        let form = form.check()?;
        let hash = self.hasher.hash(&form.password).await?;
        let code_id = self.ids.next();
        let ready = self.ready_session();
        let codes = [(); 3].map(|()| ReferralCode::random(self.random.as_ref()));
        let names = (form.first_name, form.last_name);
        let fresh = User {
            phone: form.phone,
            ..User::new(
                self.ids.next(),
                form.email.clone(),
                names,
                codes[0].clone(),
                act.at,
            )
        };
        let target = RegistrationTarget {
            email: &form.email,
            codes: &codes,
            referrer: form.referral.as_ref(),
        };
        let opened = self
            .accounts
            .register(act, &target, &|facts: &RegistrationFacts| {
                let fresh = User {
                    terms: Some(AcceptedTerms::at(facts.terms.as_ref(), act.at)),
                    ..fresh.clone()
                };
                if let (Some(code), None) = (&form.referral, facts.referrer) {
                    return Err(unknown_referral(code));
                }
                match &facts.holder {
                    None => self.open_account(act, &fresh, &hash, code_id, &ready, facts),
                    Some(_) if !self.policy.require_email_verification => Err(Error::EmailTaken),
                    Some(holder) if holder.user.email_verified || !holder.user.active => {
                        let audit = Audit::new("user.registration_repeated", "user", holder.user.id);
                        Ok(Decision::new(AccountPlan::default(), None, audit)
                            .then(letters::address_taken(&holder.user, act.at)))
                    }
                    Some(holder) => Ok(self.register_again(act, &holder.user, &fresh, &hash, code_id, facts)),
                }
            })
            .await?;
        match opened.value {
            Some(user) if !self.policy.require_email_verification => {
                let signed_in = self.hand_over(user.id, ready, act.at).await?;
                Ok(Registered::SignedIn(Box::new(signed_in)))
            }
            _ => Ok(Registered::Waiting { email: form.email }),
        }
    }

    fn open_account(
        &self,
        act: &Act,
        fresh: &User,
        hash: &PasswordHash,
        code_id: kernel::id::CodeId,
        ready: &ReadySession,
        facts: &RegistrationFacts,
    ) -> Result<Decision<AccountPlan, Option<User>>, Error> {
        let user = User {
            referral_code: facts
                .free_code
                .clone()
                .ok_or_else(|| Common::internal("no referral code of three was free"))?,
            referred_by: facts.referrer,
            ..fresh.clone()
        };
        let mut plan = AccountPlan {
            new_user: Some(user.clone()),
            password: Some((user.id, hash.clone())),
            ..AccountPlan::default()
        };
        let code = rules::next_code(
            code_id,
            user.id,
            Purpose::VerifyEmail,
            &user.email,
            None,
            act.at,
            &self.policy,
        );
        let letter = code.as_ref().map(|code| letters::code(code, &user.first_name));
        if let Some(code) = code {
            plan = plan.with_code(code);
        }
        if !self.policy.require_email_verification {
            plan = plan.with_session(self.new_session(act, ready, user.id, None), ready.hash.clone());
        }
        let audit = Audit::new("user.registered", "user", user.id).with(told(&user));
        let event = Event::new("user.registered", user.id, told(&user));
        Ok(Decision::new(plan, Some(user), audit)
            .telling(event)
            .then_all(letter))
    }

    /// The address is held by an account that was never confirmed.
    fn register_again(
        &self,
        act: &Act,
        holder: &User,
        fresh: &User,
        hash: &PasswordHash,
        code_id: kernel::id::CodeId,
        facts: &RegistrationFacts,
    ) -> Decision<AccountPlan, Option<User>> {
        let audit = Audit::new("user.registration_repeated", "user", holder.id);
        let code = rules::next_code(
            code_id,
            holder.id,
            Purpose::VerifyEmail,
            &holder.email,
            facts.code.as_ref(),
            act.at,
            &self.policy,
        );
        // Within the pause nothing changes at all: the code that is on its way must not confirm another password.
        let Some(code) = code else {
            return Decision::new(AccountPlan::default(), None, audit);
        };
        let letter = letters::code(&code, &fresh.first_name);
        let mut plan = AccountPlan::default().with_code(code);
        if !facts.holder_signed_in {
            plan.password = Some((holder.id, hash.clone()));
            plan.user = Some(
                User {
                    first_name: fresh.first_name.clone(),
                    last_name: fresh.last_name.clone(),
                    phone: fresh.phone.clone(),
                    terms: fresh.terms.clone(),
                    referred_by: facts.referrer,
                    ..holder.clone()
                }
                .changed(),
            );
        }
        Decision::new(plan, None, audit).then(letter)
    }
}

fn unknown_referral(code: &ReferralCode) -> Error {
    Common::invalid(
        "/referral_code",
        "unknown_referral_code",
        format!("nobody has the code {code}: look it up again, or leave it out"),
    )
    .into()
}

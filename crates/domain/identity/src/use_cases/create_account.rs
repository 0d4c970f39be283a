//! The system opens an account: the first admin, the people of the demo.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::rights::Right;

use super::{Identity, told};
use crate::error::Error;
use crate::password;
use crate::plan::{AccountPlan, RegistrationFacts, RegistrationTarget};
use crate::secret::Secret;
use crate::user::{PlatformRole, ReferralCode, User};

/// An account that needs no confirming.
#[derive(Clone, Debug)]
pub struct CreateAccount {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// What the person is to the platform.
    pub platform_role: PlatformRole,
}

impl Identity {
    /// Opens a confirmed account of any platform role. For those who manage users: the command line, an admin.
    pub async fn create_account(&self, act: &Act, form: &CreateAccount) -> Result<User, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        let mut found = Violations::new();
        let email = found.take("/email", form.email.parse());
        let first_name = found.take("/first_name", kernel::text::line(&form.first_name, 100));
        let last_name = found.take("/last_name", kernel::text::line(&form.last_name, 100));
        let known = [form.email.as_str(), &form.first_name, &form.last_name];
        let password = found.take("/password", password::judge(form.password.expose(), &known));
        let (Some(email), Some(first_name), Some(last_name), Some(password)) =
            (email, first_name, last_name, password)
        else {
            return Err(Common::Invalid(found).into());
        };
        let hash = self.hasher.hash(&password).await?;
        let codes = [(); 3].map(|()| ReferralCode::random(self.random.as_ref()));
        let id = self.ids.next();
        let target = RegistrationTarget {
            email: &email,
            codes: &codes,
            referrer: None,
        };
        let made = self
            .accounts
            .register(act, &target, &|facts: &RegistrationFacts| {
                if facts.holder.is_some() {
                    return Err(Error::EmailTaken);
                }
                let free = facts.free_code.clone();
                let free = free.ok_or_else(|| Common::internal("no referral code of three was free"))?;
                let names = (first_name.clone(), last_name.clone());
                let user = User {
                    platform_role: form.platform_role,
                    ..User::new(id, email.clone(), names, free, act.at).verified()
                };
                let plan = AccountPlan {
                    new_user: Some(user.clone()),
                    password: Some((id, hash.clone())),
                    ..AccountPlan::default()
                };
                let audit = Audit::new("user.created", "user", id).with(told(&user));
                let event = Event::new("user.registered", id, told(&user));
                Ok(Decision::new(plan, Some(user), audit).telling(event))
            })
            .await?;
        made.value
            .ok_or_else(|| Common::internal("an account was made without a user").into())
    }
}

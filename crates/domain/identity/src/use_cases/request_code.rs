//! Somebody asks for a code, for confirming the address or for a new password.

use kernel::act::{Act, Audit, Decision};
use kernel::email::Email;
use kernel::error::Violations;

use super::Identity;
use crate::code::Purpose;
use crate::error::Error;
use crate::plan::{AccountPlan, CodeFacts, CodeHolder, CodeTarget};
use crate::user::User;
use crate::{letters, rules};

impl Identity {
    /// Sends the code for confirming an address once more. Tells nothing, whoever has the address.
    pub async fn resend_verification(&self, act: &Act, email: &str) -> Result<(), Error> {
        self.request_code(act, email, Purpose::VerifyEmail, |user| {
            user.active && !user.email_verified
        })
        .await
    }

    /// Sends a code for a new password. Tells nothing, whoever has the address.
    pub async fn forgot_password(&self, act: &Act, email: &str) -> Result<(), Error> {
        self.request_code(act, email, Purpose::PasswordReset, |user| user.active)
            .await
    }

    async fn request_code(
        &self,
        act: &Act,
        email: &str,
        purpose: Purpose,
        entitled: fn(&User) -> bool,
    ) -> Result<(), Error> {
        let email = address(email)?;
        let id = self.ids.next();
        let target = CodeTarget {
            holder: CodeHolder::Address(&email),
            purpose,
            ip: act.origin.ip.as_deref(),
            wanted: None,
        };
        self.accounts
            .request_code(act, &target, &|facts: &CodeFacts| {
                let user = facts.account.as_ref().map(|account| &account.user);
                let code = user.filter(|user| entitled(user)).and_then(|user| {
                    let last = facts.code.as_ref();
                    let code =
                        rules::next_code(id, user.id, purpose, &user.email, last, act.at, &self.policy)?;
                    Some((letters::code(&code, &user.first_name), code))
                });
                let audit = Audit::new("code.requested", "code", id).with(purpose.as_str().into());
                Ok(match code {
                    None => Decision::new(AccountPlan::default(), (), audit),
                    Some((letter, code)) => {
                        Decision::new(AccountPlan::default().with_code(code), (), audit).then(letter)
                    }
                })
            })
            .await
            .map(|done| done.value)
    }
}

/// Reads an address from outside.
pub(super) fn address(text: &str) -> Result<Email, Error> {
    let mut found = Violations::new();
    match found.take("/email", text.parse()) {
        Some(email) => Ok(email),
        None => Err(kernel::error::Common::Invalid(found).into()),
    }
}

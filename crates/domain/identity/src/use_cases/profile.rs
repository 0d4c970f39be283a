//! Somebody looks at the own account and changes what is theirs to change.

use chrono::{Datelike, NaiveDate};
use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Malformed, Violations};
use kernel::event::Event;
use kernel::patch::Patch;
use kernel::phone::Phone;
use kernel::rights::Right;

use super::{Identity, told};
use crate::error::Error;
use crate::plan::{AccountFacts, AccountPlan};
use crate::ports::Profile;
use crate::user::User;

/// Changes to a person's own data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    /// Given name; can't be cleared.
    pub first_name: Patch<String>,
    /// Family name; can't be cleared.
    pub last_name: Patch<String>,
    /// Telephone.
    pub phone: Patch<String>,
    /// Day of birth.
    pub date_of_birth: Patch<NaiveDate>,
    /// Street and house.
    pub address: Patch<String>,
    /// Postal code.
    pub zip_code: Patch<String>,
    /// Town or region.
    pub location: Patch<String>,
}

impl Identity {
    /// The person who acts.
    pub async fn me(&self, act: &Act) -> Result<Profile, Error> {
        let me = act.actor.person()?.user;
        act.actor.may(Right::KeepAccount, Scope::Person(me))?;
        self.profile_of(me).await
    }

    /// Changes the person's own data. Where nothing differs nothing is written, and the version stays.
    pub async fn change_profile(&self, act: &Act, patch: &ProfilePatch) -> Result<Profile, Error> {
        let me = act.actor.person()?.user;
        self.accounts
            .change(act, me, None, &|facts: &AccountFacts| {
                act.actor.may(Right::KeepAccount, Scope::Person(me))?;
                let before = &facts.account.user;
                if before.closed_at.is_some() {
                    // The call began before the account was closed.
                    return Err(Common::Unauthenticated.into());
                }
                act.expect_version(before.version)?;
                let after = patched(before, patch, act.at.date_naive())?;
                if after == *before {
                    return Ok(Decision::nothing(AccountPlan::default(), after));
                }
                let after = after.changed();
                let audit = Audit::new("user.changed", "user", me);
                let event = Event::new("user.changed", me, told(&after));
                Ok(Decision::new(AccountPlan::user(after.clone()), after, audit).telling(event))
            })
            .await?;
        self.profile_of(me).await
    }
}

/// The user after the patch, or everything that is wrong with it.
fn patched(before: &User, patch: &ProfilePatch, today: NaiveDate) -> Result<User, Error> {
    let mut found = Violations::new();
    let after = User {
        first_name: name(&mut found, "/first_name", &patch.first_name, &before.first_name),
        last_name: name(&mut found, "/last_name", &patch.last_name, &before.last_name),
        phone: optional(&mut found, "/phone", &patch.phone, before.phone.clone(), |text| {
            text.parse::<Phone>()
        }),
        date_of_birth: optional(
            &mut found,
            "/date_of_birth",
            &patch.date_of_birth,
            before.date_of_birth,
            |day| birthday(*day, today),
        ),
        address: optional(
            &mut found,
            "/address",
            &patch.address,
            before.address.clone(),
            |text| kernel::text::line(text, 300),
        ),
        zip_code: optional(
            &mut found,
            "/zip_code",
            &patch.zip_code,
            before.zip_code.clone(),
            |text| kernel::text::line(text, 20),
        ),
        location: optional(
            &mut found,
            "/location",
            &patch.location,
            before.location.clone(),
            |text| kernel::text::line(text, 200),
        ),
        ..before.clone()
    };
    if found.is_empty() {
        Ok(after)
    } else {
        Err(Common::Invalid(found).into())
    }
}

fn name(found: &mut Violations, pointer: &str, patch: &Patch<String>, before: &str) -> String {
    match patch {
        Patch::Absent => Some(before.to_owned()),
        Patch::Null => {
            found.add(pointer, "required", "can't be cleared: everybody has a name");
            None
        }
        Patch::Value(text) => found.take(pointer, kernel::text::line(text, 100)),
    }
    .unwrap_or_default()
}

fn optional<P, T>(
    found: &mut Violations,
    pointer: &str,
    patch: &Patch<P>,
    before: Option<T>,
    read: impl FnOnce(&P) -> Result<T, Malformed>,
) -> Option<T> {
    match patch {
        Patch::Absent => before,
        Patch::Null => None,
        Patch::Value(value) => found.take(pointer, read(value)),
    }
}

fn birthday(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Malformed> {
    if day < today && day.year() >= 1900 {
        Ok(day)
    } else {
        Err(Malformed::new(
            "date_out_of_range",
            format!("{day} is not a day from 1900 to yesterday"),
        ))
    }
}

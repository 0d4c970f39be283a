//! Pure decisions on versions: facts in, a decision out.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::id::ContentVersionId;
use kernel::rights::Right;
use serde_json::{Value, json};

use crate::error::Error;
use crate::page::Page;
use crate::request::{Checked, NewVersion};
use crate::version::{Version, day};

/// Refuses all but those who write the platform's pages.
///
/// # Errors
/// 401 to strangers, 403 to everybody else.
pub fn writer(act: &Act) -> Result<(), Error> {
    Ok(act.actor.may(Right::WriteContent, Scope::Platform)?)
}

/// Writes a version. That its day is free is for the store to say: only it knows of a rival of the same moment.
///
/// # Errors
/// See [`writer`] and [`NewVersion::check`].
pub fn write(
    act: &Act,
    id: ContentVersionId,
    page: Page,
    new: &NewVersion,
) -> Result<Decision<Version, Version>, Error> {
    writer(act)?;
    let checked = new.check(day(act.at))?;
    let version = Version {
        id,
        page,
        content: checked.content.unwrap_or_default(),
        effective_date: checked.effective_date.unwrap_or_else(|| day(act.at)),
        written_by: act.actor.user(),
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let audit = Audit::new("content.write", "content", id).with(told(&version));
    Ok(Decision::new(version.clone(), version, audit))
}

/// Changes a version that is still to come.
///
/// # Errors
/// See [`writer`] and `to_come`, and what `check` finds.
pub fn change(
    act: &Act,
    page: Page,
    before: &Version,
    check: impl FnOnce() -> Result<Checked, Common>,
) -> Result<Decision<Version, Version>, Error> {
    to_come(act, page, before)?;
    let checked = check()?;
    let after = Version {
        content: checked.content.unwrap_or_else(|| before.content.clone()),
        effective_date: checked.effective_date.unwrap_or(before.effective_date),
        updated_at: act.at,
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    let audit = Audit::new("content.change", "content", before.id).between(&told(before), &told(&after));
    Ok(Decision::new(after.clone(), after, audit))
}

/// Erases a version that is still to come.
///
/// # Errors
/// See [`writer`] and `to_come`.
pub fn erase(act: &Act, page: Page, version: &Version) -> Result<Decision<(), ()>, Error> {
    to_come(act, page, version)?;
    let audit = Audit::new("content.erase", "content", version.id).with(told(version));
    Ok(Decision::new((), (), audit))
}

/// Refuses unless the version is the page's, the one that the caller means, and was never in force.
fn to_come(act: &Act, page: Page, version: &Version) -> Result<(), Error> {
    writer(act)?;
    if version.page != page {
        return Err(Common::absent("version").into());
    }
    act.expect_version(version.version)?;
    if version.has_been_in_force(act.at) {
        return Err(Error::KeptForEver);
    }
    Ok(())
}

/// What the audit log keeps. The words themselves are kept by the version once they count; of a draft its length tells enough.
fn told(version: &Version) -> Value {
    json!({
        "page": version.page,
        "effective_date": version.effective_date,
        "characters": version.content.chars().count(),
    })
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

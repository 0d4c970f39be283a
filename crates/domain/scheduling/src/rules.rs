//! Who may book what, when: facts in, a decision out.

use kernel::Instant;

use crate::booking::{By, TestDrive};
use crate::error::Error;
use crate::notice::{Filed, Notice, Occasion};

/// Calls a drive off because of something else that happened: the listing was removed or sold, the dealer suspended.
/// For the acts that cross contexts; refused once the drive has started or is no longer live.
pub fn withdraw(filed: &Filed, reason: &str, at: Instant) -> Result<(TestDrive, Notice), Error> {
    let drive = filed
        .drive
        .clone()
        .cancel(By::House, Some(reason.to_owned()), at)?;
    let notice = Notice::of(Occasion::Cancelled, &drive, &filed.details);
    Ok((drive, notice))
}

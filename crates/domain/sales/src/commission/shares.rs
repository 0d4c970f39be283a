//! Between whom a commission is parted.

use std::collections::HashSet;

use kernel::error::Violations;
use kernel::id::StaffId;
use kernel::money::Money;
use serde::{Deserialize, Serialize};

use super::terms::WHOLE_BP;
use crate::error::Error;

/// Members at most who part one commission.
pub const MOST_SHARES: usize = 20;

/// A member's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Share {
    /// The member.
    pub staff: StaffId,
    /// Basis points of the whole, above zero.
    pub share_bp: u32,
}

/// Parts that make up a whole: each member once, 10,000 basis points in all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shares(Vec<Share>);

impl Shares {
    /// All of it for one member.
    pub fn one(staff: StaffId) -> Self {
        Self(vec![Share {
            staff,
            share_bp: WHOLE_BP,
        }])
    }

    /// Checks parts, or tells everything that is wrong with them.
    pub fn new(parts: Vec<Share>) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        wrong.check(
            (1..=MOST_SHARES).contains(&parts.len()),
            "/splits",
            "split_count",
            || format!("{} splits; 1 to {MOST_SHARES} are taken", parts.len()),
        );
        let mut seen = HashSet::new();
        for (n, part) in parts.iter().enumerate() {
            wrong.check(
                part.share_bp > 0,
                &format!("/splits/{n}/share_bp"),
                "not_positive",
                || "a share is above zero".to_owned(),
            );
            wrong.check(
                seen.insert(part.staff),
                &format!("/splits/{n}/staff_id"),
                "repeated",
                || format!("{} was named before", part.staff),
            );
        }
        let sum: u64 = parts.iter().map(|part| u64::from(part.share_bp)).sum();
        wrong.check(sum == u64::from(WHOLE_BP), "/splits", "not_the_whole", || {
            format!("the shares make {sum} basis points, not {WHOLE_BP}")
        });
        if wrong.is_empty() {
            Ok(Self(parts))
        } else {
            Err(wrong)
        }
    }

    /// The parts.
    pub fn as_slice(&self) -> &[Share] {
        &self.0
    }

    /// Parts `whole` by largest remainder: what the division leaves over goes, a minor unit each, to the largest fractions, of
    /// equal ones to the first. So the parts always make up the whole.
    pub fn part(&self, whole: Money) -> Result<Vec<(StaffId, Money)>, Error> {
        let unit = i128::from(WHOLE_BP);
        let minor = i128::from(whole.minor());
        let exact = |share: &Share| minor * i128::from(share.share_bp);
        let mut parts: Vec<i128> = self.0.iter().map(|share| exact(share).div_euclid(unit)).collect();
        let over = minor - parts.iter().sum::<i128>();
        let mut order: Vec<(i128, usize)> = self
            .0
            .iter()
            .enumerate()
            .map(|(n, share)| (-exact(share).rem_euclid(unit), n))
            .collect();
        order.sort_unstable();
        for (_, n) in order.iter().take(usize::try_from(over).unwrap_or(0)) {
            if let Some(part) = parts.get_mut(*n) {
                *part += 1;
            }
        }
        let amounts = parts.into_iter().zip(&self.0).map(|(part, share)| {
            let part = i64::try_from(part).map_err(|_| Error::overflow())?;
            Ok((share.staff, Money::new(part, whole.currency())))
        });
        amounts.collect()
    }
}

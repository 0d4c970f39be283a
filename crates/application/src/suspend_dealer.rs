//! Suspending a dealer: out of the directory, and its test drives to come are called off.
//!
//! Dealers has the status, scheduling has the drives: both take their own transition on the facts that one port locked, and
//! one transaction writes both. Between them no drive can be booked that nobody calls off.

use std::sync::Arc;

use async_trait::async_trait;
use dealers::dealer::{Dealer, Step};
use dealers::ports::DealerFacts;
use dealers::rules::dealers as dealer_rules;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::actor::Scope;
use kernel::error::{Common, Failure, Kind};
use kernel::id::DealerId;
use kernel::rights::Right;
use scheduling::booking::TestDrive;
use scheduling::notice::Filed;
use scheduling::rules as drive_rules;
use serde_json::json;

/// What the customers of a suspended dealer read as the reason.
const WHY: &str = "the dealer is not open for business at the moment";

/// How a suspension can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What the dealer's side refuses.
    #[error(transparent)]
    Dealers(#[from] dealers::Error),
    /// What the drives' side refuses.
    #[error(transparent)]
    Scheduling(#[from] scheduling::error::Error),
}

impl From<Common> for Error {
    fn from(common: Common) -> Self {
        Self::Dealers(common.into())
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Dealers(error) => error.kind(),
            Self::Scheduling(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Dealers(error) => error.code(),
            Self::Scheduling(error) => error.code(),
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Dealers(error) => error.common(),
            Self::Scheduling(error) => error.common(),
        }
    }
}

/// What is known, under lock, when a dealer is suspended.
#[derive(Clone, Debug)]
pub struct SuspensionFacts {
    /// The dealer and who is told.
    pub dealer: DealerFacts,
    /// Its live test drives.
    pub drives: Vec<Filed>,
}

/// What a suspension writes.
#[derive(Clone, Debug)]
pub struct Suspended {
    /// The dealer.
    pub dealer: Dealer,
    /// The drives that are called off.
    pub drives: Vec<TestDrive>,
}

/// Suspensions, under lock.
#[async_trait]
pub trait Suspensions: Send + Sync {
    /// Locks the dealer, then its live drives (a booking that is under way either is among them or finds the dealer
    /// suspended); writes dealer and drives, or nothing. Absent when there is no such dealer.
    async fn suspend(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error>;
}

/// The act.
#[derive(Clone)]
pub struct SuspendDealer {
    /// Its port.
    pub suspensions: Arc<dyn Suspensions>,
}

impl SuspendDealer {
    /// An admin suspends a dealer and says why: its owners hear that, its customers that their drives are off.
    pub async fn suspend(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        // Asked before the dealer is looked for: whoever may not suspend learns nothing of dealers that are not public.
        act.actor
            .may(Right::VerifyDealers, Scope::Platform)
            .map_err(|refusal| dealers::Error::refused(refusal, "dealer"))?;
        self.suspensions
            .suspend(act, dealer, &|facts| decide(act, reason, facts))
            .await
    }
}

/// The pure part: the dealer's own step, and scheduling's own way to call off each drive that has not begun.
pub fn decide(
    act: &Act,
    reason: Option<&str>,
    facts: &SuspensionFacts,
) -> Result<Decision<Suspended, Dealer>, Error> {
    let step = dealer_rules::step(act, Step::Suspend, reason, &facts.dealer)?;
    let mut record = step.record;
    let mut drives = Vec::new();
    for filed in facts.drives.iter().filter(|f| f.drive.slot.start_at > act.at) {
        let (drive, notice) = drive_rules::withdraw(filed, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.jobs);
        drives.push(drive);
    }
    if let Some(audit) = record.audit.as_mut()
        && let Some(detail) = audit.detail.as_object_mut()
    {
        let ids: Vec<_> = drives.iter().map(|d| d.id).collect();
        detail.insert("cancelled_bookings".to_owned(), json!(ids));
    }
    Ok(Decision {
        plan: Suspended {
            dealer: step.plan,
            drives,
        },
        answer: step.answer,
        record,
    })
}

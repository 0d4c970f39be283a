//! Looking, sealing, verifying.

use std::sync::Arc;

use kernel::Instant;
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::paging::{Page, PageRequest};
use kernel::ports::Random;
use kernel::rights::Right;

use crate::chain::{Flaw, Head, Salt, Verifier, seal};
use crate::line::{Line, LineFilter, Logged};
use crate::ports::{AuditLog, Chain};

/// Lines that are sealed, or read, at once.
const CHUNK: u32 = 500;

/// Looking at the log.
#[derive(Clone)]
pub struct LookAtLog {
    /// The log.
    pub log: Arc<dyn AuditLog>,
}

impl LookAtLog {
    /// A page. Owners see their dealer's lines; admins see everything, or what they ask for.
    ///
    /// # Errors
    /// 401 and 403 to others; a dealer that is not one's own is 404.
    pub async fn list(
        &self,
        actor: &Actor,
        mut filter: LineFilter,
        page: &PageRequest,
    ) -> Result<Page<Logged>, Common> {
        if !actor.sees_all() {
            let stranger = Common::Forbidden {
                right: Right::SeeAuditLog.as_str(),
            };
            let dealer = actor.acting_dealer(Right::SeeAuditLog, filter.dealer, stranger)?;
            filter.dealer = Some(dealer);
            filter.origins_of = Some(dealer);
        }
        self.log.page(&filter, page).await
    }
}

/// Sealing what was written since the last time.
#[derive(Clone)]
pub struct SealLog {
    /// The chain.
    pub chain: Arc<dyn Chain>,
    /// For salts.
    pub random: Arc<dyn Random>,
}

impl SealLog {
    /// Seals all lines that are there; says how many.
    ///
    /// # Errors
    /// What the database says. What is sealed by then stays sealed.
    pub async fn run(&self, now: Instant) -> Result<u64, Common> {
        let links = |mut head: Head, lines: &[Line]| {
            let link = |line| {
                let mut salt = [0; 16];
                self.random.fill(&mut salt);
                let link = seal(&head, line, Salt(salt));
                head = Head {
                    seq: link.seq,
                    seal: link.seal,
                };
                link
            };
            lines.iter().map(link).collect()
        };
        let mut sealed: u64 = 0;
        loop {
            let some = self.chain.seal(now, CHUNK, &links).await?;
            sealed = sealed.saturating_add(some);
            if some < u64::from(CHUNK) {
                return Ok(sealed);
            }
        }
    }
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The first flaw; none when the chain holds.
    pub flaw: Option<Flaw>,
    /// The last line that holds.
    pub head: Head,
    /// Lines whose origin was erased.
    pub erased: u64,
    /// Lines that are not sealed yet: nothing can be said of them.
    pub unsealed: u64,
}

/// Verifying the chain.
#[derive(Clone)]
pub struct VerifyLog {
    /// The chain.
    pub chain: Arc<dyn Chain>,
}

impl VerifyLog {
    /// Walks the whole chain. `kept` is a head that was kept elsewhere: its line must be there, with that seal.
    ///
    /// # Errors
    /// What the database says. A flaw is no error: it is in the report.
    pub async fn run(&self, kept: Option<Head>) -> Result<Report, Common> {
        // Read first: lines that are sealed meanwhile come behind it.
        let known = self.chain.head().await?;
        let mut verifier = Verifier::default();
        let mut flaw = None;
        'walk: loop {
            let chunk = self.chain.sealed(verifier.head().seq, CHUNK).await?;
            for sealed in &chunk {
                let checked = verifier.check(sealed);
                let remade =
                    kept.is_some_and(|kept| kept.seq == sealed.link.seq && kept.seal != sealed.link.seal);
                flaw = match checked {
                    Ok(()) if remade => Some(Flaw::Remade { seq: sealed.link.seq }),
                    Ok(()) => None,
                    Err(flaw) => Some(flaw),
                };
                if flaw.is_some() {
                    break 'walk;
                }
            }
            if chunk.len() < CHUNK as usize {
                break;
            }
        }
        let found = verifier.head().seq;
        let most = known.seq.max(kept.map_or(0, |kept| kept.seq));
        let cut = (found < most).then_some(Flaw::CutOff { found, head: most });
        Ok(Report {
            flaw: flaw.or(cut),
            head: verifier.head(),
            erased: verifier.erased(),
            unsealed: self.chain.unsealed().await?,
        })
    }
}

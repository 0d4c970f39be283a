//! `forecourt audit`: is the audit log what was written?

use clap::Subcommand;

use super::{close, open, print};
use crate::compose;
use crate::settings::Config;

/// Looks after the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Walk the chain of seals. The exit status is 2, and the first flaw is named, when a line was changed, removed or reordered.
    Verify {
        /// A head that an earlier verification printed (NUMBER:SEAL), kept where whoever writes to the database can't: with it, lines
        /// cut off at the end, and a chain made anew, are found too.
        #[arg(long)]
        head: Option<audit::chain::Head>,
    },
}

/// Does it, and prints what was found.
pub(super) async fn run(config: Config, command: AuditCommand) -> anyhow::Result<u8> {
    let AuditCommand::Verify { head } = command;
    let ground = open(config).await?;
    let report = compose::audit_verification(&ground).run(head).await?;
    print(&format!(
        "{} lines hold; the head is {}",
        report.head.seq, report.head
    ))?;
    if report.erased > 0 {
        print(&format!("{} of them had their origin erased", report.erased))?;
    }
    print(&format!("{} lines are not sealed yet", report.unsealed))?;
    let status = match &report.flaw {
        Some(flaw) => {
            eprintln!("forecourt: the audit log was tampered with: {flaw}");
            2
        }
        None => 0,
    };
    close(ground).await?;
    Ok(status)
}

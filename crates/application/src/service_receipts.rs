//! Bringing and removing receipts: inventory has the receipt, media the file behind it.
//!
//! Each takes its own transition on the facts that one port locked, and one transaction writes both: no receipt without its file,
//! and no file that is kept for a receipt that is gone.

use std::sync::Arc;

use async_trait::async_trait;
use inventory::ports::ReceiptFacts;
use inventory::receipt::Receipt;
use inventory::receipt_rules;
use inventory::vehicle::Owner;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::error::Common;
use kernel::id::{FileId, ReceiptId, ServiceRecordId};
use kernel::ports::Ids;
use media::file::File;
use media::purpose::Purpose;
use media::rules as file_rules;

use crate::error::Error;

/// What is known, under lock, when a receipt is brought.
#[derive(Clone, Debug)]
pub struct BroughtFacts {
    /// The entry with its vehicle and its receipts.
    pub entry: ReceiptFacts,
    /// The file that was named, if there is one.
    pub file: Option<File>,
}

/// What is written.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// Its file, in use from now on.
    pub file: File,
}

/// Receipts with their files, under lock.
#[async_trait]
pub trait ServiceReceipts: Send + Sync {
    /// Locks the entry's vehicle (so that the count of the receipts holds), then the file; writes both, or nothing. Absent when
    /// there is no such entry. [`media::Error::InUse`] also when the database finds the file behind another receipt.
    async fn add(
        &self,
        act: &Act,
        record: ServiceRecordId,
        file: FileId,
        decide: Decide<'_, BroughtFacts, NewReceipt, Receipt, Error>,
    ) -> Result<Done<Receipt>, Error>;

    /// Locks the entry's vehicle, removes the receipt and discards its file; all, or nothing. Absent when there is no such entry.
    async fn remove(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, ReceiptFacts, Receipt, (), Error>,
    ) -> Result<Done<()>, Error>;
}

/// The acts.
#[derive(Clone)]
pub struct KeepReceipts {
    /// Their port.
    pub receipts: Arc<dyn ServiceReceipts>,
    /// Makes ids.
    pub ids: Ids,
}

impl KeepReceipts {
    /// Makes a file that the actor brought a receipt behind an entry of their car's log.
    pub async fn add(
        &self,
        act: &Act,
        record: ServiceRecordId,
        file: FileId,
    ) -> Result<Done<Receipt>, Error> {
        let id = self.ids.next();
        self.receipts
            .add(act, record, file, &|facts| added(act, id, file, facts))
            .await
    }

    /// Removes a receipt; its bytes go soon after.
    pub async fn remove(
        &self,
        act: &Act,
        record: ServiceRecordId,
        receipt: ReceiptId,
    ) -> Result<Done<()>, Error> {
        self.receipts
            .remove(act, record, &|facts| removed(act, receipt, facts))
            .await
    }
}

fn added(
    act: &Act,
    id: ReceiptId,
    file: FileId,
    facts: &BroughtFacts,
) -> Result<Decision<NewReceipt, Receipt>, Error> {
    let Decision {
        plan: receipt,
        answer,
        record,
    } = receipt_rules::add(act, id, file, &facts.entry)?;
    let by = act.actor.person()?.user;
    let file = facts.file.as_ref().ok_or(Common::absent("file"))?;
    let file = match receipt.owner {
        Owner::User(_) => file.attached(by, Purpose::ServiceReceipt, act.at)?,
        // From now on the dealer's, whoever of its staff brought it.
        Owner::Dealer(dealer) => file.attached_for(dealer, by, Purpose::ServiceReceipt, act.at)?,
    };
    Ok(Decision {
        plan: NewReceipt { receipt, file },
        answer,
        record,
    })
}

fn removed(act: &Act, id: ReceiptId, facts: &ReceiptFacts) -> Result<Decision<Receipt, ()>, Error> {
    let decision = receipt_rules::remove(act, id, facts)?;
    let removal = file_rules::removal(decision.plan.file);
    Ok(decision.then(removal))
}

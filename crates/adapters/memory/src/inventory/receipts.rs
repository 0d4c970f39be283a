//! Receipts behind entries of the log, with their files.

use ::inventory::ports::{ReceiptFacts, ReceiptQueries};
use ::inventory::receipt::Receipt;
use ::inventory::vehicle::Owner;
use application::error::Error;
use application::service_receipts::{BroughtFacts, NewReceipt, ServiceReceipts};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{FileId, ReceiptId, ServiceRecordId};
use kernel::paging::{Page, PageRequest};

use super::Inventory;
use crate::pages::page_of;
use crate::{Memory, State};

impl Inventory {
    fn receipt_facts(&self, record: ServiceRecordId) -> Result<ReceiptFacts, Error> {
        let facts = self.record_facts(record)?;
        let receipts = self.receipts.values().filter(|r| r.record == record);
        Ok(ReceiptFacts {
            vehicle: facts.vehicle,
            record: facts.record.ok_or(Common::absent("service record"))?,
            receipts: receipts.cloned().collect(),
        })
    }
}

impl State {
    /// Removes the receipts behind an entry, whosever they are; lets go of their files.
    pub(super) fn remove_receipts_behind(&mut self, record: ServiceRecordId) {
        let media = &mut self.media;
        self.inventory.receipts.retain(|_, receipt| {
            let stays = receipt.record != record;
            if !stays {
                media.discard(receipt.file);
            }
            stays
        });
    }
}

#[async_trait]
impl ServiceReceipts for Memory {
    async fn add(
        &self,
        act: &Act,
        record: ServiceRecordId,
        file: FileId,
        decide: Decide<'_, BroughtFacts, NewReceipt, Receipt, Error>,
    ) -> Result<Done<Receipt>, Error> {
        self.act(
            act,
            |state| {
                decide(&BroughtFacts {
                    entry: state.inventory.receipt_facts(record)?,
                    file: state.media.files.get(&file).cloned(),
                })
            },
            |state, plan| {
                state.media.files.insert(plan.file.id, plan.file);
                state.inventory.receipts.insert(plan.receipt.id, plan.receipt);
                Ok(())
            },
        )
    }

    async fn remove(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, ReceiptFacts, Receipt, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(&state.inventory.receipt_facts(record)?),
            |state, gone| {
                state.inventory.receipts.remove(&gone.id);
                state.media.discard(gone.file);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl ReceiptQueries for Memory {
    async fn list(
        &self,
        record: ServiceRecordId,
        owners: &[Owner],
        page: &PageRequest,
    ) -> Result<Page<Receipt>, ::inventory::error::Error> {
        let state = self.lock();
        let receipts = state.inventory.receipts.values();
        let theirs = receipts.filter(|r| r.record == record && owners.contains(&r.owner));
        let mut found: Vec<Receipt> = theirs.cloned().collect();
        found.sort_by_key(|r| std::cmp::Reverse((r.brought_at, r.id)));
        Ok(page_of(found, page)?)
    }

    async fn find(&self, receipt: ReceiptId) -> Result<Option<Receipt>, ::inventory::error::Error> {
        Ok(self.lock().inventory.receipts.get(&receipt).cloned())
    }
}

//! Reading the receipts behind an entry of the log.

use std::sync::Arc;

use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ReceiptId, ServiceRecordId};
use kernel::paging::{Page, PageRequest};

use crate::error::Error;
use crate::ports::{ReceiptQueries, ServiceRecords};
use crate::receipt::Receipt;
use crate::receipt_rules::{may_read, read_by};
use crate::vehicle_rules::may_see;

/// Looks at receipts. Bringing and removing them takes files: see the `application` crate.
#[derive(Clone)]
pub struct ReadReceipts {
    /// Receipts, to read.
    pub receipts: Arc<dyn ReceiptQueries>,
    /// The log.
    pub log: Arc<dyn ServiceRecords>,
}

impl ReadReceipts {
    /// The caller's receipts behind an entry. Who had the car before reads those that they left there, and nothing else of it; who
    /// sees the entry without owning the car (an admin) finds none.
    pub async fn list(
        &self,
        actor: &Actor,
        record: ServiceRecordId,
        page: &PageRequest,
    ) -> Result<Page<Receipt>, Error> {
        let found = self.log.find(record).await?;
        let (_, vehicle) = found.ok_or(Common::absent("service record"))?;
        let theirs = self.receipts.list(record, &read_by(actor), page).await?;
        if theirs.items.is_empty() {
            may_see(actor, vehicle.owner, "service record")?;
        }
        Ok(theirs)
    }

    /// One receipt behind an entry, to whom it belongs.
    pub async fn find(
        &self,
        actor: &Actor,
        record: ServiceRecordId,
        receipt: ReceiptId,
    ) -> Result<Receipt, Error> {
        let found = self.receipts.find(receipt).await?;
        let found = found.filter(|found| found.record == record);
        let found = found.ok_or(Common::absent("receipt"))?;
        may_read(actor, found.owner)?;
        Ok(found)
    }
}

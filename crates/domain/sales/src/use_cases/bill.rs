//! The bill of sale.

use kernel::actor::Actor;
use kernel::id::SaleId;

use super::PrintBill;
use crate::bill::Bill;
use crate::error::Error;

impl PrintBill {
    /// The bill as a PDF, for those who see the sale.
    ///
    /// # Errors
    /// As [`super::LookAtSales::find`].
    pub async fn print(&self, actor: &Actor, id: SaleId) -> Result<Vec<u8>, Error> {
        let sale = self.look.find(actor, id).await?.sale;
        let seller = self.papers.seller(&sale).await?;
        Ok(self.printer.bill_of_sale(Bill::of(&sale, seller)).await?)
    }
}

//! A dealer's stock, to be written as a file.

use ::inventory::error::Error;
use ::inventory::import::ports::Export;
use ::inventory::listing::{Listed, ListingStatus};
use async_trait::async_trait;
use kernel::id::{DealerId, ListingId};

use super::super::rows::{listed, select_listed};
use super::SqlImports;
use crate::fault;

#[async_trait]
impl Export for SqlImports {
    async fn listings(
        &self,
        dealer: DealerId,
        statuses: &[ListingStatus],
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<Listed>, Error> {
        let mut sql = select_listed(self.db.sql());
        sql.push("l.dealer_id = ").bind(dealer.uuid());
        sql.push(" AND l.status IN (")
            .bind_all(statuses.iter().map(|s| s.as_str()))
            .push(")");
        if let Some(after) = after {
            sql.push(" AND l.id > ").bind(after.uuid());
        }
        sql.push(" ORDER BY l.id LIMIT ").bind(i64::from(limit));
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(listed)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}

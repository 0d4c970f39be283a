//! Opening and changing sites.

use ::dealers::Error;
use ::dealers::dealer::Dealer;
use ::dealers::ports::Sites;
use ::dealers::site::Site;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, SiteId};

use super::{people, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::search::index;
use crate::rows::{insert, update};
use crate::tx::Tx;

/// Sites in the database.
#[derive(Clone)]
pub struct SqlSites {
    db: Db,
}

impl SqlSites {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Sites for SqlSites {
    async fn create(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, Dealer, Site, Site, Error>,
    ) -> Result<Done<Site>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = create_in(&tx, dealer, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        site: SiteId,
        decide: Decide<'_, Site, Site, Site, Error>,
    ) -> Result<Done<Site>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, site, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn create_in(
    tx: &Tx,
    dealer: DealerId,
    decide: Decide<'_, Dealer, Site, Site, Error>,
) -> Result<(Site, Record), Stop<Error>> {
    let dealer = people::locked_dealer(tx, dealer).await?;
    let decision = decide(&dealer).map_err(Stop::Domain)?;
    let columns = rows::site_columns(&decision.plan)?;
    insert(tx, "sites", columns).await?;
    Ok((decision.answer, decision.record))
}

async fn change_in(
    tx: &Tx,
    site: SiteId,
    decide: Decide<'_, Site, Site, Site, Error>,
) -> Result<(Site, Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::SITE)
        .push(" FROM sites s WHERE s.id = ")
        .bind(site.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("site"))?;
    let before = rows::site(&row)?;
    let decision = decide(&before).map_err(Stop::Domain)?;
    let columns = rows::site_columns(&decision.plan)?;
    update(tx, "sites", columns, "id", site.uuid()).await?;
    if shown(&before) != shown(&decision.plan) {
        index::refresh_all_of(tx, "site_id", site.uuid()).await?;
    }
    Ok((decision.answer, decision.record))
}

/// What listings show of their site, and are found by.
fn shown(site: &Site) -> impl PartialEq + use<'_> {
    let d = &site.details;
    (
        &d.name,
        &d.phone,
        &d.address.city,
        &d.address.state,
        d.coordinates,
        d.timezone,
    )
}

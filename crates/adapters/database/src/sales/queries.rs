//! Sales to look at, and to mend.

use ::sales::Error;
use ::sales::facts::SaleFacts;
use ::sales::ports::{SaleFilter, SaleQueries, Sales, Whose};
use ::sales::sale::Sale;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{SaleId, SiteId, StaffId};
use kernel::paging::{Page, PageRequest};

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::sql::Sql;
use crate::tx::Tx;

/// Sales in the database, one by one.
#[derive(Clone)]
pub struct SqlSales {
    db: Db,
}

impl SqlSales {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// Gives sales their shares: one statement for all of them.
    async fn filled(&self, found: Vec<Sale>) -> Result<Vec<Sale>, Error> {
        if found.is_empty() {
            return Ok(found);
        }
        let shares = self.db.all(rows::select_shares(self.db.sql(), &found)).await?;
        Ok(rows::filled(found, &shares).map_err(|e| fault::common(&e))?)
    }
}

/// Somebody's sales. Indexes: `sales_dealer` and those with a filter's column, `sales_dealer_created`, `sales_buyer`, `sales_owner`.
const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "sale_date",
            sql: "s.sale_date",
            of: FieldType::Date,
        },
        Field {
            name: "created_at",
            sql: "s.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("sale_date", true)],
    id: "s.id",
};

fn narrow(sql: &mut Sql, whose: Whose, filter: &SaleFilter) {
    match whose {
        Whose::Dealer(dealer) => {
            sql.push(" AND s.dealer_id = ").bind(dealer.uuid());
        }
        Whose::Member(dealer, staff) => {
            sql.push(" AND s.dealer_id = ").bind(dealer.uuid());
            part_of(sql, &[staff]);
        }
        Whose::Person(user) => {
            sql.push(" AND (s.buyer_user_id = ").bind(user.uuid());
            sql.push(" OR s.seller_user_id = ").bind(user.uuid()).push(")");
        }
    }
    if let Some(from) = filter.from {
        sql.push(" AND s.sale_date >= ").bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND s.sale_date <= ").bind(to);
    }
    if !filter.staff.is_empty() {
        part_of(sql, &filter.staff);
    }
    if !filter.sites.is_empty() {
        sql.push(" AND s.site_id IN (")
            .bind_all(filter.sites.iter().map(SiteId::uuid))
            .push(")");
    }
    if !filter.makes.is_empty() {
        sql.push(" AND s.make_folded IN (")
            .bind_all(filter.makes.iter().map(|make| kernel::text::fold(make)))
            .push(")");
    }
    if !filter.payment_methods.is_empty() {
        sql.push(" AND s.payment_method IN (")
            .bind_all(filter.payment_methods.iter().map(|method| method.as_str()))
            .push(")");
    }
    if !filter.statuses.is_empty() {
        sql.push(" AND s.status IN (")
            .bind_all(filter.statuses.iter().map(String::as_str))
            .push(")");
    }
}

/// One of these members has a part in it.
fn part_of(sql: &mut Sql, staff: &[StaffId]) {
    sql.push(" AND s.id IN (SELECT sale_id FROM sale_staff WHERE staff_id IN (")
        .bind_all(staff.iter().map(StaffId::uuid))
        .push("))");
}

async fn amend_in(
    tx: &Tx,
    sale: SaleId,
    decide: Decide<'_, SaleFacts, Sale, Sale, Error>,
) -> Result<(Sale, Record), Stop<Error>> {
    let sale = rows::locked(tx, "id", sale.uuid()).await?;
    let sale = sale.ok_or(Common::absent("sale"))?;
    let facts = SaleFacts {
        seller_name: rows::seller_name(tx, &sale).await?,
        sale,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if decision.plan != facts.sale {
        rows::write(tx, &decision.plan).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Sales for SqlSales {
    async fn amend(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, SaleFacts, Sale, Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = amend_in(&tx, sale, decide).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl SaleQueries for SqlSales {
    async fn find(&self, id: SaleId) -> Result<Option<Sale>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ").push(rows::COLUMNS);
        sql.push(" FROM sales s WHERE s.id = ").bind(id.uuid());
        let row = self.db.one(sql).await?;
        let found: Result<Vec<Sale>, _> = row.iter().map(rows::sale).collect();
        Ok(self.filled(found.map_err(|e| fault::common(&e))?).await?.pop())
    }

    async fn list(&self, whose: Whose, filter: &SaleFilter, page: &PageRequest) -> Result<Page<Sale>, Error> {
        let query = ListQuery {
            select: rows::COLUMNS,
            from: "sales s",
            filter: |sql: &mut Sql| narrow(sql, whose, filter),
            filter_key: format!("{whose:?} {filter:?}"),
        };
        let page = LIST.page(&self.db, page, &query, rows::sale).await?;
        Ok(Page {
            items: self.filled(page.items).await?,
            count: page.count,
            next: page.next,
            previous: page.previous,
        })
    }

    async fn chunk(
        &self,
        whose: Whose,
        filter: &SaleFilter,
        after: Option<SaleId>,
        limit: u32,
    ) -> Result<Vec<Sale>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ").push(rows::COLUMNS);
        sql.push(" FROM sales s WHERE 1 = 1");
        narrow(&mut sql, whose, filter);
        if let Some(after) = after {
            sql.push(" AND s.id > ").bind(after.uuid());
        }
        sql.push(" ORDER BY s.id LIMIT ").bind(i64::from(limit));
        let rows = self.db.all(sql).await?;
        let found: Result<Vec<Sale>, _> = rows.iter().map(rows::sale).collect();
        self.filled(found.map_err(|e| fault::common(&e))?).await
    }
}

//! The ledger of commissions, to look at.

use ::sales::Error;
use ::sales::commission::ledger::{Entry, EntryKind};
use ::sales::figures::{LedgerTotal, Span};
use ::sales::ports::Ledger;
use async_trait::async_trait;
use kernel::id::{DealerId, StaffId};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};

use super::rows;
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{corrupt, currency, get};
use crate::sql::Sql;

/// The ledger in the database.
#[derive(Clone)]
pub struct SqlLedger {
    db: Db,
}

impl SqlLedger {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Indexes: `commission_entries_dealer`, `commission_entries_staff`.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "earned_on",
        sql: "e.earned_on",
        of: FieldType::Date,
    }],
    default: &[("earned_on", true)],
    id: "e.id",
};

fn narrow(sql: &mut Sql, dealer: DealerId, staff: Option<StaffId>, span: Span) {
    sql.push(" AND e.dealer_id = ").bind(dealer.uuid());
    if let Some(staff) = staff {
        sql.push(" AND e.staff_id = ").bind(staff.uuid());
    }
    if let Some(from) = span.from {
        sql.push(" AND e.earned_on >= ").bind(from);
    }
    if let Some(to) = span.to {
        sql.push(" AND e.earned_on <= ").bind(to);
    }
}

/// The ledger's sums: one statement.
pub(super) async fn totals(
    db: &Db,
    dealer: DealerId,
    staff: Option<StaffId>,
    span: Span,
) -> Result<Vec<LedgerTotal>, Error> {
    let mut sql = db.sql();
    sql.push(
        "SELECT e.currency, e.kind, CAST(SUM(e.amount_minor) AS BIGINT) AS amount FROM commission_entries e WHERE 1 = 1",
    );
    narrow(&mut sql, dealer, staff, span);
    sql.push(" GROUP BY e.currency, e.kind ORDER BY e.currency, e.kind");
    let rows = db.all(sql).await?;
    Ok(summed(&rows).map_err(|e| fault::common(&e))?)
}

fn summed(rows: &[QueryResult]) -> Result<Vec<LedgerTotal>, DbErr> {
    let mut totals: Vec<LedgerTotal> = Vec::new();
    for row in rows {
        let currency = currency(row, "currency")?;
        let word: String = get(row, "kind")?;
        let kind = EntryKind::parse(&word).ok_or_else(|| corrupt("kind", word))?;
        let amount = Money::new(get(row, "amount")?, currency);
        if totals
            .last()
            .is_none_or(|total| total.balance.currency() != currency)
        {
            let nothing = Money::new(0, currency);
            totals.push(LedgerTotal {
                earned: nothing,
                bonus: nothing,
                clawed_back: nothing,
                adjustment: nothing,
                balance: nothing,
            });
        }
        let Some(total) = totals.last_mut() else { continue };
        let sum = total.balance.checked_add(amount);
        total.balance = sum.ok_or_else(|| corrupt("amount_minor", "sums beyond what can be counted"))?;
        match kind {
            EntryKind::Earned => total.earned = amount,
            EntryKind::Bonus => total.bonus = amount,
            EntryKind::ClawedBack => total.clawed_back = amount,
            EntryKind::Adjustment => total.adjustment = amount,
        }
    }
    Ok(totals)
}

#[async_trait]
impl Ledger for SqlLedger {
    async fn list(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
        page: &PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let query = ListQuery {
            select: rows::ENTRY,
            from: "commission_entries e",
            filter: |sql: &mut Sql| narrow(sql, dealer, staff, span),
            filter_key: format!("{dealer} {staff:?} {span:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, rows::entry).await?)
    }

    async fn totals(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
    ) -> Result<Vec<LedgerTotal>, Error> {
        totals(&self.db, dealer, staff, span).await
    }
}

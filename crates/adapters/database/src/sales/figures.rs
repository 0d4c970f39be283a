//! What a dealer and its members have done, counted. Each figure is one statement.

use ::sales::Error;
use ::sales::figures::{AGES, Counted, DealerStats, Drives, Inventory, Sold, Span, StaffMetrics, Stock};
use ::sales::ports::Figures;
use async_trait::async_trait;
use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::id::{DealerId, StaffId};
use kernel::money::Money;
use kernel::zone::Zone;
use sea_orm::{DbErr, QueryResult};

use super::ledger;
use crate::db::Db;
use crate::fault;
use crate::negotiation::{median, seconds};
use crate::rows::{corrupt, currency, get, id};
use crate::sql::Sql;

/// Figures in the database.
#[derive(Clone)]
pub struct SqlFigures {
    db: Db,
}

impl SqlFigures {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    async fn all<T>(
        &self,
        sql: Sql,
        read: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<T>, Error> {
        let rows = self.db.all(sql).await?;
        let read: Result<Vec<T>, DbErr> = rows.iter().map(read).collect();
        Ok(read.map_err(|e| fault::common(&e))?)
    }

    async fn count(&self, sql: Sql) -> Result<u64, Error> {
        let found = self.all(sql, |row| counted(row, "n")).await?;
        Ok(found.first().copied().unwrap_or(0))
    }

    /// Today, by the calendar of the dealer's first site.
    async fn today(&self, dealer: DealerId, now: Instant) -> Result<NaiveDate, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT timezone FROM sites WHERE dealer_id = ")
            .bind(dealer.uuid())
            .push(" ORDER BY created_at, id LIMIT 1");
        let read = |row: &QueryResult| {
            let name: String = get(row, "timezone")?;
            name.parse::<Zone>().map_err(|e| corrupt("timezone", e))
        };
        let zone = self.all(sql, read).await?.pop();
        Ok(zone.map_or_else(
            || now.date_naive(),
            |zone| now.with_timezone(&zone.0).date_naive(),
        ))
    }

    /// Sales that stand, of a dealer or of a member who sold them.
    async fn sold(&self, column: &str, whose: uuid::Uuid, span: Span) -> Result<Sold, Error> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT s.currency, COUNT(*) AS n, CAST(SUM(s.price_minor) AS BIGINT) AS amount FROM sales s \
             WHERE s.status = 'closed' AND s.",
        );
        sql.push(column).push(" = ").bind(whose);
        days(&mut sql, "s.sale_date", span);
        sql.push(" GROUP BY s.currency ORDER BY s.currency");
        let read = |row: &QueryResult| Ok((counted(row, "n")?, money(row)?));
        let found = self.all(sql, read).await?;
        Ok(Sold {
            units: found.iter().map(|(units, _)| units).sum(),
            revenue: found.into_iter().map(|(_, revenue)| revenue).collect(),
        })
    }

    /// The drives in a member's hands, by the day of the drive.
    async fn drives(&self, dealer: DealerId, staff: StaffId, span: Span) -> Result<Drives, Error> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT COUNT(*) AS requested, COUNT(CASE WHEN b.status = 'completed' THEN 1 END) AS completed, \
             COUNT(CASE WHEN b.status = 'no_show' THEN 1 END) AS no_show, \
             COUNT(CASE WHEN b.status = 'completed' AND EXISTS (SELECT 1 FROM sales s WHERE s.listing_id = b.listing_id \
             AND s.status = 'closed' AND s.buyer_user_id = b.user_id AND s.created_at >= b.start_at) THEN 1 END) AS sold \
             FROM bookings b WHERE b.staff_id = ",
        );
        sql.bind(staff.uuid());
        sql.push(" AND b.dealer_id = ").bind(dealer.uuid());
        days(&mut sql, "b.local_date", span);
        let read = |row: &QueryResult| {
            Ok(Drives {
                requested: counted(row, "requested")?,
                completed: counted(row, "completed")?,
                no_show: counted(row, "no_show")?,
                sold: counted(row, "sold")?,
            })
        };
        Ok(self.all(sql, read).await?.pop().unwrap_or_default())
    }

    /// Seconds from a buyer's offer to the member's answer. Who answered is in the audit log, at the instant of the answer.
    async fn answers(&self, dealer: DealerId, staff: StaffId, span: Span) -> Result<Option<f64>, Error> {
        let answers = |sql: &mut Sql| {
            sql.push("SELECT ").push(seconds(&self.db)).push(
                " AS x FROM negotiations n JOIN offers o ON o.negotiation_id = n.id AND o.side = 'buyer' \
                 JOIN audit_log a ON a.subject = n.id AND a.at = o.answered_at \
                 AND a.action IN ('negotiation.accepted', 'negotiation.countered', 'negotiation.rejected') \
                 JOIN staff m ON m.user_id = a.user_id WHERE m.id = ",
            );
            sql.bind(staff.uuid());
            sql.push(" AND n.dealer_id = ").bind(dealer.uuid());
            instants(sql, "o.answered_at", span);
        };
        Ok(median(&self.db, answers).await?)
    }

    async fn by_status(&self, dealer: DealerId) -> Result<Vec<Stock>, Error> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT l.status, l.currency, COUNT(*) AS n, CAST(SUM(l.asking_minor) AS BIGINT) AS amount FROM listings l \
             WHERE l.dealer_id = ",
        );
        sql.bind(dealer.uuid())
            .push(" GROUP BY l.status, l.currency ORDER BY l.status, l.currency");
        let read = |row: &QueryResult| Ok((get::<String>(row, "status")?, counted(row, "n")?, money(row)?));
        let mut groups: Vec<Stock> = Vec::new();
        for (status, count, value) in self.all(sql, read).await? {
            add(&mut groups, &status, count, value);
        }
        Ok(groups)
    }

    /// One statement with a group for each age: the bounds are instants, so that what is 30 days and a second old counts as 30.
    async fn by_age(&self, dealer: DealerId, now: Instant) -> Result<Vec<Stock>, Error> {
        let mut groups: Vec<Stock> = AGES.iter().map(|(name, _)| nothing(name)).collect();
        let mut sql = self.db.sql();
        sql.push("SELECT place, currency, COUNT(*) AS n, CAST(SUM(asking_minor) AS BIGINT) AS amount FROM (SELECT CAST(CASE");
        for (place, (_, last)) in (0_i64..).zip(AGES) {
            match TimeDelta::try_days(last.saturating_add(1)).and_then(|age| now.checked_sub_signed(age)) {
                Some(bound) => sql.push(" WHEN l.listed_at > ").bind(bound).push(" THEN "),
                None => sql.push(" ELSE "),
            };
            sql.push(&place.to_string());
        }
        sql.push(
            " END AS BIGINT) AS place, l.currency, l.asking_minor FROM listings l WHERE l.status IN ('active', 'reserved') AND l.dealer_id = ",
        );
        sql.bind(dealer.uuid())
            .push(") AS aged GROUP BY place, currency ORDER BY place, currency");
        let read = |row: &QueryResult| Ok((counted(row, "place")?, counted(row, "n")?, money(row)?));
        for (place, count, value) in self.all(sql, read).await? {
            if let Some((name, _)) = usize::try_from(place).ok().and_then(|place| AGES.get(place)) {
                add(&mut groups, name, count, value);
            }
        }
        Ok(groups)
    }
}

fn nothing(name: &str) -> Stock {
    Stock {
        group: name.to_owned(),
        count: 0,
        value: Vec::new(),
    }
}

fn add(groups: &mut Vec<Stock>, name: &str, count: u64, value: Money) {
    let known = groups.iter().position(|group| group.group == name);
    let place = known.unwrap_or_else(|| {
        groups.push(nothing(name));
        groups.len() - 1
    });
    if let Some(group) = groups.get_mut(place) {
        group.count += count;
        group.value.push(value);
    }
}

fn counted(row: &QueryResult, column: &str) -> Result<u64, DbErr> {
    let count: i64 = get(row, column)?;
    u64::try_from(count).map_err(|e| corrupt(column, e))
}

fn money(row: &QueryResult) -> Result<Money, DbErr> {
    Ok(Money::new(get(row, "amount")?, currency(row, "currency")?))
}

fn days(sql: &mut Sql, column: &str, span: Span) {
    if let Some(from) = span.from {
        sql.push(" AND ").push(column).push(" >= ").bind(from);
    }
    if let Some(to) = span.to {
        sql.push(" AND ").push(column).push(" <= ").bind(to);
    }
}

/// Instants of days in UTC.
fn instants(sql: &mut Sql, column: &str, span: Span) {
    let start = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    if let Some(from) = span.from {
        sql.push(" AND ").push(column).push(" >= ").bind(start(from));
    }
    if let Some(after) = span.to.and_then(|to| to.succ_opt()) {
        sql.push(" AND ").push(column).push(" < ").bind(start(after));
    }
}

#[async_trait]
impl Figures for SqlFigures {
    async fn dealer_of(&self, staff: StaffId) -> Result<Option<DealerId>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT dealer_id FROM staff WHERE id = ")
            .bind(staff.uuid());
        Ok(self.all(sql, |row| id(row, "dealer_id")).await?.pop())
    }

    async fn dealer(&self, dealer: DealerId, now: Instant) -> Result<DealerStats, Error> {
        let mut listings = self.db.sql();
        listings
            .push("SELECT status, COUNT(*) AS n FROM listings WHERE dealer_id = ")
            .bind(dealer.uuid())
            .push(" GROUP BY status ORDER BY status");
        let mut talks = self.db.sql();
        talks
            .push("SELECT COUNT(*) AS n FROM negotiations WHERE status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold', 'accepted') AND dealer_id = ")
            .bind(dealer.uuid());
        let mut drives = self.db.sql();
        drives
            .push("SELECT COUNT(*) AS n FROM bookings WHERE status = 'requested' AND dealer_id = ")
            .bind(dealer.uuid());
        let today = self.today(dealer, now).await?;
        let status = |row: &QueryResult| {
            Ok(Counted {
                status: get(row, "status")?,
                count: counted(row, "n")?,
            })
        };
        let months = [Span::month_of(today), Span::month_before(today)];
        Ok(DealerStats {
            listings: self.all(listings, status).await?,
            open_negotiations: self.count(talks).await?,
            bookings_to_decide: self.count(drives).await?,
            this_month: self.sold("dealer_id", dealer.uuid(), months[0]).await?,
            last_month: self.sold("dealer_id", dealer.uuid(), months[1]).await?,
        })
    }

    async fn inventory(&self, dealer: DealerId, now: Instant) -> Result<Inventory, Error> {
        Ok(Inventory {
            by_status: self.by_status(dealer).await?,
            by_age: self.by_age(dealer, now).await?,
        })
    }

    async fn member(&self, dealer: DealerId, staff: StaffId, span: Span) -> Result<StaffMetrics, Error> {
        Ok(StaffMetrics {
            staff,
            sold: self.sold("sold_by", staff.uuid(), span).await?,
            commission: ledger::totals(&self.db, dealer, Some(staff), span).await?,
            drives: self.drives(dealer, staff, span).await?,
            median_answer_seconds: self.answers(dealer, staff, span).await?,
        })
    }
}

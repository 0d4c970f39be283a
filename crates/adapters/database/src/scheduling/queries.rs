//! Looking at test drives.

use async_trait::async_trait;
use kernel::Instant;
use kernel::actor::Membership;
use kernel::error::Common;
use kernel::id::{BookingId, DealerId, ListingId, SiteId, StaffId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Role;
use scheduling::booking::{Status, TestDrive};
use scheduling::error::Error;
use scheduling::notice::Filed;
use scheduling::ports::{BookingQueries, DriveFilter, SiteCalendar};
use sea_orm::DbErr;

use super::rows::{self, DRIVE, DRIVE_FROM};
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{id, json_of};
use crate::sql::Sql;

/// Test drives to look at.
#[derive(Clone)]
pub struct SqlBookingQueries {
    db: Db,
}

impl SqlBookingQueries {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A dealer's drives. Index: `bookings_dealer`.
const OF_DEALER: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "start_at",
            sql: "b.start_at",
            of: FieldType::Instant,
        },
        Field {
            name: "created_at",
            sql: "b.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("start_at", false)],
    id: "b.id",
};

/// One's own drives: what is to come by rising start, then what is over by falling start. Index: `bookings_user`; a customer has few.
const MINE: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "over",
            sql: "b.is_over",
            of: FieldType::Int,
        },
        Field {
            name: "nearness",
            sql: "b.nearness",
            of: FieldType::Int,
        },
    ],
    default: &[("over", false), ("nearness", false)],
    id: "b.id",
};

#[async_trait]
impl BookingQueries for SqlBookingQueries {
    async fn find(&self, id: BookingId) -> Result<Option<Filed>, Error> {
        let mut sql = rows::filed_where(self.db.sql());
        sql.push("b.id = ").bind(id.uuid());
        let row = self.db.one(sql).await?;
        Ok(row.as_ref().map(rows::filed).transpose()?)
    }

    async fn mine(
        &self,
        user: UserId,
        statuses: &[Status],
        now: Instant,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        if let Some(sort) = page.sort.first() {
            return Err(Common::invalid(
                "ordering",
                "unknown_ordering",
                format!(
                    "“{}”: this list has one order, what is to come first",
                    kernel::text::excerpt(&sort.field)
                ),
            )
            .into());
        }
        let from = from_near(self.db.is_postgres(), now);
        let query = ListQuery {
            select: DRIVE,
            from: &from,
            filter: |sql: &mut Sql| {
                sql.push(" AND b.user_id = ").bind(user.uuid());
                status_in(sql, statuses);
            },
            filter_key: format!("{user} {statuses:?}"),
        };
        read_page(&self.db, &MINE, page, &query).await
    }

    async fn of_dealer(
        &self,
        dealer: DealerId,
        visible: &[SiteId],
        filter: &DriveFilter,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        let query = ListQuery {
            select: DRIVE,
            from: DRIVE_FROM,
            filter: |sql: &mut Sql| {
                sql.push(" AND b.dealer_id = ").bind(dealer.uuid());
                any_of(sql, "b.site_id", visible.iter().map(SiteId::uuid));
                status_in(sql, &filter.statuses);
                any_of(sql, "b.site_id", filter.sites.iter().map(SiteId::uuid));
                any_of(sql, "b.listing_id", filter.listings.iter().map(ListingId::uuid));
                any_of(sql, "b.staff_id", filter.staff.iter().map(StaffId::uuid));
                if let Some(from) = filter.from {
                    sql.push(" AND b.local_date >= ").bind(from);
                }
                if let Some(to) = filter.to {
                    sql.push(" AND b.local_date <= ").bind(to);
                }
            },
            filter_key: format!("{dealer} {visible:?} {filter:?}"),
        };
        read_page(&self.db, &OF_DEALER, page, &query).await
    }

    async fn calendar(&self, site: SiteId, since: Instant) -> Result<Option<SiteCalendar>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT dealer_id, name FROM sites WHERE id = ")
            .bind(site.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(None);
        };
        let head = || -> Result<(DealerId, String), DbErr> {
            Ok((id(&row, "dealer_id")?, row.try_get("", "name")?))
        };
        let (dealer, name) = head().map_err(|e| fault::common(&e))?;
        let mut sql = rows::filed_where(self.db.sql());
        sql.push("b.site_id = ").bind(site.uuid());
        sql.push(" AND b.end_at > ")
            .bind(since)
            .push(" AND b.status <> 'declined' ORDER BY b.start_at, b.id");
        let found = self.db.all(sql).await?;
        Ok(Some(SiteCalendar {
            dealer,
            name,
            drives: found.iter().map(rows::filed).collect::<Result<_, _>>()?,
        }))
    }

    async fn dealer_of(&self, site: SiteId) -> Result<Option<DealerId>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT dealer_id FROM sites WHERE id = ")
            .bind(site.uuid());
        let row = self.db.one(sql).await?;
        let dealer = row.as_ref().map(|row| id(row, "dealer_id")).transpose();
        Ok(dealer.map_err(|e| fault::common(&e))?)
    }

    async fn member(&self, staff: StaffId) -> Result<Option<Membership>, Error> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT s.dealer_id, s.role, s.sites FROM staff s JOIN users u ON u.id = s.user_id \
             WHERE s.active AND u.active AND s.id = ",
        )
        .bind(staff.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(None);
        };
        let columns = || -> Result<(DealerId, String, Vec<SiteId>), DbErr> {
            Ok((
                id(&row, "dealer_id")?,
                row.try_get("", "role")?,
                json_of(&row, "sites")?,
            ))
        };
        let (dealer, role, sites) = columns().map_err(|e| fault::common(&e))?;
        Ok(Some(Membership {
            staff,
            dealer,
            role: Role::staff(&role).ok_or_else(|| fault::corrupt("staff", "role", &role))?,
            sites,
        }))
    }
}

/// Drives with whether they are over, and with a number that rises as they should be listed. Only `is_over` depends on `now`, so
/// that a cursor holds until a drive ends.
fn from_near(postgres: bool, now: Instant) -> String {
    let seconds = if postgres {
        "CAST(extract(epoch FROM start_at) AS bigint)"
    } else {
        "unixepoch(start_at)"
    };
    let over = if postgres {
        format!("end_at <= timestamptz '{}'", now.to_rfc3339())
    } else {
        format!("end_at <= '{}'", now.to_rfc3339())
    };
    format!(
        "(SELECT bookings.*, CAST(CASE WHEN {over} THEN 1 ELSE 0 END AS bigint) AS is_over, \
         CASE WHEN {over} THEN -{seconds} ELSE {seconds} END AS nearness FROM bookings) b \
         LEFT JOIN users u ON u.id = b.user_id"
    )
}

fn status_in(sql: &mut Sql, statuses: &[Status]) {
    any_of(sql, "b.status", statuses.iter().map(|status| status.as_str()));
}

/// A condition on a set; an empty one is no condition.
fn any_of<V: Into<sea_orm::Value>>(
    sql: &mut Sql,
    column: &'static str,
    values: impl ExactSizeIterator<Item = V>,
) {
    if values.len() > 0 {
        sql.push(" AND ").push(column).push(" IN (");
        sql.bind_all(values).push(")");
    }
}

/// Reads a page of drives.
async fn read_page<F: Fn(&mut Sql) + Sync>(
    db: &Db,
    spec: &ListSpec,
    page: &PageRequest,
    query: &ListQuery<'_, F>,
) -> Result<Page<TestDrive>, Error> {
    let page = spec.page(db, page, query, |row| Ok(rows::drive(row))).await?;
    let Page {
        items,
        count,
        next,
        previous,
    } = page;
    Ok(Page {
        items: items.into_iter().collect::<Result<_, Common>>()?,
        count,
        next,
        previous,
    })
}

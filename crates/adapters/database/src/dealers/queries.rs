//! Looking at dealers, sites and staff.

use std::collections::HashMap;

use ::dealers::Error;
use ::dealers::dealer::Dealer;
use ::dealers::ports::{
    DealerEntry, DealerFilter, DealerQueries, SeenSites, SiteFilter, SiteQueries, StaffFilter, StaffQueries,
};
use ::dealers::rules::staff::profile;
use ::dealers::site::{Site, SiteKind};
use ::dealers::staff::StaffProfile;
use async_trait::async_trait;
use chrono::NaiveDate;
use kernel::error::Common;
use kernel::id::{DealerId, Id, SiteId, StaffId};
use kernel::paging::{Page, PageRequest};
use kernel::text::fold;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::rows;
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::get;
use crate::sql::Sql;

/// Dealers, sites and staff to look at.
#[derive(Clone)]
pub struct SqlDealerQueries {
    db: Db,
}

impl SqlDealerQueries {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Indexes: `dealers_by_name`, `dealers_by_age`.
const DEALERS: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "name",
            sql: "d.name_folded",
            of: FieldType::Text,
        },
        Field {
            name: "created_at",
            sql: "d.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("name", false)],
    id: "d.id",
};

/// Indexes: `sites_by_name`, `sites_by_age`, `sites_of_dealer`.
const SITES: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "name",
            sql: "s.name_folded",
            of: FieldType::Text,
        },
        Field {
            name: "created_at",
            sql: "s.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("name", false)],
    id: "s.id",
};

/// Index: `staff_of_dealer`.
const STAFF: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "m.created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", false)],
    id: "m.id",
};

/// A defect in a row, carried through the reading of a page.
fn broken(error: Common) -> DbErr {
    DbErr::Custom(match error {
        Common::Internal { internal } | Common::Unavailable { internal } => internal,
        other => other.to_string(),
    })
}

/// `LIKE` with the pattern's own signs taken literally.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl SqlDealerQueries {
    /// The dealers with their sites and the count of their public listings: two more statements, whatever the page holds.
    async fn entries(&self, dealers: Vec<Dealer>) -> Result<Vec<DealerEntry>, Common> {
        let ids: Vec<_> = dealers.iter().map(|d| d.id.uuid()).collect();
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::SITE)
            .push(" FROM sites s WHERE s.dealer_id IN (")
            .bind_all(ids.iter().copied())
            .push(") ORDER BY s.name_folded, s.id");
        let mut sites: HashMap<DealerId, Vec<Site>> = HashMap::new();
        for row in self.db.all(sql).await? {
            let site = rows::site(&row)?;
            sites.entry(site.dealer).or_default().push(site);
        }
        let mut sql = self.db.sql();
        sql.push("SELECT l.dealer_id, COUNT(*) FROM listings l JOIN dealers d ON d.id = l.dealer_id WHERE d.status = 'verified'");
        sql.push(" AND l.status IN ('active', 'reserved') AND l.dealer_id IN (")
            .bind_all(ids)
            .push(") GROUP BY l.dealer_id");
        let mut counts: HashMap<DealerId, u64> = HashMap::new();
        for row in self.db.all(sql).await? {
            let pair = || -> Result<(uuid::Uuid, i64), DbErr> {
                Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
            };
            let (dealer, count) = pair().map_err(|e| fault::common(&e))?;
            counts.insert(DealerId::from_uuid(dealer), u64::try_from(count).unwrap_or(0));
        }
        Ok(dealers
            .into_iter()
            .map(|dealer| DealerEntry {
                sites: sites.remove(&dealer.id).unwrap_or_default(),
                listings: counts.get(&dealer.id).copied().unwrap_or(0),
                dealer,
            })
            .collect())
    }
}

#[async_trait]
impl DealerQueries for SqlDealerQueries {
    async fn list(&self, filter: &DealerFilter, page: &PageRequest) -> Result<Page<DealerEntry>, Error> {
        let query = ListQuery {
            select: rows::DEALER,
            from: "dealers d",
            filter: |sql: &mut Sql| {
                if !filter.status.is_empty() {
                    sql.push(" AND d.status IN (")
                        .bind_all(filter.status.iter().map(|s| s.as_str()))
                        .push(")");
                }
                if let Some(q) = &filter.q {
                    sql.push(" AND d.name_folded LIKE ")
                        .bind(containing(&fold(q)))
                        .push(" ESCAPE '\\'");
                }
            },
            filter_key: format!("{filter:?}"),
        };
        let read = |row: &QueryResult| rows::dealer(row).map_err(broken);
        let Page {
            items,
            count,
            next,
            previous,
        } = DEALERS.page(&self.db, page, &query, read).await?;
        Ok(Page {
            items: self.entries(items).await?,
            count,
            next,
            previous,
        })
    }

    async fn find(&self, dealer: DealerId) -> Result<Option<DealerEntry>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::DEALER)
            .push(" FROM dealers d WHERE d.id = ")
            .bind(dealer.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(None);
        };
        let entries = self.entries(vec![rows::dealer(&row)?]).await?;
        Ok(entries.into_iter().next())
    }
}

/// What the reader may see of sites `s` and their dealers `d`.
fn only_seen(sql: &mut Sql, seen: SeenSites) {
    match seen {
        SeenSites::Public => {
            sql.push(" AND d.status = 'verified'");
        }
        SeenSites::PublicAnd(own) => {
            sql.push(" AND (d.status = 'verified' OR s.dealer_id = ")
                .bind(own.uuid())
                .push(")");
        }
        SeenSites::All => {}
    }
}

const SITES_FROM: &str = "sites s JOIN dealers d ON d.id = s.dealer_id";

#[async_trait]
impl SiteQueries for SqlDealerQueries {
    async fn list(&self, filter: &SiteFilter, page: &PageRequest) -> Result<Page<Site>, Error> {
        let query = ListQuery {
            select: rows::SITE,
            from: SITES_FROM,
            filter: |sql: &mut Sql| {
                only_seen(sql, filter.seen);
                if let Some(dealer) = filter.dealer {
                    sql.push(" AND s.dealer_id = ").bind(dealer.uuid());
                }
                if !filter.kind.is_empty() {
                    let kinds = filter.kind.iter().copied().chain([SiteKind::Both]);
                    sql.push(" AND s.kind IN (")
                        .bind_all(kinds.map(SiteKind::as_str))
                        .push(")");
                }
                if let Some(city) = &filter.city {
                    sql.push(" AND s.city_folded = ").bind(fold(city));
                }
                if let Some(state) = &filter.state {
                    sql.push(" AND s.state_folded = ").bind(fold(state));
                }
            },
            filter_key: format!("{filter:?}"),
        };
        let read = |row: &QueryResult| rows::site(row).map_err(broken);
        Ok(SITES.page(&self.db, page, &query, read).await?)
    }

    async fn find(&self, site: SiteId, seen: SeenSites) -> Result<Option<Site>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::SITE)
            .push(" FROM ")
            .push(SITES_FROM)
            .push(" WHERE s.id = ")
            .bind(site.uuid());
        only_seen(&mut sql, seen);
        let row = self.db.one(sql).await?;
        Ok(row.as_ref().map(rows::site).transpose()?)
    }
}

/// A member with the person's name and the plan of [`rows::plan_on`].
fn read_profile(row: &QueryResult) -> Result<StaffProfile, Common> {
    let plan: Option<Uuid> = get(row, "m_plan").map_err(|e| fault::common(&e))?;
    Ok(StaffProfile {
        plan: plan.map(Id::from_uuid),
        ..profile(&rows::member(row)?, rows::person(row)?.as_ref())
    })
}

const STAFF_FROM: &str = "staff m LEFT JOIN users u ON u.id = m.user_id";

#[async_trait]
impl StaffQueries for SqlDealerQueries {
    async fn list(
        &self,
        filter: &StaffFilter,
        on: NaiveDate,
        page: &PageRequest,
    ) -> Result<Page<StaffProfile>, Error> {
        let query = ListQuery {
            select: &format!("{}, {}, {}", rows::MEMBER, rows::PERSON, rows::plan_on(on)),
            from: STAFF_FROM,
            filter: |sql: &mut Sql| {
                sql.push(" AND m.dealer_id = ").bind(filter.dealer.uuid());
                if !filter.role.is_empty() {
                    sql.push(" AND m.role IN (")
                        .bind_all(filter.role.iter().map(|r| r.as_str()))
                        .push(")");
                }
                if let Some(active) = filter.active {
                    sql.push(" AND m.active = ").bind(active);
                }
            },
            filter_key: format!("{filter:?}"),
        };
        let read = |row: &QueryResult| read_profile(row).map_err(broken);
        Ok(STAFF.page(&self.db, page, &query, read).await?)
    }

    async fn find(&self, member: StaffId, on: NaiveDate) -> Result<Option<StaffProfile>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::MEMBER)
            .push(", ")
            .push(rows::PERSON)
            .push(", ")
            .push(&rows::plan_on(on))
            .push(" FROM ")
            .push(STAFF_FROM);
        sql.push(" WHERE m.id = ").bind(member.uuid());
        let row = self.db.one(sql).await?;
        Ok(row.as_ref().map(read_profile).transpose()?)
    }
}

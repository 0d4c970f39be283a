//! The log, to look at.

use async_trait::async_trait;
use audit::line::{LineFilter, Logged, by_key};
use audit::ports::AuditLog;
use kernel::Instant;
use kernel::error::Common;
use kernel::paging::{Page, PageRequest};
use uuid::Uuid;

use super::rows::{self, LINE};
use crate::db::Db;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::sql::Sql;

/// The log in the database.
#[derive(Clone)]
pub struct SqlAuditLog {
    db: Db,
}

impl SqlAuditLog {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Ids rise with time. Indexes: the primary key, `audit_log_dealer`, `audit_log_subject`, `audit_log_user`, `audit_log_others`,
/// `audit_log_action`.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "at",
        sql: "a.id",
        of: FieldType::Uuid,
    }],
    default: &[("at", true)],
    id: "a.id",
};

#[async_trait]
impl AuditLog for SqlAuditLog {
    async fn page(&self, filter: &LineFilter, page: &PageRequest) -> Result<Page<Logged>, Common> {
        // Staff of a dealer are few: their lines are told from the others by the index on members.
        let (from, ip, agent) = match filter.origins_of {
            Some(_) => (
                "audit_log a LEFT JOIN staff m ON m.user_id = a.user_id AND m.dealer_id = a.dealer_id",
                "CASE WHEN m.id IS NOT NULL OR a.actor LIKE 'api_key:%' THEN a.ip END AS ip",
                "CASE WHEN m.id IS NOT NULL OR a.actor LIKE 'api_key:%' THEN a.user_agent END AS user_agent",
            ),
            None => ("audit_log a", "a.ip", "a.user_agent"),
        };
        let query = ListQuery {
            select: &format!("{LINE}, {ip}, {agent}"),
            from,
            filter: |sql: &mut Sql| narrow(sql, filter),
            filter_key: format!("{filter:?}"),
        };
        let read = |row: &sea_orm::QueryResult| {
            Ok(Logged {
                line: rows::line(row)?,
                seq: rows::seq(row)?,
            })
        };
        LIST.page(&self.db, page, &query, read).await
    }
}

fn narrow(sql: &mut Sql, filter: &LineFilter) {
    if let Some(dealer) = filter.dealer {
        sql.push(" AND a.dealer_id = ").bind(dealer.uuid());
    }
    if let Some(user) = filter.user {
        sql.push(" AND a.user_id = ").bind(user.uuid());
    }
    if let Some(key) = filter.key {
        // As the index has it.
        sql.push(" AND a.user_id IS NULL AND a.actor = ")
            .bind(by_key(key));
    }
    if let Some(subject) = filter.subject {
        sql.push(" AND a.subject = ").bind(subject);
    }
    if let Some(action) = &filter.action {
        sql.push(" AND a.action = ").bind(action.as_str());
    }
    if let Some(since) = filter.since {
        sql.push(" AND a.id >= ").bind(first_id_of(since));
    }
    if let Some(until) = filter.until {
        sql.push(" AND a.id < ").bind(first_id_of(until));
    }
}

/// The least id that can be made in the millisecond of `at`: ids begin with it (RFC 9562, 5.7).
fn first_id_of(at: Instant) -> Uuid {
    let made = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Uuid::from_u64_pair(made << 16, 0)
}

//! Who is behind a session; users and sessions, read.

use ::identity::Error;
use ::identity::ports::{Known, Principals, Profile, UserFilter, UserQueries};
use ::identity::session::Session;
use ::identity::user::PlatformRole;
use async_trait::async_trait;
use kernel::Instant;
use kernel::actor::Principal;
use kernel::error::Common;
use kernel::id::{SessionId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::text::fold;
use sea_orm::{DbErr, QueryResult};

use super::rows;
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{get, id};
use crate::sql::Sql;

/// Users and sessions in a database, read.
#[derive(Clone)]
pub struct SqlUsers {
    db: Db,
}

impl SqlUsers {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// A row as it is now: never from a replica, which may not know yet who has just signed in or out.
    async fn present(&self, sql: Sql) -> Result<Option<QueryResult>, Common> {
        if !self.db.is_postgres() {
            return self.db.one(sql).await;
        }
        self.db.one_of_primary(sql).await
    }
}

const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "created_at",
            sql: "u.created_at",
            of: FieldType::Instant,
        },
        Field {
            name: "email",
            sql: "u.email_folded",
            of: FieldType::Text,
        },
        Field {
            name: "last_name",
            sql: "u.last_name_folded",
            of: FieldType::Text,
        },
    ],
    default: &[("created_at", true)],
    id: "u.id",
};

const FROM: &str = "users u LEFT JOIN staff m ON m.user_id = u.id AND m.active";

fn profile(row: &QueryResult) -> Result<Profile, DbErr> {
    Ok(Profile {
        user: rows::user(row)?,
        staff: rows::membership(row)?,
        totp: get(row, "totp")?,
    })
}

/// The columns of a profile, of [`FROM`].
fn columns() -> String {
    format!(
        "{}, {}, {} AS totp",
        rows::USER,
        rows::MEMBERSHIP,
        rows::ASKS_FACTOR
    )
}

/// Text for LIKE that stands for itself.
fn literally(text: &str) -> String {
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

#[async_trait]
impl Principals for SqlUsers {
    async fn principal(&self, session: SessionId, at: Instant) -> Result<Option<Known>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT u.id AS u_id, u.platform_role, u.platform_role = 'admin' AND ")
            .push(rows::ASKS_FACTOR)
            .push(" AS factor, ")
            .push(rows::MEMBERSHIP)
            .push(" FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN staff m ON m.user_id = u.id AND m.active")
            .push(" WHERE u.active AND s.ended_at IS NULL AND s.id = ")
            .bind(session.uuid())
            .push(" AND s.expires_at > ")
            .bind(at);
        let read = |row: &QueryResult| -> Result<Known, DbErr> {
            Ok(Known {
                principal: Principal {
                    user: id(row, "u_id")?,
                    session,
                    admin: get::<String>(row, "platform_role")? == PlatformRole::Admin.as_str(),
                    factor_due: false,
                    staff: rows::membership(row)?,
                },
                factor: get(row, "factor")?,
            })
        };
        let row = self.present(sql).await?;
        row.as_ref().map(read).transpose().map_err(|e| fault::common(&e))
    }
}

#[async_trait]
impl UserQueries for SqlUsers {
    async fn profile(&self, user: UserId) -> Result<Option<Profile>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ").push(&columns());
        sql.push(" FROM ")
            .push(FROM)
            .push(" WHERE u.id = ")
            .bind(user.uuid());
        let row = self.present(sql).await?;
        let found = row.as_ref().map(profile).transpose();
        found.map_err(|e| fault::common(&e).into())
    }

    async fn sessions(&self, user: UserId, at: Instant) -> Result<Vec<Session>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::SESSION)
            .push(" FROM sessions s WHERE s.ended_at IS NULL AND s.user_id = ")
            .bind(user.uuid())
            .push(" AND s.expires_at > ")
            .bind(at)
            .push(" ORDER BY s.last_used_at DESC, s.id DESC");
        let found = self.db.all(sql).await?;
        let read: Result<_, DbErr> = found.iter().map(rows::session).collect();
        read.map_err(|e| fault::common(&e).into())
    }

    async fn search(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<Profile>, Error> {
        let query = ListQuery {
            select: &columns(),
            from: FROM,
            filter: |sql: &mut Sql| {
                if let Some(q) = &filter.q {
                    sql.push(" AND u.search_text LIKE ")
                        .bind(literally(&fold(q)))
                        .push(" ESCAPE '\\'");
                }
                if let Some(role) = filter.platform_role {
                    sql.push(" AND u.platform_role = ").bind(role.as_str());
                }
                if let Some(active) = filter.active {
                    sql.push(" AND u.active = ").bind(active);
                }
                if let Some(dealer) = filter.dealer {
                    sql.push(" AND m.dealer_id = ").bind(dealer.uuid());
                }
            },
            filter_key: format!("{filter:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, profile).await?)
    }
}

//! The table of versions.

use ::content::page::Page;
use ::content::version::{Version, day};
use kernel::Instant;
use kernel::id::UserId;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::rows::{Columns, corrupt, get, id, word};
use crate::sql::Sql;

/// The columns of a version, of the table alias `c`.
pub(super) const VERSION: &str =
    "c.id, c.page, c.content, c.effective_date, c.written_by, c.created_at, c.updated_at, c.version";

/// Reads a version.
pub(super) fn version(row: &QueryResult) -> Result<Version, DbErr> {
    let page: Option<Page> = word(row, "page")?;
    Ok(Version {
        id: id(row, "id")?,
        page: page.ok_or_else(|| corrupt("content_versions.page", "nothing"))?,
        content: get(row, "content")?,
        effective_date: get(row, "effective_date")?,
        written_by: get::<Option<Uuid>>(row, "written_by")?.map(UserId::from_uuid),
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

/// What can change of a version.
pub(super) fn columns(version: &Version) -> Columns {
    vec![
        ("content", version.content.as_str().into()),
        ("effective_date", version.effective_date.into()),
        ("updated_at", version.updated_at.into()),
        ("version", version.version.into()),
    ]
}

/// The version of a page that was in force at an instant: `content::version::in_force` in SQL.
pub(crate) fn in_force(mut sql: Sql, columns: &str, page: Page, at: Instant) -> Sql {
    sql.push("SELECT ")
        .push(columns)
        .push(" FROM content_versions c WHERE c.page = ")
        .bind(page.as_str());
    sql.push(" AND c.effective_date <= ")
        .bind(day(at))
        .push(" AND c.updated_at <= ")
        .bind(at);
    sql.push(" AND NOT c.withdrawn ORDER BY c.effective_date DESC LIMIT 1");
    sql
}

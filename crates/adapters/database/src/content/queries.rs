//! Versions, to look at.

use ::content::Error;
use ::content::page::Page;
use ::content::ports::VersionQueries;
use ::content::version::Version;
use async_trait::async_trait;
use kernel::Instant;
use kernel::id::ContentVersionId;
use kernel::paging::{Page as ListPage, PageRequest};

use super::rows;
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::sql::Sql;

/// Reads versions from a database.
#[derive(Clone)]
pub struct SqlVersionQueries {
    db: Db,
}

impl SqlVersionQueries {
    /// From this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    async fn first(&self, sql: Sql) -> Result<Option<Version>, Error> {
        let row = self.db.one(sql).await?;
        let found = row.map(|row| rows::version(&row)).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }
}

/// A page's versions. Indexes: `content_versions_by_date`, `content_versions_by_age`.
const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "effective_date",
            sql: "c.effective_date",
            of: FieldType::Date,
        },
        Field {
            name: "created_at",
            sql: "c.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("effective_date", true)],
    id: "c.id",
};

#[async_trait]
impl VersionQueries for SqlVersionQueries {
    async fn in_force(&self, page: Page, at: Instant) -> Result<Option<Version>, Error> {
        self.first(rows::in_force(self.db.sql(), rows::VERSION, page, at))
            .await
    }

    async fn find(&self, id: ContentVersionId) -> Result<Option<Version>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::VERSION)
            .push(" FROM content_versions c WHERE c.id = ")
            .bind(id.uuid());
        self.first(sql).await
    }

    async fn list(&self, page: Page, request: &PageRequest) -> Result<ListPage<Version>, Error> {
        let query = ListQuery {
            select: rows::VERSION,
            from: "content_versions c",
            filter: |sql: &mut Sql| {
                sql.push(" AND c.page = ").bind(page.as_str());
            },
            filter_key: page.to_string(),
        };
        Ok(LIST.page(&self.db, request, &query, rows::version).await?)
    }
}

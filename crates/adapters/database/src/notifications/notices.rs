//! What people were told.

use async_trait::async_trait;
use kernel::act::{Act, Done, Record};
use kernel::error::Common;
use kernel::id::{Id, NotificationId, UserId};
use kernel::paging::{Page, PageRequest};
use notifications::notice::{NewNotice, Notice};
use notifications::ports::{NoticeQueries, Notices};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::sql::Sql;
use crate::tx::Tx;

/// Notices in a database.
#[derive(Clone)]
pub struct SqlNotices {
    db: Db,
}

impl SqlNotices {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

const COLUMNS: &str = "id, user_id, kind, title, subject_kind, subject, dealer_id, created_at, read_at";

const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", true)],
    id: "id",
};

/// Notices that are written in one statement.
const ROWS: usize = 500;

/// Writes notices; those that are there stay as they are.
pub(crate) async fn insert(tx: &Tx, notices: &[NewNotice]) -> Result<(), DbErr> {
    for some in notices.chunks(ROWS) {
        let mut sql = tx.sql();
        sql.push("INSERT INTO notifications (event_id, ")
            .push(COLUMNS)
            .push(") VALUES ");
        for (n, new) in some.iter().enumerate() {
            let notice = &new.notice;
            sql.push(if n > 0 { ", (" } else { "(" });
            sql.bind_all([new.event.uuid(), notice.id.uuid(), notice.user.uuid()]);
            sql.push(", ").bind_all([
                notice.kind.as_str(),
                notice.title.as_str(),
                notice.subject_kind.as_str(),
            ]);
            sql.push(", ").bind(notice.subject);
            sql.push(", ").bind(notice.dealer.map(|d| d.uuid()));
            sql.push(", ").bind(notice.created_at);
            sql.push(", ").bind(notice.read_at).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        tx.run(sql).await?;
    }
    Ok(())
}

fn notice(row: &QueryResult) -> Result<Notice, DbErr> {
    Ok(Notice {
        id: Id::from_uuid(row.try_get_by("id")?),
        user: Id::from_uuid(row.try_get_by("user_id")?),
        kind: row.try_get_by("kind")?,
        title: row.try_get_by("title")?,
        subject_kind: row.try_get_by("subject_kind")?,
        subject: row.try_get_by("subject")?,
        dealer: row.try_get_by::<Option<Uuid>, _>("dealer_id")?.map(Id::from_uuid),
        created_at: row.try_get_by("created_at")?,
        read_at: row.try_get_by("read_at")?,
    })
}

async fn read_in(
    tx: &Tx,
    act: &Act,
    user: UserId,
    id: NotificationId,
) -> Result<(Notice, Record), Stop<Common>> {
    let mut sql = tx.sql();
    sql.push("UPDATE notifications SET read_at = COALESCE(read_at, ")
        .bind(act.at)
        .push(") WHERE id = ")
        .bind(id.uuid())
        .push(" AND user_id = ")
        .bind(user.uuid())
        .push(" RETURNING ")
        .push(COLUMNS);
    let row = tx.one(sql).await?.ok_or(Common::absent("notification"))?;
    Ok((notice(&row)?, Record::default()))
}

async fn read_all_in(tx: &Tx, act: &Act, user: UserId) -> Result<(u64, Record), Stop<Common>> {
    let mut sql = tx.sql();
    sql.push("UPDATE notifications SET read_at = ")
        .bind(act.at)
        .push(" WHERE read_at IS NULL AND user_id = ")
        .bind(user.uuid());
    Ok((tx.run(sql).await?, Record::default()))
}

#[async_trait]
impl Notices for SqlNotices {
    async fn read(&self, act: &Act, user: UserId, notice: NotificationId) -> Result<Done<Notice>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = read_in(&tx, act, user, notice).await;
                (tx, result)
            })
            .await
    }

    async fn read_all(&self, act: &Act, user: UserId) -> Result<Done<u64>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = read_all_in(&tx, act, user).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl NoticeQueries for SqlNotices {
    async fn list(
        &self,
        user: UserId,
        unread: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<Notice>, Common> {
        let query = ListQuery {
            select: COLUMNS,
            from: "notifications",
            filter: |sql: &mut Sql| {
                sql.push(" AND user_id = ").bind(user.uuid());
                match unread {
                    Some(true) => sql.push(" AND read_at IS NULL"),
                    Some(false) => sql.push(" AND read_at IS NOT NULL"),
                    None => sql,
                };
            },
            filter_key: format!("{user} {unread:?}"),
        };
        LIST.page(&self.db, page, &query, notice).await
    }

    async fn unread(&self, user: UserId) -> Result<u64, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT COUNT(*) FROM notifications WHERE read_at IS NULL AND user_id = ")
            .bind(user.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(0);
        };
        let count: i64 = row.try_get_by_index(0).map_err(|e| fault::common(&e))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

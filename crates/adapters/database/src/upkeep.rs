//! Removes what nobody will ask for again.

use application::upkeep::{Before, Upkeep};
use async_trait::async_trait;
use kernel::Instant;
use kernel::error::Common;

use crate::db::Db;

/// Rows that are removed in one statement: others get their turn in between.
const ROWS: i64 = 1_000;

/// Rows of one table that go: its key, and what must have been before which instant.
struct Doomed {
    table: &'static str,
    key: &'static str,
    condition: &'static str,
    before: Instant,
}

/// Upkeep of a database.
#[derive(Clone)]
pub struct SqlUpkeep {
    db: Db,
}

impl SqlUpkeep {
    /// Of this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    async fn remove(&self, doomed: &Doomed) -> Result<u64, Common> {
        let mut removed = 0;
        loop {
            let mut sql = self.db.sql();
            sql.push("DELETE FROM ").push(doomed.table);
            sql.push(" WHERE ").push(doomed.key).push(" IN (SELECT ");
            sql.push(doomed.key.trim_matches(['(', ')']))
                .push(" FROM ")
                .push(doomed.table);
            sql.push(" WHERE ").push(doomed.condition).push(" < ");
            sql.bind(doomed.before).push(" LIMIT ").bind(ROWS);
            // Once more, for a row that somebody changes at this very moment: it is in use.
            sql.push(") AND ").push(doomed.condition).push(" < ");
            sql.bind(doomed.before);
            let rows = self.db.run(sql).await?;
            removed += rows;
            if rows < ROWS.unsigned_abs() {
                return Ok(removed);
            }
        }
    }
}

#[async_trait]
impl Upkeep for SqlUpkeep {
    async fn prune(&self, before: &Before) -> Result<u64, Common> {
        let doomed = |table, key, condition, before| Doomed {
            table,
            key,
            condition,
            before,
        };
        let ended_job = "status IN ('succeeded', 'cancelled') AND finished_at";
        let ended_delivery = "status <> 'waiting' AND status_at";
        let known_session = "user_id IN (SELECT id FROM users WHERE email_verified) AND expires_at";
        let mut removed = 0;
        for doomed in [
            doomed("idempotency", "scope", "created_at", before.answers),
            doomed("jobs", "id", ended_job, before.ended),
            doomed("outbox", "id", "delivered_at", before.ended),
            doomed("webhook_deliveries", "id", ended_delivery, before.ended),
            doomed("one_time_codes", "id", "expires_at", before.ended),
            doomed("refresh_tokens", "hash", "expires_at", before.ended),
            doomed("invitations", "id", "expires_at", before.ended),
            doomed("sessions", "id", known_session, before.sessions),
            doomed("slot_holds", "id", "expires_at", before.forgotten),
            doomed("waitlist_entries", "id", "end_at", before.ended),
            doomed(
                "digest_matches",
                "(search_id, listing_id)",
                "told_at",
                before.ended,
            ),
            doomed("notifications", "id", "created_at", before.notices),
            doomed("throttles", "subject", "forgotten_at", before.forgotten),
        ] {
            removed += self.remove(&doomed).await?;
        }
        Ok(removed)
    }
}

//! The audit log: why, a chain of seals, and nothing changed or removed.
//!
//! A row takes its seal once; of what it says only where the call came from can be erased, with the salt of its digest.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0017_audit"
    }
}

/// What no update may touch.
const SAID: &str =
    "id, at, actor, user_id, request_id, action, subject_kind, subject, dealer_id, detail, reason";

/// A trigger that refuses.
struct Refusal {
    name: &'static str,
    on: String,
    when: &'static str,
}

fn refusals() -> [Refusal; 4] {
    [
        Refusal {
            name: "audit_log_no_delete",
            on: "DELETE".to_owned(),
            when: "",
        },
        Refusal {
            name: "audit_log_no_update",
            on: format!("UPDATE OF {SAID}"),
            when: "",
        },
        Refusal {
            name: "audit_log_sealed_once",
            on: "UPDATE OF seq, seal, origin_digest".to_owned(),
            when: "WHEN (OLD.seq IS NOT NULL)",
        },
        Refusal {
            name: "audit_log_origin_erased_only",
            on: "UPDATE OF ip, user_agent, origin_salt".to_owned(),
            when: "WHEN (OLD.seq IS NOT NULL AND (NEW.ip IS NOT NULL OR NEW.user_agent IS NOT NULL OR NEW.origin_salt IS NOT NULL))",
        },
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        let zeros = "0".repeat(64);
        schema
            .both(
                "ALTER TABLE audit_log ADD COLUMN reason {text};
                ALTER TABLE audit_log ADD COLUMN seq {int};
                ALTER TABLE audit_log ADD COLUMN seal {bytes};
                ALTER TABLE audit_log ADD COLUMN origin_salt {bytes};
                ALTER TABLE audit_log ADD COLUMN origin_digest {bytes};
                CREATE UNIQUE INDEX audit_log_seq ON audit_log (seq) WHERE seq IS NOT NULL;
                CREATE INDEX audit_log_unsealed ON audit_log (id) WHERE seq IS NULL;
                CREATE INDEX audit_log_user ON audit_log (user_id, id) WHERE user_id IS NOT NULL;
                CREATE INDEX audit_log_action ON audit_log (action, id);
                CREATE TABLE audit_head (
                    one {int} PRIMARY KEY,
                    seq {int} NOT NULL,
                    seal {bytes} NOT NULL,
                    CONSTRAINT audit_head_one CHECK (one = 1)
                );
                ",
            )
            .await?;
        schema
            .sqlite(&format!(
                "INSERT INTO audit_head (one, seq, seal) VALUES (1, 0, x'{zeros}')"
            ))
            .await?;
        schema
            .postgres(&format!(
                "INSERT INTO audit_head (one, seq, seal) VALUES (1, 0, '\\x{zeros}')"
            ))
            .await?;
        schema
            .postgres(
                "CREATE FUNCTION audit_log_append_only() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'audit_log_append_only'; END $$",
            )
            .await?;
        schema
            .postgres(
                "CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
                 FOR EACH STATEMENT EXECUTE FUNCTION audit_log_append_only()",
            )
            .await?;
        for Refusal { name, on, when } in refusals() {
            schema
                .sqlite(&format!(
                    "CREATE TRIGGER {name} BEFORE {on} ON audit_log {when}
                     BEGIN SELECT RAISE(ABORT, 'audit_log_append_only'); END"
                ))
                .await?;
            schema
                .postgres(&format!(
                    "CREATE TRIGGER {name} BEFORE {on} ON audit_log
                     FOR EACH ROW {when} EXECUTE FUNCTION audit_log_append_only()"
                ))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        let truncate = ("audit_log_no_truncate", false);
        let triggers = refusals().map(|refusal| (refusal.name, true));
        for (name, both) in triggers.into_iter().chain([truncate]) {
            schema
                .postgres(&format!("DROP TRIGGER {name} ON audit_log"))
                .await?;
            if both {
                schema.sqlite(&format!("DROP TRIGGER {name}")).await?;
            }
        }
        schema.postgres("DROP FUNCTION audit_log_append_only()").await?;
        schema
            .both(
                "DROP TABLE audit_head;
                DROP INDEX audit_log_action;
                DROP INDEX audit_log_user;
                DROP INDEX audit_log_unsealed;
                DROP INDEX audit_log_seq;
                ALTER TABLE audit_log DROP COLUMN origin_digest;
                ALTER TABLE audit_log DROP COLUMN origin_salt;
                ALTER TABLE audit_log DROP COLUMN seal;
                ALTER TABLE audit_log DROP COLUMN seq;
                ALTER TABLE audit_log DROP COLUMN reason;
                ",
            )
            .await
    }
}

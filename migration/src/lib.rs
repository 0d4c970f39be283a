//! The database schema: one set of migrations for SQLite and PostgreSQL.
//!
//! Each migration is one SQL text with a few words that differ between the databases (see [`schema::Schema`]); what
//! only one of them has (exclusion constraints, FTS5) is said for that one alone. Migrations are backward compatible by
//! one version: nodes of the version before keep working while they run.

use sea_orm::DatabaseConnection;
use sea_orm::sqlx;
use sea_orm_migration::prelude::*;

pub mod schema;

mod m0001_core;
mod m0002_identity;
mod m0003_dealers;
mod m0004_inventory;
mod m0005_scheduling;
mod m0006_search;
mod m0007_negotiation;
mod m0008_sales;
mod m0010_notifications;
mod m0011_devices;
mod m0012_webhooks;
mod m0013_booking_times;
mod m0015_slot_holds;
mod m0016_waitlist;
mod m0017_audit;
mod m0019_digests;
mod m0020_second_factors;
mod m0023_content;
mod m0024_bills;
mod m0025_files;
mod m0026_dealer_documents;
mod m0027_api_keys;
mod m0028_closed_accounts;
mod m0029_service_receipts;
mod m0030_who_wrote;
mod m0031_webhooks_of_programs;
mod m0032_sited;

/// All migrations, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_core::Migration),
            Box::new(m0002_identity::Migration),
            Box::new(m0003_dealers::Migration),
            Box::new(m0004_inventory::Migration),
            Box::new(m0005_scheduling::Migration),
            Box::new(m0006_search::Migration),
            Box::new(m0007_negotiation::Migration),
            Box::new(m0010_notifications::Migration),
            Box::new(m0012_webhooks::Migration),
            Box::new(m0008_sales::Migration),
            Box::new(m0013_booking_times::Migration),
            Box::new(m0015_slot_holds::Migration),
            Box::new(m0016_waitlist::Migration),
            Box::new(m0017_audit::Migration),
            Box::new(m0011_devices::Migration),
            Box::new(m0019_digests::Migration),
            Box::new(m0020_second_factors::Migration),
            Box::new(m0023_content::Migration),
            Box::new(m0024_bills::Migration),
            Box::new(m0025_files::Migration),
            Box::new(m0026_dealer_documents::Migration),
            Box::new(m0027_api_keys::Migration),
            Box::new(m0028_closed_accounts::Migration),
            Box::new(m0029_service_receipts::Migration),
            Box::new(m0030_who_wrote::Migration),
            Box::new(m0031_webhooks_of_programs::Migration),
            Box::new(m0032_sited::Migration),
        ]
    }
}

/// Key of the PostgreSQL advisory lock that lets one node migrate at a time. Any fixed number that nobody else uses.
const LOCK: i64 = 0x0046_4f52_4543_4f55;

/// Brings the schema up to date. Several nodes may call it at once: one migrates, the others wait.
pub async fn up(connection: &DatabaseConnection) -> Result<(), DbErr> {
    locked(connection, Step::Up).await
}

/// Takes the last `steps` migrations back.
pub async fn down(connection: &DatabaseConnection, steps: u32) -> Result<(), DbErr> {
    locked(connection, Step::Down(steps)).await
}

/// Names of the migrations that have not run yet.
pub async fn pending(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let pending = Migrator::get_pending_migrations(connection).await?;
    Ok(pending.iter().map(|m| m.name().to_owned()).collect())
}

/// Names of the migrations that have run.
pub async fn applied(connection: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let applied = Migrator::get_applied_migrations(connection).await?;
    Ok(applied.iter().map(|m| m.name().to_owned()).collect())
}

enum Step {
    Up,
    Down(u32),
}

async fn locked(connection: &DatabaseConnection, step: Step) -> Result<(), DbErr> {
    let run = async |db: &DatabaseConnection| match step {
        Step::Up => Migrator::up(db, None).await,
        Step::Down(steps) => Migrator::down(db, Some(steps)).await,
    };
    if connection.get_database_backend() != sea_orm::DbBackend::Postgres {
        return run(connection).await;
    }
    // The lock belongs to a session: this connection stays out of the pool meanwhile, so the pool needs two.
    let failed = |error: sqlx::Error| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()));
    let mut keeper = connection
        .get_postgres_connection_pool()
        .acquire()
        .await
        .map_err(failed)?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut *keeper)
        .await
        .map_err(failed)?;
    let result = run(connection).await;
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(LOCK)
        .execute(&mut *keeper)
        .await
        .map_err(failed)?;
    result
}

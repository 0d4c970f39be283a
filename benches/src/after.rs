//! What a load left behind, and what hashing alone allows.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::json;
use server::compose::Ground;

/// Prints how many test drives there are and how many live ones overlap; fails when one was lost or doubled.
pub(crate) async fn drives(ground: &Ground, before: i64, acknowledged: i64) -> anyhow::Result<()> {
    let count = async |text: &str| -> anyhow::Result<i64> {
        let mut sql = ground.db.sql();
        sql.push(text);
        let row = ground.db.one(sql).await?.context("a count")?;
        Ok(row.try_get_by_index(0)?)
    };
    let drives = count("SELECT count(*) FROM bookings").await?;
    let overlap = |column: &str| {
        format!(
            "SELECT count(*) FROM bookings a JOIN bookings b ON a.{column} = b.{column} AND a.id < b.id \
             AND a.start_at < b.end_at AND b.start_at < a.end_at \
             WHERE a.status IN ('requested', 'approved') AND b.status IN ('requested', 'approved')"
        )
    };
    let of_vehicles = count(&overlap("vehicle_id")).await?;
    let of_customers = count(&overlap("user_id")).await?;
    println!(
        "{}",
        json!({ "drives": drives, "doubled": of_vehicles + of_customers })
    );
    ensure!(of_vehicles + of_customers == 0, "test drives overlap");
    ensure!(
        drives - before >= acknowledged,
        "{acknowledged} test drives were acknowledged, and {} are there",
        drives - before
    );
    Ok(())
}

/// Longest wait for the outbox to run empty.
const DRAINED: Duration = Duration::from_mins(2);

/// Prints what became of the events of a load, once all have reached their readers.
pub(crate) async fn outbox(ground: &Ground) -> anyhow::Result<()> {
    let began = Instant::now();
    loop {
        let mut sql = ground.db.sql();
        sql.push("SELECT 1 FROM outbox WHERE delivered_at IS NULL LIMIT 1");
        if ground.db.one(sql).await?.is_none() {
            break;
        }
        ensure!(began.elapsed() < DRAINED, "events wait for more than {DRAINED:?}");
        actix_rt::time::sleep(Duration::from_millis(50)).await;
    }
    let mut sql = ground.db.sql();
    sql.push("SELECT at, delivered_at FROM outbox WHERE delivered_at IS NOT NULL ORDER BY delivered_at");
    let mut times: Vec<(kernel::Instant, kernel::Instant)> = Vec::new();
    for row in ground.db.all(sql).await? {
        times.push((row.try_get("", "at")?, row.try_get("", "delivered_at")?));
    }
    let mut took: Vec<i64> = times
        .iter()
        .map(|(at, there)| (*there - *at).num_milliseconds())
        .collect();
    took.sort_unstable();
    let share = |percent: usize| took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)));
    let span = match (times.first(), times.last()) {
        (Some(first), Some(last)) => (last.1 - first.1).num_milliseconds().max(1),
        _ => 1,
    };
    let a_second = i64::try_from(times.len())?.saturating_mul(1_000) / span;
    println!(
        "{}",
        json!({ "events": times.len(), "a_second": a_second, "p50_ms": share(50), "p99_ms": share(99) })
    );
    Ok(())
}

/// Prints how many passwords all processors together compare in a second.
pub(crate) fn argon2(seconds: u64) -> anyhow::Result<()> {
    let params = Params::new(19_456, 2, 1, None).map_err(|e| anyhow::anyhow!("{e}"))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (done, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    if hasher
                        .hash_password_with_salt(b"Bench-Passw0rd-1", b"sixteen bytes of")
                        .is_ok()
                    {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_secs(seconds));
        over.store(true, Ordering::Relaxed);
    });
    #[expect(clippy::cast_precision_loss, reason = "some hundreds")]
    let rate = done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.1}");
    Ok(())
}

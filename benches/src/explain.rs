//! Which queries an answer takes, and how the database runs them.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use sea_orm::{ConnectionTrait as _, Statement};
use server::compose::{self, Ground};
use server::serve::{Role, serve};
use tokio_util::sync::CancellationToken;

/// Serves in this process, calls each path, and prints the queries with their plans.
pub(crate) async fn run(mut ground: Ground, paths: &[String]) -> anyhow::Result<()> {
    let seen: Arc<Mutex<Vec<Statement>>> = Arc::default();
    let plain = ground.db.clone();
    ground.db = ground.db.watched({
        let seen = Arc::clone(&seen);
        move |statement| {
            seen.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(statement.clone());
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    let mut product = compose::product(&ground, None)?;
    product.worker.handlers.clear(); // what the queue asks is not what an answer takes
    let config = Arc::clone(&ground.config);
    let serving = actix_rt::spawn({
        let stop = stop.clone();
        async move { serve(&config, product, listener, None, Role::All, stop).await }
    });
    let client = reqwest::Client::new();
    for path in paths {
        seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let answer = client.get(format!("{url}{path}")).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "{path}: {status} {text}");
        let statements = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        println!("## {path}\n\n{} bytes", text.len());
        for statement in statements.into_iter().filter(|s| !of_the_queue(&s.sql)) {
            print_plan(&plain, statement).await?;
        }
        println!();
    }
    stop.cancel();
    serving.await??;
    Ok(())
}

/// The worker looks into its tables all the time.
fn of_the_queue(sql: &str) -> bool {
    ["jobs", "outbox"]
        .iter()
        .any(|table| sql.contains(&format!(" {table} ")) || sql.ends_with(table))
}

async fn print_plan(db: &database::Db, statement: Statement) -> anyhow::Result<()> {
    println!("\n```sql\n{statement}\n```\n```text"); // with its values, to be run by hand
    let (explain, column) = if db.is_postgres() {
        ("EXPLAIN (ANALYZE, BUFFERS) ", "QUERY PLAN")
    } else {
        ("EXPLAIN QUERY PLAN ", "detail")
    };
    let explained = Statement {
        sql: format!("{explain}{}", statement.sql),
        ..statement
    };
    for row in db.reader().query_all_raw(explained).await? {
        println!("{}", row.try_get::<String>("", column)?);
    }
    println!("```");
    Ok(())
}

//! The end that is asked for: SIGTERM.

use std::time::{Duration, Instant};

use application::jobs::{JobQueries as _, JobStatus};
use database::SqlQueue;
use reqwest::Method;
use serde_json::json;
use test_databases::Backend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::program::Home;
use crate::sink::{Mood, Sink};
use crate::stage::{PASSWORD, Stage, registration};

/// Rows of the import that runs meanwhile.
const ROWS: u32 = 3_000;

pub(crate) async fn sigterm_drains_and_loses_nothing(backend: Backend) {
    let sink = Sink::open().await;
    let home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port))
        .with("FORECOURT_SHUTDOWN_PAUSE_MS", "3000");
    let mut server = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let anyone = home.client(None);

    // A letter whose server does not answer, an import on its way, and a request of which half has arrived.
    sink.be(Mood::Silent);
    let _ = anyone
        .post("/auth/register", registration("late@example.com"))
        .await
        .expect(201);
    let job = stage.import(10_000, ROWS).await;
    let path = format!("/jobs/{job}");
    loop {
        let view = stage.owner.get(&path).await.expect(200).body;
        if view
            .pointer("/progress/done")
            .is_some_and(|done| *done != json!(0))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let body = json!({ "email": "owner@empire.example.com", "password": PASSWORD }).to_string();
    let (some, rest) = body.split_at(10);
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{some}",
        body.len()
    );
    let mut flight = TcpStream::connect(("127.0.0.1", home.port)).await.unwrap();
    flight.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;

    server.terminate();
    let asked = Instant::now();
    let mut told = false;
    loop {
        match anyone.call_at(Method::GET, "/health/ready").try_send().await {
            Ok(reply) if reply.status == 503 => {
                assert!(reply.header("retry-after").is_some());
                told = true;
            }
            Ok(reply) => assert_eq!((reply.status, told), (200, false), "once off, it stays off"),
            Err(_) => break,
        }
        assert!(
            asked.elapsed() < Duration::from_secs(20),
            "it takes no new connection any more"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(told, "it says that it is not ready while it still listens");
    flight.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    flight.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200"),
        "the request in flight is answered: {answer}"
    );
    let status = server
        .ended(Duration::from_secs(30).saturating_sub(asked.elapsed()))
        .await;
    assert_eq!(
        status.and_then(|s| s.code()),
        Some(0),
        "it ends in order within 30 s"
    );

    let queue = SqlQueue::new(home.db().await);
    let now = "2100-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(
        queue.figures(now).await.unwrap().running,
        0,
        "nothing is left in dead hands"
    );
    let view = queue.job(job.parse().unwrap()).await.unwrap().unwrap();
    assert!(
        [JobStatus::Queued, JobStatus::Succeeded].contains(&view.status),
        "{view:?}"
    );

    sink.be(Mood::Willing);
    let server = home.serve().await;
    let ended = stage.ended(&job).await;
    assert_eq!(ended.pointer("/status"), Some(&json!("succeeded")), "{ended}");
    assert_eq!(ended.pointer("/result/created"), Some(&json!(ROWS)), "{ended}");
    assert_eq!(sink.letter_to("late@example.com").await.code().len(), 6);
    server.stop().await;
}

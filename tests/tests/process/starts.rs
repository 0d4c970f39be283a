//! Starting: again, twice, and where somebody else listens.

use std::time::Duration;

use forecourt_tests::Client;
use reqwest::Method;
use serde_json::json;
use test_databases::Backend;

use crate::program::Home;
use crate::sink::Sink;
use crate::stage::{Stage, registration};

pub(crate) async fn an_idempotency_key_outlives_a_restart(backend: Backend) {
    let sink = Sink::open().await;
    let home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let server = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let car = stage.listing(1).await;
    let wish = json!({
        "listing_id": car, "start_at": stage.start(2, 0),
        "customer": { "name": "Carl Caller", "phone": "+1 212 555 0102" }
    });
    let book = |client: &Client| {
        let call = client.call(Method::POST, "/bookings");
        call.header("idempotency-key", "try-1").json(wish.clone()).send()
    };
    let first = book(&stage.owner).await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), None);
    server.kill();
    let server = home.serve().await;
    let again = book(&stage.owner).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.header("location"), first.header("location"));
    let all = stage.owner.get("/bookings").await.expect(200);
    assert_eq!(all.body.pointer("/count"), Some(&json!(1)));
    server.stop().await;
}

pub(crate) async fn one_server_at_a_time_works_on_a_sqlite_file(backend: Backend) {
    let mut home = Home::new(backend).await;
    let first = home.serve().await;
    let (port, own) = (home.port, home.client(None));
    home.port += 1;
    let mut second = home.spawn();
    let status = second.ended(Duration::from_secs(30)).await;
    assert_eq!(status.and_then(|s| s.code()), Some(1));
    assert!(
        second.log().contains("another server works on"),
        "{}",
        second.log()
    );
    let _ = own.get("/health").await.expect(200);
    // Whoever held the file need not say good-bye.
    first.kill();
    let next = home.serve().await;
    next.stop().await;
    home.port = port;
    home.serve().await.stop().await;
}

pub(crate) async fn two_servers_share_a_postgres_database(backend: Backend) {
    let mut home = Home::new(backend).await;
    let first = home.serve().await;
    let own = home.client(None);
    home.port += 1;
    let second = home.serve().await;
    let _ = own.get("/health").await.expect(200);
    first.stop().await;
    let _ = home.client(None).get("/health").await.expect(200);
    second.stop().await;
}

pub(crate) async fn a_taken_port_is_told_and_ends_the_start(backend: Backend) {
    let home = Home::new(backend).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", home.port)).unwrap();
    let mut server = home.spawn();
    let status = server.ended(Duration::from_secs(30)).await;
    assert_eq!(status.and_then(|s| s.code()), Some(1));
    let told = format!("can't listen on 127.0.0.1:{}: another program does", home.port);
    assert!(server.log().contains(&told), "{}", server.log());
    drop(taken);
}

pub(crate) async fn one_node_answers_and_another_works(backend: Backend) {
    let sink = Sink::open().await;
    let mut home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let web = home.serve_as("web").await;
    let client = home.client(None);
    let form = registration("ann@example.com");
    let _ = client.post("/auth/register", form).await.expect(201);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(sink.ids().is_empty(), "a web node sends no letter");
    home.port += 1;
    let worker = home.serve_as("worker").await;
    for _ in 0..100 {
        if !sink.ids().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(sink.ids().contains_key("ann@example.com"), "the worker does");
    let there = home.client(None);
    for node in [&client, &there] {
        let ready = node
            .call_at(Method::GET, "/health/ready")
            .send()
            .await
            .expect(200);
        assert_eq!(ready.body, json!({ "status": "ok" }), "both say it alike");
    }
    assert_eq!(
        there.get("/listings").await.status,
        404,
        "a worker answers its probes alone"
    );
    worker.stop().await;
    let _ = client.get("/listings").await.expect(200);
    web.stop().await;
}

pub(crate) async fn nodes_with_a_part_of_the_work_need_postgres(backend: Backend) {
    let home = Home::new(backend).await;
    let ended = home.run(&["serve", "--role", "web"], "");
    assert_eq!(ended.status.code(), Some(1));
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(told.contains("DATABASE_URL=postgres://"), "{told}");
}

pub(crate) async fn a_wrong_setting_ends_the_start(backend: Backend) {
    let home = Home::new(backend)
        .await
        .with("FORECOURT_ALLOWED_ORIGINS", "http://a.com/")
        .with("FORECOURT_SMTP_FROM", "nobody")
        .with("FORECOURT_SMTP_URL", "http://x");
    for command in [&["config", "check"][..], &["serve"]] {
        let ended = home.run(command, "");
        assert_eq!(ended.status.code(), Some(1), "{command:?}");
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        for wrong in [
            "FORECOURT_ALLOWED_ORIGINS: “http://a.com/”",
            "FORECOURT_SMTP_FROM: “nobody”",
            "FORECOURT_SMTP_URL: “(not shown)”",
        ] {
            assert!(told.contains(wrong), "{command:?}: {told}");
        }
    }
}

pub(crate) async fn a_node_without_its_files_is_not_ready(backend: Backend) {
    let home = Home::new(backend).await;
    let server = home.serve().await;
    let media = home.folder.path().join("data/media");
    let away = home.folder.path().join("data/elsewhere");
    let ready = || home.client(None).call_at(Method::GET, "/health/ready").send();
    std::fs::rename(&media, &away).unwrap();
    let told = ready().await.expect(503);
    assert_eq!(told.header("content-type"), Some("application/problem+json"));
    std::fs::rename(&away, &media).unwrap();
    let _ = ready().await.expect(200);
    server.stop().await;
}

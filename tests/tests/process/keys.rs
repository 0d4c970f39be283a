//! API keys where several nodes serve, and where everything is logged.

use std::time::{Duration, Instant};

use forecourt_tests::world::id_of;
use serde_json::json;
use test_databases::Backend;

use crate::program::Home;
use crate::sink::Sink;
use crate::stage::Stage;

const STOCK: &str = "/dealers/me/inventory";

pub(crate) async fn a_revoked_key_is_refused_within_five_seconds_on_every_node(backend: Backend) {
    let sink = Sink::open().await;
    let mut home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let first = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let new = json!({ "name": "Stock feed", "rights": ["listings:read"] });
    let made = stage.owner.post("/api-keys", new).await.expect(201);
    let here = home.client(Some(&made.text("/key")));
    home.port += 1;
    let second = home.serve().await;
    let there = home.client(Some(&made.text("/key")));
    for node in [&here, &there] {
        let _ = node.get(STOCK).await.expect(200);
    }
    let path = format!("/api-keys/{}", id_of(&made.body));
    let _ = stage.owner.delete(&path).await.expect(204);
    let revoked = Instant::now();
    for node in [&there, &here] {
        assert_eq!(node.get(STOCK).await.problem(401), "unauthenticated");
    }
    assert!(revoked.elapsed() < Duration::from_secs(5));
    first.stop().await;
    second.stop().await;
}

pub(crate) async fn an_api_key_is_in_no_log(backend: Backend) {
    let sink = Sink::open().await;
    let home = Home::new(backend)
        .await
        .with("FORECOURT_LOG", "debug")
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let server = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let new = json!({ "name": "Stock feed", "rights": ["listings:read"] });
    let key = stage.owner.post("/api-keys", new).await.expect(201).text("/key");
    let _ = home.client(Some(&key)).get(STOCK).await.expect(200);
    let _ = home.client(Some(&key)).get("/bookings").await.expect(403);
    let unknown = format!("fck_{}_{}", "7".repeat(32), "9".repeat(64));
    let _ = home.client(Some(&unknown)).get(STOCK).await.expect(401);
    let told = server.log();
    assert!(told.contains(STOCK), "calls are logged");
    let proof = key.rsplit('_').next().unwrap();
    for secret in [proof, "9".repeat(64).as_str()] {
        assert!(!told.contains(secret), "the log tells what proves a key");
    }
    server.stop().await;
}

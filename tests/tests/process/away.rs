//! The database goes away and comes back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use forecourt_tests::Client;
use reqwest::Method;
use serde_json::json;
use test_databases::Backend;

use crate::program::{Home, Server};
use crate::proxy::{Proxy, Way};
use crate::sink::Sink;
use crate::stage::{PASSWORD, admin, customer};

/// The longest that a caller may wait for an answer, whatever the database does.
const NEVER_A_HANG: Duration = Duration::from_secs(18);
/// The longest until service is back.
const BACK: Duration = Duration::from_secs(5);

/// A server whose database is behind a proxy, and callers of every kind.
struct Scene {
    home: Home,
    server: Server,
    proxy: Proxy,
    calls: Vec<(Client, Method, &'static str, serde_json::Value)>,
    _sink: Sink,
}

impl Scene {
    async fn open(backend: Backend) -> Self {
        let sink = Sink::open().await;
        let home = Home::new(backend).await;
        let direct = home.database.url.clone();
        let (before, host, after) = parts(&direct);
        let proxy = Proxy::to(host.to_owned()).await;
        let home = home
            .with("DATABASE_URL", format!("{before}127.0.0.1:{}{after}", proxy.port))
            .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
        let server = home.serve().await;
        let (ann, root, anyone) = (
            customer(&home, &sink, "ann@example.com").await,
            admin(&home).await,
            home.client(None),
        );
        let login = json!({ "email": "ann@example.com", "password": PASSWORD });
        let nothing = serde_json::Value::Null;
        let calls = vec![
            (anyone.clone(), Method::GET, "/health/ready", nothing.clone()),
            (anyone.clone(), Method::POST, "/api/v1/auth/login", login),
            (ann.clone(), Method::GET, "/api/v1/bookings/me", nothing.clone()),
            (ann, Method::PATCH, "/api/v1/me", json!({ "first_name": "Anna" })),
            (root, Method::GET, "/api/v1/users", nothing),
        ];
        Self {
            home,
            server,
            proxy,
            calls,
            _sink: sink,
        }
    }

    /// Calls without a pause until told to stop; the statuses that came, each with the time it took at most.
    fn load(&self, until: &Arc<AtomicBool>) -> Vec<tokio::task::JoinHandle<BTreeSet<u16>>> {
        let calling = |(client, method, path, body): &(Client, Method, &'static str, serde_json::Value)| {
            let (client, method, path, body) = (client.clone(), method.clone(), *path, body.clone());
            let until = Arc::clone(until);
            tokio::spawn(async move {
                let mut statuses = BTreeSet::new();
                while !until.load(Ordering::SeqCst) {
                    statuses.insert(call(&client, &method, path, &body).await);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                statuses
            })
        };
        self.calls.iter().chain(&self.calls).map(calling).collect()
    }

    /// Waits until every call is served again.
    async fn back(&self) {
        let since = Instant::now();
        for (client, method, path, body) in &self.calls {
            while call(client, method, path, body).await == 503 {
                assert!(
                    since.elapsed() < BACK,
                    "{path} is not served again within {BACK:?}"
                );
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        assert!(
            since.elapsed() < BACK,
            "service was back after {:?}",
            since.elapsed()
        );
    }
}

/// One call: it is answered, and a refusal says when to come again.
async fn call(client: &Client, method: &Method, path: &str, body: &serde_json::Value) -> u16 {
    let call = client.call_at(method.clone(), path);
    let call = if body.is_null() {
        call
    } else {
        call.json(body.clone())
    };
    let answer = tokio::time::timeout(NEVER_A_HANG, call.try_send()).await;
    let reply = answer
        .unwrap_or_else(|_| panic!("{method} {path} hangs"))
        .expect("an answer");
    match reply.status {
        503 => assert!(
            reply.header("retry-after").is_some(),
            "{path}: {:?}",
            reply.headers
        ),
        status => assert_eq!(status, 200, "{path}: {}", reply.body),
    }
    reply.status
}

/// `postgres://user@`, `host:port`, `/name`.
fn parts(url: &str) -> (&str, &str, &str) {
    let start = url
        .find('@')
        .or_else(|| url.find("//").map(|at| at + 1))
        .expect("a URL")
        + 1;
    let length = url[start..].find('/').expect("a database in the URL");
    (&url[..start], &url[start..start + length], &url[start + length..])
}

/// The way is `state` for so many seconds under load, and open again.
async fn trouble(backend: Backend, state: Way, seconds: u64) {
    let scene = Scene::open(backend).await;
    let until = Arc::new(AtomicBool::new(false));
    let load = scene.load(&until);
    tokio::time::sleep(Duration::from_secs(1)).await;
    scene.proxy.be(state);
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    scene.proxy.be(Way::Open);
    scene.back().await;
    until.store(true, Ordering::SeqCst);
    for (task, (_, _, path, _)) in load.into_iter().zip(scene.calls.iter().cycle()) {
        let statuses = task.await.expect("only 200 and 503, each in time");
        assert_eq!(statuses, BTreeSet::from([200, 503]), "{path}");
    }
    let live = scene.home.client(None).call_at(Method::GET, "/health/live");
    let _ = live.send().await.expect(200);
    scene.server.stop().await;
}

pub(crate) async fn the_server_resumes_by_itself_when_the_database_comes_back(backend: Backend) {
    trouble(backend, Way::Cut, 6).await;
}

pub(crate) async fn a_database_that_falls_silent_hangs_nobody(backend: Backend) {
    trouble(backend, Way::Silent, 20).await;
}

//! The program as a process of its own, on a database and a data folder that outlive it.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use database::{Db, DbOptions};
use forecourt_tests::Client;
use kernel::ports::Ids;
use memory::SeededRandom;
use reqwest::Method;
use server::clock::SystemClock;
use std::sync::Arc;
use tempfile::TempDir;
use test_databases::{Backend, TestDatabase};

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_mins(1);

/// Where a server lives: what stays when it dies.
pub(crate) struct Home {
    pub(crate) database: TestDatabase,
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    settings: Vec<(&'static str, String)>,
}

/// A server that runs. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
}

/// The program beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("this test's own path");
    let profile = test
        .parent()
        .and_then(|deps| deps.parent())
        .expect("target/<profile>");
    let program = profile.join(format!("forecourt{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "there is no {}: build it with `cargo build --workspace` (cargo nextest run --workspace does)",
        program.display()
    );
    program
}

/// A port that nobody listens on, below those that the system gives to callers: nobody takes it while a server is away.
fn free_port() -> u16 {
    let seed = std::process::id().wrapping_mul(7_919);
    (0..2_000u32)
        .map(|n| 12_000 + u16::try_from((seed.wrapping_add(n * 13)) % 18_000).expect("a port"))
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

impl Home {
    /// On a fresh database.
    pub(crate) async fn new(backend: Backend) -> Self {
        Self {
            database: TestDatabase::fresh(backend).await,
            folder: tempfile::tempdir().expect("a folder"),
            port: free_port(),
            settings: Vec::new(),
        }
    }

    /// With a setting.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((name, value.into()));
        self
    }

    /// Where its server listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Calls its server.
    pub(crate) fn client(&self, token: Option<&str>) -> Client {
        Client::new(&self.url(), token.map(str::to_owned))
    }

    /// The program with this home's settings and nothing of the test's own.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("DATABASE_URL", &self.database.url)
            .env("FORECOURT_DATA_DIR", self.folder.path().join("data"))
            .env("FORECOURT_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("FORECOURT_RATE_LIMIT", "off")
            .env("FORECOURT_THREADS", "2")
            .env("FORECOURT_LOG", "info,sqlx=warn")
            .envs(self.settings.iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("it ends")
    }

    /// Starts a server, and waits until it is ready.
    pub(crate) async fn serve(&self) -> Server {
        self.serve_as("all").await
    }

    /// Starts a node with a role, and waits until it is ready.
    pub(crate) async fn serve_as(&self, role: &str) -> Server {
        let mut server = self.spawn_as(role);
        let asked = Instant::now();
        let client = self.client(None);
        loop {
            let ready = client.call_at(Method::GET, "/health/ready").try_send().await;
            if ready.is_ok_and(|reply| reply.status == 200) {
                return server;
            }
            if let Some(status) = server.child.try_wait().expect("its state") {
                panic!("the server ended with {status} instead of serving");
            }
            assert!(asked.elapsed() < START, "the server is not ready after {START:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts a server.
    pub(crate) fn spawn(&self) -> Server {
        self.spawn_as("all")
    }

    /// Starts a node with a role.
    pub(crate) fn spawn_as(&self, role: &str) -> Server {
        let log = self.folder.path().join("log");
        let end = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log");
        let child = self
            .command(&["serve", "--role", role])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(end)
            .spawn()
            .expect("the program starts");
        Server { child, log }
    }

    /// The database, for looking.
    pub(crate) async fn db(&self) -> Db {
        let clock = Arc::new(SystemClock);
        let ids = Ids::new(clock, Arc::new(SeededRandom::new(7)));
        let options = DbOptions {
            max_connections: 2,
            wait: Duration::from_secs(30),
            ..DbOptions::new(self.database.url.as_str())
        };
        Db::connect(&options, ids).await.expect("the database")
    }
}

impl Server {
    /// Kills it where it stands, as when the power fails.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is dead");
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        let signal = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh")
            .args(["-c", &signal])
            .status()
            .expect("a shell");
        assert!(sent.success(), "the signal was sent");
    }

    /// How it ended, when it did within this time.
    pub(crate) async fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let since = Instant::now();
        while since.elapsed() < within {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    /// Asks it to end, and expects that it does so in order.
    pub(crate) async fn stop(mut self) {
        self.terminate();
        let status = self.ended(Duration::from_secs(30)).await;
        assert_eq!(
            status.and_then(|s| s.code()),
            Some(0),
            "it ends in order within 30 s"
        );
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            for line in tail.iter().rev() {
                eprintln!("server: {line}");
            }
        }
    }
}

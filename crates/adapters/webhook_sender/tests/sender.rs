//! The sender against servers that behave and servers that don't, all on loopback.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use forecourt_webhook_sender::HttpSender;
use kernel::target::{Reach, Target};
use outbound::{Guard, Lookup, SystemLookup};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use webhooks::delivery::ANSWER_BYTES;
use webhooks::ports::{Exchange, Request, Sender as _};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Stands for a public address: it is this machine, too.
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const SHORT: Duration = Duration::from_millis(700);

/// What a server says; what it heard is kept.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers every request with these bytes, then closes; none: never answers.
    async fn says(host: IpAddr, answer: Option<&str>) -> Self {
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            heard: Arc::default(),
        };
        let (heard, answer) = (Arc::clone(&server.heard), answer.map(str::to_owned));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let text = request(&mut stream).await;
                heard.lock().unwrap().push(text);
                match &answer {
                    Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap_or_default(),
                    None => tokio::time::sleep(Duration::from_mins(1)).await,
                }
            }
        });
        server
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// Reads a request to its end: its body is a short one.
async fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut buffer = [0_u8; 4_096];
    while !text.ends_with(b"{}") {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => text.extend(&buffer[..read]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// A resolver that says what it was told to, one answer after the other.
struct Scripted {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[IpAddr]]) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(|answer| answer.to_vec()).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Lookup for Scripted {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let next = self.answers.lock().unwrap().pop_front();
        next.ok_or_else(|| io::Error::other("asked too often"))
    }
}

fn sender(reach: Reach, lookup: Arc<dyn Lookup>) -> HttpSender {
    drop(rustls::crypto::ring::default_provider().install_default());
    HttpSender::with(reach, Guard::new(reach, lookup), SHORT).unwrap()
}

fn anywhere() -> HttpSender {
    sender(Reach::Anywhere, Arc::new(SystemLookup))
}

/// For whom 127.0.0.2 is public, and nothing else.
fn guarded(lookup: Arc<dyn Lookup>) -> HttpSender {
    drop(rustls::crypto::ring::default_provider().install_default());
    let guard = Guard::allowing(lookup, |address| address == PUBLIC);
    HttpSender::with(Reach::Anywhere, guard, SHORT).unwrap()
}

async fn send(sender: &HttpSender, url: &str) -> Exchange {
    let request = Request {
        url: Target::kept(url.to_owned()),
        headers: vec![
            ("webhook-id", "7".to_owned()),
            ("content-type", "application/json".to_owned()),
        ],
        body: "{}".to_owned(),
    };
    sender.send(&request).await
}

#[tokio::test]
async fn what_is_sent_arrives_and_what_is_said_comes_back() {
    let server = Server::says(
        LOOPBACK,
        Some("HTTP/1.1 503 Away\r\nretry-after: 120\r\ncontent-length: 4\r\n\r\nbusy"),
    )
    .await;
    let reply = send(&anywhere(), &format!("http://{}/in?x=1", server.address))
        .await
        .end
        .unwrap();
    assert_eq!(
        (reply.status, reply.retry_after.as_deref(), reply.body.as_str()),
        (503, Some("120"), "busy")
    );
    let heard = server.heard();
    assert!(heard[0].starts_with("POST /in?x=1 HTTP/1.1\r\n"), "{heard:?}");
    for line in [
        "webhook-id: 7",
        "content-type: application/json",
        "user-agent: Forecourt-Webhooks/",
    ] {
        assert!(heard[0].contains(line), "{line} in {heard:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let inside = Server::says(LOOPBACK, Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} There\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n",
            inside.address
        );
        let outside = Server::says(PUBLIC, Some(&answer)).await;
        let lookup = Scripted::new(&[&[PUBLIC]]);
        let url = format!("http://hooks.example.com:{}/", outside.address.port());
        assert_eq!(send(&guarded(lookup), &url).await.end.unwrap().status, status);
    }
    assert!(inside.heard().is_empty(), "nobody came");
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_what_was_looked_at_is_connected_to() {
    let outside = Server::says(PUBLIC, Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    let port = outside.address.port();
    let inside = TcpListener::bind((LOOPBACK, port)).await.unwrap();
    let lookup = Scripted::new(&[&[PUBLIC], &[LOOPBACK], &[PUBLIC, LOOPBACK], &[]]);
    let sender = guarded(Arc::clone(&lookup) as Arc<dyn Lookup>);
    let url = format!("http://rebinding.example.com:{port}/");
    assert_eq!(send(&sender, &url).await.end.unwrap().status, 200);
    assert_eq!(lookup.asked.load(Ordering::SeqCst), 1);
    assert!(
        outside.heard()[0].contains(&format!("host: rebinding.example.com:{port}")),
        "the name is kept"
    );
    for turned in ["private", "one of two private", "none"] {
        let refused = send(&sender, &url).await.end.unwrap_err();
        assert!(refused.contains("private network"), "{turned}: {refused}");
        assert!(
            !refused.contains("127.0.0.1"),
            "{turned}: it does not say which: {refused}"
        );
    }
    assert_eq!(outside.heard().len(), 1);
    let nobody = tokio::time::timeout(Duration::from_millis(100), inside.accept()).await;
    assert!(nobody.is_err(), "nobody came");
}

#[tokio::test]
async fn a_private_address_is_refused_in_every_spelling() {
    let server = Server::says(LOOPBACK, Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
    let port = server.address.port();
    let sender = sender(Reach::Public, Arc::new(SystemLookup));
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "localhost.",
        "0.0.0.0",
    ] {
        for scheme in ["http", "https"] {
            let end = send(&sender, &format!("{scheme}://{host}:{port}/")).await.end;
            assert!(end.is_err(), "{scheme}://{host}");
        }
    }
    // What only the system's resolver knows: its own names for this machine.
    if let Ok(name) = std::fs::read_to_string("/etc/hostname") {
        assert!(
            send(&sender, &format!("https://{}:{port}/", name.trim()))
                .await
                .end
                .is_err()
        );
    }
    assert!(server.heard().is_empty(), "nobody came");
}

#[tokio::test]
async fn who_does_not_answer_in_time_has_not_answered() {
    let server = Server::says(LOOPBACK, None).await;
    let began = Instant::now();
    let exchange = send(&anywhere(), &format!("http://{}/", server.address)).await;
    assert_eq!(exchange.end.unwrap_err(), "there was no answer in time");
    assert!(began.elapsed() < SHORT * 3 && exchange.duration_ms >= 600);
}

#[tokio::test]
async fn of_an_endless_answer_the_beginning_is_kept() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n\0").await.unwrap();
        while let Ok(more) = stream.write(&[b'a'; 8_192]).await {
            count.fetch_add(more, Ordering::SeqCst);
        }
    });
    let reply = send(&anywhere(), &format!("http://{address}/"))
        .await
        .end
        .unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body.chars().count(), ANSWER_BYTES);
    assert!(
        reply.body.starts_with("\u{fffd}aaa"),
        "no NUL, which PostgreSQL refuses"
    );
    assert!(
        written.load(Ordering::SeqCst) < 20_000_000,
        "the connection was closed"
    );
}

#[tokio::test]
async fn an_answer_that_drips_counts_by_its_status() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 202 Taken\r\ncontent-length: 1000000\r\n\r\n")
            .await
            .unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let began = Instant::now();
    let reply = send(&anywhere(), &format!("http://{address}/"))
        .await
        .end
        .unwrap();
    assert_eq!(reply.status, 202);
    assert!(reply.body.starts_with('x'));
    assert!(began.elapsed() < SHORT * 3);
}

#[tokio::test]
async fn nonsense_and_a_closed_door_are_told() {
    let server = Server::says(LOOPBACK, Some("SSH-2.0-nothing\r\n")).await;
    assert!(
        send(&anywhere(), &format!("http://{}/", server.address))
            .await
            .end
            .is_err()
    );
    let closed = TcpListener::bind((LOOPBACK, 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let problem = send(&anywhere(), &format!("http://{closed}/secret-path"))
        .await
        .end
        .unwrap_err();
    assert!(
        problem.contains("refused") && !problem.contains("secret-path"),
        "{problem}"
    );
}

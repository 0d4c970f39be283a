//! HTTP servers that say what they are told to, and keep what they heard: for tests of adapters that talk to other programs.
#![expect(
    clippy::expect_used,
    reason = "test support: a failure here must stop the test with its reason"
)]

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a server says to one request.
#[derive(Clone, Debug)]
pub enum Says {
    /// A status, headers, a body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Nothing, for a minute.
    Nothing,
}

impl Says {
    /// An answer of JSON.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        let kind = ("content-type", "application/json".to_owned());
        Self::Answer(status, vec![kind], body.into())
    }
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// `POST /path HTTP/1.1`.
    pub line: String,
    /// Its headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: Vec<u8>,
}

impl Heard {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A server on loopback. It ends with the test's runtime.
#[derive(Clone)]
pub struct StandIn {
    /// Where it listens.
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl StandIn {
    /// One that says these, one after the other, then the last of them for ever.
    pub async fn saying(says: impl IntoIterator<Item = Says>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            address: listener.local_addr().expect("an address"),
            heard: Arc::default(),
        };
        let heard = Arc::clone(&server.heard);
        let mut says: VecDeque<Says> = says.into_iter().collect();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let request = read(&mut stream).await;
                heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let next = if says.len() > 1 {
                    says.pop_front()
                } else {
                    says.front().cloned()
                };
                tokio::spawn(answer(stream, next.unwrap_or(Says::Nothing)));
            }
        });
        server
    }

    /// Its address as a URL without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn answer(mut stream: TcpStream, says: Says) {
    match says {
        Says::Nothing => tokio::time::sleep(Duration::from_mins(1)).await,
        Says::Answer(status, headers, body) => {
            let headers: String = headers
                .iter()
                .map(|(name, value)| [*name, ": ", value, "\r\n"].concat())
                .collect();
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} Told\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
            );
            // The other side may have gone.
            drop(stream.write_all(text.as_bytes()).await);
            drop(stream.shutdown().await);
        }
    }
}

/// Reads a request to its end: its length is announced.
async fn read(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4_096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let (head, body) = bytes.split_at(end + 4);
            let mut request = head_of(&String::from_utf8_lossy(head));
            let length = request.header("content-length").parse().unwrap_or(0);
            if body.len() >= length {
                request.body = body.to_vec();
                return request;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => bytes.extend(buffer.iter().take(read)),
            _ => return Heard::default(),
        }
    }
}

fn head_of(head: &str) -> Heard {
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().to_owned();
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_lowercase(), value.trim().to_owned()))
    };
    Heard {
        line,
        headers: lines.filter_map(header).collect(),
        body: Vec::new(),
    }
}

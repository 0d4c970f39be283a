//! An SMTP server (RFC 5321) that keeps what it accepts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A letter that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) message_id: String,
    pub(crate) to: String,
    pub(crate) body: String,
}

/// What it does with callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Takes everything.
    Willing,
    /// Refuses every recipient for good.
    Refusing,
    /// Takes the call, and does not say a word for now.
    Silent,
}

#[derive(Clone)]
struct Shared {
    mood: Arc<Mutex<Mood>>,
    letters: Arc<Mutex<Vec<Accepted>>>,
}

impl Shared {
    /// The mood, once there is a word to say.
    async fn word(&self) -> Mood {
        loop {
            let mood = *self.mood.lock().expect("a lock");
            if mood != Mood::Silent {
                return mood;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The server.
pub(crate) struct Sink {
    pub(crate) port: u16,
    shared: Shared,
    serving: JoinHandle<()>,
}

impl Sink {
    /// Listens on a port of its own.
    pub(crate) async fn open() -> Self {
        Self::open_on(0).await
    }

    /// Listens on this port.
    pub(crate) async fn open_on(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Shared {
            mood: Arc::new(Mutex::new(Mood::Willing)),
            letters: Arc::default(),
        };
        let serving = tokio::spawn({
            let shared = shared.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    // A caller that breaks off is no fault of ours.
                    let shared = shared.clone();
                    tokio::spawn(async move { drop(talk(stream, shared).await) });
                }
            }
        });
        Self {
            port,
            shared,
            serving,
        }
    }

    /// Changes what it does from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *self.shared.mood.lock().expect("a lock") = mood;
    }

    /// What it has accepted.
    pub(crate) fn letters(&self) -> Vec<Accepted> {
        self.shared.letters.lock().expect("a lock").clone()
    }

    /// The first letter to an address, once it is here.
    pub(crate) async fn letter_to(&self, address: &str) -> Accepted {
        for _ in 0..1_200 {
            if let Some(letter) = self.letters().into_iter().find(|l| l.to == address) {
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no letter to {address} came within a minute");
    }

    /// The message ids that came for each address.
    pub(crate) fn ids(&self) -> BTreeMap<String, Vec<String>> {
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for letter in self.letters() {
            ids.entry(letter.to).or_default().push(letter.message_id);
        }
        ids
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Accepted {
    /// The six digits in it.
    pub(crate) fn code(&self) -> String {
        let digits = self.body.split(|c: char| !c.is_ascii_alphanumeric());
        let code = digits
            .into_iter()
            .find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
        code.unwrap_or_else(|| panic!("no code in {}", self.body))
            .to_owned()
    }
}

async fn talk(stream: TcpStream, shared: Shared) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    shared.word().await;
    stream.write_all(b"220 sink.example\r\n").await?;
    let (mut to, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mood = shared.word().await;
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink.example\r\n250 8BITMIME\r\n",
            "RCPT" if mood == Mood::Refusing => "550 5.1.1 no such mailbox\r\n",
            "RCPT" => {
                let named = line.split(['<', '>']).nth(1);
                to = named.unwrap_or_default().to_owned();
                "250 fine\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let data = data(&mut stream).await?;
                shared.letters.lock().expect("a lock").push(accepted(&to, &data));
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "MAIL" | "NOOP" | "RSET" => "250 fine\r\n",
            _ => "502 unknown\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// A letter, up to the line that is a dot.
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut data = String::new();
    loop {
        let start = data.len();
        if stream.read_line(&mut data).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if data.get(start..) == Some(".\r\n") {
            data.truncate(start);
            return Ok(data);
        }
    }
}

fn accepted(to: &str, data: &str) -> Accepted {
    let (head, body) = data.split_once("\r\n\r\n").unwrap_or((data, ""));
    let id = head.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    Accepted {
        message_id: id.unwrap_or_default().to_owned(),
        to: to.to_owned(),
        body: body.to_owned(),
    }
}

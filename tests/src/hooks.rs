//! The other side of webhooks: an HTTP server that says what it was told to, and keeps what it heard.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value;

use crate::listen::listen;

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body, to the byte.
    pub body: String,
}

impl Heard {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// What it says.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// How many signatures it carries.
    pub fn signatures(&self) -> usize {
        self.header("webhook-signature").split(' ').count()
    }

    /// Is one of its signatures made with this secret? As Standard Webhooks says.
    pub fn signed_by(&self, secret: &str) -> bool {
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret"));
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes.expect("base64"));
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let content = format!("{id}.{at}.{}", self.body);
        self.header("webhook-signature")
            .split(' ')
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .any(|signature| hmac::verify(&key, content.as_bytes(), &signature).is_ok())
    }
}

/// What it says next.
#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    header: Option<(&'static str, String)>,
}

#[derive(Default)]
struct State {
    heard: Vec<Heard>,
    next: VecDeque<Answer>,
    usual: Option<u16>,
    pause: Duration,
}

/// The server.
pub struct HookSink {
    /// Where it listens.
    pub url: String,
    state: Arc<Mutex<State>>,
    handle: ServerHandle,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HookSink {
    /// Listens on a port of its own, and says 200 to everything.
    pub fn open() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = web::Data::from(Arc::clone(&state));
        let (address, handle) = listen(move |routes| {
            routes.app_data(shared.clone()).default_service(web::to(take));
        });
        Self {
            url: format!("http://{address}/hook"),
            state,
            handle,
        }
    }

    /// Says this status to everything from now on.
    pub fn always(&self, status: u16) {
        locked(&self.state).usual = Some(status);
    }

    /// Takes this long for each answer from now on.
    pub fn slowly(&self, pause: Duration) {
        locked(&self.state).pause = pause;
    }

    /// Says this status to the next message that is not spoken for.
    pub fn then(&self, status: u16) -> &Self {
        self.then_with(status, None)
    }

    /// As [`HookSink::then`], with a header.
    pub fn then_with(&self, status: u16, header: Option<(&'static str, String)>) -> &Self {
        locked(&self.state).next.push_back(Answer { status, header });
        self
    }

    /// What it heard so far, in order.
    pub fn heard(&self) -> Vec<Heard> {
        locked(&self.state).heard.clone()
    }

    /// What it heard last.
    pub fn last(&self) -> Heard {
        self.heard().pop().expect("a message")
    }

    /// Closes it.
    pub async fn close(self) {
        self.handle.stop(false).await;
    }
}

async fn take(state: web::Data<Mutex<State>>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let headers = request.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let (answer, pause) = {
        let mut state = locked(&state);
        state.heard.push(Heard {
            headers: headers.collect(),
            body: String::from_utf8_lossy(&body).into_owned(),
        });
        let usual = Answer {
            status: state.usual.unwrap_or(200),
            header: None,
        };
        (state.next.pop_front().unwrap_or(usual), state.pause)
    };
    tokio::time::sleep(pause).await;
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).expect("a status"));
    if let Some((name, value)) = answer.header {
        response.insert_header((name, value));
    }
    response.body("said")
}

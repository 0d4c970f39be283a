//! A client that reads like a sentence.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Somebody who calls.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A call that is being put together.
pub struct Call(reqwest::RequestBuilder);

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; `null` when it is empty, a string when it is no JSON.
    pub body: Value,
    /// The same as it came, for what is no JSON.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Calls what listens at `base` (`http://host:port`), with a token or without.
    pub fn new(base: &str, token: Option<String>) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        Self {
            http,
            base: base.to_owned(),
            token,
        }
    }

    /// A call of a path below `/api/v1`.
    pub fn call(&self, method: Method, path: &str) -> Call {
        self.call_at(method, &format!("/api/v1{path}"))
    }

    /// A call of a path as it is.
    pub fn call_at(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.base);
        let request = self.http.request(method, url);
        Call(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path).send().await
    }

    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path).json(body).send().await
    }

    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path).json(body).send().await
    }

    /// `PUT` without a body.
    pub async fn put(&self, path: &str) -> Reply {
        self.call(Method::PUT, path).send().await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path).send().await
    }
}

impl Call {
    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a JSON body.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "calls read like sentences")]
    pub fn json(self, body: Value) -> Self {
        Self(self.0.json(&body))
    }

    /// With a body as it is, of a type.
    #[must_use]
    pub fn raw(self, kind: &str, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.header("content-type", kind).body(body))
    }

    /// With a form that may hold files.
    #[must_use]
    pub fn form(self, form: reqwest::multipart::Form) -> Self {
        Self(self.0.multipart(form))
    }

    /// Sends it.
    pub async fn send(self) -> Reply {
        self.try_send().await.expect("an answer")
    }

    /// Sends it to a server that may die meanwhile.
    pub async fn try_send(self) -> Result<Reply, reqwest::Error> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        };
        Ok(Reply {
            status,
            headers,
            body,
            bytes: bytes.to_vec(),
        })
    }
}

impl Reply {
    /// This answer, when it has the status; else the test ends, showing it.
    #[track_caller]
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The problem's code, when it has the status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        let reply = self.expect(status);
        reply.text("/code")
    }

    /// The text at a JSON pointer of the body.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        match self.body.pointer(pointer).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => panic!("no text at {pointer} in {}", self.body),
        }
    }

    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

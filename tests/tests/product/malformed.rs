//! Whatever is sent to whichever operation: a refusal that says why, never a breakdown. Driven by the API document, so that an
//! endpoint of tomorrow is tried as well.

use std::fmt::Write as _;

use forecourt_tests::document::{Operation, kinds, operations, properties, resolved, sample};
use forecourt_tests::world::dealer;
use forecourt_tests::{Client, Reply, TestApp};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::{Map, Value, json};
use test_databases::Backend;

/// Something to send, and whether it can't be right.
struct Attempt {
    what: String,
    body: String,
    wrong: bool,
}

impl Attempt {
    fn new(what: impl Into<String>, body: impl Into<String>, wrong: bool) -> Self {
        Self {
            what: what.into(),
            body: body.into(),
            wrong,
        }
    }
}

pub(crate) async fn no_body_breaks_an_operation(backend: Backend) {
    let app = TestApp::start(backend).await;
    let document = api::app::openapi();
    let insiders = insiders(&app).await;
    let mut calls = Vec::new();
    for operation in operations(&document).into_iter().filter(|o| o.body.is_some()) {
        let schema = operation.body.clone().unwrap_or_default();
        for client in callers(&app, &insiders, &operation) {
            for attempt in attempts(&schema, &document) {
                let path = operation.path_with(known_id) + &operation.required_query(&document);
                let call = client
                    .call_at(operation.method.clone(), &path)
                    .raw("application/json", attempt.body.clone());
                let title = format!("{} with {}", operation.title(), attempt.what);
                calls.push(async move { judged(&title, &call.send().await, attempt.wrong) });
            }
        }
    }
    assert_none_wrong(calls).await;
    app.finish().await;
}

pub(crate) async fn no_query_and_no_path_breaks_an_operation(backend: Backend) {
    let app = TestApp::start(backend).await;
    let document = api::app::openapi();
    let insiders = insiders(&app).await;
    let mut calls = Vec::new();
    // Nothing that a query could make succeed: reads alone.
    for operation in operations(&document)
        .into_iter()
        .filter(|o| o.method == Method::GET)
    {
        for client in callers(&app, &insiders, &operation) {
            let mut try_path = |path: String, wrong: bool| {
                let call = client.call_at(Method::GET, &path);
                calls.push(async move {
                    let title: String = path.chars().take(200).collect();
                    judged(&format!("GET {title}"), &call.send().await, wrong)
                });
            };
            let required = operation.required_query(&document);
            let path = operation.path_with(known_id);
            let and = if required.is_empty() { '?' } else { '&' };
            try_path(
                format!("{path}{required}{and}no_such_parameter=1"),
                operation.path.starts_with("/api/"),
            );
            for (name, ..) in &operation.query {
                for value in [
                    "",
                    "x",
                    "-1",
                    "0",
                    "99999999999999999999",
                    "1e400",
                    "%00",
                    "%FF",
                    "%F0%9F%9A%97",
                    "a,b,,c",
                    "%2C",
                    "2026-02-30",
                    "NaN",
                    "'%20OR%201=1--",
                    "%25_%5C",
                ] {
                    try_path(format!("{path}?{name}={value}"), value == "%00");
                }
                try_path(format!("{path}?{name}={}", "9".repeat(5_000)), false);
            }
            for step in [
                "nope",
                "%00",
                "%F0%9F%9A%97",
                "%FF",
                "..%2F..",
                "'",
                "00000000-0000-0000-0000-000000000000",
            ] {
                if !operation.placeholders.is_empty() {
                    try_path(operation.path_with(|_| step.to_owned()) + &required, true);
                }
            }
        }
    }
    assert_none_wrong(calls).await;
    app.finish().await;
}

pub(crate) async fn no_header_breaks_an_operation(backend: Backend) {
    let app = TestApp::start(backend).await;
    let document = api::app::openapi();
    let insiders = insiders(&app).await;
    let mut calls = Vec::new();
    for operation in operations(&document).into_iter().filter(|o| !o.public) {
        for client in callers(&app, &insiders, &operation) {
            for (name, value, wrong) in [
                ("if-match", "\"\u{e9}\"", false),
                ("if-match", "99999999999999999999", false),
                ("idempotency-key", "", operation.idempotent),
                ("idempotency-key", "with space", operation.idempotent),
                ("authorization", "Basic eDp5", true),
                ("authorization", "Bearer", true),
                ("authorization", "Bearer a.b.c", true),
                ("x-request-id", "\u{e9}", false),
                ("content-type", "text/plain", operation.body.is_some()),
                ("content-encoding", "br", false),
            ] {
                // A body that can't be right: nothing here may take effect.
                let path = operation.path_with(|_| "nope".to_owned());
                let body = if operation.body.is_some() { "[]" } else { "" };
                let client = if name == "authorization" {
                    app.anonymous()
                } else {
                    client.clone()
                };
                let call = client
                    .call_at(operation.method.clone(), &path)
                    .header(name, value);
                let call = if name == "content-type" {
                    call.raw(value, body)
                } else {
                    call.raw("application/json", body)
                };
                let title = format!("{} with {name}: {value}", operation.title());
                calls.push(async move { judged(&title, &call.send().await, wrong) });
            }
        }
    }
    assert_none_wrong(calls).await;
    app.finish().await;
}

/// Who gets furthest: a dealer's owner and an admin.
async fn insiders(app: &TestApp) -> (Client, Client) {
    let admin = app.admin().await.client;
    let oak = dealer(app, &admin, "Oak").await;
    app.register_real_password().await;
    app.give_real_password(&oak.owner_email).await;
    app.give_real_password("admin@forecourt.example").await;
    (oak.owner, admin)
}

/// Who tries: strangers where they may, else those who get furthest.
fn callers(app: &TestApp, callers: &(Client, Client), operation: &Operation) -> Vec<Client> {
    if operation.public {
        return vec![app.anonymous()];
    }
    vec![callers.0.clone(), callers.1.clone()]
}

fn known_id(_: &str) -> String {
    "01900000-0000-7000-8000-000000000000".to_owned()
}

/// What is wrong with an answer, if anything is.
fn judged(title: &str, reply: &Reply, wrong: bool) -> Option<String> {
    let problem = reply.header("content-type") == Some("application/problem+json");
    let complete = [
        "/type",
        "/title",
        "/status",
        "/detail",
        "/code",
        "/request_id",
        "/errors",
    ]
    .iter()
    .all(|pointer| reply.body.pointer(pointer).is_some());
    let fault = match reply.status {
        500.. => "breaks down",
        400..=499 if !problem || !complete => "is refused without a problem",
        200..=399 if wrong => "is taken",
        _ => return None,
    };
    let body: String = reply.body.to_string().chars().take(300).collect();
    Some(format!("{title} {fault}: {} {body}", reply.status))
}

async fn assert_none_wrong(calls: Vec<impl Future<Output = Option<String>>>) {
    assert!(!calls.is_empty(), "there is something to call");
    let found: Vec<String> = futures_util::stream::iter(calls)
        .buffer_unordered(4)
        .filter_map(|fault| async { fault })
        .collect()
        .await;
    let mut told = String::new();
    for fault in found.iter().take(40) {
        writeln!(told, "{fault}").unwrap();
    }
    assert!(found.is_empty(), "{} faults:\n{told}", found.len());
}

/// Bodies for a schema: broken, wrong, and odd.
fn attempts(schema: &Value, document: &Value) -> Vec<Attempt> {
    let base = match sample(schema, document) {
        Value::Object(base) => base,
        _ => Map::new(),
    };
    let mut list = vec![
        Attempt::new("half an object", "{\"a\":", true),
        Attempt::new("bytes that are no UTF-8", "{\"a\": \"\u{fffd}", true),
        Attempt::new("arrays without end", "[".repeat(50_000), true),
        Attempt::new("objects without end", "{\"a\":".repeat(20_000), true),
        Attempt::new(
            "a deep object",
            format!("{{\"a\":{}1{}}}", "[".repeat(120), "]".repeat(120)),
            true,
        ),
        Attempt::new(
            "300 KiB",
            format!("{{\"a\":\"{}\"}}", "x".repeat(300 * 1024)),
            true,
        ),
    ];
    for other in [
        json!([]),
        json!("x"),
        json!(7),
        json!(null),
        json!(true),
        json!([base]),
    ] {
        list.push(Attempt::new(
            format!("{other} as a whole"),
            other.to_string(),
            true,
        ));
    }
    let with = |name: &str, value: Value| {
        let mut body = base.clone();
        body.insert(name.to_owned(), value);
        Value::Object(body).to_string()
    };
    list.push(Attempt::new(
        "an unknown field",
        with("no_such_field", json!(1)),
        true,
    ));
    list.push(Attempt::new(
        "a field with U+0000 in its name",
        with("a\0", json!(1)),
        true,
    ));
    for (name, property) in properties(schema, document) {
        let property = resolved(&property, document);
        let taken = kinds(property);
        let open = taken.is_empty();
        for (kind, value) in [
            ("object", json!({ "no_such_field": [[]] })),
            ("array", json!([[[]], {}])),
            ("string", json!("\u{1f697} ÄÖ \u{202e}\u{0301} '\"\\;--")),
            ("integer", json!(7)),
            ("boolean", json!(true)),
        ] {
            let fits = open
                || taken
                    .iter()
                    .any(|k| k == kind || (k == "number" && kind == "integer"));
            list.push(Attempt::new(
                format!("{name}: {value}"),
                with(&name, value),
                !fits,
            ));
        }
        list.push(Attempt::new(
            format!("{name} with U+0000"),
            with(&name, json!("a\0b")),
            true,
        ));
        list.push(Attempt::new(
            format!("{name}: long text"),
            with(&name, json!("x".repeat(100_000))),
            false,
        ));
        for number in [
            "-1",
            "0",
            "1e300",
            "-1e300",
            "0.1",
            "9223372036854775808",
            "99999999999999999999999999999",
            "1e400",
        ] {
            let body = with(&name, json!("NUMBER")).replace("\"NUMBER\"", number);
            list.push(Attempt::new(format!("{name}: {number}"), body, false));
        }
    }
    list
}

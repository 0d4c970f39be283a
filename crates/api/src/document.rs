//! The OpenAPI document: collected from the handlers, then completed with what is true of every operation, so that no handler
//! repeats it and none forgets it.

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::examples;
use crate::problem::{Problem, ProblemEntry};

/// What the handlers can't say.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Forecourt",
        description = "Everything that happens to a car between the day a dealer buys it in and the day its owner trades it back.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Problem, ProblemEntry))
)]
struct Frame;

/// The frame that the handlers' operations go into.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    let mut frame = Frame::openapi();
    let components = frame.components.get_or_insert_default();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(
            Http::builder()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT, or an API key")
                .description(Some(
                    "An access token of a person (`POST /auth/login`), or an API key of a dealer's program (`POST /api-keys`): `fck_…`. \
                     A key opens the things of its dealer alone, as far as its rights go, and acts for no person.",
                ))
                .build(),
        ),
    );
    frame
}

/// Problems that operations can answer with: name, status, when.
const PROBLEMS: &[(&str, &str, &str)] = &[
    (
        "Invalid",
        "400",
        "The input is malformed or breaks rules; `errors` lists all violations.",
    ),
    ("Unauthenticated", "401", "No credentials, or bad ones."),
    ("Forbidden", "403", "Known, but not allowed."),
    ("Absent", "404", "There is no such thing, or it is another's."),
    ("Conflict", "409", "The state of things forbids it."),
    ("Stale", "412", "`If-Match` names a version that has passed."),
    ("TooLarge", "413", "The body is too large."),
    ("Unsupported", "415", "The body is of a type that is not taken."),
    (
        "KeyReused",
        "422",
        "The idempotency key was used for another request.",
    ),
    (
        "TooMany",
        "429",
        "Too many calls; `Retry-After` tells when to go on.",
    ),
    (
        "Unavailable",
        "503",
        "Something that is needed is away; try again.",
    ),
];

/// Completes the collected document.
pub fn complete(collected: utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    describe_inlined(&mut document);
    let mut responses = Map::new();
    for (name, _, when) in PROBLEMS {
        let mut response = json!({
            "description": when,
            "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
        });
        if let (true, Some(object)) = (
            matches!(*name, "TooMany" | "Unavailable"),
            response.as_object_mut(),
        ) {
            object.insert("headers".into(), json!({ "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" } } }));
        }
        responses.insert((*name).to_owned(), response);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("responses".into(), Value::Object(responses));
    }
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                if let (Ok(method), Some(operation)) =
                    (method.to_uppercase().parse::<Method>(), operation.as_object_mut())
                {
                    complete_operation(path, &method, operation);
                }
            }
        }
    }
    examples::complete(&mut document);
    document
}

/// A described field whose schema is inlined is collected as `allOf` the schema and an object that holds the description: a word
/// would have to be an object as well. The description is put where it belongs.
fn describe_inlined(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let described = match fields.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                Some([Value::Object(schema), Value::Object(about)])
                    if about.get("type") == Some(&json!("object"))
                        && about.keys().all(|key| key == "type" || key == "description") =>
                {
                    let mut schema = schema.clone();
                    schema.extend(
                        about
                            .iter()
                            .filter(|(key, _)| *key == "description")
                            .map(|(k, v)| (k.clone(), v.clone())),
                    );
                    Some(schema)
                }
                _ => None,
            };
            if let Some(described) = described {
                fields.remove("allOf");
                fields.extend(described);
            }
            fields.values_mut().for_each(describe_inlined);
        }
        Value::Array(items) => items.iter_mut().for_each(describe_inlined),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn complete_operation(path: &str, method: &Method, operation: &mut Map<String, Value>) {
    let secured = operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|list| !list.is_empty());
    let optional = operation
        .get("security")
        .and_then(Value::as_array)
        .is_some_and(|list| list.contains(&json!({})));
    let credentials = operation.get("x-credentials") == Some(&Value::Bool(true));
    let secret = credentials || operation.get("x-secret-answer") == Some(&Value::Bool(true));
    let change = !method.is_safe();
    let has_body = operation.contains_key("requestBody");
    let in_path = path.contains('{');
    // What is made under a thing changes nothing that has a version: of the POSTs only actions name one.
    let creates = operation.get("responses").is_some_and(|r| r.get("201").is_some());
    let action = *method != Method::POST || (path.rsplit_once("}/").is_some() && !creates);
    let conditional = change && action && secured && !secret;
    let idempotent = *method == Method::POST && secured && !secret;
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let in_query = |p: &&Value| p.get("in").and_then(Value::as_str) == Some("query");
    let mut queried = parameters.into_iter().flatten().filter(in_query).peekable();
    let has_query = queried.peek().is_some();
    // A token in the query stands for a thing, as an id in the path does.
    let by_token = queried.any(|p| p.get("name").and_then(Value::as_str) == Some("token"));

    let mut wanted = vec!["429", "503"];
    for (holds, status) in [
        (
            has_body || has_query || idempotent || path.starts_with("/api/"),
            "400",
        ),
        (secured, "401"),
        (secured && !optional, "403"),
        (in_path || secured || by_token, "404"),
        (change, "409"),
        (conditional, "412"),
        (has_body, "413"),
        (has_body, "415"),
        (idempotent, "422"),
    ] {
        if holds {
            wanted.push(status);
        }
    }
    if idempotent {
        add_parameter(
            operation,
            json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "Makes a repeat of this request harmless for 24 h: it gets the first answer again.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" }
            }),
        );
    }
    if conditional {
        add_parameter(
            operation,
            json!({
                "name": "If-Match", "in": "header", "required": false,
                "description": "The `ETag` of the version that you mean to change; 412 when it has passed.",
                "schema": { "type": "string" }
            }),
        );
    }
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    if let Some(responses) = responses.as_object_mut() {
        for (name, status, _) in PROBLEMS.iter().filter(|(_, status, _)| wanted.contains(status)) {
            responses
                .entry(*status)
                .or_insert_with(|| json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    if *method == Method::PATCH
        && let Some(content) = operation
            .get_mut("requestBody")
            .and_then(|b| b.get_mut("content"))
            .and_then(Value::as_object_mut)
        && let Some(json) = content.get("application/json").cloned()
    {
        content.insert("application/merge-patch+json".into(), json);
    }
}

/// Adds a header parameter.
fn add_parameter(operation: &mut Map<String, Value>, parameter: Value) {
    if let Some(list) = operation
        .entry("parameters")
        .or_insert_with(|| json!([]))
        .as_array_mut()
    {
        list.push(parameter);
    }
}

//! The API document as tests walk it: every operation, and values that fit its schemas. A new endpoint is walked without being named.

use reqwest::Method;
use serde_json::{Map, Value, json};

/// One operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// What it belongs to.
    pub tag: String,
    /// Its method.
    pub method: Method,
    /// Its path as the document has it: `/api/v1/listings/{id}`.
    pub path: String,
    /// Whether strangers may call it.
    pub public: bool,
    /// Whether it asks who calls, of strangers as well.
    pub takes_token: bool,
    /// Whether it takes `If-Match`.
    pub conditional: bool,
    /// Whether it takes `Idempotency-Key`.
    pub idempotent: bool,
    /// Whether it takes passwords, codes or tokens instead of a caller.
    pub credentials: bool,
    /// The schema of its JSON body.
    pub body: Option<Value>,
    /// The example of its body.
    pub example: Option<Value>,
    /// The schema of its form with files.
    pub form: Option<Value>,
    /// The schema of the JSON that a success answers with.
    pub answer: Option<Value>,
    /// Whether a success makes something.
    pub creates: bool,
    /// Its query parameters: name, schema, whether it is required.
    pub query: Vec<(String, Value, bool)>,
    /// The names of its path parameters.
    pub placeholders: Vec<String>,
}

impl Operation {
    /// `GET /listings/{id}`, as tables show it.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path.trim_start_matches("/api/v1"))
    }

    /// The path with each placeholder replaced by what `with` says of it.
    pub fn path_with(&self, with: impl Fn(&str) -> String) -> String {
        self.placeholders.iter().fold(self.path.clone(), |path, name| {
            path.replace(&format!("{{{name}}}"), &with(name))
        })
    }

    /// The query with the parameters that must be there, or nothing.
    pub fn required_query(&self, document: &Value) -> String {
        let pairs: Vec<String> = self
            .query
            .iter()
            .filter(|(_, _, required)| *required)
            .map(|(name, schema, _)| {
                let value = sample(schema, document);
                format!(
                    "{name}={}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                )
            })
            .collect();
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }
}

/// Every operation of the document, by path and method.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in fields(document.get("paths")) {
        for (method, operation) in fields(Some(item)) {
            if let Ok(method) = method.to_uppercase().parse() {
                found.push(read(path, method, operation));
            }
        }
    }
    found
}

fn fields(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn read(path: &str, method: Method, operation: &Value) -> Operation {
    let text = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let parameters = || {
        operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let content = operation.pointer("/requestBody/content");
    Operation {
        id: text(operation, "operationId"),
        tag: operation
            .pointer("/tags/0")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        method,
        path: path.to_owned(),
        public: operation
            .get("security")
            .and_then(Value::as_array)
            .is_none_or(|list| list.contains(&json!({}))),
        takes_token: operation.pointer("/security/0").is_some(),
        conditional: parameters().any(|p| text(p, "name") == "If-Match"),
        idempotent: parameters().any(|p| text(p, "name") == "Idempotency-Key"),
        credentials: operation.get("x-credentials") == Some(&Value::Bool(true)),
        body: content
            .and_then(|c| c.get("application/json"))
            .and_then(|media| media.get("schema"))
            .cloned(),
        example: content.and_then(|c| c.as_object()?.values().next()?.get("example").cloned()),
        form: content
            .and_then(|c| c.pointer("/multipart~1form-data/schema"))
            .cloned(),
        answer: operation
            .pointer("/responses/200/content/application~1json/schema")
            .cloned(),
        creates: operation.pointer("/responses/201").is_some(),
        query: parameters()
            .filter(|p| text(p, "in") == "query")
            .map(|p| {
                let mut schema = p.get("schema").cloned().unwrap_or_else(|| json!({}));
                if let (Some(schema), Some(example)) = (schema.as_object_mut(), p.get("example")) {
                    schema.entry("example").or_insert_with(|| example.clone());
                }
                (
                    text(p, "name"),
                    schema,
                    p.get("required") == Some(&Value::Bool(true)),
                )
            })
            .collect(),
        placeholders: parameters()
            .filter(|p| text(p, "in") == "path")
            .map(|p| text(p, "name"))
            .collect(),
    }
}

/// A schema with its reference followed.
pub fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document.pointer(reference.trim_start_matches('#')))
        .unwrap_or(schema)
}

/// The properties of an object's schema, those of its parts included.
pub fn properties(schema: &Value, document: &Value) -> Map<String, Value> {
    let schema = resolved(schema, document);
    let mut all = schema
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    for part in schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        all.extend(properties(part, document));
    }
    all
}

/// A value that fits: the schema's own example, else the least that is allowed.
pub fn sample(schema: &Value, document: &Value) -> Value {
    let schema = resolved(schema, document);
    if let Some(example) = schema.get("example").or_else(|| schema.pointer("/examples/0")) {
        return example.clone();
    }
    if let Some(first) = schema.pointer("/enum/0").or_else(|| schema.get("const")) {
        return first.clone();
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        let shapes = schema.get(many).and_then(Value::as_array);
        if let Some(shape) = shapes
            .into_iter()
            .flatten()
            .find(|s| s.get("type") != Some(&json!("null")))
        {
            return sample(shape, document);
        }
    }
    match kinds(schema).first().map(String::as_str) {
        Some("object") => {
            let all = properties(schema, document);
            let required = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            required
                .filter_map(Value::as_str)
                .filter_map(|name| all.get(name).map(|s| (name.to_owned(), sample(s, document))))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => match schema.get("items") {
            Some(items) if schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) > 0 => {
                json!([sample(items, document)])
            }
            _ => json!([]),
        },
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(true),
        Some("string") => text_sample(schema).into(),
        _ => json!({}),
    }
}

fn text_sample(schema: &Value) -> String {
    let least = schema.get("minLength").and_then(Value::as_u64).unwrap_or(1);
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => "01900000-0000-7000-8000-000000000000".to_owned(),
        Some("date") => "2026-06-09".to_owned(),
        Some("date-time") => "2026-06-09T15:00:00Z".to_owned(),
        Some("email") => "someone@example.com".to_owned(),
        Some("uri") => "https://example.com/".to_owned(),
        _ => "x".repeat(usize::try_from(least.max(1)).unwrap_or(1)),
    }
}

/// The JSON types that a schema takes, `null` last; empty when it takes any.
pub fn kinds(schema: &Value) -> Vec<String> {
    let mut kinds: Vec<String> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind.clone()],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    };
    kinds.sort_by_key(|kind| kind == "null");
    kinds
}

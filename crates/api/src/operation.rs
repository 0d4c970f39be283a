//! What the gate knows of each operation, read from the OpenAPI document: so the document can't lie.

use std::collections::HashMap;

use actix_web::http::Method;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// One method of one path.
pub struct Operation {
    /// Its id in the document.
    pub id: String,
    /// Whether strangers may call it. Everything else asks for a token first.
    pub public: bool,
    /// Whether it asks who calls. What is the same for all reads no token, not even one that does not hold.
    pub personal: bool,
    /// Whether it takes an `Idempotency-Key`.
    pub idempotent: bool,
    /// Whether it takes `If-Match`.
    pub conditional: bool,
    /// What its calls count as.
    pub class: Class,
    /// Its body.
    pub body: BodyKind,
    /// Its query parameters.
    pub query: QueryShape,
}

/// What calls count as, for the rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Passwords and codes.
    Credentials,
    /// Reads.
    Read,
    /// Changes.
    Write,
}

/// What an operation reads.
pub enum BodyKind {
    /// Nothing.
    None,
    /// JSON of a schema.
    Json {
        /// Checks it.
        validator: Box<Validator>,
        /// Whether it may be left out.
        required: bool,
        /// Whether it is a merge patch.
        merge_patch: bool,
    },
    /// A form with files, read by its handler, or JSON of a schema in its place.
    Multipart {
        /// Checks the JSON.
        or_json: Option<Box<Validator>>,
        /// Whether it may come packed by gzip.
        packed: bool,
    },
    /// Bytes, read by the handler.
    Bytes,
    /// A form without; which parameters it must have, its handler says.
    Form,
}

/// The query parameters of an operation.
pub struct QueryShape {
    /// Name → whether it is a list, and whether it is no text.
    pub parameters: HashMap<String, Parameter>,
    /// Checks the object made of them.
    pub validator: Option<Box<Validator>>,
}

/// How to read one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Repeated or comma separated.
    pub list: bool,
    /// What its text stands for.
    pub of: Scalar,
}

/// What the text of a parameter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Itself.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
}

/// The type of a form without files.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// All operations, by path pattern and method.
pub struct Operations(HashMap<String, HashMap<Method, Operation>>);

impl Operations {
    /// Reads the completed document. A schema that can't be compiled is a defect found at the start.
    pub fn read(document: &Value) -> Result<Self, String> {
        let components = document.get("components").cloned().unwrap_or_else(|| json!({}));
        let mut table: HashMap<String, HashMap<Method, Operation>> = HashMap::new();
        for (path, item) in object(document.get("paths")) {
            for (method, operation) in object(Some(item)) {
                let Ok(method) = method.to_uppercase().parse::<Method>() else {
                    continue;
                };
                let made = read_operation(operation, &method, &components)
                    .map_err(|e| format!("{method} {path}: {e}"))?;
                table.entry(path.clone()).or_default().insert(method, made);
            }
        }
        Ok(Self(table))
    }

    /// The operation behind a path pattern and method (`HEAD` is asked as `GET`).
    pub fn find(&self, pattern: &str, method: &Method) -> Option<&Operation> {
        let method = if *method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        self.0.get(pattern)?.get(method)
    }

    /// The methods that a path pattern knows.
    pub fn methods(&self, pattern: &str) -> Option<String> {
        let mut methods: Vec<&str> = self.0.get(pattern)?.keys().map(Method::as_str).collect();
        methods.sort_unstable();
        Some(methods.join(", "))
    }
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn read_operation(operation: &Value, method: &Method, components: &Value) -> Result<Operation, String> {
    let flag = |name: &str| operation.get(name).and_then(Value::as_bool).unwrap_or(false);
    let public = operation
        .get("security")
        .and_then(Value::as_array)
        .is_none_or(|list| list.iter().any(|s| s == &json!({})));
    let takes = |header: &str| {
        operation
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .any(|p| p.get("name").and_then(Value::as_str) == Some(header))
    };
    Ok(Operation {
        id: operation
            .get("operationId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        public,
        personal: operation.pointer("/security/0").is_some(),
        idempotent: takes("Idempotency-Key"),
        conditional: takes("If-Match"),
        class: match () {
            () if flag("x-credentials") => Class::Credentials,
            () if method.is_safe() => Class::Read,
            () => Class::Write,
        },
        body: read_body(operation.get("requestBody"), flag("x-gzip"), components)?,
        query: read_query(operation.get("parameters"), components)?,
    })
}

fn read_body(body: Option<&Value>, packed: bool, components: &Value) -> Result<BodyKind, String> {
    let Some(body) = body else {
        return Ok(BodyKind::None);
    };
    let content = body
        .get("content")
        .and_then(Value::as_object)
        .ok_or("a body without content")?;
    let schema_of = |name: &str| content.get(name).and_then(|media| media.get("schema")).cloned();
    if content.contains_key("multipart/form-data") {
        let schema = schema_of("application/json").map(|schema| compile(schema, components));
        return Ok(BodyKind::Multipart {
            or_json: schema.transpose()?.map(Box::new),
            packed,
        });
    }
    if content.contains_key("application/octet-stream") {
        return Ok(BodyKind::Bytes);
    }
    if content.contains_key(FORM) {
        return Ok(BodyKind::Form);
    }
    let merge_patch = content.contains_key("application/merge-patch+json");
    let schema = content
        .values()
        .next()
        .and_then(|media| media.get("schema"))
        .ok_or("a body without schema")?;
    Ok(BodyKind::Json {
        validator: Box::new(compile(schema.clone(), components)?),
        required: body.get("required").and_then(Value::as_bool).unwrap_or(false),
        merge_patch,
    })
}

/// A validator with the components that the schema refers to, and no other: a hundred validators with all of them take more
/// memory and time than the rest of the start together.
fn compile(mut schema: Value, components: &Value) -> Result<Validator, String> {
    let mut needed = Map::new();
    gather(&schema, components, &mut needed);
    if let Some(object) = schema.as_object_mut() {
        object.insert("components".into(), json!({ "schemas": needed }));
    }
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|e| e.to_string())
}

/// The components that `value` refers to, and those that they refer to.
fn gather(value: &Value, components: &Value, needed: &mut Map<String, Value>) {
    match value {
        Value::Object(fields) => {
            let name = fields
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            if let Some(name) = name
                && !needed.contains_key(name)
                && let Some(schema) = components.get("schemas").and_then(|schemas| schemas.get(name))
            {
                needed.insert(name.to_owned(), schema.clone());
                gather(schema, components, needed);
            }
            fields
                .values()
                .for_each(|field| gather(field, components, needed));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, components, needed)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn read_query(parameters: Option<&Value>, components: &Value) -> Result<QueryShape, String> {
    let mut known = HashMap::new();
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters.and_then(Value::as_array).into_iter().flatten() {
        if parameter.get("in").and_then(Value::as_str) != Some("query") {
            continue;
        }
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .ok_or("a parameter without name")?
            .to_owned();
        let schema = parameter.get("schema").cloned().unwrap_or_else(|| json!({}));
        if parameter.get("required").and_then(Value::as_bool) == Some(true) {
            required.push(Value::from(name.clone()));
        }
        known.insert(name.clone(), parameter_of(&schema, components));
        properties.insert(name, schema);
    }
    let validator = if known.is_empty() {
        None
    } else {
        Some(Box::new(compile(
            json!({ "type": "object", "properties": properties, "required": required }),
            components,
        )?))
    };
    Ok(QueryShape {
        parameters: known,
        validator,
    })
}

fn parameter_of(schema: &Value, components: &Value) -> Parameter {
    let schema = resolve(schema, components);
    let is = |schema: &Value, wanted: &str| match schema.get("type") {
        Some(Value::String(kind)) => kind == wanted,
        Some(Value::Array(kinds)) => kinds.iter().any(|k| k == wanted),
        _ => false,
    };
    let scalar = |schema: &Value| match () {
        () if is(schema, "integer") || is(schema, "number") => Scalar::Number,
        () if is(schema, "boolean") => Scalar::Bool,
        () => Scalar::Text,
    };
    if is(schema, "array") {
        let items = schema.get("items").map(|items| resolve(items, components));
        Parameter {
            list: true,
            of: items.map_or(Scalar::Text, scalar),
        }
    } else {
        Parameter {
            list: false,
            of: scalar(schema),
        }
    }
}

/// Follows one `$ref` into the components.
fn resolve<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix("#/components/"))
        .and_then(|path| components.pointer(&format!("/{path}")))
        .unwrap_or(schema)
}

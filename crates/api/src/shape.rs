//! The shape of a request: its body and its query against the documented schema, all violations at once.

use std::collections::HashMap;
use std::fmt::Write as _;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use kernel::error::Violation;
use kernel::text::excerpt;
use serde_json::{Map, Value};

use crate::operation::{Parameter, QueryShape, Scalar};

/// All violations of a body.
pub(crate) fn body_violations(validator: &Validator, body: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    for error in validator.iter_errors(body) {
        explain(&error, "", &mut found);
    }
    nul_characters(body, &mut String::new(), &mut found);
    found
}

/// The query as an object of the documented types, or all its violations. Parameters that are not documented are refused by name.
pub(crate) fn read_query(shape: &QueryShape, text: &str) -> Result<Value, Vec<Violation>> {
    if text.is_empty() && shape.validator.is_none() {
        return Ok(Value::Object(Map::new()));
    }
    let mut found = Vec::new();
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
        values
            .entry(name.into_owned())
            .or_default()
            .push(value.into_owned());
    }
    let mut query = Map::new();
    for (name, mut given) in values {
        let Some(parameter) = shape.parameters.get(&name) else {
            found.push(violation(
                excerpt(&name),
                "unknown_parameter",
                "this operation takes no such query parameter".to_owned(),
            ));
            continue;
        };
        if parameter.list {
            let items: Vec<&str> = given
                .iter()
                .flat_map(|value| value.split(','))
                .map(str::trim)
                .collect();
            if items.contains(&"") {
                // To leave an empty value out would give the whole list to who asked for a part of it.
                let message = "holds an empty value: name the values, divided by single commas, or leave the parameter out";
                found.push(violation(name, "blank", message.to_owned()));
                continue;
            }
            query.insert(
                name,
                Value::Array(items.iter().map(|item| scalar(*parameter, item)).collect()),
            );
        } else if given.len() > 1 {
            found.push(violation(
                name,
                "repeated_parameter",
                "is given more than once".to_owned(),
            ));
        } else if let Some(value) = given.pop() {
            query.insert(name, scalar(*parameter, &value));
        }
    }
    let query = Value::Object(query);
    if let Some(validator) = &shape.validator {
        for error in validator.iter_errors(&query) {
            explain(&error, "", &mut found);
        }
    }
    nul_characters(&query, &mut String::new(), &mut found);
    if found.is_empty() {
        return Ok(query);
    }
    for violation in &mut found {
        // A parameter's bare name, also where one of its values is wrong.
        if let Some(path) = violation.pointer.strip_prefix('/') {
            violation.pointer = path.split('/').next().unwrap_or_default().to_owned();
        }
    }
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    Err(found)
}

/// The value that a parameter's text stands for. Text that stands for none stays text, and the schema refuses it.
fn scalar(parameter: Parameter, text: &str) -> Value {
    match parameter.of {
        Scalar::Text => Value::from(text),
        Scalar::Bool => text
            .parse::<bool>()
            .map_or_else(|_| Value::from(text), Value::from),
        Scalar::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Value::from(whole),
            (Err(_), Ok(real)) if real.is_finite() => Value::from(real),
            _ => Value::from(text),
        },
    }
}

fn violation(pointer: impl Into<String>, code: &'static str, message: String) -> Violation {
    Violation {
        pointer: pointer.into(),
        code: code.into(),
        message,
    }
}

/// One error of the schema in our words. Where one of several shapes would do, the errors of the one that is no `null` are told.
fn explain(error: &ValidationError<'_>, prefix: &str, found: &mut Vec<Violation>) {
    let here = format!("{prefix}{}", error.instance_path().as_str());
    let (pointer, code) = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                let message = format!("there is no field “{}” here", excerpt(name));
                found.push(violation(
                    format!("{here}/{}", escape(name)),
                    "unknown_field",
                    message,
                ));
            }
            return;
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.push(violation(
                format!("{here}/{}", escape(name)),
                "required",
                "is missing".to_owned(),
            ));
            return;
        }
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let shapes = context
                .iter()
                .filter(|errors| !errors.iter().all(|e| is_null_only(e)));
            if let Some(errors) = shapes.min_by_key(|errors| errors.len()) {
                for inner in errors {
                    explain(inner, prefix, found);
                }
                return;
            }
            (here, "wrong_type")
        }
        ValidationErrorKind::Type { .. } => (here, "wrong_type"),
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => (here, "unknown_value"),
        ValidationErrorKind::Format { .. } | ValidationErrorKind::Pattern { .. } => (here, "malformed"),
        ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => (here, "too_short"),
        ValidationErrorKind::MaxLength { .. } | ValidationErrorKind::MaxItems { .. } => (here, "too_long"),
        ValidationErrorKind::Minimum { .. } | ValidationErrorKind::ExclusiveMinimum { .. } => {
            (here, "too_small")
        }
        ValidationErrorKind::Maximum { .. } | ValidationErrorKind::ExclusiveMaximum { .. } => {
            (here, "too_large")
        }
        ValidationErrorKind::UniqueItems => (here, "repeated"),
        _ => (here, "malformed"),
    };
    let full = error.to_string();
    let message = full
        .chars()
        .take(200)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    found.push(violation(pointer, code, message));
}

/// Is this only the complaint that something is not `null`?
fn is_null_only(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. })
        && error.to_string().ends_with("is not of type \"null\"")
}

/// A name as a step of a JSON Pointer (RFC 6901, 3).
fn escape(name: &str) -> String {
    excerpt(name).replace('~', "~0").replace('/', "~1")
}

/// PostgreSQL's text can't hold U+0000, and nobody's name has one: refused wherever it stands.
fn nul_characters(value: &Value, pointer: &mut String, found: &mut Vec<Violation>) {
    let length = pointer.len();
    match value {
        Value::String(text) if text.contains('\0') => {
            found.push(violation(
                pointer.clone(),
                "nul_character",
                "holds the character U+0000".to_owned(),
            ));
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                let _ = write!(pointer, "/{n}"); // writing to a String can't fail
                nul_characters(item, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                pointer.push('/');
                pointer.push_str(&escape(name));
                nul_characters(item, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> QueryShape {
        let list = |of| Parameter { list: true, of };
        QueryShape {
            parameters: HashMap::from([
                ("make".to_owned(), list(Scalar::Text)),
                ("year".to_owned(), list(Scalar::Number)),
            ]),
            validator: None,
        }
    }

    #[test]
    fn an_empty_value_of_a_list_is_refused_by_the_parameters_name() {
        for query in [
            "make=",
            "make=,,",
            "make=ford,",
            "make=ford&make=",
            "make=%20",
            "year=",
        ] {
            let wrong = read_query(&shape(), query).unwrap_err();
            let name = query.split('=').next().unwrap();
            let told: Vec<(&str, &str)> = wrong.iter().map(|v| (v.pointer.as_str(), &*v.code)).collect();
            assert_eq!(told, [(name, "blank")], "{query}");
        }
        let both = read_query(&shape(), "make=&year=").unwrap_err();
        assert_eq!(both.len(), 2, "all violations at once");
        let read = read_query(&shape(), "make=ford,%20mazda&year=2020").unwrap();
        assert_eq!(
            read,
            serde_json::json!({"make": ["ford", "mazda"], "year": [2020]})
        );
    }
}

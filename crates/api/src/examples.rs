//! An example of each body: what its schema gives, else put together from what its fields give. So every operation has one, and a
//! field that nobody could guess must say what it looks like.

use serde_json::{Map, Value, json};

/// Puts an example beside the schema of each body that has none.
pub(crate) fn complete(document: &mut Value) {
    let components = document.get("components").cloned().unwrap_or_default();
    let operations = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut);
    for operation in operations {
        let bodies = operation
            .pointer_mut("/requestBody/content")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(Map::values_mut)
            .filter_map(Value::as_object_mut);
        for media in bodies {
            if let Some(example) = media.get("schema").and_then(|schema| of(schema, &components)) {
                media.entry("example").or_insert(example);
            }
        }
    }
}

/// An example of a schema, where it or its parts give one.
fn of(schema: &Value, components: &Value) -> Option<Value> {
    let schema = resolve(schema, components);
    let given = ["/example", "/examples/0", "/default", "/const", "/enum/0"];
    if let Some(given) = given.iter().find_map(|place| schema.pointer(place)) {
        return Some(given.clone());
    }
    if let Some(shapes) = ["oneOf", "anyOf"]
        .iter()
        .find_map(|many| schema.get(*many)?.as_array())
    {
        return shapes.iter().find_map(|shape| of(shape, components));
    }
    match kind(schema)? {
        "object" => object(schema, components),
        "array" => Some(json!([of(schema.get("items")?, components)?])),
        "boolean" => Some(json!(true)),
        "string" if schema.get("format") == Some(&json!("uuid")) => {
            Some(json!("01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10"))
        }
        _ => None,
    }
}

/// The fields that must be there, and those that give an example. None where one that must be there gives none.
fn object(schema: &Value, components: &Value) -> Option<Value> {
    let required = |name: &String| {
        let list = schema.get("required").and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|known| known == name))
    };
    let mut made = Map::new();
    for (name, field) in schema.get("properties").and_then(Value::as_object)? {
        if required(name) {
            made.insert(name.clone(), of(field, components)?);
        } else if let Some(example) = field.get("example") {
            made.insert(name.clone(), example.clone());
        }
    }
    Some(Value::Object(made))
}

/// The type that is no `null`.
fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null"),
        _ => None,
    }
}

/// Follows one `$ref` into the components.
fn resolve<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix("#/components"))
        .and_then(|path| components.pointer(path))
        .unwrap_or(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All places of the document that hold a schema and an example of it: where, schema, example.
    fn examples(value: &Value, place: &str, found: &mut Vec<(String, Value, Value)>) {
        match value {
            Value::Object(fields) => {
                let schema = fields.get("schema").unwrap_or(value);
                if place.contains("/schemas/") || fields.contains_key("schema") {
                    let given = fields.get("example").into_iter();
                    for example in given.chain(
                        fields
                            .get("examples")
                            .and_then(Value::as_array)
                            .into_iter()
                            .flatten(),
                    ) {
                        found.push((place.to_owned(), schema.clone(), example.clone()));
                    }
                }
                for (name, inner) in fields.iter().filter(|(name, _)| *name != "example") {
                    examples(inner, &format!("{place}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (n, inner) in items.iter().enumerate() {
                    examples(inner, &format!("{place}/{n}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_example_is_valid_against_its_own_schema() {
        let document = crate::app::openapi();
        let mut found = Vec::new();
        examples(&document, "", &mut found);
        assert!(found.len() > 50, "{} examples were found", found.len());
        let mut wrong = Vec::new();
        for (place, mut schema, example) in found {
            let components = document.get("components").unwrap().clone();
            schema
                .as_object_mut()
                .unwrap()
                .insert("components".into(), components);
            let validator = jsonschema::options()
                .should_validate_formats(true)
                .build(&schema)
                .unwrap();
            wrong.extend(validator.iter_errors(&example).map(|e| format!("{place}: {e}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_body_has_an_example() {
        let document = crate::app::openapi();
        let mut without = Vec::new();
        for (path, item) in document.get("paths").unwrap().as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let content = operation
                    .pointer("/requestBody/content")
                    .and_then(Value::as_object);
                for (kind, media) in content.into_iter().flatten() {
                    if media.get("example").is_none() {
                        without.push(format!("{method} {path} {kind}"));
                    }
                }
            }
        }
        assert!(
            without.is_empty(),
            "give each field that must be there an example, or the body as a whole:\n{}",
            without.join("\n")
        );
    }
}

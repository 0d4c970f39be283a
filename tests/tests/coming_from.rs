//! `docs/coming-from.md` against the API document: every operation that it promises exists.
#![expect(clippy::expect_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value;

/// Beginnings of paths whose areas are still to come. An entry that is no longer needed fails the test: the list only shrinks.
const TO_COME: &[&str] = &[
    "/analytics",
    "/appointments",
    "/customers",
    "/inventory",
    "/invoices",
    "/promotions",
    "/realtime",
    "/referrals",
    "/service-orders",
    "/threads",
    "/vehicles/{}/dongle",
    "/vehicles/{}/telemetry",
];

/// Paths that the page names and that are no operation of the document: the Swagger page, and a header of a kind.
const PAGES: &[&str] = &["/docs"];

#[test]
fn every_operation_that_the_page_promises_exists() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/coming-from.md"))
        .expect("the page");
    let known = operations();
    let promised = promised(&page);
    assert!(
        promised.len() > 60,
        "the page was read: {} operations",
        promised.len()
    );
    let mut missing = BTreeSet::new();
    let mut waiting = BTreeSet::new();
    for (method, path) in promised {
        let to_come = TO_COME.iter().find(|start| path.starts_with(**start));
        match (known.contains(&(method.clone(), path.clone())), to_come) {
            (true, _) => {}
            (false, Some(start)) => {
                waiting.insert(*start);
            }
            (false, None) if PAGES.contains(&path.as_str()) => {}
            (false, None) => {
                missing.insert(format!("{method} {path}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "promised, and not in the API document: {missing:#?}"
    );
    let rotten: Vec<_> = TO_COME
        .iter()
        .filter(|start| !waiting.contains(**start))
        .collect();
    assert!(
        rotten.is_empty(),
        "no longer to come, take them out of the list: {rotten:?}"
    );
}

/// Method and path of each operation of the document, without the prefix, parameters as `{}`.
fn operations() -> BTreeSet<(String, String)> {
    let document = api::app::openapi();
    let paths = document
        .pointer("/paths")
        .and_then(Value::as_object)
        .expect("paths");
    let methods = |item: &Value| {
        item.as_object()
            .map(|o| o.keys().map(|m| m.to_uppercase()).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    paths
        .iter()
        .flat_map(|(path, item)| {
            methods(item)
                .into_iter()
                .map(move |method| (method, normal(path.strip_prefix("/api/v1").unwrap_or(path))))
        })
        .collect()
}

fn normal(path: &str) -> String {
    let steps: Vec<&str> = path
        .split('/')
        .map(|step| if step.starts_with('{') { "{}" } else { step })
        .collect();
    steps.join("/")
}

/// The operations that the right column names: `GET, POST /a/{id}`, `POST /a/x, y` (siblings of the last step), several by `;` or commas.
fn promised(page: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for row in page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| today"))
    {
        let Some(right) = row.trim_end_matches('|').rsplit('|').next() else {
            continue;
        };
        let mut methods: Vec<String> = Vec::new();
        let mut fresh = true;
        let mut last = String::new();
        for token in right.split([' ', ',', ';']).filter(|t| !t.is_empty()) {
            let is_method = matches!(token, "GET" | "POST" | "PUT" | "PATCH" | "DELETE");
            if is_method {
                if fresh {
                    methods.clear();
                    fresh = false;
                }
                methods.push(token.to_owned());
            } else if token.starts_with('/') {
                fresh = true;
                last = normal(token);
                found.extend(methods.iter().map(|m| (m.clone(), last.clone())));
            } else if fresh && !last.is_empty() && is_sibling(right, token) {
                let parent = last.rsplit_once('/').map_or("", |(parent, _)| parent);
                found.extend(methods.iter().map(|m| (m.clone(), format!("{parent}/{token}"))));
            } else if token == "with" || token == "then" || token == "in" {
                last.clear();
            }
        }
    }
    found
}

/// Is the word written as a sibling of the path before it: `/approve, decline`?
fn is_sibling(text: &str, word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && text.contains(&format!(", {word}"))
}

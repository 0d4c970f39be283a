//! The arrows between crates, held against the design.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Which of our crates a crate may use, dev-dependencies apart. Arrows run one way.
fn allowed(folder: &str) -> &'static [&'static str] {
    match folder {
        "crates/domain/kernel" | "migration" => &[],
        f if f.starts_with("crates/domain/") => &["crates/domain/kernel"],
        "crates/application" => &["crates/domain/"],
        "crates/adapters/database" => &["crates/domain/", "crates/application", "migration"],
        "crates/adapters/outbound" => &["crates/domain/kernel"],
        // Beside its own, an adapter may know the one that all share that go out by HTTP.
        f if f.starts_with("crates/adapters/") => {
            &["crates/domain/", "crates/application", "crates/adapters/outbound"]
        }
        "crates/api" | "crates/worker" => &["crates/domain/", "crates/application"],
        _ => &["crates/", "migration", "tests/"],
    }
}

/// Crates that the pure part of the product may not know, by the start of their names.
const IMPURE: &[&str] = &[
    "actix",
    "sea-orm",
    "sqlx",
    "tokio",
    "reqwest",
    "hyper",
    "redis",
    "lettre",
    "utoipa",
    "object_store",
    "rand",
    "getrandom",
    "async-std",
    "axum",
    "tracing",
];

#[test]
fn arrows_between_crates_run_one_way() {
    let metadata = MetadataCommand::new().exec().expect("cargo metadata");
    let root = metadata.workspace_root.clone();
    let members: BTreeMap<String, String> = metadata
        .workspace_packages()
        .iter()
        .map(|p| {
            let folder = p
                .manifest_path
                .parent()
                .and_then(|f| f.strip_prefix(&root).ok())
                .expect("a folder of the workspace");
            (p.name.to_string(), folder.to_string())
        })
        .collect();
    let mut wrong = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let Some(folder) = members.get(package.name.as_str()) else {
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|d| d.kind == DependencyKind::Normal)
        {
            if let Some(target) = members.get(&dependency.name) {
                let fits = allowed(folder)
                    .iter()
                    .any(|prefix| target == prefix || (prefix.ends_with('/') && target.starts_with(prefix)));
                if !fits {
                    wrong.insert(format!("{folder} → {target}"));
                }
            }
            let pure = folder.starts_with("crates/domain/") || folder == "crates/application";
            if pure && IMPURE.iter().any(|name| dependency.name.starts_with(name)) {
                wrong.insert(format!("{folder} → {}", dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows against the design: {wrong:#?}");
}

//! Tables of tests are written by hand: this finds a test that is in none.

/// Looks through the modules in `folder` for public functions that take `argument` alone (`backend: Backend`), each of which is a test.
/// An error names those that `known` lacks.
pub fn all_listed(folder: &str, argument: &str, known: &[&str]) -> Result<(), String> {
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| format!("{folder}: {e}"))? {
        let path = entry.map_err(|e| e.to_string())?.path();
        let Some(module) = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()) else {
            continue;
        };
        let source = std::fs::read_to_string(&path).unwrap_or_default();
        for line in source.lines() {
            let Some(rest) = line.strip_prefix("pub(crate) async fn ") else {
                continue;
            };
            let Some((name, arguments)) = rest.split_once('(') else {
                continue;
            };
            let test = format!("{module}::{name}");
            if arguments.starts_with(&format!("{argument})")) && !known.contains(&test.as_str()) {
                missing.push(test);
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("not in the table: {}", missing.join(", ")))
    }
}

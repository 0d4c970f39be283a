//! Texts that tests work out and the repository keeps, in `docs/generated`.

use std::path::Path;

/// Compares a text with the file of this name. With `UPDATE_ACCESS=1` (for `access.txt`) the file is written instead.
pub fn compare(name: &str, text: &str) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/generated")
        .join(name);
    let variable = format!(
        "UPDATE_{}",
        name.split('.').next().unwrap_or_default().to_uppercase()
    );
    if std::env::var_os(&variable).is_some() {
        return std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()));
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if kept == text {
        return Ok(());
    }
    Err(format!(
        "docs/generated/{name} is not what the product does (- as written, + as it is); if it should be, run `make docs`:\n{}",
        difference(&kept, text)
    ))
}

/// Lines of one text that the other has not.
fn difference(kept: &str, text: &str) -> String {
    let only = |sign: char, of: &str, other: &str| -> Vec<String> {
        of.lines()
            .filter(|line| !other.lines().any(|known| known == *line))
            .map(|line| format!("{sign} {line}"))
            .collect()
    };
    let mut lines = only('-', kept, text);
    lines.extend(only('+', text, kept));
    // By the operation that a line is about: its two versions stand together.
    lines.sort_by_key(|line| {
        line.get(2..)
            .unwrap_or_default()
            .split("  ")
            .next()
            .map(str::to_owned)
    });
    lines.join("\n")
}

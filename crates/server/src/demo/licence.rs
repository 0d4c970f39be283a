//! The licence of a dealer of the demo: one page of PDF with its name and number.

const HEAD: &str = "%PDF-1.4\n";
/// Upright, in the letters that every reader of PDF has.
const FONT: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
const PAGE: &str = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F 4 0 R >> >> /Contents 5 0 R >>";

/// A page with these lines.
pub(super) fn pdf(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| literal(line)).collect();
    let content = format!("BT /F 14 Tf 24 TL 72 700 Td ({}) Tj ET", shown.join(") Tj T* ("));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        PAGE.to_owned(),
        FONT.to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let (mut pieces, mut table, mut at) = (Vec::new(), Vec::new(), HEAD.len());
    for (number, object) in (1..).zip(&objects) {
        let piece = format!("{number} 0 obj\n{object}\nendobj\n");
        table.push(format!("{at:010} 00000 n \n"));
        at += piece.len();
        pieces.push(piece);
    }
    let (size, pieces, table) = (objects.len() + 1, pieces.concat(), table.concat());
    let file = format!(
        "{HEAD}{pieces}xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n\
         startxref\n{at}\n%%EOF\n"
    );
    file.into_bytes()
}

/// The signs that end a string or begin a sequence are taken as they are.
fn literal(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for c in line.chars() {
        if matches!(c, '(' | ')' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_lies_where_the_table_says() {
        let file = String::from_utf8(pdf(&["Oak (Cars)", "No. 7"])).unwrap_or_default();
        assert!(file.starts_with("%PDF-1.4\n") && file.ends_with("%%EOF\n"));
        assert!(file.contains(r"(Oak \(Cars\)) Tj"));
        let places = file.lines().filter_map(|line| line.strip_suffix(" 00000 n "));
        let mut found = 0;
        for (number, place) in (1..).zip(places) {
            let at = place.parse().unwrap_or(usize::MAX);
            let object = file.get(at..).unwrap_or_default();
            assert!(object.starts_with(&format!("{number} 0 obj\n")), "{number}");
            found = number;
        }
        assert_eq!(found, 5);
        let start = file
            .split("startxref\n")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let start = start.and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
        assert!(file.get(start..).unwrap_or_default().starts_with("xref\n"));
    }
}

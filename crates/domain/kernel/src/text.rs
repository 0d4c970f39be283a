//! Text from outside: bounded, without control characters; and folded, for comparing.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::Malformed;

/// Takes a single line of 1 to `max` characters, trimmed. NUL and other control characters are refused.
pub fn line(text: &str, max: usize) -> Result<String, Malformed> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Malformed::new("blank", "must not be empty"));
    }
    bounded(trimmed, max, char::is_control)
}

/// Takes text of up to `max` characters with line breaks and tabs. Other control characters are refused.
pub fn paragraphs(text: &str, max: usize) -> Result<String, Malformed> {
    bounded(text.trim(), max, |c| {
        c.is_control() && !matches!(c, '\n' | '\r' | '\t')
    })
}

fn bounded(text: &str, max: usize, refused: impl Fn(char) -> bool) -> Result<String, Malformed> {
    let length = text.chars().count();
    if length > max {
        return Err(Malformed::new(
            "too_long",
            format!("has {length} characters; at most {max} are taken"),
        ));
    }
    if let Some(c) = text.chars().find(|c| refused(*c)) {
        return Err(Malformed::new(
            "control_character",
            format!("holds the control character U+{:04X}", u32::from(c)),
        ));
    }
    Ok(text.to_owned())
}

/// Lower case, without accents, for comparing and searching: `Citroën` and `CITROEN` fold to the same.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The first 60 characters, control characters shown as `?`: for quoting a wrong value in an error.
pub fn excerpt(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    short
}

/// At most `max` characters: of a longer text the beginning, and a `…`.
pub fn shortened(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// The one of `all` whose word `text` is; else what `code` stands for, with the words there are.
pub fn one_of<T: Copy>(
    all: &[T],
    word: fn(T) -> &'static str,
    code: &'static str,
    text: &str,
) -> Result<T, Malformed> {
    all.iter().copied().find(|one| word(*one) == text).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
        Malformed::new(
            code,
            format!("“{}” is none of {}", excerpt(text), words.join(", ")),
        )
    })
}

//! What makes a good password.

use kernel::error::Malformed;
use zxcvbn::{Score, zxcvbn};

use crate::secret::Secret;

/// Characters a password has at least.
pub const MIN_CHARACTERS: usize = 10;
/// Characters a password has at most.
pub const MAX_CHARACTERS: usize = 128;

/// Judges a new password: 10 to 128 characters that an attacker who knows the person can't guess soon.
/// `known` are words that such an attacker tries first: the person's names and address.
pub fn judge(password: &str, known: &[&str]) -> Result<Secret, Malformed> {
    let length = password.chars().count();
    if length < MIN_CHARACTERS {
        return Err(Malformed::new(
            "password_too_short",
            format!("has {length} characters; at least {MIN_CHARACTERS} are needed"),
        ));
    }
    if length > MAX_CHARACTERS {
        return Err(Malformed::new(
            "password_too_long",
            format!("has {length} characters; at most {MAX_CHARACTERS} are taken"),
        ));
    }
    let words: Vec<&str> = known
        .iter()
        .flat_map(|word| word.split('@').chain([*word]))
        .filter(|word| !word.is_empty())
        .collect();
    let entropy = zxcvbn(password, &words);
    if entropy.score() >= Score::Three {
        return Ok(Secret::new(password));
    }
    let hint = entropy
        .feedback()
        .and_then(|feedback| feedback.warning().map(|warning| format!(": {warning}")))
        .unwrap_or_default();
    Err(Malformed::new(
        "password_too_weak",
        format!("is easy to guess{hint}; several unusual words, or a longer text, would be right"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str, known: &[&str]) -> &'static str {
        judge(password, known).map_or_else(|malformed| malformed.code, |_| "good")
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(code("äöüßéèàçñ", &[]), "password_too_short");
        assert_eq!(code(&"q7#Kz".repeat(26), &[]), "password_too_long");
        assert_eq!(code("correct-horse-battery", &[]), "good");
    }

    #[test]
    fn own_name_and_address_are_known_words() {
        assert_eq!(code("password123", &[]), "password_too_weak");
        assert_eq!(code("xylbrqwofant", &[]), "good");
        let known = ["ann.xylbrqwofant@example.com", "Ann", "Xylbrqwofant"];
        assert_eq!(code("xylbrqwofant", &known), "password_too_weak");
    }
}

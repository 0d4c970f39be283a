//! Words to search by: text is split and folded here, once, so that every database finds the same listings in the same order.
//!
//! A word is a run of letters or a run of digits, folded: `F-150`, `f150` and `f 150` are all `f`, `150`; `Citroën` is
//! `citroen`. Relevance is a small whole number made of where the words were found, so that a cursor can carry it.

use kernel::text::fold;
use serde::{Deserialize, Serialize};

/// Letters or digits that one word may have; the rest is cut.
const LONGEST: usize = 40;
/// Words of a query that count; a longer query is cut.
pub const MOST_WORDS: usize = 12;

/// Points for a whole word, by field: make, model, trim and year; title; features; description.
pub const EXACT: [i64; 4] = [8, 4, 2, 1];
/// Points for the beginning of a word, by field.
pub const BEGUN: [i64; 4] = [5, 3, 2, 1];
/// Points on top when the words of the query stand together, in order, in make, model, trim and year.
pub const PHRASE: i64 = 10;

/// The folded words of a text, in order.
///
/// ```
/// use forecourt_inventory::words::split;
/// assert_eq!(split("Ford F-150"), split("FORD f150"));
/// assert_eq!(split("Citroën C4"), ["citroen", "c", "4"]);
/// ```
pub fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut length = 0;
    let mut digits = false;
    for c in fold(text).chars() {
        let (belongs, digit) = (c.is_alphanumeric(), c.is_numeric());
        if !word.is_empty() && (!belongs || digit != digits) {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
        if belongs {
            digits = digit;
            if length < LONGEST {
                word.push(c);
                length += 1;
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The words of one listing, each field as ` word word ` with a blank at either end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingWords {
    /// Of make, model, trim and year.
    pub head: String,
    /// Of the title.
    pub title: String,
    /// Of the features.
    pub features: String,
    /// Of the description.
    pub description: String,
}

impl ListingWords {
    /// Splits the texts of a listing.
    pub fn of<'a>(
        head: impl IntoIterator<Item = &'a str>,
        title: Option<&str>,
        features: impl IntoIterator<Item = &'a str>,
        description: Option<&str>,
    ) -> Self {
        Self {
            head: padded(head),
            title: padded(title),
            features: padded(features),
            description: padded(description),
        }
    }

    /// Every word once, in order of the alphabet: what the index holds.
    pub fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self
            .fields()
            .into_iter()
            .flat_map(str::split_whitespace)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn fields(&self) -> [&str; 4] {
        [&self.head, &self.title, &self.features, &self.description]
    }
}

fn padded<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = texts.into_iter().flat_map(split).collect();
    if words.is_empty() {
        String::new()
    } else {
        format!(" {} ", words.join(" "))
    }
}

/// What somebody looks for: all of these words, the last one perhaps not written to its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WordQuery {
    words: Vec<String>,
    begun: bool,
}

impl WordQuery {
    /// Reads a query; `None` when it holds no word. The last word counts from its beginning on when it has two or more letters.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = split(text);
        words.truncate(MOST_WORDS);
        let last = words.last()?;
        let begun = last.chars().nth(1).is_some() && !last.chars().all(char::is_numeric);
        Some(Self { words, begun })
    }

    /// The words, each with whether its beginning is enough.
    pub fn terms(&self) -> impl Iterator<Item = (&str, bool)> {
        let last = self.words.len().saturating_sub(1);
        self.words
            .iter()
            .enumerate()
            .map(move |(n, word)| (word.as_str(), self.begun && n == last))
    }

    /// The words joined by blanks, for finding them together; `None` when there is but one.
    pub fn phrase(&self) -> Option<String> {
        (self.words.len() > 1).then(|| self.words.join(" "))
    }

    /// Is the beginning of the last word enough?
    pub const fn is_begun(&self) -> bool {
        self.begun
    }

    /// Does the listing hold all the words?
    pub fn matches(&self, listing: &ListingWords) -> bool {
        self.terms().all(|(word, begun)| points(listing, word, begun) > 0)
    }

    /// How well the listing fits, in points. The databases compute the same sum; this is what they are held against.
    pub fn relevance(&self, listing: &ListingWords) -> i64 {
        let words: i64 = self
            .terms()
            .map(|(word, begun)| points(listing, word, begun))
            .sum();
        let together = self
            .phrase()
            .is_some_and(|phrase| holds(&listing.head, &phrase, self.begun));
        words + if together { PHRASE } else { 0 }
    }
}

fn points(listing: &ListingWords, word: &str, begun: bool) -> i64 {
    let fields = listing.fields();
    let best = |rates: [i64; 4], begun: bool| {
        fields
            .iter()
            .zip(rates)
            .filter(|(field, _)| holds(field, word, begun))
            .map(|(_, rate)| rate)
            .max()
            .unwrap_or(0)
    };
    let exact = best(EXACT, false);
    if begun {
        exact.max(best(BEGUN, true))
    } else {
        exact
    }
}

/// Is the word, or the beginning of one, in the padded field?
fn holds(field: &str, word: &str, begun: bool) -> bool {
    if begun {
        field.contains(&format!(" {word}"))
    } else {
        field.contains(&format!(" {word} "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn f150() -> ListingWords {
        ListingWords::of(
            ["Ford", "F-150", "XLT", "2020"],
            Some("One owner truck"),
            ["Tow bar", "Heated seats"],
            Some("Garage kept, 3.5L"),
        )
    }

    #[test]
    fn writings_of_a_model_meet() {
        for q in ["f150", "F-150", "f 150", "F—150", "ford F150"] {
            assert!(WordQuery::parse(q).unwrap().matches(&f150()), "{q}");
        }
        let cx5 = ListingWords::of(["Mazda", "CX5"], None, [], None);
        for q in ["cx-5", "CX 5", "cx5", "mazda cx5"] {
            assert!(WordQuery::parse(q).unwrap().matches(&cx5), "{q}");
        }
    }

    #[test]
    fn only_the_last_word_may_be_begun_and_only_from_two_letters_on() {
        assert!(WordQuery::parse("ford xl").unwrap().matches(&f150()));
        assert!(!WordQuery::parse("for xlt").unwrap().matches(&f150()));
        assert!(!WordQuery::parse("x").unwrap().matches(&f150()));
        assert!(!WordQuery::parse("15").unwrap().matches(&f150()));
    }

    #[test]
    fn no_word_no_query() {
        assert_eq!(WordQuery::parse(" - "), None);
        assert_eq!(WordQuery::parse(""), None);
    }

    #[test]
    fn the_model_counts_more_than_the_description() {
        let mentions = ListingWords::of(["Ram", "1500"], None, [], Some("better than an F-150"));
        let q = WordQuery::parse("f150").unwrap();
        assert!(q.matches(&mentions));
        assert!(q.relevance(&f150()) > q.relevance(&mentions));
    }

    proptest! {
        #[test]
        fn splitting_is_stable(text in "\\PC{0,80}") {
            let once = split(&text);
            prop_assert_eq!(split(&once.join(" ")), once);
        }

        #[test]
        fn what_matches_has_points(text in "[a-z0-9 -]{1,30}", q in "[a-z0-9 ]{1,6}") {
            let listing = ListingWords::of([text.as_str()], None, [], None);
            if let Some(q) = WordQuery::parse(&q) {
                prop_assert_eq!(q.matches(&listing), q.matches(&listing) && q.relevance(&listing) > 0);
            }
        }
    }
}

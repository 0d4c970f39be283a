//! What a text message takes: carriers send, and bill, segments.

/// Characters of the basic alphabet of text messages (3GPP TS 23.038, 6.2.1), one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Characters of its extension (6.2.1.1), two septets each: an escape goes before.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// How the characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Seven bits a character.
    Gsm7,
    /// Sixteen bits, and two times sixteen beyond the basic plane: one character outside of the other alphabet is enough.
    Ucs2,
}

impl Alphabet {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// Units that one message has room for, and each of several, which need some for their place in the whole.
    const fn room(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }
}

/// What a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// How it is written.
    pub alphabet: Alphabet,
    /// Units of the alphabet.
    pub units: usize,
    /// Messages that it is sent as; an empty text is one.
    pub count: usize,
}

/// Septets that a character takes in the alphabet of seven bits; none where it is not in it.
fn septets(c: char) -> Option<usize> {
    if BASIC.contains(c) {
        Some(1)
    } else {
        EXTENSION.contains(c).then_some(2)
    }
}

/// What a text takes. A character is never cut in two: where it does not fit, the next segment begins.
pub fn segments(text: &str) -> Segments {
    let (alphabet, units): (Alphabet, Vec<usize>) = match text.chars().map(septets).collect() {
        Some(units) => (Alphabet::Gsm7, units),
        None => (Alphabet::Ucs2, text.chars().map(char::len_utf16).collect()),
    };
    let (alone, of_several) = alphabet.room();
    let total: usize = units.iter().sum();
    let count = if total <= alone {
        1
    } else {
        let fill = |(count, used): (usize, usize), unit: usize| {
            if used + unit > of_several {
                (count + 1, unit)
            } else {
                (count, used + unit)
            }
        };
        units.into_iter().fold((1, 0), fill).0
    };
    Segments {
        alphabet,
        units: total,
        count,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (Alphabet, usize, usize) {
        let Segments {
            alphabet,
            units,
            count,
        } = segments(text);
        (alphabet, units, count)
    }

    #[test]
    fn the_alphabet_has_its_128_places() {
        // One of them is the escape.
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(EXTENSION.chars().count(), 10);
        assert!(EXTENSION.chars().all(|c| !BASIC.contains(c)));
    }

    #[test]
    fn seven_bits_hold_160_then_153_a_segment() {
        assert_eq!(of(""), (Alphabet::Gsm7, 0, 1));
        assert_eq!(of(&"a".repeat(160)), (Alphabet::Gsm7, 160, 1));
        assert_eq!(of(&"a".repeat(161)), (Alphabet::Gsm7, 161, 2));
        assert_eq!(of(&"a".repeat(306)), (Alphabet::Gsm7, 306, 2));
        assert_eq!(of(&"a".repeat(307)), (Alphabet::Gsm7, 307, 3));
    }

    #[test]
    fn an_extended_character_takes_two_and_is_not_cut() {
        assert_eq!(of("€"), (Alphabet::Gsm7, 2, 1));
        assert_eq!(of(&"€".repeat(80)), (Alphabet::Gsm7, 160, 1));
        assert_eq!(of(&"€".repeat(81)), (Alphabet::Gsm7, 162, 2));
        // 306 septets would be two segments, but 76 of them fill 152: the 77th goes over, and so does the last.
        assert_eq!(of(&"€".repeat(153)), (Alphabet::Gsm7, 306, 3));
        assert_eq!(
            of(&format!("{}€{}", "a".repeat(152), "a".repeat(151))),
            (Alphabet::Gsm7, 305, 2)
        );
        assert_eq!(
            of(&format!("{}€{}", "a".repeat(152), "a".repeat(152))),
            (Alphabet::Gsm7, 306, 3)
        );
    }

    #[test]
    fn one_strange_character_makes_it_sixteen_bits() {
        assert_eq!(of("naïve"), (Alphabet::Ucs2, 5, 1));
        assert_eq!(of(&"я".repeat(70)), (Alphabet::Ucs2, 70, 1));
        assert_eq!(of(&"я".repeat(71)), (Alphabet::Ucs2, 71, 2));
        assert_eq!(of(&"я".repeat(134)), (Alphabet::Ucs2, 134, 2));
        assert_eq!(of(&"я".repeat(135)), (Alphabet::Ucs2, 135, 3));
    }

    #[test]
    fn a_pair_beyond_the_basic_plane_is_not_cut() {
        assert_eq!(of("🚗"), (Alphabet::Ucs2, 2, 1));
        assert_eq!(of(&"🚗".repeat(35)), (Alphabet::Ucs2, 70, 1));
        assert_eq!(
            of(&"🚗".repeat(67)),
            (Alphabet::Ucs2, 134, 3),
            "33 pairs a segment"
        );
    }
}

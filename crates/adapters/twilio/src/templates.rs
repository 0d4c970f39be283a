//! Which approved template a WhatsApp message takes.
//!
//! WhatsApp lets a business write freely only within 24 hours of a person's last message; outside of that Twilio takes a content
//! template that WhatsApp approved (<https://www.twilio.com/docs/content>), by its name, with what stands in its places.

use std::collections::BTreeMap;

use notifications::kind::Kind;
use serde_json::json;

use crate::account::is_sid;

/// What stands for every kind that has no template of its own.
const EVERY: &str = "*";

/// The templates of an installation, by the kind of notice. Each has one place, `{{1}}`, which takes the words of the notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Templates(BTreeMap<String, String>);

impl Templates {
    /// Reads `booking_approved=HX…,*=HX…`. What is wrong is told with what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut templates = BTreeMap::new();
        for pair in text.split(',').map(str::trim) {
            let (kind, sid) = pair.split_once('=').ok_or_else(|| {
                format!(
                    "“{pair}” is no pair: it takes a kind of notice, `=` and a template, such as *=HX0123…"
                )
            })?;
            let (kind, sid) = (kind.trim(), sid.trim());
            if kind != EVERY {
                Kind::parse(kind)
                    .map_err(|e| format!("{}; {EVERY} stands for every kind that is not named", e.message))?;
            }
            if !is_sid("HX", sid) {
                return Err(format!(
                    "“{sid}” for {kind} is no content template: its name is HX and 32 hexadecimal digits"
                ));
            }
            if templates.insert(kind.to_owned(), sid.to_owned()).is_some() {
                return Err(format!("{kind} is named twice: a kind has one template"));
            }
        }
        Ok(Self(templates))
    }

    /// The template for a kind of notice.
    pub fn of(&self, kind: &str) -> Option<&str> {
        self.0.get(kind).or_else(|| self.0.get(EVERY)).map(String::as_str)
    }
}

/// The words of a notice as they stand in a template's place: WhatsApp takes no line breaks, tabs or runs of spaces there
/// (<https://www.twilio.com/docs/api/errors/21656>).
pub(crate) fn in_place(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands in the places of a template, as Twilio reads it.
pub(crate) fn variables(text: &str) -> String {
    json!({ "1": in_place(text) }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "HX0123456789abcdef0123456789abcdef";
    const OTHER: &str = "HXfedcba9876543210fedcba9876543210";

    #[test]
    fn a_kind_has_its_own_template_or_that_of_all() {
        let given = format!("booking_approved={ONE}, * = {OTHER}");
        let templates = Templates::parse(&given).unwrap_or_default();
        assert_eq!(templates.of("booking_approved"), Some(ONE));
        assert_eq!(templates.of("booking_declined"), Some(OTHER));
        let templates = Templates::parse(&format!("booking_approved={ONE}")).unwrap_or_default();
        assert_eq!(templates.of("booking_declined"), None);
        assert_eq!(Templates::default().of("booking_approved"), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        for (given, told) in [
            (ONE.to_owned(), "takes a kind of notice, `=`"),
            (format!("*={ONE},"), "“” is no pair"),
            (format!("booking_aproved={ONE}"), "“booking_aproved” is no kind"),
            ("*=HX12".to_owned(), "“HX12” for * is no content template"),
            (format!("*={}", ONE.replacen("HX", "MG", 1)), "HX and 32"),
            (format!("*={ONE},*={OTHER}"), "* is named twice"),
        ] {
            let wrong = Templates::parse(&given).err().unwrap_or_default();
            assert!(wrong.contains(told), "{given}: {wrong}");
        }
    }

    #[test]
    fn words_stand_in_one_line() {
        assert_eq!(
            variables("A \"car\"\n\tand     more "),
            r#"{"1":"A \"car\" and more"}"#
        );
    }
}

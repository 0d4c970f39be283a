//! Whose messages they are.

use std::str::FromStr;

use kernel::phone::Phone;
use secrecy::SecretString;
use url::Url;

use crate::templates::Templates;

/// An account with Twilio, and what it sends from.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where the API is: `https://api.twilio.com`, or what stands in for it.
    pub url: Url,
    /// The account's name: `AC` and 32 hexadecimal digits.
    pub sid: String,
    /// Its secret; requests from Twilio are signed with it, too.
    pub token: SecretString,
    /// Who sends text messages, if anybody.
    pub sms: Option<SmsSender>,
    /// The number that sends WhatsApp messages, if one does.
    pub whatsapp: Option<Phone>,
    /// The approved templates that WhatsApp messages take; the others are sent in free words.
    pub templates: Templates,
}

/// Who sends text messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SmsSender {
    /// A number in the form `+12125550100`, or a short code of five or six digits.
    Number(String),
    /// A messaging service, which picks one of its numbers: `MG` and 32 hexadecimal digits.
    Service(String),
}

impl FromStr for SmsSender {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let short = (5..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number: Option<Phone> = text.parse().ok();
        match number.filter(Phone::is_international) {
            Some(number) => Ok(Self::Number(number.as_str().to_owned())),
            None if short => Ok(Self::Number(text.to_owned())),
            None if is_sid("MG", text) => Ok(Self::Service(text.to_owned())),
            None => Err(()),
        }
    }
}

/// Is it the name of an account: `AC` and 32 hexadecimal digits?
pub fn is_account_sid(text: &str) -> bool {
    is_sid("AC", text)
}

/// Is it a name of Twilio's: two letters that tell what it names, and 32 hexadecimal digits?
pub(crate) fn is_sid(kind: &str, text: &str) -> bool {
    text.strip_prefix(kind)
        .is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_number_a_short_code_or_a_service() {
        let read = |text: &str| text.parse::<SmsSender>();
        assert_eq!(
            read("+1 212 555 0100"),
            Ok(SmsSender::Number("+12125550100".to_owned()))
        );
        assert_eq!(read("12345"), Ok(SmsSender::Number("12345".to_owned())));
        let service = format!("MG{}", "0a".repeat(16));
        assert_eq!(read(&service), Ok(SmsSender::Service(service.clone())));
        for wrong in ["", "2125550100", "1234567", "MG12", "whatsapp:+12125550100"] {
            assert_eq!(read(wrong), Err(()), "{wrong}");
        }
        assert!(is_account_sid(&format!("AC{}", "f".repeat(32))) && !is_account_sid("AC1"));
    }
}

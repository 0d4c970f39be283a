//! Numbers that want no more messages: whoever has a number may say STOP to it, with or without an account.

use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::error::Common;
use kernel::id::OptOutId;
use kernel::message::Network;
use kernel::phone::Phone;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A number that is told nothing by a network, security notices included: carriers demand it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptOut {
    /// Names it.
    pub id: OptOutId,
    /// The number, whoever has it.
    pub number: Phone,
    /// By which network.
    pub network: Network,
    /// Since when.
    pub since: Instant,
}

/// What somebody wants who wrote to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// No more messages.
    Stop,
    /// Messages again.
    Start,
}

/// Words that end messages, and words that begin them again
/// (<https://help.twilio.com/articles/223134027>, and the US rules for revoking consent, 47 CFR 64.1200(a)(10)).
const STOP: [&str; 8] = [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
];
const START: [&str; 3] = ["START", "YES", "UNSTOP"];

impl Wish {
    /// What a message wants, if its only word is one of those; blanks around it, and large or small letters, make no difference.
    pub fn of(text: &str) -> Option<Self> {
        let word = text.trim();
        let is = |known: &&str| known.eq_ignore_ascii_case(word);
        if STOP.iter().any(is) {
            Some(Self::Stop)
        } else {
            START.iter().any(is).then_some(Self::Start)
        }
    }
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it is so already.
    None,
    /// From now on it wants none.
    Out(OptOut),
    /// It wants some again.
    In(OptOutId),
}

/// What follows from a wish: the number's state after it, whatever it was. The answer says whether that was news.
pub fn heard(
    act: &Act,
    id: OptOutId,
    number: &Phone,
    network: Network,
    wish: Wish,
    known: Option<&OptOut>,
) -> Decision<Change, bool> {
    // The number itself stands in no log.
    let audit = |action, id| Audit::new(action, "opt_out", id).with(json!({ "network": network }));
    match (wish, known) {
        (Wish::Stop, Some(_)) | (Wish::Start, None) => Decision::nothing(Change::None, false),
        (Wish::Stop, None) => {
            let out = OptOut {
                id,
                number: number.clone(),
                network,
                since: act.at,
            };
            Decision::new(Change::Out(out), true, audit("opt_out.made", id))
        }
        (Wish::Start, Some(known)) => {
            Decision::new(Change::In(known.id), true, audit("opt_out.ended", known.id))
        }
    }
}

/// The sender of a message as telephone networks write it: `+12125550100`, `whatsapp:+12125550100`.
pub fn sender(text: &str) -> Result<(Network, Phone), Common> {
    let (network, number) = match text.strip_prefix("whatsapp:") {
        Some(number) => (Network::Whatsapp, number),
        None => (Network::Sms, text),
    };
    let phone = number
        .parse()
        .map_err(|wrong: kernel::error::Malformed| Common::invalid("From", wrong.code, wrong.message))?;
    Ok((network, phone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::Id;
    use uuid::Uuid;

    #[test]
    fn one_word_stops_and_one_starts() {
        for word in [
            "STOP",
            "stop",
            " Stop\n",
            "stopall",
            "UNSUBSCRIBE",
            "Cancel",
            "end",
            "quit",
            "revoke",
            "OptOut",
        ] {
            assert_eq!(Wish::of(word), Some(Wish::Stop), "{word}");
        }
        for word in ["START", "yes", "Unstop"] {
            assert_eq!(Wish::of(word), Some(Wish::Start), "{word}");
        }
        for text in [
            "",
            "stop please",
            "please cancel",
            "no",
            "ok, see you then",
            "ＳＴＯＰ",
        ] {
            assert_eq!(Wish::of(text), None, "{text}");
        }
    }

    #[test]
    fn saying_it_twice_is_saying_it_once() {
        let act = Act::of_system("2026-06-08T14:00:00Z".parse().unwrap(), "test");
        let id = |n| Id::from_uuid(Uuid::from_u128(n));
        let number: Phone = "+12125550100".parse().unwrap();
        let first = heard(&act, id(1), &number, Network::Sms, Wish::Stop, None);
        let Change::Out(out) = first.plan else {
            unreachable!("it is news");
        };
        let log = first.record.audit.unwrap().detail.to_string();
        assert!(!log.contains("2125550100"), "{log}");
        let said = |wish, known: Option<&OptOut>| heard(&act, id(2), &number, Network::Sms, wish, known).plan;
        assert_eq!(said(Wish::Stop, Some(&out)), Change::None);
        assert_eq!(said(Wish::Start, Some(&out)), Change::In(id(1)));
        assert_eq!(said(Wish::Start, None), Change::None);
    }

    #[test]
    fn a_sender_says_its_network() {
        let (network, phone) = sender("whatsapp:+12125550100").unwrap();
        assert_eq!((network, phone.as_str()), (Network::Whatsapp, "+12125550100"));
        assert_eq!(sender("+12125550100").unwrap().0, Network::Sms);
        assert!(sender("whatsapp:").is_err() && sender("DEALER").is_err());
    }
}

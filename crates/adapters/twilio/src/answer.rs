//! What Twilio's answers mean (<https://www.twilio.com/docs/api/errors>).

use notifications::ports::Unsent;
use serde::Deserialize;

/// The number said STOP to the sender.
const UNSUBSCRIBED: i64 = 21_610;
/// Errors that are about the account and how it is set up, not about the message: somebody mends that, and then it leaves.
/// A wrong secret; an invalid sender; one that is not the account's, can't send there, or is no WhatsApp sender; a content template
/// that is not there, or has other places than one.
const ABOUT_THE_ACCOUNT: [i64; 8] = [20_003, 21_212, 21_603, 21_606, 21_655, 21_656, 21_659, 63_007];

/// An error in Twilio's words.
#[derive(Debug, Deserialize)]
struct Refusal {
    code: i64,
    message: String,
    more_info: Option<String>,
}

/// What an answer means that is not 2xx. `body` is its beginning, `retry_after` the header.
pub(crate) fn refused(status: u16, retry_after: Option<String>, body: &str) -> Unsent {
    let refusal: Option<Refusal> = serde_json::from_str(body).ok();
    let why = match &refusal {
        Some(Refusal {
            code,
            message,
            more_info,
        }) => {
            let more = more_info.as_deref().unwrap_or_default();
            format!("Twilio says {status}, error {code}: {message} {more}")
                .trim_end()
                .to_owned()
        }
        None => format!("what answers for Twilio says {status}, in no words of Twilio's"),
    };
    match (status, refusal.map(|refusal| refusal.code)) {
        (_, Some(UNSUBSCRIBED)) => Unsent::Ended,
        (400..=499, Some(code)) if is_final(status) && !ABOUT_THE_ACCOUNT.contains(&code) => {
            Unsent::Never(why)
        }
        // A refusal that is not in Twilio's words comes from something in between: no word about the message.
        _ => Unsent::Again { why, retry_after },
    }
}

/// Is a refusal with this status about the request? Who is not let in, comes too often, or asks for an account that is not there,
/// has not been heard.
const fn is_final(status: u16) -> bool {
    !matches!(status, 401 | 403 | 404 | 408 | 425 | 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, code: i64) -> Unsent {
        let body = format!(
            r#"{{"code": {code}, "message": "told", "more_info": "https://www.twilio.com/docs/errors/{code}", "status": {status}}}"#
        );
        refused(status, None, &body)
    }

    #[test]
    fn a_message_that_can_never_arrive_is_given_up() {
        for code in [21_211, 21_408, 21_614, 30_007] {
            let Unsent::Never(why) = error(400, code) else {
                unreachable!("{code} is for good");
            };
            assert!(why.contains(&code.to_string()) && why.contains("told"), "{why}");
        }
    }

    #[test]
    fn a_number_that_said_stop_has_ended_it() {
        assert_eq!(error(400, 21_610), Unsent::Ended);
    }

    #[test]
    fn what_can_be_mended_or_passes_is_tried_again() {
        for (status, code) in [
            (401, 20_003),
            (429, 20_429),
            (500, 20_500),
            (503, 20_503),
            (400, 21_606),
            (400, 21_655),
            (404, 20_404),
        ] {
            assert!(
                matches!(error(status, code), Unsent::Again { .. }),
                "{status} {code}"
            );
        }
        let slow = refused(
            429,
            Some("7".to_owned()),
            r#"{"code": 20429, "message": "Too Many Requests"}"#,
        );
        assert!(matches!(slow, Unsent::Again { retry_after: Some(wait), .. } if wait == "7"));
        for body in ["", "<html>no</html>", "[]", r#"{"error": 1}"#] {
            assert!(matches!(refused(400, None, body), Unsent::Again { .. }), "{body}");
        }
    }
}

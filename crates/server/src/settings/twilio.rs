//! Who sends text and WhatsApp messages: all that it takes, or nothing.

use kernel::phone::Phone;
use twilio::{Account, SmsSender, Templates, is_account_sid};
use url::{Host, Url};

use super::Reader;

/// The account, if one is configured. What is given in part is noted as wrong, with the names of what is missing.
pub(super) fn account(r: &mut Reader<'_>) -> Option<Account> {
    let given = |r: &Reader<'_>, key| r.raw.get(key).is_some_and(|(text, _)| !text.is_empty());
    let keys = [
        "twilio_account_sid",
        "twilio_auth_token",
        "twilio_sms_from",
        "twilio_whatsapp_from",
    ];
    let [has_sid, has_token, has_sms, has_whatsapp] = keys.map(|key| given(r, key));
    let url = r.value("twilio_url", url);
    let sid = r.value("twilio_account_sid", |t| is_account_sid(t).then(|| t.to_owned()));
    let token = r.secret("twilio_auth_token");
    let sms = r.value("twilio_sms_from", |t| t.parse::<SmsSender>().ok());
    let whatsapp = r.value("twilio_whatsapp_from", |t| {
        t.parse::<Phone>().ok().filter(Phone::is_international)
    });
    let templates = templates(r, has_whatsapp);
    if !(has_sid || has_token || has_sms || has_whatsapp) {
        return None;
    }
    for (missing, what) in [
        (!has_sid, "FORECOURT_TWILIO_ACCOUNT_SID is missing"),
        (!has_token, "FORECOURT_TWILIO_AUTH_TOKEN is missing"),
        (
            !has_sms && !has_whatsapp,
            "FORECOURT_TWILIO_SMS_FROM or FORECOURT_TWILIO_WHATSAPP_FROM is missing",
        ),
    ] {
        if missing {
            r.wrong.push(format!(
                "{what}: Twilio is configured in part. Give an account, its token and a sender, or none of them"
            ));
        }
    }
    Some(Account {
        url: url?,
        sid: sid?,
        token: token?,
        sms,
        whatsapp,
        templates,
    })
}

/// The approved templates of WhatsApp messages; what is wrong with them is noted in their own words.
fn templates(r: &mut Reader<'_>, has_sender: bool) -> Templates {
    let mut wrong = None;
    let read = r.value("twilio_whatsapp_templates", |text| {
        let read = Templates::parse(text);
        read.map_err(|why| wrong = Some(why)).ok()
    });
    r.wrong.extend(wrong);
    if read.is_some() && !has_sender {
        let told = "FORECOURT_TWILIO_WHATSAPP_FROM is missing: FORECOURT_TWILIO_WHATSAPP_TEMPLATES are for what it sends";
        r.wrong.push(told.to_owned());
    }
    read.unwrap_or_default()
}

/// `https`; in the clear to this machine alone: every request carries the account's secret.
fn url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let fits = url.scheme() == "https" || (url.scheme() == "http" && here);
    (fits && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use crate::settings::{Config, Raw};

    const TOKEN: &str = "do not tell 0123456789abcdef";

    fn read(given: &[(&str, &str)]) -> Result<Config, String> {
        let variables = given
            .iter()
            .map(|(name, value)| (format!("FORECOURT_TWILIO_{name}"), (*value).to_owned()));
        Config::read(&Raw::from_sources(None, variables).unwrap())
    }

    fn sid() -> String {
        format!("AC{}", "0123456789abcdef".repeat(2))
    }

    #[test]
    fn nothing_is_configured_by_itself() {
        assert!(read(&[]).unwrap().twilio.is_none());
        assert!(
            read(&[("URL", "https://twilio.example")])
                .unwrap()
                .twilio
                .is_none()
        );
    }

    #[test]
    fn an_account_with_a_sender_is_taken() {
        let sid = sid();
        let given = [
            ("ACCOUNT_SID", sid.as_str()),
            ("AUTH_TOKEN", TOKEN),
            ("SMS_FROM", "+1 212 555 0100"),
            ("URL", "http://127.0.0.1:9/"),
        ];
        let config = read(&given).unwrap();
        assert!(!format!("{config:?}").contains(TOKEN), "a secret is not shown");
        let account = config.twilio.unwrap();
        assert!(account.sms.is_some() && account.whatsapp.is_none());
    }

    #[test]
    fn a_part_is_refused_by_name() {
        let sid = sid();
        let told = read(&[("ACCOUNT_SID", &sid)]).unwrap_err();
        assert!(told.contains("FORECOURT_TWILIO_AUTH_TOKEN is missing"), "{told}");
        assert!(
            told.contains("FORECOURT_TWILIO_SMS_FROM or FORECOURT_TWILIO_WHATSAPP_FROM is missing"),
            "{told}"
        );
        let told = read(&[("AUTH_TOKEN", TOKEN), ("WHATSAPP_FROM", "+12125550100")]).unwrap_err();
        assert!(
            told.contains("FORECOURT_TWILIO_ACCOUNT_SID is missing") && !told.contains(TOKEN),
            "{told}"
        );
    }

    #[test]
    fn templates_are_for_what_whatsapp_sends() {
        let (sid, template) = (sid(), format!("HX{}", "0a".repeat(16)));
        let pairs = format!("booking_approved={template}");
        let given = [
            ("ACCOUNT_SID", sid.as_str()),
            ("AUTH_TOKEN", TOKEN),
            ("WHATSAPP_FROM", "+12125550100"),
            ("WHATSAPP_TEMPLATES", pairs.as_str()),
        ];
        let account = read(&given).unwrap().twilio.unwrap();
        assert_eq!(account.templates.of("booking_approved"), Some(template.as_str()));
        let told = read(&given[3..]).unwrap_err();
        assert!(
            told.contains("FORECOURT_TWILIO_WHATSAPP_FROM is missing"),
            "{told}"
        );
        let told = read(&[("WHATSAPP_TEMPLATES", "booking_approved=HX1")]).unwrap_err();
        assert!(
            told.contains("“HX1” for booking_approved is no content template"),
            "{told}"
        );
    }

    #[test]
    fn a_wrong_value_is_told_with_what_would_be_right() {
        for (name, value, right) in [
            ("ACCOUNT_SID", "AC12", "32 hexadecimal digits"),
            ("SMS_FROM", "2125550100", "+12125550100"),
            ("WHATSAPP_FROM", "whatsapp:+12125550100", "+12125550100"),
            ("URL", "http://api.twilio.com", "https"),
            ("URL", "ftp://api.twilio.com", "https"),
        ] {
            let told = read(&[(name, value)]).unwrap_err();
            assert!(told.contains(value) && told.contains(right), "{name}: {told}");
        }
    }
}

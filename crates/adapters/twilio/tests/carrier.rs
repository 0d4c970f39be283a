//! The carrier against what stands in for Twilio, on loopback.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use forecourt_twilio::{Account, Templates, Twilio};
use kernel::Instant;
use kernel::message::{Message, Network};
use notifications::ports::{Carrier as _, Try, Unsent};
use secrecy::SecretString;
use serde_json::{Value, json};
use stand_in::{Says, StandIn};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "secret-token";
const TEXT: &str = "Your test drive is confirmed: 2020 Ford F-150 & more";

/// An approved template.
const TEMPLATE: &str = "HX0123456789abcdef0123456789abcdef";

fn carrier(server: &StandIn) -> Twilio {
    carrier_with(server, Templates::default())
}

fn carrier_with(server: &StandIn, templates: Templates) -> Twilio {
    drop(rustls::crypto::ring::default_provider().install_default());
    let account = Account {
        url: server.url().parse().unwrap(),
        sid: SID.to_owned(),
        token: SecretString::from(TOKEN),
        sms: Some("+12125550100".parse().unwrap()),
        whatsapp: Some("+12125550101".parse().unwrap()),
        templates,
    };
    Twilio::new(account, Duration::from_millis(700)).unwrap()
}

fn message(network: Network) -> Message {
    Message {
        to: "+12125550199".parse().unwrap(),
        network,
        text: TEXT.to_owned(),
        kind: "booking_approved".to_owned(),
    }
}

fn since() -> Instant {
    "2026-06-08T14:00:00Z".parse().unwrap()
}

const FIRST: Try<'static> = Try { id: "7", since: None };

fn repeat() -> Try<'static> {
    Try {
        id: "7",
        since: Some(since()),
    }
}

fn created() -> Says {
    Says::json(
        201,
        json!({ "sid": "SM1", "status": "queued", "error_code": null }).to_string(),
    )
}

fn refusal(status: u16, code: i64) -> Says {
    let body = json!({
        "code": code, "message": "told by the stand-in", "status": status,
        "more_info": format!("https://www.twilio.com/docs/errors/{code}")
    });
    Says::json(status, body.to_string())
}

async fn end(says: Says) -> Result<(), Unsent> {
    let server = StandIn::saying([says]).await;
    carrier(&server).send(FIRST, &message(Network::Sms)).await
}

#[tokio::test]
async fn a_text_message_is_a_form_posted_with_the_accounts_secret() {
    let server = StandIn::saying([created()]).await;
    carrier(&server)
        .send(FIRST, &message(Network::Sms))
        .await
        .unwrap();
    let heard = &server.heard()[0];
    assert_eq!(
        heard.line,
        format!("POST /2010-04-01/Accounts/{SID}/Messages.json HTTP/1.1")
    );
    assert_eq!(heard.header("content-type"), "application/x-www-form-urlencoded");
    // base64 of the account, a colon, and its secret
    let basic = "Basic QUMwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpzZWNyZXQtdG9rZW4=";
    assert_eq!(heard.header("authorization"), basic);
    assert_eq!(
        heard.text(),
        "To=%2B12125550199&From=%2B12125550100&Body=Your+test+drive+is+confirmed%3A+2020+Ford+F-150+%26+more"
    );
    assert_eq!(server.heard().len(), 1, "nothing is asked before the first try");
}

#[tokio::test]
async fn a_whatsapp_message_has_its_prefix_on_both_ends() {
    let server = StandIn::saying([created()]).await;
    carrier(&server)
        .send(FIRST, &message(Network::Whatsapp))
        .await
        .unwrap();
    let text = server.heard()[0].text();
    assert!(
        text.starts_with("To=whatsapp%3A%2B12125550199&From=whatsapp%3A%2B12125550101&"),
        "{text}"
    );
}

#[tokio::test]
async fn a_whatsapp_message_takes_the_template_of_its_kind() {
    let server = StandIn::saying([created()]).await;
    let templates = || Templates::parse(&format!("booking_approved={TEMPLATE}")).unwrap();
    let carrier = carrier_with(&server, templates());
    let whatsapp = message(Network::Whatsapp);
    carrier.send(FIRST, &whatsapp).await.unwrap();
    let said = server.heard()[0].text();
    let variables = "%7B%221%22%3A%22Your+test+drive+is+confirmed%3A+2020+Ford+F-150+%26+more%22%7D";
    let by_template = format!(
        "To=whatsapp%3A%2B12125550199&From=whatsapp%3A%2B12125550101&ContentSid={TEMPLATE}&ContentVariables={variables}"
    );
    assert_eq!(said, by_template);
    let other = Message {
        kind: "sale_closed".to_owned(),
        ..whatsapp.clone()
    };
    for free in [other, message(Network::Sms)] {
        carrier.send(FIRST, &free).await.unwrap();
    }
    for heard in server.heard().iter().skip(1) {
        let said = heard.text();
        assert!(said.contains("&Body=Your+test+drive"), "{said}");
        assert!(!said.contains("Content"), "{said}");
    }

    // What Twilio lists is the template with the words in it.
    let filled = known(&format!("News: {TEXT}. Bye!"), "sent", "outbound-api", THEN);
    let listed = Says::json(200, json!({ "messages": [filled] }).to_string());
    let server = StandIn::saying([listed]).await;
    carrier_with(&server, templates())
        .send(repeat(), &whatsapp)
        .await
        .unwrap();
    assert_eq!(server.heard().len(), 1, "it is not sent again");
}

#[tokio::test]
async fn an_answer_says_whether_to_try_again() {
    assert_eq!(end(created()).await, Ok(()));
    assert_eq!(end(refusal(400, 21_610)).await, Err(Unsent::Ended));
    let Err(Unsent::Never(why)) = end(refusal(400, 21_211)).await else {
        unreachable!("there is no such number");
    };
    assert!(
        why.contains("21211") && why.contains("told by the stand-in"),
        "{why}"
    );
    for passing in [
        refusal(401, 20_003),
        refusal(500, 20_500),
        Says::json(400, "<html>a proxy says no</html>"),
        Says::Answer(302, vec![("location", "/elsewhere".to_owned())], String::new()),
        Says::Nothing,
    ] {
        let told = end(passing.clone()).await;
        let Err(Unsent::Again { why, .. }) = told else {
            unreachable!("{passing:?}: {told:?}");
        };
        assert!(!why.contains(TOKEN), "{why}");
    }
    let Says::Answer(status, mut headers, body) = refusal(429, 20_429) else {
        unreachable!("it is an answer");
    };
    headers.push(("retry-after", "30".to_owned()));
    let slow = end(Says::Answer(status, headers, body)).await;
    assert!(matches!(slow, Err(Unsent::Again { retry_after: Some(wait), .. }) if wait == "30"));
}

#[tokio::test]
async fn whoever_does_not_listen_is_tried_again() {
    let server = StandIn::saying([created()]).await;
    let port = server.address.port();
    drop(server);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = nobody.local_addr().unwrap();
    drop(nobody);
    assert_ne!(free.port(), port);
    drop(rustls::crypto::ring::default_provider().install_default());
    let account = Account {
        url: format!("http://{free}").parse().unwrap(),
        sid: SID.to_owned(),
        token: SecretString::from(TOKEN),
        sms: Some("+12125550100".parse().unwrap()),
        whatsapp: None,
        templates: Templates::default(),
    };
    let alone = Twilio::new(account, Duration::from_millis(700)).unwrap();
    let end = alone.send(FIRST, &message(Network::Sms)).await;
    assert!(matches!(end, Err(Unsent::Again { .. })), "{end:?}");
    let end = alone.send(FIRST, &message(Network::Whatsapp)).await;
    let Err(Unsent::Again { why, .. }) = end else {
        unreachable!("there is no sender");
    };
    assert!(why.contains("whatsapp"), "{why}");
}

/// What Twilio has, and whether the message is sent once more.
async fn sent_again(known: Value) -> bool {
    let listed = json!({ "messages": [known], "page": 0 }).to_string();
    let server = StandIn::saying([Says::json(200, listed), created()]).await;
    carrier(&server)
        .send(repeat(), &message(Network::Sms))
        .await
        .unwrap();
    let heard = server.heard();
    assert_eq!(
        heard[0].line,
        format!("GET /2010-04-01/Accounts/{SID}/Messages.json?To=%2B12125550199&PageSize=50 HTTP/1.1")
    );
    heard.len() > 1
}

fn known(body: &str, status: &str, direction: &str, created: &str) -> Value {
    json!({ "body": body, "status": status, "direction": direction, "date_created": created, "sid": "SM1" })
}

const THEN: &str = "Mon, 08 Jun 2026 14:00:02 +0000";

#[tokio::test]
async fn a_repeat_is_not_sent_when_twilio_has_the_message() {
    assert!(!sent_again(known(TEXT, "sent", "outbound-api", THEN)).await);
    assert!(!sent_again(known(TEXT, "queued", "outbound-api", THEN)).await);
    let trial = format!("Sent from your Twilio trial account - {TEXT}");
    assert!(!sent_again(known(&trial, "delivered", "outbound-api", THEN)).await);
}

#[tokio::test]
async fn a_repeat_is_sent_when_twilio_has_another_or_could_not_deliver() {
    assert!(sent_again(known("Another", "sent", "outbound-api", THEN)).await);
    assert!(sent_again(known(TEXT, "failed", "outbound-api", THEN)).await);
    assert!(sent_again(known(TEXT, "undelivered", "outbound-api", THEN)).await);
    assert!(sent_again(known(TEXT, "received", "inbound", THEN)).await);
    let before = "Mon, 08 Jun 2026 13:30:00 +0000";
    assert!(
        sent_again(known(TEXT, "sent", "outbound-api", before)).await,
        "of an earlier job"
    );
}

#[tokio::test]
async fn nothing_is_sent_twice_when_twilio_does_not_say_what_it_has() {
    for says in [refusal(500, 20_500), Says::json(200, "no list"), Says::Nothing] {
        let server = StandIn::saying([says]).await;
        let end = carrier(&server).send(repeat(), &message(Network::Sms)).await;
        assert!(matches!(end, Err(Unsent::Again { .. })), "{end:?}");
        assert_eq!(server.heard().len(), 1);
    }
}

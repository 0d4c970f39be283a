//! Pushes against what stands in for a browser's push service, on loopback: it reads what it is sent as a browser would.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use forecourt_web_push::{Vapid, WebPush};
use kernel::Instant;
use kernel::ports::Clock;
use kernel::target::{Reach, Target};
use notifications::device::{PushKeys, Subscription};
use notifications::ports::{PushService as _, Unsent};
use notifications::push::{MOST_BYTES, PushMessage};
use outbound::{Guard, Lookup, SystemLookup};
use p256::SecretKey;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use serde_json::Value;
use stand_in::{Heard, Says, StandIn};
use web_push_native::{Auth, decrypt};

/// The receiver of RFC 8291, appendix A: private key, public key, secret.
const RECEIVER: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const POINT: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
/// What the same appendix sends to it.
const SEALED: &str = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        "2026-06-08T12:00:00Z".parse().unwrap()
    }
}

fn vapid() -> Vapid {
    // The first is none: it is greater than the order of the curve.
    Vapid::new([[0xff; 32], [7; 32]], "mailto:desk@example.com".to_owned()).unwrap()
}

fn with(reach: Reach, guard: Guard) -> WebPush {
    drop(rustls::crypto::ring::default_provider().install_default());
    WebPush::with(reach, guard, Duration::from_millis(700), vapid(), Arc::new(Noon)).unwrap()
}

fn anywhere() -> WebPush {
    with(
        Reach::Anywhere,
        Guard::new(Reach::Anywhere, Arc::new(SystemLookup)),
    )
}

fn keys() -> PushKeys {
    PushKeys::parse(POINT, AUTH).unwrap()
}

fn to(url: String) -> Subscription {
    Subscription {
        endpoint: Target::kept(url),
        keys: keys(),
    }
}

fn message(payload: &str, urgent: bool) -> PushMessage {
    PushMessage {
        payload: payload.to_owned(),
        topic: "0190e2b45d5c7a0e8f6d2b1a4c9d7e01".to_owned(),
        urgent,
    }
}

fn opened(sealed: Vec<u8>) -> String {
    let receiver = SecretKey::from_slice(&URL_SAFE_NO_PAD.decode(RECEIVER).unwrap()).unwrap();
    let auth: [u8; 16] = URL_SAFE_NO_PAD.decode(AUTH).unwrap().try_into().unwrap();
    String::from_utf8(decrypt(sealed, &receiver, &Auth::from(auth)).unwrap()).unwrap()
}

/// The claims of the token, once its signature holds under the key beside it.
fn claims(heard: &Heard) -> Value {
    let header = heard.header("authorization").strip_prefix("vapid ").unwrap();
    let (token, key) = header.split_once(", ").unwrap();
    let (token, key) = (token.strip_prefix("t=").unwrap(), key.strip_prefix("k=").unwrap());
    assert_eq!(key, vapid().public(), "the key that browsers were told of");
    let key = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key).unwrap()).unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    let (head, claims) = signed.split_once('.').unwrap();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    assert_eq!(read(head)["alg"], "ES256");
    read(claims)
}

async fn end(says: Says) -> Result<(), Unsent> {
    let server = StandIn::saying([says]).await;
    let to = to(format!("{}/push/1", server.url()));
    anywhere().send(&to, &message("hello", false)).await
}

fn status(status: u16) -> Says {
    Says::Answer(status, Vec::new(), String::new())
}

#[test]
fn the_example_of_the_standard_is_opened() {
    let sealed = URL_SAFE_NO_PAD.decode(SEALED).unwrap();
    assert_eq!(opened(sealed), "When I grow up, I want to be a watermelon");
}

#[tokio::test]
async fn a_browser_reads_what_was_sealed_and_its_service_knows_the_sender() {
    let server = StandIn::saying([status(201)]).await;
    let to = to(format!("{}/push/JzLQ?x=1", server.url()));
    anywhere()
        .send(&to, &message(r#"{"title":"Confirmed ✓"}"#, true))
        .await
        .unwrap();
    anywhere()
        .send(&to, &message(&"x".repeat(MOST_BYTES), false))
        .await
        .unwrap();
    let heard = server.heard();
    let first = &heard[0];
    assert_eq!(first.line, "POST /push/JzLQ?x=1 HTTP/1.1");
    for (name, value) in [
        ("content-encoding", "aes128gcm"),
        ("ttl", "86400"),
        ("topic", "0190e2b45d5c7a0e8f6d2b1a4c9d7e01"),
        ("urgency", "high"),
    ] {
        assert_eq!(first.header(name), value);
    }
    let claims = claims(first);
    assert_eq!(claims["aud"], server.url());
    assert_eq!(claims["sub"], "mailto:desk@example.com");
    assert_eq!(claims["exp"], Noon.now().timestamp() + 12 * 3_600);
    assert_eq!(opened(first.body.clone()), r#"{"title":"Confirmed ✓"}"#);
    assert_eq!(heard[1].header("urgency"), "normal");
    assert_eq!(opened(heard[1].body.clone()).len(), MOST_BYTES);
    assert!(heard[1].body.len() <= 4_096, "{}", heard[1].body.len());
    assert!(!first.text().contains("Confirmed"), "nobody else reads it");
}

#[tokio::test]
async fn an_answer_says_whether_to_try_again() {
    for good in [200, 201, 202, 204] {
        assert_eq!(end(status(good)).await, Ok(()), "{good}");
    }
    for gone in [404, 410] {
        assert_eq!(end(status(gone)).await, Err(Unsent::Ended), "{gone}");
    }
    for passing in [401, 403, 429, 500, 502, 503] {
        let told = end(status(passing)).await;
        assert!(matches!(told, Err(Unsent::Again { .. })), "{passing}: {told:?}");
    }
    for final_one in [301, 400, 413] {
        let told = end(status(final_one)).await;
        assert!(matches!(told, Err(Unsent::Never(_))), "{final_one}: {told:?}");
    }
    let busy = Says::Answer(
        429,
        vec![("retry-after", "90".to_owned())],
        "slow down".to_owned(),
    );
    let Err(Unsent::Again { why, retry_after }) = end(busy).await else {
        unreachable!("it passes");
    };
    assert_eq!(retry_after.as_deref(), Some("90"));
    assert!(why.contains("slow down") && !why.contains("/push/1"), "{why}");
    assert!(matches!(end(Says::Nothing).await, Err(Unsent::Again { .. })));
}

/// A name server whose every name is this machine.
struct Home;

#[async_trait]
impl Lookup for Home {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)])
    }
}

#[tokio::test]
async fn the_own_network_is_not_reached() {
    let server = StandIn::saying([status(201)]).await;
    let port = server.address.port();
    let public = with(Reach::Public, Guard::new(Reach::Public, Arc::new(Home)));
    for url in [
        format!("https://push.example:{port}/1"),
        format!("https://127.0.0.1:{port}/1"),
        format!("http://push.example:{port}/1"),
        format!("https://[::ffff:127.0.0.1]:{port}/1"),
    ] {
        let end = public.send(&to(url.clone()), &message("hello", false)).await;
        assert!(end.is_err(), "{url}");
    }
    assert!(server.heard().is_empty());
}

#[test]
fn keys_that_are_no_point_of_the_curve_are_not_taken() {
    let push = anywhere();
    assert!(push.takes(&keys()));
    let mut point = *keys().point();
    point[64] ^= 1;
    let bent = PushKeys::parse(&URL_SAFE_NO_PAD.encode(point), AUTH).unwrap();
    assert!(!push.takes(&bent));
    assert_eq!(URL_SAFE_NO_PAD.decode(push.key()).unwrap().len(), 65);
}

use chrono::DateTime;
use kernel::id::Id;
use proptest::prelude::*;

use super::*;

fn line(n: u8) -> Line {
    Line {
        id: Uuid::from_u128(u128::from(n)),
        at: DateTime::UNIX_EPOCH,
        actor: "user".to_owned(),
        user: Some(Id::from_uuid(Uuid::from_u128(9))),
        request: "r".to_owned(),
        origin: Origin {
            ip: Some("192.0.2.7".to_owned()),
            user_agent: None,
        },
        action: "listing.update".to_owned(),
        subject_kind: "listing".to_owned(),
        subject: Uuid::from_u128(u128::from(n) + 100),
        dealer: None,
        detail: json!({ "price": { "from": n, "to": 1 }, "b": [{ "z": 1, "a": 2 }] }),
        reason: None,
    }
}

fn chain(lines: u8) -> Vec<Sealed> {
    let mut head = Head::default();
    (1..=lines)
        .map(|n| {
            let line = line(n);
            let link = seal(&head, &line, Salt([n; 16]));
            head = Head {
                seq: link.seq,
                seal: link.seal,
            };
            Sealed { line, link }
        })
        .collect()
}

fn verified(chain: &[Sealed]) -> Result<Head, Flaw> {
    let mut verifier = Verifier::default();
    chain.iter().try_for_each(|sealed| verifier.check(sealed))?;
    Ok(verifier.head())
}

#[test]
fn a_chain_as_it_was_sealed_holds() {
    let chain = chain(20);
    let head = verified(&chain).unwrap();
    assert_eq!((head.seq, head.seal), (20, chain[19].link.seal));
}

#[test]
fn a_seal_is_what_anybody_can_compute() {
    // By hand: sha256 of the array as text.
    let text = concat!(
        r#"["0000000000000000000000000000000000000000000000000000000000000000",1,"#,
        r#""00000000-0000-0000-0000-000000000001","1970-01-01T00:00:00.000000Z","user","#,
        r#""00000000-0000-0000-0000-000000000009","r","listing.update","listing","#,
        r#""00000000-0000-0000-0000-000000000065",null,{"b":[{"a":2,"z":1}],"price":{"from":1,"to":1}},null,""#,
    );
    let link = seal(&Head::default(), &line(1), Salt([1; 16]));
    let whole = format!("{text}{}\"]", link.origin);
    assert_eq!(link.seal.0, <[u8; 32]>::from(Sha256::digest(whole.as_bytes())));
    let origin = r#"["01010101-0101-0101-0101-010101010101","192.0.2.7",null]"#;
    assert_eq!(link.origin.0, <[u8; 32]>::from(Sha256::digest(origin.as_bytes())));
}

#[test]
fn the_order_of_keys_says_nothing() {
    let detail: Value = serde_json::from_str(r#"{"b":[{"a":2,"z":1}],"price":{"to":1,"from":1}}"#).unwrap();
    let other = Line { detail, ..line(1) };
    let head = Head::default();
    assert_eq!(
        seal(&head, &line(1), Salt([0; 16])),
        seal(&head, &other, Salt([0; 16]))
    );
}

#[test]
fn an_erased_origin_breaks_nothing_and_nothing_takes_its_place() {
    let mut chain = chain(3);
    chain[1].line.origin = Origin::default();
    assert_eq!(
        verified(&chain),
        Err(Flaw::OriginAltered {
            seq: 2,
            id: Uuid::from_u128(2)
        })
    );
    chain[1].link.salt = None;
    assert!(verified(&chain).is_ok());
    chain[1].line.origin.ip = Some("192.0.2.8".to_owned());
    assert!(matches!(
        verified(&chain),
        Err(Flaw::OriginAltered { seq: 2, .. })
    ));
}

#[test]
fn heads_read_as_they_are_shown() {
    let head = verified(&chain(2)).unwrap();
    assert_eq!(head.to_string().parse(), Ok(head));
    for wrong in [
        "",
        "2",
        "2:",
        "2:00",
        "x:00",
        "2:+000000000000000000000000000000000000000000000000000000000000000",
    ] {
        assert_eq!(
            wrong.parse::<Head>().unwrap_err().code,
            "malformed_head",
            "{wrong}"
        );
    }
}

proptest! {
    #[test]
    fn whoever_touches_a_line_is_found_at_that_line(at in 0usize..12, how in 0u8..9) {
        let mut chain = chain(12);
        let line = &mut chain[at].line;
        match how {
            0 => line.at += chrono::TimeDelta::microseconds(1),
            1 => line.actor = "system".to_owned(),
            2 => line.user = None,
            3 => line.action.push('d'),
            4 => line.subject = Uuid::nil(),
            5 => line.dealer = Some(Id::from_uuid(Uuid::nil())),
            6 => line.detail = json!({ "price": { "from": 0, "to": 1 } }),
            7 => line.reason = Some(String::new()),
            _ => line.request.clear(),
        }
        let seq = u64::try_from(at).unwrap() + 1;
        let id = chain[at].line.id;
        prop_assert_eq!(verified(&chain), Err(Flaw::Altered { seq, id }));
    }

    #[test]
    fn whoever_removes_lines_is_found(at in 0usize..11) {
        let mut chain = chain(12);
        chain.remove(at);
        let seq = u64::try_from(at).unwrap() + 1;
        prop_assert_eq!(verified(&chain), Err(Flaw::Missing { seq }));
    }

    #[test]
    fn whoever_swaps_lines_is_found(a in 0usize..12, b in 0usize..12) {
        prop_assume!(a != b);
        let mut chain = chain(12);
        let (first, second) = (chain[a].line.clone(), chain[b].line.clone());
        chain[a].line = second;
        chain[b].line = first;
        let seq = u64::try_from(a.min(b)).unwrap() + 1;
        let id = chain[a.min(b)].line.id;
        prop_assert_eq!(verified(&chain), Err(Flaw::Altered { seq, id }));
    }
}

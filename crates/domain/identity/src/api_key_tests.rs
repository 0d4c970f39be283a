use kernel::id::Id;
use kernel::rights::Role;

use super::*;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn key(rights: &[KeyRight]) -> ApiKey {
    ApiKey {
        id: Id::from_uuid(Uuid::from_u128(7)),
        dealer: Id::from_uuid(Uuid::from_u128(8)),
        name: "Stock feed".to_owned(),
        rights: rights.to_vec(),
        created_by: None,
        created_at: at("2026-06-01T08:00:00Z"),
        expires_at: Some(at("2026-07-01T08:00:00Z")),
        last_used_at: None,
        revoked_at: None,
        version: 1,
    }
}

#[test]
fn no_key_gives_more_than_an_owner_holds_nor_what_takes_a_person() {
    let persons_own = [
        Right::KeepAccount,
        Right::RegisterDealer,
        Right::BookTestDrive,
        Right::Negotiate,
        Right::ManageStaff,
        Right::EditDealer,
        Right::ManageApiKeys,
        Right::ManageCommission,
        Right::SeeAuditLog,
    ];
    for word in KeyRight::ALL {
        for call in [Call::Reads, Call::Changes] {
            for right in word.gives(call) {
                assert!(right.held_by(Role::Owner), "{word} gives {}", right.as_str());
                assert!(!persons_own.contains(right), "{word} gives {}", right.as_str());
            }
        }
    }
}

#[test]
fn a_key_for_reading_gives_nothing_to_a_call_that_changes() {
    for word in KeyRight::ALL {
        let changes = !word.gives(Call::Changes).is_empty();
        assert_eq!(changes, word.as_str().ends_with(":write"), "{word}");
        assert!(!word.gives(Call::Reads).is_empty(), "{word}");
    }
    let reader = key(&[KeyRight::ListingsRead]);
    assert_eq!(reader.holder(Call::Changes).rights, []);
    assert!(reader.holder(Call::Reads).rights.contains(&Right::SeeInventory));
}

#[test]
fn words_are_read_as_they_are_told() {
    for word in KeyRight::ALL {
        assert_eq!(word.as_str().parse(), Ok(*word));
    }
    let told = "listings:burn".parse::<KeyRight>().unwrap_err();
    assert_eq!(told.code, "unknown_right");
    assert!(told.message.contains("listings:burn") && told.message.contains("listings:read"));
}

#[test]
fn a_key_names_its_id_and_nothing_else_does() {
    let key = key(&[KeyRight::ListingsRead]);
    let random = Secret::new("a".repeat(64));
    let text = written(key.id, &random);
    assert_eq!(named_by(text.expose()), Some(key.id));
    assert!(text.expose().starts_with(&key.beginning()));
    for wrong in [
        "",
        "fck_",
        "fck__",
        key.beginning().as_str(),
        "fck_00000000000000000000000000000007_short",
        text.expose().trim_start_matches("fck_"),
    ] {
        assert_eq!(named_by(wrong), None, "{wrong}");
    }
}

#[test]
fn a_key_counts_until_it_expires_or_is_revoked() {
    let key = key(&[KeyRight::ListingsRead]);
    let (before, end) = (at("2026-06-30T08:00:00Z"), at("2026-07-01T08:00:00Z"));
    assert!(key.is_live(before) && !key.is_live(end));
    let revoked = key.revoked(before);
    assert!(!revoked.is_live(before));
    assert_eq!(revoked.version, 2);
}

#[test]
fn its_use_is_noted_once_a_minute() {
    let mut key = key(&[KeyRight::ListingsRead]);
    assert!(key.use_is_news(at("2026-06-01T08:00:00Z")));
    key.last_used_at = Some(at("2026-06-01T08:00:00Z"));
    assert!(!key.use_is_news(at("2026-06-01T08:00:59Z")));
    assert!(key.use_is_news(at("2026-06-01T08:01:00Z")));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let now = at("2026-06-01T08:00:00Z");
    let wish = |name: &str, rights: &[&str], expires_at| NewApiKey {
        name: name.to_owned(),
        rights: rights.iter().map(|word| (*word).to_owned()).collect(),
        expires_at,
    };
    let wrong = wish(" ", &["sites:read", "staff:write"], Some(now)).checked(now);
    let Err(kernel::error::Common::Invalid(wrong)) = wrong else {
        panic!("{wrong:?}")
    };
    let pointers: Vec<&str> = wrong.as_slice().iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(pointers, ["/name", "/rights/1", "/expires_at"]);
    assert!(wish("Feed", &[], None).checked(now).is_err());
    let right = wish(" Feed ", &["sites:read", "listings:read", "sites:read"], None);
    let right = right.checked(now).unwrap();
    assert_eq!(right.name, "Feed");
    assert_eq!(right.rights, [KeyRight::ListingsRead, KeyRight::SitesRead]);
}

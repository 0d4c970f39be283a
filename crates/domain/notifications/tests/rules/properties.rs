//! What holds for every kind, choice and hour.

use std::collections::BTreeSet;

use chrono::{NaiveTime, TimeDelta};
use forecourt_notifications as notifications;
use kernel::Instant;
use kernel::event::Event;
use kernel::id::{DealerId, Id, UserId, kind};
use notifications::channel::Channel;
use notifications::contact::Ways;
use notifications::kind::{Class, KINDS, Kind, Whom, concerns};
use notifications::plan::{Recipient, plan};
use notifications::preferences::{Change, Preferences};
use notifications::quiet::QuietHours;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn somebody(preferences: Preferences) -> Recipient {
    Recipient {
        user: Some(Id::from_uuid(Uuid::from_u128(1))),
        email: Some("ann@example.com".parse().unwrap()),
        phone: Some("+12125550100".parse().unwrap()),
        devices: vec![Id::from_uuid(Uuid::from_u128(2))],
        preferences,
    }
}

fn quiet_hours() -> impl Strategy<Value = QuietHours> {
    let zones = [
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "Pacific/Apia",
    ];
    let zone = proptest::sample::select(zones.to_vec());
    (0..24 * 60_u32, 1..=20 * 60_u32, zone).prop_map(|(from, length, zone)| {
        let time = |minutes: u32| {
            NaiveTime::from_num_seconds_from_midnight_opt(minutes % (24 * 60) * 60, 0).unwrap()
        };
        QuietHours::new(time(from), time(from + length), zone.parse().unwrap()).unwrap()
    })
}

fn instants() -> impl Strategy<Value = Instant> {
    // 2011 has the day that Samoa left out.
    (1_293_840_000_i64..1_830_000_000).prop_map(|s| Instant::from_timestamp(s, 0).unwrap())
}

fn choices() -> impl Strategy<Value = Preferences> {
    let kinds = proptest::sample::select(KINDS.to_vec());
    let channels = proptest::sample::select(Channel::ALL.to_vec());
    let chosen = proptest::collection::vec((kinds, channels, any::<bool>()), 0..20);
    (chosen, proptest::option::of(quiet_hours())).prop_map(|(chosen, quiet)| {
        let mut preferences = Preferences {
            quiet,
            ..Preferences::default()
        };
        for (kind, channel, on) in chosen {
            let name = kind.name.to_owned();
            preferences.choices.entry(name).or_default().insert(channel, on);
        }
        preferences
    })
}

proptest! {
    #[test]
    fn quiet_hours_end_later_and_within_two_days(quiet in quiet_hours(), at in instants()) {
        match quiet.end_after(at) {
            None => prop_assert!(!quiet.hold(at)),
            Some(end) => {
                prop_assert!(quiet.hold(at));
                prop_assert!(end > at);
                prop_assert!(end - at <= TimeDelta::hours(49), "{at} to {end}");
                prop_assert!(!quiet.hold(end), "it is not quiet when they end: {end}");
            }
        }
    }

    #[test]
    fn nothing_rings_in_quiet_hours_but_security(preferences in choices(), at in instants(), n in 0..KINDS.len()) {
        let kind = KINDS.get(n).unwrap();
        for delivery in plan(kind, &somebody(preferences.clone()), Ways::ALL, at, None) {
            prop_assert!(delivery.due >= at);
            let quiet = preferences.quiet.is_some_and(|quiet| quiet.hold(delivery.due));
            if delivery.channel.rings() && kind.class == Class::Service {
                prop_assert!(!quiet);
            } else {
                prop_assert_eq!(delivery.due, at);
            }
        }
    }

    #[test]
    fn a_choice_is_kept_and_security_comes_whatever_was_chosen(preferences in choices(), at in instants(), n in 0..KINDS.len()) {
        let kind = KINDS.get(n).unwrap();
        let once = plan(kind, &somebody(preferences.clone()), Ways::ALL, at, None);
        let told: BTreeSet<Channel> = once.iter().map(|d| d.channel).collect();
        prop_assert_eq!(told.len(), once.len(), "each channel once");
        for channel in Channel::ALL {
            let own = kind.takes(*channel);
            let chosen = preferences.choices.get(kind.name).and_then(|c| c.get(channel)).copied();
            let locked = kind.class == Class::Security && own;
            prop_assert_eq!(told.contains(channel), locked || chosen.unwrap_or(own));
        }
        prop_assert_eq!(once, plan(kind, &somebody(preferences), Ways::ALL, at, None));
    }

    #[test]
    fn who_has_no_account_gets_a_letter_or_nothing(preferences in choices(), at in instants(), n in 0..KINDS.len()) {
        let kind = KINDS.get(n).unwrap();
        let house = Recipient { user: None, preferences: Preferences { quiet: None, ..preferences.clone() }, ..somebody(preferences) };
        let told: Vec<Channel> = plan(kind, &house, Ways::ALL, at, None).iter().map(|d| d.channel).collect();
        prop_assert_eq!(told, vec![Channel::Email]);
        let nowhere = Recipient { email: None, ..house };
        prop_assert!(plan(kind, &nowhere, Ways::ALL, at, None).is_empty());
    }
}

#[test]
fn whom_nothing_can_reach_is_sent_nothing() {
    let on: Preferences = {
        let all: Vec<(Channel, bool)> = Channel::ALL.iter().map(|channel| (*channel, true)).collect();
        let choices = [("booking_approved".to_owned(), all.into_iter().collect())].into();
        Preferences {
            choices,
            ..Preferences::default()
        }
    };
    let told = |to: &Recipient, ways| {
        let planned = plan(
            Kind::parse("booking_approved").unwrap(),
            to,
            ways,
            Instant::UNIX_EPOCH,
            None,
        );
        planned.into_iter().map(|d| d.channel).collect::<Vec<_>>()
    };
    let ann = somebody(on);
    assert_eq!(told(&ann, Ways::ALL), Channel::ALL);
    let bare = [Channel::InApp, Channel::Email];
    let lonely = Recipient {
        phone: None,
        devices: Vec::new(),
        ..ann.clone()
    };
    assert_eq!(told(&lonely, Ways::ALL), bare, "no number and no device");
    let local = Recipient {
        phone: Some("2125550100".parse().unwrap()),
        ..lonely
    };
    assert_eq!(told(&local, Ways::ALL), bare, "a number of some country");
    let none = Ways {
        sms: false,
        whatsapp: false,
    };
    assert_eq!(told(&ann, none), [Channel::InApp, Channel::Email, Channel::Push]);
    let texts = Ways { sms: true, ..none };
    assert_eq!(
        told(&ann, texts),
        [Channel::InApp, Channel::Email, Channel::Sms, Channel::Push]
    );
}

#[test]
fn names_are_unique_and_say_what_they_tell() {
    let names: BTreeSet<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names.len(), KINDS.len());
    for kind in KINDS {
        assert_eq!(Kind::parse(kind.name).unwrap(), kind);
        assert!(Kind::any_of(kind.event));
    }
    assert_eq!(Kind::parse("weather").unwrap_err().code, "unknown_kind");
}

#[test]
fn a_security_notice_cannot_be_turned_off_and_all_that_is_wrong_is_told_at_once() {
    let change = |kind: &str, channel, on| Change {
        choices: [(kind.to_owned(), [(channel, on)].into())].into(),
        ..Change::default()
    };
    let off = change("password_changed", Channel::Email, false);
    assert!(Preferences::default().changed(off, Ways::ALL).is_err());
    let more = change("password_changed", Channel::Sms, true);
    assert_eq!(
        Preferences::default()
            .changed(more.clone(), Ways::ALL)
            .unwrap()
            .version,
        1
    );
    let none = Ways {
        sms: false,
        whatsapp: false,
    };
    let Err(kernel::error::Common::Invalid(wrong)) = Preferences::default().changed(more, none) else {
        unreachable!("there is no such way");
    };
    assert_eq!(wrong.as_slice()[0].code, "channel_not_configured");
    let less = change("booking_approved", Channel::Sms, false);
    assert!(
        Preferences::default().changed(less, none).is_ok(),
        "it can be turned off"
    );
    let mut both = change("weather", Channel::Email, true);
    both.choices
        .extend(change("email_changed", Channel::InApp, false).choices);
    let Err(kernel::error::Common::Invalid(wrong)) = Preferences::default().changed(both, Ways::ALL) else {
        unreachable!("it is refused");
    };
    assert_eq!(wrong.as_slice().len(), 2);
}

#[test]
fn an_answer_is_told_to_the_other_side_alone() {
    let buyer: UserId = Id::from_uuid(Uuid::from_u128(6));
    let dealer: DealerId = Id::from_uuid(Uuid::from_u128(4));
    let told = |name: &str, by: Option<&str>| {
        let talk: Id<kind::Negotiation> = Id::from_uuid(Uuid::from_u128(9));
        let event = Event::new(name, talk, json!({"buyer_id": buyer, "by": by})).for_dealer(dealer);
        let all = concerns(&event).into_iter().map(|(_, whom)| whom);
        all.collect::<Vec<_>>()
    };
    let (to_buyer, to_dealer) = (Whom::User(buyer), Whom::Sales(dealer, None));
    assert_eq!(told("negotiation.opened", Some("buyer")), [to_dealer]);
    assert_eq!(told("negotiation.opened", Some("dealer")), [to_buyer]);
    assert_eq!(told("negotiation.accepted", Some("dealer")), [to_buyer]);
    assert_eq!(told("negotiation.expired", None), [to_buyer, to_dealer]);
    assert_eq!(told("negotiation.superseded", None), [to_buyer]);
    assert_eq!(told("vehicle.updated", None), []);
}

#[test]
fn a_caller_without_an_account_is_told_too() {
    let drive: Id<kind::Booking> = Id::from_uuid(Uuid::from_u128(1));
    let event = Event::new("booking.approved", drive, json!({"customer_id": null}));
    assert_eq!(
        concerns(&event).first().map(|(kind, whom)| (kind.name, *whom)),
        Some(("booking_approved", Whom::Caller(drive)))
    );
}

/// Quiet from 22:00 until 07:00 in New York; 8 June 2026, 23:00 there, and so many minutes from then.
fn at_night(minutes: i64) -> (Recipient, Instant, Instant) {
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let quiet = QuietHours::new(time(22), time(7), "America/New_York".parse().unwrap()).unwrap();
    let ann = somebody(Preferences {
        quiet: Some(quiet),
        ..Preferences::default()
    });
    let now: Instant = "2026-06-09T03:00:00Z".parse().unwrap();
    (ann, now, now + TimeDelta::minutes(minutes))
}

#[test]
fn what_would_come_too_late_does_not_wait_for_the_morning() {
    let kind = Kind::parse("booking_reminder").unwrap();
    let morning: Instant = "2026-06-09T11:00:00Z".parse().unwrap();
    let due = |minutes| {
        let (ann, now, until) = at_night(minutes);
        let told = plan(kind, &ann, Ways::ALL, now, Some(until));
        assert_eq!(
            told.first().unwrap().due,
            now,
            "a line in the product rings nowhere"
        );
        (told.last().unwrap().due, now)
    };
    assert_eq!(due(24 * 60).0, morning, "a day ahead there is time");
    assert_eq!(due(16 * 60).0, morning, "half of it is left");
    for minutes in [15 * 60, 8 * 60 + 30, 120] {
        let (due, now) = due(minutes);
        assert_eq!(due, now, "{minutes} minutes ahead it comes at once");
    }
}

#[test]
fn savers_hear_of_a_lower_price_and_of_no_other() {
    let listing: Id<kind::Listing> = Id::from_uuid(Uuid::from_u128(3));
    let told = |before: &str, now: &str, currency: &str| {
        let price = |amount: &str, currency: &str| json!({"amount": amount, "currency": currency});
        let payload = json!({"previous_price": price(before, "USD"), "asking_price": price(now, currency)});
        let event = Event::new("listing.price_changed", listing, payload);
        concerns(&event).into_iter().map(|(_, whom)| whom).next()
    };
    assert_eq!(told("9000.00", "8999.99", "USD"), Some(Whom::Savers(listing)));
    assert_eq!(told("9000.00", "10000.00", "USD"), None);
    assert_eq!(told("9000.00", "9000.00", "USD"), None);
    assert_eq!(
        told("9000.00", "8000.00", "EUR"),
        None,
        "another currency is no lower price"
    );
}

#[test]
fn a_digest_without_matches_is_a_letter_alone() {
    let user: UserId = Id::from_uuid(Uuid::from_u128(6));
    let kinds = |matches: u64| {
        let event = Event::new(
            "digest.composed",
            user,
            json!({"user_id": user, "matches": matches}),
        );
        let all = concerns(&event).into_iter().map(|(kind, _)| kind.name);
        all.collect::<Vec<_>>()
    };
    assert_eq!(kinds(0), ["daily_digest"]);
    assert_eq!(kinds(2), ["search_matched", "daily_digest"]);
}

#[test]
fn a_buyer_without_an_account_hears_when_the_sale_is_taken_back() {
    let sale: Id<kind::Sale> = Id::from_uuid(Uuid::from_u128(1));
    let told = |name: &str| {
        let event = Event::new(name, sale, json!({"buyer_id": null}));
        concerns(&event).into_iter().map(|(_, whom)| whom).next()
    };
    assert_eq!(told("sale.voided"), Some(Whom::Purchaser(sale)));
    assert_eq!(told("sale.closed"), None, "they are asked whether it is theirs");
}

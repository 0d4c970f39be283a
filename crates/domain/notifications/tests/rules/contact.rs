//! Why nothing comes by a channel.

use forecourt_notifications::channel::Channel;
use forecourt_notifications::contact::{Closed, Contact, Ways};
use kernel::message::Network;

const BOTH: [Channel; 2] = [Channel::Sms, Channel::Whatsapp];

fn with_phone(number: &str) -> Contact {
    Contact {
        phone: Some(number.parse().unwrap()),
        opted_out: Vec::new(),
        devices: 1,
    }
}

#[test]
fn a_letter_and_a_notice_always_come() {
    let nowhere = Ways {
        sms: false,
        whatsapp: false,
    };
    for channel in [Channel::InApp, Channel::Email] {
        assert_eq!(Contact::default().closed(nowhere, channel), None);
    }
}

#[test]
fn a_message_needs_a_way_a_number_with_its_country_and_nobody_who_said_stop() {
    let ready = with_phone("+12125550100");
    let only_sms = Ways {
        sms: true,
        whatsapp: false,
    };
    assert_eq!(ready.closed(only_sms, Channel::Sms), None);
    assert_eq!(
        ready.closed(only_sms, Channel::Whatsapp),
        Some(Closed::NotConfigured)
    );
    for channel in BOTH {
        assert_eq!(ready.closed(Ways::ALL, channel), None);
        assert_eq!(
            Contact::default().closed(Ways::ALL, channel),
            Some(Closed::NoPhone)
        );
        let local = with_phone("212 555 0100");
        assert_eq!(
            local.closed(Ways::ALL, channel),
            Some(Closed::PhoneWithoutCountry)
        );
    }
    let stopped = Contact {
        opted_out: vec![Network::Sms],
        ..ready
    };
    assert_eq!(stopped.closed(Ways::ALL, Channel::Sms), Some(Closed::OptedOut));
    assert_eq!(
        stopped.closed(Ways::ALL, Channel::Whatsapp),
        None,
        "each network for itself"
    );
}

#[test]
fn a_push_needs_a_device() {
    let none = Contact::default();
    assert_eq!(none.closed(Ways::ALL, Channel::Push), Some(Closed::NoDevice));
    assert_eq!(with_phone("+12125550100").closed(Ways::ALL, Channel::Push), None);
}

#[test]
fn each_reason_has_a_word_of_its_own() {
    let all = [
        Closed::NotConfigured,
        Closed::NoPhone,
        Closed::PhoneWithoutCountry,
        Closed::OptedOut,
        Closed::NoDevice,
    ];
    let words = all.map(Closed::as_str);
    assert_eq!(
        words,
        [
            "not_configured",
            "no_phone",
            "phone_without_country",
            "opted_out",
            "no_device"
        ]
    );
}

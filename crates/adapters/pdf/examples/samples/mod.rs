//! Bills as they come, and as they should not come but may.

use kernel::distance::Distance;
use kernel::id::Id;
use kernel::money::{Currency, Money};
use kernel::vocabulary::DistanceUnit;
use sales::bill::{Bill, Party};
use sales::sale::{PaymentMethod, SoldVehicle};
use uuid::Uuid;

/// A dealer's sale with all that may be known.
pub(crate) fn plain() -> Bill {
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Bill {
        number: Id::from_uuid(Uuid::from_u128(0x0197_3b5e_6c00_7d4a_8c1e_5b2f_9a3d_4e10)),
        sale_date: "2026-06-08".parse().expect("a day"),
        seller: Party {
            name: "Elm Street Cars".to_owned(),
            legal_name: Some("Elm Street Cars, Inc.".to_owned()),
            address: lines(&["120 Elm Street", "Unit 4", "Albany NY 12207", "US"]),
            phone: Some("+15185550100".to_owned()),
            email: Some("sales@elmstreetcars.example".to_owned()),
            licence: Some("NY-7101234".to_owned()),
        },
        buyer: Party {
            name: "Zoë Nguyễn-Ångström".to_owned(),
            phone: Some("+15185550142".to_owned()),
            email: Some("zoe@example.com".to_owned()),
            ..Party::default()
        },
        vehicle: SoldVehicle {
            id: Id::from_uuid(Uuid::from_u128(7)),
            vin: "1HGCM82633A004352".parse().expect("a VIN"),
            make: "Honda".to_owned(),
            model: "Accord".to_owned(),
            year: 2003,
            odometer: Some(Distance::new(98_000, DistanceUnit::Mi).expect("a distance")),
        },
        price: Money::new(1_850_000, Currency::USD),
        payment_method: PaymentMethod::BankTransfer,
        voided: None,
        recorded_at: "2026-06-08T14:30:00Z".parse().expect("an instant"),
    }
}

/// The same, taken back.
pub(crate) fn voided() -> Bill {
    Bill {
        voided: Some("2026-06-12".parse().expect("a day")),
        ..plain()
    }
}

/// Two people with as little as there can be.
pub(crate) fn bare() -> Bill {
    let named = |name: &str| Party {
        name: name.to_owned(),
        ..Party::default()
    };
    Bill {
        seller: named("Ann Lee"),
        buyer: named("Bob Ray"),
        vehicle: SoldVehicle {
            odometer: None,
            ..plain().vehicle
        },
        ..plain()
    }
}

/// This text wherever a bill takes one, as much of it as fields take, and more of names.
pub(crate) fn full_of(text: &str) -> Bill {
    let text = |most| text.chars().take(most).collect::<String>();
    let party = || Party {
        name: text(300),
        legal_name: Some(text(300)),
        address: vec![text(200), text(200), text(220), text(2)],
        phone: Some(text(16)),
        email: Some(text(254)),
        licence: Some(text(100)),
    };
    Bill {
        seller: party(),
        buyer: party(),
        vehicle: SoldVehicle {
            make: text(100),
            model: text(100),
            ..plain().vehicle
        },
        price: Money::new(i64::MAX, Currency::USD),
        ..voided()
    }
}

/// Each with a name for its file.
pub(crate) fn all() -> Vec<(&'static str, Bill)> {
    let long = "Bartholomäus-Featherstonehaugh ".repeat(10);
    vec![
        ("plain", plain()),
        ("voided", voided()),
        ("bare", bare()),
        ("long", full_of(long.trim_end())),
        ("unbroken", full_of(&"W".repeat(300))),
        ("hebrew", full_of("שלום בע\"מ 12 (תל אביב) Cars")),
        ("arabic", full_of("شركة السيارات ١٢٣ (القاهرة) Cars")),
        ("emoji", full_of("Joe 🚗 & 👩‍👩‍👧‍👦 漢字")),
        (
            "control",
            full_of("a\u{1}b\u{7f}c\u{85}d\u{202e}e\u{2029}f\tg\nh\u{1c}i"),
        ),
        ("marks", full_of(&"e\u{301}\u{323}".repeat(100))),
        ("blank", full_of("")),
        ("spaces", full_of("  \u{200b} ")),
    ]
}

//! The values that everything is built from.

use std::sync::Arc;

use chrono::TimeZone;
use forecourt_kernel::Instant;
use forecourt_kernel::actor::{Actor, Membership, Principal, Refusal, Scope};
use forecourt_kernel::email::Email;
use forecourt_kernel::id::{DealerId, Id, UserId, kind};
use forecourt_kernel::money::{Currency, Money};
use forecourt_kernel::patch::Patch;
use forecourt_kernel::phone::Phone;
use forecourt_kernel::ports::{Clock, Ids, Random};
use forecourt_kernel::rights::{Right, Role};
use forecourt_kernel::text;
use forecourt_kernel::vin::Vin;
use forecourt_kernel::vocabulary::{BodyType, DistanceUnit, FuelType, model_year};
use proptest::prelude::*;
use uuid::Uuid;

proptest! {
    #[test]
    fn money_reads_back_what_it_wrote(minor in -1_000_000_000_000_000_i64..=1_000_000_000_000_000, code in prop::sample::select(vec!["USD", "EUR", "JPY", "KWD"])) {
        let money = Money::new(minor, Currency::parse(code).unwrap());
        prop_assert_eq!(Money::parse(&money.amount(), money.currency()).unwrap(), money);
    }

    #[test]
    fn no_text_makes_money_panic(amount in ".{0,40}") {
        let _ = Money::parse(&amount, Currency::USD);
    }

    #[test]
    fn a_right_check_digit_holds_and_a_wrong_one_does_not(vin in "[A-HJ-NPR-Z0-9]{17}", digit in prop::sample::select("0123456789X".chars().collect::<Vec<_>>())) {
        let parsed: Vin = vin.parse().unwrap();
        let right = parsed.check_digit().unwrap();
        let with: Vin = format!("{}{digit}{}", &vin[..8], &vin[9..]).parse().unwrap();
        prop_assert_eq!(with.check_digit_holds(), digit == right);
    }

    #[test]
    fn no_text_makes_a_value_panic(input in "\\PC{0,60}") {
        let _ = (input.parse::<Vin>(), input.parse::<Email>(), input.parse::<Phone>(), FuelType::forgiving(&input), text::fold(&input), text::excerpt(&input));
    }

    #[test]
    fn folding_twice_changes_nothing(input in "\\PC{0,60}") {
        prop_assert_eq!(text::fold(&text::fold(&input)), text::fold(&input));
    }
}

#[test]
fn money_refuses_floats_signs_and_too_many_digits() {
    let read =
        |amount: &str, code: &str| Money::parse(amount, Currency::parse(code).unwrap()).map_err(|e| e.code);
    assert_eq!(read("18500", "USD").unwrap().minor(), 1_850_000);
    assert_eq!(read("-3.5", "USD").unwrap().minor(), -350);
    assert_eq!(read("500", "JPY").unwrap().amount(), "500");
    assert_eq!(read("1.234", "KWD").unwrap().amount(), "1.234");
    assert_eq!(read("1.005", "USD"), Err("too_many_digits"));
    assert_eq!(read("1.5", "JPY"), Err("too_many_digits"));
    for wrong in [
        "", "-", ".5", "5.", "1e3", "+1", "1,000", " 1", "١", "NaN", "--1", "1.2.3",
    ] {
        assert_eq!(read(wrong, "USD"), Err("malformed_amount"), "{wrong}");
    }
    assert_eq!(read("99999999999999999999999", "USD"), Err("amount_out_of_range"));
}

#[test]
fn a_vin_is_normalised_and_its_year_code_read() {
    let vin: Vin = "  1hgcm82633a004352 ".parse().unwrap();
    assert_eq!(
        (vin.as_str(), vin.wmi(), vin.check_digit_holds()),
        ("1HGCM82633A004352", "1HG", true)
    );
    assert_eq!(vin.model_years(), [Some(2003), Some(2033)]);
    for wrong in [
        "1HGCM82633A00435",
        "1HGCM82633A0043522",
        "1HGCM82633A00435O",
        "1HGCM82633A00435é",
    ] {
        assert!(wrong.parse::<Vin>().is_err(), "{wrong}");
    }
}

#[test]
fn addresses_and_numbers_are_told_from_nonsense() {
    assert_eq!(
        " Ann@Example.com ".parse::<Email>().unwrap().folded(),
        "ann@example.com"
    );
    for wrong in [
        "ann",
        "ann@",
        "@x.com",
        "a b@x.com",
        "ann@localhost",
        "Ann <ann@x.com>",
        "ann@x.com\u{0}",
    ] {
        assert!(wrong.parse::<Email>().is_err(), "{wrong}");
    }
    assert_eq!(
        "+1 (212) 555-0100".parse::<Phone>().unwrap().as_str(),
        "+12125550100"
    );
    for (number, known) in [
        ("+1 212 555 0100", true),
        ("+49 30 901820", true),
        ("212 555 0100", false),
        ("+0 212 555 0100", false),
        ("+1 21", false),
    ] {
        let phone = number.parse::<Phone>();
        assert_eq!(
            phone.is_ok_and(|phone| phone.is_international()),
            known,
            "{number}"
        );
    }
    assert!("12".parse::<Phone>().is_err() && "call me".parse::<Phone>().is_err());
}

#[test]
fn synonyms_of_the_trade_are_forgiven_on_import_alone() {
    assert_eq!(FuelType::forgiving(" Petrol"), Ok(FuelType::Gasoline));
    assert_eq!(BodyType::forgiving("Pick-Up"), Ok(BodyType::Pickup));
    assert!("petrol".parse::<FuelType>().is_err());
    assert_eq!(DistanceUnit::Mi.as_str(), "mi");
    assert!(
        model_year(1886, 2026).is_ok()
            && model_year(1885, 2026).is_err()
            && model_year(2028, 2026).is_ok()
            && model_year(2029, 2026).is_err()
    );
}

#[test]
fn a_merge_patch_tells_absent_from_null() {
    #[derive(serde::Deserialize)]
    struct Body {
        #[serde(default)]
        a: Patch<u8>,
        #[serde(default)]
        b: Patch<u8>,
        #[serde(default)]
        c: Patch<u8>,
    }
    let body: Body = serde_json::from_str(r#"{"b": null, "c": 3}"#).unwrap();
    assert_eq!(
        (
            body.a.apply(Some(1)),
            body.b.apply(Some(1)),
            body.c.apply(Some(1))
        ),
        (Some(1), None, Some(3))
    );
}

struct Still;
impl Clock for Still {
    fn now(&self) -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap()
    }
}
struct Zeros;
impl Random for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

#[test]
fn ids_rise_while_time_stands_still() {
    let ids = Ids::new(Arc::new(Still), Arc::new(Zeros));
    let made: Vec<Uuid> = (0..10_000).map(|_| ids.uuid()).collect();
    assert!(made.is_sorted_by(|a, b| a < b));
    assert!(
        made.iter()
            .all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122)
    );
}

fn staff(dealer: DealerId, role: Role) -> Actor {
    let id = |n: u128| Uuid::from_u128(n);
    Actor::User(Principal {
        user: Id::from_uuid(id(1)),
        session: Id::from_uuid(id(2)),
        admin: false,
        factor_due: false,
        staff: Some(Membership {
            staff: Id::from_uuid(id(3)),
            dealer,
            role,
            sites: vec![Id::from_uuid(id(4))],
        }),
    })
}

#[test]
fn another_tenants_thing_is_hidden_and_a_missing_right_is_named() {
    let (mine, other): (DealerId, DealerId) = (
        Id::from_uuid(Uuid::from_u128(10)),
        Id::from_uuid(Uuid::from_u128(11)),
    );
    let sales = staff(mine, Role::Sales);
    assert_eq!(sales.may(Right::ManageListings, Scope::Dealer(mine)), Ok(()));
    assert_eq!(
        sales.may(Right::ManageListings, Scope::Dealer(other)),
        Err(Refusal::Hidden)
    );
    assert_eq!(
        sales.may(Right::ManageSites, Scope::Dealer(mine)),
        Err(Refusal::Forbidden(Right::ManageSites))
    );
    assert_eq!(
        sales.may(
            Right::ManageBookings,
            Scope::Site(mine, Id::<kind::Site>::from_uuid(Uuid::from_u128(5)))
        ),
        Err(Refusal::Hidden)
    );
    assert_eq!(
        staff(mine, Role::Manager).may(
            Right::ManageBookings,
            Scope::Site(mine, Id::from_uuid(Uuid::from_u128(5)))
        ),
        Ok(())
    );
    assert_eq!(
        Actor::Anonymous.may(Right::KeepAccount, Scope::Platform),
        Err(Refusal::Unauthenticated)
    );
    let stranger: UserId = Id::from_uuid(Uuid::from_u128(99));
    assert_eq!(
        sales.may(Right::KeepAccount, Scope::Person(stranger)),
        Err(Refusal::Hidden)
    );
}

#[test]
fn roles_take_each_other_in_as_the_trade_does() {
    assert!(
        Role::Admin.includes(Role::Mechanic)
            && Role::Owner.includes(Role::Sales)
            && Role::Advisor.includes(Role::Mechanic)
    );
    assert!(
        !Role::Sales.includes(Role::Mechanic)
            && !Role::Advisor.includes(Role::Sales)
            && !Role::Customer.includes(Role::Mechanic)
    );
}

#[test]
fn an_audit_line_tells_old_and_new_values_of_what_changed_alone() {
    use forecourt_kernel::act::Audit;
    let id: forecourt_kernel::id::ListingId = forecourt_kernel::id::Id::from_uuid(uuid::Uuid::nil());
    let (before, after) = (
        serde_json::json!({ "price": "7000.00", "title": "A", "site": null, "text": { "a": 1, "b": 2 } }),
        serde_json::json!({ "price": "6500.00", "title": "A", "featured": true, "text": { "a": 1, "b": 3 } }),
    );
    let line = Audit::new("listing.update", "listing", id).between(&before, &after);
    let told = serde_json::json!({
        "price": { "from": "7000.00", "to": "6500.00" },
        "site": { "from": null, "to": null },
        "featured": { "from": null, "to": true },
        "text": { "b": { "from": 2, "to": 3 } }
    });
    assert_eq!(line.detail, told);
}

#[test]
fn an_api_key_opens_its_dealer_alone_and_acts_for_no_person() {
    use forecourt_kernel::actor::{KeyHolder, Starter};
    use forecourt_kernel::error::{Common, Failure};
    let (mine, other): (DealerId, DealerId) = (
        Id::from_uuid(Uuid::from_u128(10)),
        Id::from_uuid(Uuid::from_u128(11)),
    );
    let holder = KeyHolder {
        id: Id::from_uuid(Uuid::from_u128(12)),
        dealer: mine,
        rights: vec![Right::ManageListings],
    };
    let key = Actor::Key(holder.clone());
    let site: Id<kind::Site> = Id::from_uuid(Uuid::from_u128(4));
    for (right, scope, told) in [
        (Right::ManageListings, Scope::Dealer(mine), Ok(())),
        (Right::ManageListings, Scope::Site(mine, site), Ok(())),
        (Right::ManageListings, Scope::Dealer(other), Err(Refusal::Hidden)),
        (
            Right::ManageListings,
            Scope::Site(other, site),
            Err(Refusal::Hidden),
        ),
        (
            Right::EditDealer,
            Scope::Dealer(mine),
            Err(Refusal::Forbidden(Right::EditDealer)),
        ),
        (
            Right::ManageUsers,
            Scope::Platform,
            Err(Refusal::Forbidden(Right::ManageUsers)),
        ),
        (
            Right::KeepAccount,
            Scope::Person(Id::from_uuid(Uuid::from_u128(1))),
            Err(Refusal::Hidden),
        ),
    ] {
        assert_eq!(key.may(right, scope), told, "{} {scope:?}", right.as_str());
    }
    let acting = |right, named| key.acting_dealer(right, named, Common::absent("stranger"));
    assert_eq!(acting(Right::ManageListings, None), Ok(mine));
    assert_eq!(acting(Right::ManageListings, Some(mine)), Ok(mine));
    assert_eq!(
        acting(Right::ManageListings, Some(other)),
        Err(Common::absent("dealer"))
    );
    assert_eq!(acting(Right::EditDealer, None).unwrap_err().code(), "forbidden");
    assert_eq!(key.person().unwrap_err().code(), "person_required");
    assert_eq!(key.starter(), Some(Starter::Key(holder.id)));
    assert_eq!(
        (
            key.user(),
            key.member_of(mine),
            key.sees_all(),
            key.is_of_some_dealer()
        ),
        (None, None, false, true)
    );
}

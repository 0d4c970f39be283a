//! Whether a sale may be closed, mended, confirmed or voided.

use chrono::TimeZone;
use forecourt_sales::Error;
use forecourt_sales::facts::{
    Car, CloseFacts, ConfirmFacts, Holder, NewIds, PrivateFacts, SaleFacts, Stage, Talk, VoidFacts,
};
use forecourt_sales::request::{NamedBuyer, NewBuyer, NewSale, SaleChanges};
use forecourt_sales::rules::{self, View};
use forecourt_sales::sale::{Buyer, PaymentMethod, Sale, SoldVehicle, State};
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::{Failure, Kind};
use kernel::id::UserId;
use kernel::money::{Currency, Money};
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::{id, usd};

const DEALER: u128 = 1;
const SELLER: u128 = 2;
const COLLEAGUE: u128 = 3;
const BUYER: u128 = 10;

/// Just after midnight in UTC: in America it is the day before.
fn now() -> Instant {
    chrono::Utc.with_ymd_and_hms(2025, 10, 2, 1, 0, 0).unwrap()
}

fn act(actor: Actor) -> Act {
    Act {
        actor,
        ..Act::of_system(now(), "test")
    }
}

fn user(n: u128) -> Actor {
    Actor::User(Principal {
        user: id(n),
        session: id(n),
        admin: false,
        factor_due: false,
        staff: None,
    })
}

fn staff(n: u128, role: Role, dealer: u128) -> Actor {
    Actor::User(Principal {
        user: id(n + 1000),
        session: id(n),
        admin: false,
        factor_due: false,
        staff: Some(Membership {
            staff: id(n),
            dealer: id(dealer),
            role,
            sites: Vec::new(),
        }),
    })
}

fn seller() -> Actor {
    staff(SELLER, Role::Sales, DEALER)
}

fn manager() -> Actor {
    staff(4, Role::Manager, DEALER)
}

fn vehicle() -> SoldVehicle {
    SoldVehicle {
        id: id(30),
        vin: "1HGCM82633A004352".parse().unwrap(),
        make: "Honda".to_owned(),
        model: "Accord".to_owned(),
        year: 2003,
        odometer: None,
    }
}

fn facts() -> CloseFacts {
    CloseFacts {
        car: Car {
            listing: id(20),
            dealer: id(DEALER),
            dealer_name: "Elm Street Cars".to_owned(),
            verified: true,
            site: Some(id(40)),
            zone: Some("America/New_York".parse().unwrap()),
            stage: Stage::Open,
            asking: usd(2_000_000),
            cost: None,
            vehicle: vehicle(),
        },
        talks: Vec::new(),
        buyer: Some(Buyer {
            user: Some(id(BUYER)),
            name: "Ann Lee".to_owned(),
            email: Some("ann@example.com".parse().unwrap()),
            phone: None,
        }),
        members: vec![id(SELLER), id(COLLEAGUE)],
        plans: Vec::new(),
        sold_this_month: 0,
    }
}

fn request() -> NewSale {
    NewSale {
        price: usd(1_850_000),
        sale_date: Some("2025-10-01".parse().unwrap()),
        buyer: NewBuyer::User(id(BUYER)),
        payment_method: PaymentMethod::Cash,
        sold_by: None,
        splits: None,
        notes: None,
        negotiation: None,
    }
}

fn named() -> NewBuyer {
    NewBuyer::Named(NamedBuyer {
        name: " Bo Lund ".to_owned(),
        email: Some("bo@example.com".parse().unwrap()),
        phone: None,
    })
}

fn ids() -> NewIds {
    NewIds {
        sale: id(50),
        purchase: id(51),
        entries: (60..90).map(id).collect(),
    }
}

fn close(actor: Actor, new: NewSale, facts: &CloseFacts) -> Result<Sale, Error> {
    let decision = rules::close(&act(actor), &ids(), &new.checked()?, facts)?;
    assert_eq!(decision.record.events[0].name, "sale.closed");
    Ok(decision.answer)
}

fn agreed(stage: Stage, price: i64) -> CloseFacts {
    let mut facts = facts();
    facts.car.stage = stage;
    facts.talks = vec![Talk {
        id: id(70),
        buyer: id(BUYER),
        live: true,
        agreed: Some(usd(price)),
    }];
    facts
}

fn sale() -> Sale {
    close(seller(), request(), &facts()).unwrap()
}

#[test]
fn a_member_sells_and_earns() {
    let sale = sale();
    let closing = sale.closing().unwrap();
    assert_eq!(closing.sold_by, id(SELLER));
    assert_eq!(closing.commission, usd(37_000));
    assert_eq!(sale.buyer.name, "Ann Lee");
    assert_eq!(sale.purchase, None, "an account needs no question");
}

#[test]
fn a_date_is_not_in_the_dealers_future() {
    let of = |date: &str| NewSale {
        sale_date: Some(date.parse().unwrap()),
        ..request()
    };
    assert!(close(seller(), of("2025-10-01"), &facts()).is_ok());
    let refused = close(seller(), of("2025-10-02"), &facts()).unwrap_err();
    assert_eq!(refused.violations().unwrap().as_slice()[0].code, "in_the_future");
    assert!(close(seller(), of("1990-01-01"), &facts()).is_ok());
    let refused = close(seller(), of("1989-12-31"), &facts()).unwrap_err();
    let violation = &refused.violations().unwrap().as_slice()[0];
    assert_eq!(
        (violation.pointer.as_str(), &*violation.code),
        ("/sale_date", "too_early")
    );
}

#[test]
fn a_reserved_car_goes_to_its_buyer_alone_at_the_agreed_price() {
    let reserved = agreed(Stage::Reserved, 1_850_000);
    assert_eq!(
        close(seller(), request(), &reserved)
            .unwrap()
            .closing()
            .unwrap()
            .negotiation,
        Some(id(70))
    );
    let other = NewSale {
        buyer: named(),
        ..request()
    };
    assert_eq!(
        close(seller(), other, &reserved).unwrap_err(),
        Error::ReservedForOther
    );
    let dear = agreed(Stage::Reserved, 1_900_000);
    assert_eq!(
        close(seller(), request(), &dear).unwrap_err().code(),
        "price_differs"
    );
}

#[test]
fn what_is_not_on_offer_is_not_sold() {
    for (stage, code) in [
        (Stage::Draft, "not_for_sale"),
        (Stage::Removed, "not_for_sale"),
        (Stage::Sold, "already_sold"),
    ] {
        let mut facts = facts();
        facts.car.stage = stage;
        assert_eq!(close(seller(), request(), &facts).unwrap_err().code(), code);
    }
    let mut stopped = facts();
    stopped.car.verified = false;
    assert_eq!(
        close(seller(), request(), &stopped).unwrap_err(),
        Error::DealerNotVerified
    );
}

#[test]
fn a_stranger_is_no_buyer_and_no_other_dealers_member_sells() {
    let mut strange = facts();
    strange.buyer = None;
    let refused = close(seller(), request(), &strange).unwrap_err();
    assert_eq!(refused.violations().unwrap().as_slice()[0].code, "unknown_buyer");
    let other = staff(9, Role::Owner, 99);
    assert_eq!(
        close(other, request(), &facts()).unwrap_err().kind(),
        Kind::Absent
    );
    let mechanic = staff(9, Role::Mechanic, DEALER);
    assert_eq!(
        close(mechanic, request(), &facts()).unwrap_err().kind(),
        Kind::Forbidden
    );
    let by_other = NewSale {
        sold_by: Some(id(77)),
        ..request()
    };
    assert_eq!(
        close(seller(), by_other, &facts()).unwrap_err().kind(),
        Kind::Invalid
    );
}

#[test]
fn the_price_is_in_the_listings_currency() {
    let euros = NewSale {
        price: Money::new(1, Currency::parse("EUR").unwrap()),
        ..request()
    };
    assert_eq!(
        close(seller(), euros, &facts()).unwrap_err().code(),
        "currency_mismatch"
    );
}

#[test]
fn who_sees_a_sale() {
    let sale = sale();
    let view = |actor| rules::view(&actor, &sale);
    assert_eq!(view(seller()), Ok(View::Seller));
    assert_eq!(view(manager()), Ok(View::Seller));
    assert_eq!(view(user(BUYER)), Ok(View::Buyer));
    assert_eq!(
        view(staff(COLLEAGUE, Role::Sales, DEALER)).unwrap_err().kind(),
        Kind::Forbidden
    );
    assert_eq!(view(user(11)).unwrap_err().kind(), Kind::Absent);
    assert_eq!(view(staff(9, Role::Owner, 99)).unwrap_err().kind(), Kind::Absent);
}

#[test]
fn an_owner_sells_privately_without_commission() {
    let facts = |sold| PrivateFacts {
        owner: Some(id(BUYER)),
        owner_name: "Ann Lee".to_owned(),
        sold,
        in_service: false,
        vehicle: vehicle(),
    };
    let sell = |actor, new: NewSale, sold| -> Result<Sale, Error> {
        Ok(rules::sell_privately(&act(actor), &ids(), &new.checked()?, &facts(sold))?.answer)
    };
    let new = NewSale {
        buyer: named(),
        ..request()
    };
    let sale = sell(user(BUYER), new.clone(), false).unwrap();
    assert_eq!((sale.closing(), sale.purchase), (None, Some(id(51))));
    assert_eq!(sale.buyer.name, "Bo Lund");
    assert_eq!(
        sell(user(11), new.clone(), false).unwrap_err().kind(),
        Kind::Absent
    );
    assert_eq!(sell(user(BUYER), new, true).unwrap_err(), Error::AlreadySold);
    assert_eq!(
        sell(user(BUYER), request(), false).unwrap_err().kind(),
        Kind::Invalid
    );
}

#[test]
fn a_bare_address_is_linked_by_its_verified_holder_alone() {
    let new = NewSale {
        buyer: named(),
        ..request()
    };
    let sale = close(seller(), new, &facts()).unwrap();
    let confirm = |sale: &Sale, purchase: u128, email: Option<&str>| {
        let holder = Holder {
            user: id(BUYER),
            email: email.map(|e| e.parse().unwrap()),
        };
        let facts = ConfirmFacts {
            sale: sale.clone(),
            holder,
        };
        rules::confirm(&act(user(BUYER)), id(purchase), &facts).map(|decision| decision.answer)
    };
    assert_eq!(confirm(&sale, 51, None).unwrap_err(), Error::NotTheBuyer);
    assert_eq!(
        confirm(&sale, 51, Some("eve@example.com")).unwrap_err(),
        Error::NotTheBuyer
    );
    assert_eq!(
        confirm(&sale, 52, Some("bo@example.com")).unwrap_err(),
        Error::PurchaseInvalid
    );
    let linked = confirm(&sale, 51, Some("Bo@Example.com")).unwrap();
    assert_eq!(linked.buyer.user, Some(id::<kernel::id::kind::User>(BUYER)));
    assert_eq!(
        confirm(&linked, 51, Some("bo@example.com")).unwrap(),
        linked,
        "once more changes nothing"
    );
}

#[test]
fn a_new_address_is_asked_anew() {
    let new = NewSale {
        buyer: named(),
        ..request()
    };
    let sale = close(seller(), new, &facts()).unwrap();
    let changes = SaleChanges {
        email: Patch::Value("new@example.com".parse().unwrap()),
        ..SaleChanges::default()
    };
    let facts = SaleFacts {
        sale: sale.clone(),
        seller_name: "Elm Street Cars".to_owned(),
    };
    let decision = rules::amend(&act(seller()), id(99), &changes, &facts).unwrap();
    assert_eq!(
        (decision.answer.purchase, decision.record.jobs.len()),
        (Some(id(99)), 1)
    );
    assert_eq!((decision.answer.price, decision.answer.version), (sale.price, 2));
    let colleague = staff(COLLEAGUE, Role::Sales, DEALER);
    let refused = rules::amend(&act(colleague), id(99), &changes, &facts).unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
}

#[test]
fn a_manager_voids_unless_the_car_went_on() {
    let facts = |sold_again, listed_again| VoidFacts {
        sale: sale(),
        zone: None,
        entries: Vec::new(),
        sold_again,
        listed_again,
    };
    let void = |actor, facts: &VoidFacts| -> Result<Sale, Error> {
        Ok(rules::void(&act(actor), &ids().entries, "wrong car", facts)?.answer)
    };
    let voided = void(manager(), &facts(false, false)).unwrap();
    assert!(matches!(&voided.state, State::Voided { reason, .. } if reason == "wrong car"));
    assert_eq!(
        void(seller(), &facts(false, false)).unwrap_err().kind(),
        Kind::Forbidden
    );
    assert_eq!(
        void(manager(), &facts(true, false)).unwrap_err(),
        Error::SoldAgain
    );
    assert_eq!(
        void(manager(), &facts(false, true)).unwrap_err(),
        Error::ListedAgain
    );
    let again = VoidFacts {
        sale: voided,
        ..facts(false, false)
    };
    assert_eq!(void(manager(), &again).unwrap_err(), Error::Voided);
}

#[test]
fn events_hold_no_names() {
    let decision = rules::close(&act(seller()), &ids(), &request().checked().unwrap(), &facts()).unwrap();
    let told = decision.record.events[0].payload.to_string();
    assert!(!told.contains("Ann") && !told.contains("ann@"), "{told}");
    let buyer: UserId = id(BUYER);
    assert!(told.contains(&buyer.to_string()));
}

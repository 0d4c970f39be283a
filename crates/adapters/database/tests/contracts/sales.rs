//! Sales: what they reach, what a fault leaves, who wins when many sell at once.

use forecourt_database::negotiation::SqlNegotiationQueries;
use forecourt_database::sales::{SqlLedger, SqlSales};
use kernel::act::{Act, Claim};
use kernel::error::{Failure, Kind};
use kernel::id::ListingId;
use kernel::money::{Currency, Money};
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use negotiation::ports::NegotiationQueries;
use negotiation::state::Status;
use sales::ports::{Ledger, SaleFilter, SaleQueries, Whose};
use sales::request::Subject;
use uuid::Uuid;

use crate::stage::{NINE, TEN};
use crate::till::{ALWAYS, Till, codes, named, usd, user};
use crate::world::World;

pub(crate) async fn a_sale_ends_all_that_hangs_on_the_car(world: World) {
    let till = Till::new(world).await;
    let (stage, listing) = (&till.stage, till.stage.car().await);
    let (buyer, other) = (stage.customer().await, stage.customer().await);
    let drive = stage.book(&other, listing, NINE).await.unwrap();
    stage.book(&buyer, listing, TEN).await.unwrap();
    let own = till.offer(&buyer, listing, 17_000).await;
    let others = till.offer(&other, listing, 17_500).await;
    let sale = till.sell(listing, user(&buyer), 18_000).await.unwrap();

    let found = SqlSales::new(till.db()).find(sale.id).await.unwrap().unwrap();
    assert_eq!(found, sale, "it is read back as it was told");
    let closing = sale.closing().unwrap();
    assert_eq!(
        (closing.negotiation, closing.commission),
        (Some(own.id), usd(360))
    );
    assert_eq!(sale.buyer.name, "Ann Buyer");
    let talks = SqlNegotiationQueries::new(till.db());
    let status = async |id| talks.find(id).await.unwrap().unwrap().talk.state.status();
    assert_eq!(status(own.id).await, Status::Completed);
    assert_eq!(status(others.id).await, Status::Superseded);
    assert_eq!(
        till.texts("SELECT status FROM bookings").await,
        ["cancelled", "cancelled"]
    );
    assert_eq!(till.texts("SELECT status FROM listings").await, ["sold"]);
    assert_eq!(
        till.texts("SELECT owner_kind || ' ' || status FROM vehicles")
            .await,
        ["user active"]
    );
    assert_eq!(till.texts("SELECT kind FROM vehicle_history").await, ["sold"]);
    let lines = SqlLedger::new(till.db());
    let page = PageRequest::default();
    let lines = lines
        .list(stage.dealer, Some(stage.staff), ALWAYS, &page)
        .await
        .unwrap()
        .items;
    assert_eq!(
        (lines.len(), lines[0].amount, lines[0].sale),
        (1, usd(360), sale.id)
    );
    let told = till
        .texts("SELECT name FROM outbox WHERE name LIKE 'sale.%' OR name LIKE 'listing.%'")
        .await;
    assert!(told.contains(&"sale.closed".to_owned()) && told.contains(&"listing.sold".to_owned()));
    assert_eq!(drive.listing, listing);
}

pub(crate) async fn two_sales_of_one_listing_have_one_winner(world: World) {
    let till = Till::new(world).await;
    for _ in 0..10 {
        let listing = till.stage.car().await;
        assert_eq!(race(&till, listing, 2).await, ["already_sold"]);
    }
}

pub(crate) async fn no_car_is_sold_twice_in_ten_thousand_tries(world: World) {
    let till = Till::new(world).await;
    let cars = 100;
    for _ in 0..cars {
        let listing = till.stage.car().await;
        assert_eq!(race(&till, listing, 100).await, ["already_sold"]);
    }
    let ledger = SqlLedger::new(till.db());
    let totals = ledger.totals(till.stage.dealer, None, ALWAYS).await.unwrap();
    assert_eq!(totals[0].balance, usd(cars * 360));
}

/// Sells one car so many times at once: one gets it. The codes that the others get.
async fn race(till: &Till, listing: ListingId, tries: usize) -> Vec<&'static str> {
    let calls: Vec<_> = (0..tries)
        .map(|_| {
            let (close, act) = (till.closing(till.db()), till.stage.act(&till.stage.sales));
            let new = till.request(named(None), 18_000);
            tokio::spawn(async move { close.close(&act, Subject::Listing(listing), new).await })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap());
    }
    assert_eq!(
        ends.iter().filter(|end| end.is_ok()).count(),
        1,
        "{:?}",
        codes(&ends)
    );
    codes(&ends)
}

pub(crate) async fn a_sale_that_fails_midway_leaves_nothing(world: World) {
    let till = Till::new(world).await;
    let (stage, listing) = (&till.stage, till.stage.car().await);
    let (buyer, other) = (stage.customer().await, stage.customer().await);
    stage.book(&other, listing, NINE).await.unwrap();
    till.offer(&buyer, listing, 17_000).await;
    till.offer(&other, listing, 17_500).await;
    let act = Act {
        claim: Some(Claim {
            scope: "one key for all tries".to_owned(),
            fingerprint: "the same request".to_owned(),
        }),
        ..stage.act(&stage.sales)
    };
    let before = till.traces().await;
    for nth in 1.. {
        let close = till.closing(till.db().failing_at(nth));
        let new = till.request(user(&buyer), 18_000);
        match close.close(&act, Subject::Listing(listing), new).await {
            Err(error) => {
                assert_eq!(error.kind(), Kind::Unavailable, "statement {nth}: {error}");
                assert_eq!(
                    till.traces().await,
                    before,
                    "statement {nth} failed and left something"
                );
            }
            Ok(done) => {
                assert!(!done.replayed);
                assert!(nth > 25, "a sale has more than {nth} statements");
                break;
            }
        }
    }
    assert_ne!(till.traces().await, before);
}

pub(crate) async fn a_void_brings_the_balance_back(world: World) {
    let till = Till::new(world).await;
    let (stage, listing) = (&till.stage, till.stage.car().await);
    let (buyer, other) = (stage.customer().await, stage.customer().await);
    stage.book(&other, listing, NINE).await.unwrap();
    stage.book(&buyer, listing, TEN).await.unwrap();
    let sale = till.sell(listing, user(&buyer), 18_333).await.unwrap();
    let voided = till.void(&sale).await.unwrap();
    assert_eq!(
        SqlSales::new(till.db()).find(sale.id).await.unwrap().unwrap(),
        voided
    );
    let ledger = SqlLedger::new(till.db());
    let total = &ledger.totals(stage.dealer, None, ALWAYS).await.unwrap()[0];
    assert_eq!(
        (total.balance, total.clawed_back.minor()),
        (usd(0), -total.earned.minor())
    );
    assert_eq!(total.earned, Money::new(36_666, Currency::USD));
    assert_eq!(till.texts("SELECT status FROM listings").await, ["active"]);
    assert_eq!(
        till.texts("SELECT owner_kind || ' ' || status FROM vehicles")
            .await,
        ["dealer active"]
    );
    let offered = till
        .texts("SELECT name FROM outbox WHERE name = 'booking.slot_free_again'")
        .await;
    assert_eq!(offered.len(), 2, "both may have their slots again");
    assert_eq!(till.void(&sale).await.unwrap_err().code(), "sale_voided");
    let again = till.sell(listing, named(None), 18_000).await.unwrap();
    assert_eq!(
        till.texts("SELECT owner_kind || ' ' || status FROM vehicles")
            .await,
        ["dealer sold"]
    );
    till.void(&again).await.unwrap();
    let ledger = ledger.totals(stage.dealer, None, ALWAYS).await.unwrap();
    assert_eq!(ledger[0].balance, usd(0));
    for change in [
        "UPDATE commission_entries SET amount_minor = 1",
        "DELETE FROM commission_entries",
    ] {
        let mut sql = till.db().sql();
        sql.push(change);
        assert!(till.db().run(sql).await.is_err(), "the ledger is never changed");
    }
}

pub(crate) async fn one_key_sent_many_times_at_once_sells_once(world: World) {
    let till = Till::new(world).await;
    let listing = till.stage.car().await;
    let act = Act {
        claim: Some(Claim {
            scope: "a key".to_owned(),
            fingerprint: "a request".to_owned(),
        }),
        ..till.stage.act(&till.stage.sales)
    };
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (close, act) = (till.closing(till.db()), act.clone());
            let new = till.request(named(None), 18_000);
            tokio::spawn(async move { close.close(&act, Subject::Listing(listing), new).await })
        })
        .collect();
    let mut sales = Vec::new();
    let mut fresh = 0;
    for call in calls {
        let done = call.await.unwrap().unwrap();
        fresh += usize::from(!done.replayed);
        sales.push(done.value.id);
    }
    sales.dedup();
    assert_eq!((fresh, sales.len()), (1, 1));
    assert_eq!(
        till.texts("SELECT kind FROM commission_entries").await,
        ["earned"]
    );
}

/// An owner enters the one car that is there by hand.
async fn enter(till: &Till, kind: &str, owner: Uuid) {
    let mut sql = till.db().sql();
    sql.push(
        "INSERT INTO vehicles (id, owner_kind, owner_id, status, vin, make, model, year, created_at, updated_at, version) \
         SELECT ",
    );
    sql.bind(till.stage.world.ids.uuid())
        .push(", ")
        .bind(kind)
        .push(", ")
        .bind(owner);
    sql.push(", 'active', vin, make, model, year, created_at, updated_at, 1 FROM vehicles");
    till.db().run(sql).await.unwrap();
}

/// An owner of this kind writes into the log of their car.
async fn note(till: &Till, kind: &str, words: &str) {
    let mut sql = till.db().sql();
    sql.push(
        "INSERT INTO service_records (id, vehicle_id, owner_kind, owner_id, description, status, past_history, created_at, updated_at, version) \
         SELECT ",
    );
    sql.bind(till.stage.world.ids.uuid())
        .push(", v.id, v.owner_kind, v.owner_id, ")
        .bind(words);
    sql.push(", 'completed', FALSE, v.created_at, v.updated_at, 1 FROM vehicles v WHERE v.owner_kind = ")
        .bind(kind);
    till.db().run(sql).await.unwrap();
}

/// Whose log has which entries, and whose the records of the car are.
async fn logs(till: &Till) -> (Vec<String>, Vec<String>) {
    let entries = "SELECT v.owner_kind || ': ' || r.description FROM service_records r JOIN vehicles v ON v.id = r.vehicle_id ORDER BY 1";
    let cars = "SELECT owner_kind || ' ' || status FROM vehicles ORDER BY 1";
    (till.texts(entries).await, till.texts(cars).await)
}

pub(crate) async fn a_void_leaves_the_buyer_what_they_wrote(world: World) {
    let till = Till::new(world).await;
    let (stage, listing) = (&till.stage, till.stage.car().await);
    let buyer = stage.customer().await;
    stage.book(&buyer, listing, TEN).await.unwrap();
    note(&till, "dealer", "new brakes").await;
    let sale = till.sell(listing, user(&buyer), 18_000).await.unwrap();
    till.void(&sale).await.unwrap();
    let dealers = vec!["dealer: new brakes".to_owned()];
    let nothing = (dealers, vec!["dealer active".to_owned()]);
    assert_eq!(logs(&till).await, nothing, "who wrote nothing keeps nothing");

    enter(&till, "user", buyer.user().unwrap().uuid()).await;
    note(&till, "user", "my own repair").await;
    // Twice: what stayed joins again, and stays again.
    for after in ["a first wash", "a second wash"] {
        let sale = till.sell(listing, user(&buyer), 18_000).await.unwrap();
        assert_eq!(logs(&till).await.1, ["user active"], "two records became one");
        note(&till, "user", after).await;
        till.void(&sale).await.unwrap();
    }
    let (entries, cars) = logs(&till).await;
    assert_eq!(
        entries,
        [
            "dealer: new brakes",
            "user: a first wash",
            "user: a second wash",
            "user: my own repair"
        ]
    );
    assert_eq!(cars, ["dealer active", "user active"]);
}

pub(crate) async fn a_car_that_was_entered_again_comes_back_as_one(world: World) {
    let till = Till::new(world).await;
    let listing = till.stage.car().await;
    let sale = till.sell(listing, named(None), 18_000).await.unwrap();
    enter(&till, "dealer", till.stage.dealer.uuid()).await;
    till.void(&sale).await.unwrap();
    assert_eq!(logs(&till).await.1, ["dealer active"]);
    assert_eq!(till.texts("SELECT status FROM listings").await, ["active"]);
}

pub(crate) async fn a_buyer_known_by_address_takes_the_car_over_and_records_join(world: World) {
    let till = Till::new(world).await;
    let (stage, listing) = (&till.stage, till.stage.car().await);
    let buyer = stage.customer().await;
    let address = format!("{}@example.com", buyer.user().unwrap());
    let sale = till.sell(listing, named(Some(&address)), 18_000).await.unwrap();
    let token = sale.purchase.unwrap().to_string();
    // Meanwhile the buyer entered the car by hand.
    enter(&till, "user", buyer.user().unwrap().uuid()).await;
    let stranger = stage.customer().await;
    let refused = till
        .voiding()
        .confirm(&stage.act(&stranger), &token)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "not_the_buyer");
    let linked = till
        .voiding()
        .confirm(&stage.act(&buyer), &token)
        .await
        .unwrap()
        .value;
    assert_eq!(linked.buyer.user, buyer.user());
    assert_eq!(
        till.texts("SELECT owner_kind || ' ' || status FROM vehicles")
            .await,
        ["user active"]
    );
    let again = till
        .voiding()
        .confirm(&stage.act(&buyer), &token)
        .await
        .unwrap()
        .value;
    assert_eq!(again, linked);
    let own = SqlSales::new(till.db());
    let whose = Whose::Person(buyer.user().unwrap());
    let mine = own
        .list(whose, &SaleFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(mine.items, [linked]);
}

pub(crate) async fn a_bonus_is_counted_one_sale_after_the_other(world: World) {
    let till = Till::new(world).await;
    let stage = &till.stage;
    let mut sql = till.db().sql();
    sql.push("INSERT INTO commission_plans (id, dealer_id, name, effective_from, currency, terms, created_at, updated_at, version) VALUES (");
    sql.bind_all([stage.world.ids.uuid(), stage.dealer.uuid()]);
    let now = stage.world.clock.now();
    sql.push(", 'bonus', ")
        .bind(chrono::NaiveDate::default())
        .push(", 'USD', ");
    sql.bind(serde_json::json!({
        "basis": "price",
        "scheme": { "percentage": 100 },
        "minimum": null,
        "maximum": null,
        "bonus": { "from_unit": 4, "amount": { "minor": 5_000, "currency": "USD" } },
    }));
    sql.push(", ").bind_all([now, now]).push(", 1)");
    till.db().run(sql).await.unwrap();
    let mut calls = Vec::new();
    for _ in 0..8 {
        let listing = stage.car().await;
        let (close, act) = (till.closing(till.db()), stage.act(&stage.sales));
        let new = till.request(named(None), 10_000);
        calls.push(tokio::spawn(async move {
            close.close(&act, Subject::Listing(listing), new).await
        }));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let totals = SqlLedger::new(till.db())
        .totals(stage.dealer, None, ALWAYS)
        .await
        .unwrap();
    assert_eq!((totals[0].earned, totals[0].bonus), (usd(800), usd(250)));
}

//! Many listings sold at once.

use std::sync::Arc;

use application::bulk_status::{BulkChange, ChangeMany};
use application::error::Error;
use application::remove_listing::ChangeListings;
use forecourt_database::Db;
use forecourt_database::inventory::SqlRemovals;
use forecourt_database::negotiation::SqlNegotiationQueries;
use inventory::bulk::BulkItem;
use inventory::listing::Listed;
use kernel::id::ListingId;
use negotiation::ports::NegotiationQueries;
use negotiation::state::Status;
use sales::request::{NewBuyer, NewSale};

use crate::stage::NINE;
use crate::till::{Till, named, user};
use crate::world::World;

/// Statements that write a car more: its sale, who shares in it and what they earn; the listing and the vehicle, each with its
/// timeline and what searches find of it.
const WRITES: u64 = 24;

fn sold(till: &Till, listing: ListingId, buyer: NewBuyer) -> BulkChange {
    BulkChange {
        item: BulkItem {
            listing,
            status: "sold".to_owned(),
            has_price: true,
        },
        sale: Some(NewSale {
            sold_by: Some(till.stage.staff),
            ..till.request(buyer, 18_000)
        }),
    }
}

async fn send(till: &Till, db: Db, changes: Vec<BulkChange>) -> Result<Vec<Listed>, Error> {
    let many = ChangeMany {
        changes: ChangeListings {
            removals: Arc::new(SqlRemovals::new(db.clone())),
        },
        close: till.closing(db),
    };
    let act = till.stage.act(&till.manager);
    Ok(many.run(&act, changes).await?.value)
}

pub(crate) async fn of_many_cars_each_ends_its_own_drives_and_talks(world: World) {
    let till = Till::new(world).await;
    let stage = &till.stage;
    let buyer = stage.customer().await;
    let (mut cars, mut drives, mut talks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..4 {
        let (car, other) = (stage.car().await, stage.customer().await);
        drives.push(stage.book(&other, car, NINE).await.unwrap().id);
        talks.push((
            till.offer(&buyer, car, 17_000).await.id,
            till.offer(&other, car, 17_500).await.id,
        ));
        cars.push(car);
    }
    // One is sold to a buyer who talks about all four, one to somebody else, one is taken down, and one stays as it is.
    let removed = BulkChange {
        item: BulkItem {
            listing: cars[2],
            status: "removed".to_owned(),
            has_price: false,
        },
        sale: None,
    };
    let changes = vec![
        removed,
        sold(&till, cars[1], named(None)),
        sold(&till, cars[0], user(&buyer)),
    ];
    let listed = send(&till, till.db(), changes).await.unwrap();
    let order: Vec<ListingId> = listed.iter().map(|listed| listed.listing.id).collect();
    assert_eq!(order, [cars[2], cars[1], cars[0]]);

    let queries = SqlNegotiationQueries::new(till.db());
    let mut ends = Vec::new();
    for (own, others) in &talks {
        for talk in [own, others] {
            ends.push(queries.find(*talk).await.unwrap().unwrap().talk.state.status());
        }
    }
    assert_eq!(
        ends,
        [
            Status::Completed,
            Status::Superseded,
            Status::Superseded,
            Status::Superseded,
            Status::Superseded,
            Status::Superseded,
            Status::AwaitingDealer,
            Status::AwaitingDealer,
        ]
    );
    let mut standing = Vec::new();
    for drive in drives {
        let found = stage.drives.queries.find(drive).await.unwrap().unwrap();
        standing.push(found.drive.status.as_str());
    }
    assert_eq!(standing, ["cancelled", "cancelled", "cancelled", "requested"]);
    assert_eq!(
        till.texts(
            "SELECT COALESCE(buyer_name, 'none') FROM sales WHERE status = 'closed' ORDER BY buyer_name"
        )
        .await,
        ["Ann Buyer", "Bo Lund"]
    );
    assert_eq!(
        till.texts("SELECT owner_kind FROM vehicles ORDER BY owner_kind")
            .await,
        ["dealer", "dealer", "dealer", "user"]
    );
}

/// Statements that it takes to sell so many cars at once, counted by failing at each of them: a try that fails leaves nothing.
async fn cost(till: &Till, cars: usize) -> u64 {
    let mut changes = Vec::new();
    for _ in 0..cars {
        changes.push(sold(till, till.stage.car().await, named(None)));
    }
    for nth in 1..1_000 {
        let db = till.db().failing_at(nth);
        if send(till, db, changes.clone()).await.is_ok() {
            return nth - 1;
        }
    }
    unreachable!("a thousand statements for {cars} cars");
}

pub(crate) async fn a_car_more_costs_the_statements_that_write_it(world: World) {
    let till = Till::new(world).await;
    let (one, four) = (cost(&till, 1).await, cost(&till, 4).await);
    let more = (four - one) / 3;
    assert!(
        more <= WRITES,
        "a car more costs {more} statements: one {one}, four {four}"
    );
}

//! What papers say of a sale: the seller as registers name them, the car as it was on that day.

use forecourt_database::sales::{SqlPapers, SqlSales};
use kernel::distance::Distance;
use kernel::vocabulary::DistanceUnit;
use sales::bill::Bill;
use sales::ports::{Papers, SaleQueries};

use crate::till::{Till, named};
use crate::world::World;

pub(crate) async fn a_bill_keeps_what_the_odometer_read_and_names_the_seller(world: World) {
    let till = Till::new(world).await;
    let listing = till.stage.car().await;
    let drive = async |miles: i64| {
        let mut sql = till.db().sql();
        sql.push("UPDATE vehicles SET odometer_unit = 'mi', odometer_value = ")
            .bind(miles);
        till.db().run(sql).await.unwrap();
    };
    drive(98_000).await;
    let sale = till.sell(listing, named(None), 18_000).await.unwrap();
    drive(120_000).await;

    let found = SqlSales::new(till.db()).find(sale.id).await.unwrap().unwrap();
    assert_eq!(found, sale, "it is read back as it was told");
    let seller = SqlPapers::new(till.db()).seller(&found).await.unwrap();
    let bill = Bill::of(&found, seller);
    assert_eq!(
        bill.vehicle.odometer,
        Some(Distance::new(98_000, DistanceUnit::Mi).unwrap())
    );
    assert_eq!(
        (bill.seller.name.as_str(), bill.seller.legal_name.as_deref()),
        ("Empire Motors", Some("Empire Motors Inc"))
    );
    assert_eq!(bill.seller.address, ["1 Main Street", "New York 10001", "US"]);
    assert_eq!((bill.buyer.name.as_str(), bill.voided), ("Bo Lund", None));

    // A reading without its unit is none.
    let mut sql = till.db().sql();
    sql.push("UPDATE sales SET odometer_unit = NULL");
    assert!(till.db().run(sql).await.is_err());
}

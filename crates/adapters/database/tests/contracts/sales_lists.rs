//! Lists of sales: their pages, and what narrows them.

use chrono::Days;
use forecourt_database::sales::SqlSales;
use kernel::paging::{PageRequest, Position};
use kernel::ports::Clock;
use sales::ports::{SaleFilter, SaleQueries, Whose};
use sales::sale::PaymentMethod;

use crate::till::{Till, named};
use crate::world::World;

pub(crate) async fn lists_of_sales_page_by_cursor_without_a_gap(world: World) {
    let till = Till::new(world).await;
    let stage = &till.stage;
    let today = stage.world.clock.now().date_naive();
    let mut made = Vec::new();
    for n in 0..7_u64 {
        let listing = stage.car().await;
        // Two of a day each, so that the id has to decide.
        let date = today.checked_sub_days(Days::new(n / 2)).unwrap();
        made.push(till.sell_on(listing, named(None), 18_000, date).await.unwrap());
    }
    made.sort_by_key(|sale| std::cmp::Reverse((sale.sale_date, sale.id)));
    let queries = SqlSales::new(stage.world.db().clone());
    let whose = Whose::Member(stage.dealer, stage.staff);
    let mut found = Vec::new();
    let mut position = Some(Position::Cursor(String::new()));
    while let Some(at) = position.take() {
        let request = PageRequest {
            size: 2,
            position: at,
            ..PageRequest::default()
        };
        let page = queries
            .list(whose, &SaleFilter::default(), &request)
            .await
            .unwrap();
        assert_eq!(page.count, Some(7));
        found.extend(page.items);
        position = page.next;
    }
    assert_eq!(found, made);

    let narrowed = async |filter: SaleFilter| {
        let all = PageRequest::default();
        let page = queries
            .list(Whose::Dealer(stage.dealer), &filter, &all)
            .await
            .unwrap();
        page.items.len()
    };
    let none = SaleFilter::default();
    let days = SaleFilter {
        from: today.checked_sub_days(Days::new(2)),
        to: today.checked_sub_days(Days::new(1)),
        ..none.clone()
    };
    assert_eq!(narrowed(days).await, 4);
    let make = |make: &str| SaleFilter {
        makes: vec![make.to_owned()],
        ..SaleFilter::default()
    };
    assert_eq!(
        (narrowed(make("FORD")).await, narrowed(make("Honda")).await),
        (7, 0)
    );
    let cash = SaleFilter {
        payment_methods: vec![PaymentMethod::Cash],
        ..none.clone()
    };
    assert_eq!(narrowed(cash).await, 0);
    let sites = SaleFilter {
        sites: vec![stage.site],
        ..none
    };
    assert_eq!(narrowed(sites).await, 7);
    let chunk = queries
        .chunk(whose, &SaleFilter::default(), Some(made[6].id), 3)
        .await
        .unwrap();
    assert!(chunk.len() <= 3 && chunk.iter().all(|sale| sale.id > made[6].id));
}

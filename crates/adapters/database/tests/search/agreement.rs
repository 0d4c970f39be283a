//! Every search gives the same listings in the same order on both databases.

use inventory::listing::Listed;
use inventory::search::filter::{Defaults, ListingFilter, Query};
use inventory::search::views::Hit;
use inventory::words::ListingWords;
use kernel::actor::Actor;
use kernel::money::Currency;
use kernel::paging::{PageRequest, Position, Sort};
use test_databases::Backend;

use crate::lot::{Lot, dealer};

/// Queries of `GET /listings`, each with what it must at least find.
const SEARCHES: &[(&str, bool)] = &[
    ("", true),
    ("make=Ford", true),
    ("make=ford,mazda&ordering=price", true),
    ("make=Citroen&ordering=-price", true),
    ("model=f150&ordering=-year,price", true),
    ("model=CX 5&min_price=10000&max_price=20000&ordering=price", true),
    ("ordering=-price", true),
    ("ordering=price", true),
    ("ordering=year,-mileage", true),
    ("ordering=-mileage", true),
    ("currency=EUR&ordering=-price", true),
    ("trim=long range", true),
    ("year=2016,2018", true),
    ("min_year=2017&max_year=2018&ordering=mileage", true),
    ("min_mileage=30000&max_mileage=40000", true),
    ("max_mileage=50000&unit=km", true),
    ("fuel_type=electric,diesel", true),
    ("body_type=suv&ordering=price", true),
    ("color=ble dore", true),
    ("condition=used", true),
    ("condition=new", false),
    ("city=sao paulo", true),
    ("state=il&featured=true", true),
    ("featured=false&ordering=-listed_at", true),
    ("listed_since=2026-06-05T14:30:00Z", true),
    ("lat=41.9&lng=-87.6&radius_km=50", true),
    ("lat=41.9&lng=-87.6&ordering=distance", true),
    ("lat=41.9&lng=-87.6&radius_km=1000&ordering=-distance", true),
    ("q=f150", true),
    ("q=F-150", true),
    ("q=f 150", true),
    ("q=citro", true),
    ("q=CITROEN c4", true),
    ("q=one owner ford", true),
    ("q=naive&ordering=price", true),
    ("q=heated tow", true),
    ("q=tesla 2016", true),
    ("q=zebra", false),
    ("q=f150&make=Mazda&ordering=-relevance,price", true),
];

fn filter(query: &str) -> (ListingFilter, Vec<Sort>) {
    filter_of(query, Defaults::default())
}

fn filter_of(query: &str, defaults: Defaults) -> (ListingFilter, Vec<Sort>) {
    let mut map = Query::new();
    let mut sort = Vec::new();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if name == "ordering" {
            sort = Sort::parse_list(value);
        } else {
            map.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }
    (ListingFilter::read(&map, defaults).unwrap(), sort)
}

/// A hit without its id, which is made anew by each import.
fn shown(hit: &Hit) -> (String, Option<i64>) {
    let card: serde_json::Value = serde_json::from_str(&hit.card).unwrap();
    (card["vehicle"]["vin"].as_str().unwrap().to_owned(), hit.distance)
}

async fn whole_list(lot: &Lot, query: &str) -> Vec<Hit> {
    all_of(lot, filter(query)).await
}

async fn all_of(lot: &Lot, (filter, sort): (ListingFilter, Vec<Sort>)) -> Vec<Hit> {
    let mut position = Position::Cursor(String::new());
    let mut all = Vec::new();
    let mut count = None;
    loop {
        let request = PageRequest {
            size: 7,
            position,
            count: count.is_none(),
            sort: sort.clone(),
        };
        let page = lot.search.list(&Actor::System, &filter, &request).await.unwrap();
        count = count.or(page.count);
        all.extend(page.items);
        position = match page.next {
            Some(next) => next,
            None => break,
        };
    }
    assert_eq!(count, Some(u64::try_from(all.len()).unwrap()), "{filter:?}");
    all
}

async fn both() -> [Lot; 2] {
    [
        Lot::stocked(Backend::Sqlite).await,
        Lot::stocked(Backend::Postgres).await,
    ]
}

#[tokio::test]
async fn both_databases_find_the_same_listings_in_the_same_order() {
    let [sqlite, postgres] = both().await;
    for (query, found) in SEARCHES {
        let one: Vec<_> = whole_list(&sqlite, query).await.iter().map(shown).collect();
        let other: Vec<_> = whole_list(&postgres, query).await.iter().map(shown).collect();
        assert_eq!(one, other, "{query}");
        assert_eq!(!one.is_empty(), *found, "{query}: {} found", one.len());
    }
}

#[tokio::test]
async fn pages_by_number_and_by_cursor_go_through_the_same_list() {
    for lot in both().await {
        let (filter, sort) = filter("make=Ford&ordering=-year,price");
        let by_cursor = whole_list(&lot, "make=Ford&ordering=-year,price").await;
        let mut by_number = Vec::new();
        for number in 1.. {
            let request = PageRequest {
                size: 9,
                position: Position::Page(number),
                count: false,
                sort: sort.clone(),
            };
            let page = lot
                .search
                .list(&Actor::Anonymous, &filter, &request)
                .await
                .unwrap();
            by_number.extend(page.items);
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(by_cursor, by_number);
    }
}

#[tokio::test]
async fn words_are_found_and_weighed_as_the_reference_does() {
    for lot in both().await {
        let all = whole_list(&lot, "").await;
        for q in ["f150", "one owner", "ford focus", "tow b", "cx5 naive", "150"] {
            let (search, _) = filter(&format!("q={q}"));
            let q = search.q.clone().unwrap();
            let mut expected = 0;
            let mut points = Vec::new();
            for hit in &all {
                let words = words_of(&lot, hit).await;
                if q.matches(&words) {
                    expected += 1;
                }
            }
            let request = PageRequest {
                size: 100,
                sort: Vec::new(),
                ..PageRequest::default()
            };
            let page = lot.search.list(&Actor::System, &search, &request).await.unwrap();
            assert_eq!(page.count, Some(expected), "{q:?}");
            for hit in &page.items {
                points.push(q.relevance(&words_of(&lot, hit).await));
            }
            assert!(points.is_sorted_by(|a, b| a >= b), "{q:?}: {points:?}");
        }
    }
}

async fn words_of(lot: &Lot, hit: &Hit) -> ListingWords {
    let Listed { listing, vehicle } = lot.search.detail(&Actor::System, hit.id).await.unwrap().listed;
    let details = vehicle.details;
    let (year, trim) = (details.year.to_string(), details.trim.unwrap_or_default());
    ListingWords::of(
        [details.make.as_str(), &details.model, &trim, &year],
        Some(&listing.text.title),
        listing.text.features.iter().map(String::as_str),
        Some(&listing.text.description),
    )
}

#[tokio::test]
async fn facets_suggestions_makes_and_neighbours_agree() {
    let [sqlite, postgres] = both().await;
    for query in ["", "make=Ford", "fuel_type=diesel&max_price=15000", "q=f150"] {
        let (filter, _) = filter(query);
        let one = sqlite.search.facets(&filter).await.unwrap();
        assert_eq!(one, postgres.search.facets(&filter).await.unwrap(), "{query}");
        assert!(!one.make.is_empty() && !one.price.is_empty());
    }
    let (ford, _) = filter("make=Ford");
    let facets = sqlite.search.facets(&ford).await.unwrap();
    assert_eq!(facets.make.len(), 4, "the make facet leaves the make filter out");
    assert_eq!(facets.body_type.iter().map(|b| b.count).sum::<u64>(), 144);
    assert_eq!(
        sqlite.search.makes().await.unwrap(),
        postgres.search.makes().await.unwrap()
    );
    let texts = |lot: &Lot| {
        let search = lot.search.clone();
        async move {
            search
                .suggest("f1")
                .await
                .unwrap()
                .into_iter()
                .map(|s| s.text)
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(texts(&sqlite).await, ["Ford F-150"]);
    assert_eq!(texts(&sqlite).await, texts(&postgres).await);
    let featured = |hits: Vec<Hit>| hits.iter().map(shown).collect::<Vec<_>>();
    let one = featured(sqlite.search.featured().await.unwrap());
    assert_eq!(one, featured(postgres.search.featured().await.unwrap()));
    assert_eq!(one.len(), 12);
    let mut neighbours = Vec::new();
    for lot in [&sqlite, &postgres] {
        let first = whole_list(lot, "model=Focus&ordering=price").await[0].id;
        neighbours.push(featured(lot.search.similar(first).await.unwrap()));
    }
    assert_eq!(neighbours[0], neighbours[1]);
    assert_eq!(neighbours[0].len(), 8);
}

#[tokio::test]
async fn a_detail_names_what_its_rating_compares_with() {
    for lot in both().await {
        let hit = &whole_list(
            &lot,
            "model=Focus&year=2016&currency=USD&site=00000000-0000-7000-8000-000000000101",
        )
        .await[0];
        let detail = lot.search.detail(&Actor::Anonymous, hit.id).await.unwrap();
        let rating = detail.rating.unwrap();
        assert!(rating.comparables.len() >= 8, "{rating:?}");
        for comparable in &rating.comparables {
            let other = lot
                .search
                .detail(&Actor::Anonymous, comparable.listing_id)
                .await
                .unwrap()
                .listed;
            assert_eq!(other.vehicle.details.model, "Focus");
            assert_eq!(other.listing.prices.asking(), comparable.asking_price);
            assert!(other.vehicle.details.year.abs_diff(2016) <= 1);
        }
        assert_eq!(
            (detail.prices.len(), detail.site.unwrap().name),
            (1, "Site 1".to_owned())
        );
        assert_eq!(detail.dealer.id, dealer(1));
    }
}

#[tokio::test]
async fn a_list_is_one_statement() {
    for lot in both().await {
        let (filter, sort) = filter("make=Ford&q=f150&lat=1&lng=1&ordering=distance");
        let request = PageRequest {
            count: false,
            sort,
            ..PageRequest::default()
        };
        let before = lot.db.statements();
        lot.search.list(&Actor::System, &filter, &request).await.unwrap();
        assert_eq!(lot.db.statements() - before, 1);
    }
}

#[tokio::test]
async fn what_searches_read_is_what_a_rebuild_writes() {
    for lot in both().await {
        let before = whole_list(&lot, "q=ford&ordering=price").await;
        assert_eq!(lot.adapter.rebuild().await.unwrap(), 360);
        assert_eq!(whole_list(&lot, "q=ford&ordering=price").await, before);
    }
}

/// Currency and amount of a hit's card.
fn price(hit: &Hit) -> (String, f64) {
    let card: serde_json::Value = serde_json::from_str(&hit.card).unwrap();
    let price = &card["asking_price"];
    let amount = price["amount"].as_str().unwrap().parse().unwrap();
    (price["currency"].as_str().unwrap().to_owned(), amount)
}

#[tokio::test]
async fn orders_filters_and_bands_follow_the_platforms_currency() {
    let eur = Currency::parse("EUR").unwrap();
    let defaults = Defaults {
        currency: eur,
        ..Defaults::default()
    };
    for lot in both().await {
        assert_eq!(
            lot.adapter.follow_currency().await.unwrap(),
            0,
            "nothing has changed"
        );
        let in_dollars = whole_list(&lot, "ordering=price").await;
        assert_eq!(price(&in_dollars[0]).0, "USD");
        let lot = lot.under(eur).await;
        assert_eq!(lot.adapter.follow_currency().await.unwrap(), 360);
        assert_eq!(lot.adapter.follow_currency().await.unwrap(), 0, "once");
        for query in ["ordering=price", "ordering=-price"] {
            let found = all_of(&lot, filter_of(query, defaults)).await;
            let prices: Vec<_> = found.iter().map(price).collect();
            let mut sorted = prices.clone();
            // EUR comes before USD by code too.
            sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            if query.contains('-') {
                sorted.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            }
            assert_eq!(prices, sorted, "{query}");
        }
        let cheap = all_of(&lot, filter_of("max_price=20000", defaults)).await;
        assert!(cheap.iter().all(|hit| price(hit).0 == "EUR") && !cheap.is_empty());
        let dollars = all_of(&lot, filter_of("currency=USD&ordering=price", defaults)).await;
        let kept: Vec<_> = in_dollars.iter().map(price).filter(|p| p.0 == "USD").collect();
        assert_eq!(dollars.iter().map(price).collect::<Vec<_>>(), kept);
        let (all, _) = filter_of("", defaults);
        let bands = lot.search.facets(&all).await.unwrap().price;
        assert!(bands.iter().all(|band| band.value.from.currency() == eur));
        let counted: u64 = bands.iter().map(|band| band.count).sum();
        let euros = all_of(&lot, filter_of("currency=EUR", defaults)).await;
        assert_eq!(counted, u64::try_from(euros.len()).unwrap());
    }
}

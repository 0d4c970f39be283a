//! Cars looked for, as a buyer's program does it.

use std::collections::BTreeSet;

use forecourt_tests::world::{Dealer, address, dealer, vin};
use forecourt_tests::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::stock_files::{file, import, tally};

const COLUMNS: &str = "vin,make,model,trim,year,body_type,fuel_type,transmission,drivetrain,color,mileage,condition,price,currency,msrp,\
     featured,title,description,features\n";

/// Cars of New York, the first to come; each is told by its serial.
const NEW_YORK: &[(u32, &str)] = &[
    (
        1,
        "Ford,F-150,XLT,2020,pickup,gasoline,automatic,four_wd,Blue,30000,used,38500,USD,52000,true,,,Tow bar",
    ),
    (
        2,
        "Ford,F-150,Lariat,2022,pickup,hybrid,automatic,four_wd,Black,12000,certified,52000,USD,,false,,,",
    ),
    (
        3,
        "Ford,Focus,SE,2016,hatchback,gasoline,manual,fwd,Red,80000,used,9500,USD,,false,,Shares a drive with no F-150,",
    ),
];
/// Cars of Boston, ten minutes later.
const BOSTON: &[(u32, &str)] = &[
    (
        4,
        "Citroën,C4,,2018,hatchback,diesel,manual,fwd,Blé doré,60000,used,11000,USD,,false,Très belle,,",
    ),
    (
        5,
        "Mazda,CX-5,Touring,2019,suv,gasoline,automatic,awd,White,45000,used,21000,USD,,false,,,Heated seats|Tow bar",
    ),
];
/// Cars of another dealer, in Los Angeles.
const LOS_ANGELES: &[(u32, &str)] = &[
    (
        6,
        "Tesla,Model 3,Long Range,2023,sedan,electric,automatic,rwd,Grey,9000,used,33000,USD,,false,,,",
    ),
    (
        7,
        "Honda,Accord,,2026,sedan,hybrid,cvt,fwd,Silver,10,new,31000,EUR,,false,,,",
    ),
];

struct Market {
    app: TestApp,
    oak: Dealer,
    boston: String,
    elm: Dealer,
}

impl Market {
    async fn open(backend: Backend) -> Self {
        let app = TestApp::start(backend).await;
        let admin = app.admin().await.client;
        let oak = dealer(&app, &admin, "Oak").await;
        let elm = dealer(&app, &admin, "Elm").await;
        place(&oak, &oak.site, "New York", "NY", 40.75, -73.99).await;
        place(&elm, &elm.site, "Los Angeles", "CA", 34.05, -118.24).await;
        let boston = json!({ "kind": "showroom", "name": "Harbour", "timezone": "America/New_York", "address": address() });
        let boston = oak.owner.post("/sites", boston).await.expect(201).text("/id");
        place(&oak, &boston, "Boston", "MA", 42.36, -71.06).await;
        let market = Self {
            app,
            oak,
            boston,
            elm,
        };
        market.stock(&market.oak, &market.oak.site, NEW_YORK).await;
        market.app.advance(600).await;
        market.stock(&market.oak, &market.boston, BOSTON).await;
        market.stock(&market.elm, &market.elm.site, LOS_ANGELES).await;
        market
    }

    async fn stock(&self, of: &Dealer, site: &str, cars: &[(u32, &str)]) {
        let rows: Vec<String> = cars
            .iter()
            .map(|(serial, car)| format!("{},{car}", vin(*serial)))
            .collect();
        let fields = [("site_id", site), ("status", "active")];
        let job = import(
            &self.app,
            &of.owner,
            format!("{COLUMNS}{}\n", rows.join("\n")),
            &fields,
        )
        .await;
        assert_eq!(tally(&job)[3], 0, "{job}");
    }

    /// The serials of what a query finds, in its order.
    async fn find(&self, query: &str) -> Vec<u32> {
        serials(&list(&self.app.anonymous(), query).await)
    }
}

async fn place(of: &Dealer, site: &str, city: &str, state: &str, latitude: f64, longitude: f64) {
    let there =
        json!({ "address": { "city": city, "state": state }, "latitude": latitude, "longitude": longitude });
    let _ = of.owner.patch(&format!("/sites/{site}"), there).await.expect(200);
}

async fn list(who: &Client, query: &str) -> Value {
    who.get(&format!("/listings?{query}")).await.expect(200).body
}

/// The serials of the listings of a page: [`vin`] puts them at the end of the number.
fn serials(page: &Value) -> Vec<u32> {
    let listings = page["results"].as_array().unwrap().iter();
    listings
        .map(|l| l["vehicle"]["vin"].as_str().unwrap()[11..].parse().unwrap())
        .collect()
}

pub(crate) async fn words_meet_whatever_their_writing(backend: Backend) {
    let market = Market::open(backend).await;
    for q in ["f150", "F-150", "f%20150", "F%20-%20150", "ford%20f150"] {
        let found = market.find(&format!("q={q}")).await;
        // Those that are one come before the one that only speaks of one.
        assert_eq!(BTreeSet::from_iter(&found[..2]), BTreeSet::from([&1, &2]), "{q}");
        assert!(found.len() <= 3, "{q}: {found:?}");
    }
    for (q, serials) in [
        ("citroen", vec![4]),
        ("CITRO%C3%8BN%20c4", vec![4]),
        ("tres%20BELLE", vec![4]),
        ("tow%20bar%20mazda", vec![5]),
        ("heat", vec![5]),
        ("tesla%202023", vec![6]),
        ("zebra", vec![]),
    ] {
        assert_eq!(market.find(&format!("q={q}")).await, serials, "{q}");
    }
    market.app.finish().await;
}

pub(crate) async fn every_filter_narrows_the_list(backend: Backend) {
    let market = Market::open(backend).await;
    let (oak, boston) = (market.oak.id, &market.boston);
    let filters: [(String, &[u32]); 34] = [
        (String::new(), &[1, 2, 3, 4, 5, 6, 7]),
        ("make=ford".into(), &[1, 2, 3]),
        ("make=ford,mazda".into(), &[1, 2, 3, 5]),
        ("make=ford&make=mazda".into(), &[1, 2, 3, 5]),
        ("model=f150".into(), &[1, 2]),
        ("model=cx%205".into(), &[5]),
        ("trim=long%20range".into(), &[6]),
        ("year=2016,2018".into(), &[3, 4]),
        ("min_year=2022".into(), &[2, 6, 7]),
        ("max_year=2018".into(), &[3, 4]),
        ("min_price=33000".into(), &[1, 2, 6]),
        ("max_price=11000.00".into(), &[3, 4]),
        ("min_price=10000&max_price=20000".into(), &[4]),
        ("currency=EUR".into(), &[7]),
        ("max_price=31000&currency=EUR".into(), &[7]),
        ("min_mileage=60000".into(), &[3, 4]),
        ("max_mileage=20000&unit=km".into(), &[2, 6, 7]),
        ("fuel_type=hybrid,electric".into(), &[2, 6, 7]),
        ("body_type=hatchback".into(), &[3, 4]),
        ("transmission=manual,cvt".into(), &[3, 4, 7]),
        ("drivetrain=four_wd,awd".into(), &[1, 2, 5]),
        ("color=ble%20dore".into(), &[4]),
        ("condition=certified,new".into(), &[2, 7]),
        (format!("dealer={oak}"), &[1, 2, 3, 4, 5]),
        (format!("site={boston}"), &[4, 5]),
        ("city=los%20angeles".into(), &[6, 7]),
        ("state=ma,ca".into(), &[4, 5, 6, 7]),
        ("featured=true".into(), &[1]),
        ("featured=false&make=ford".into(), &[2, 3]),
        ("lat=40.7&lng=-74&radius_km=50".into(), &[1, 2, 3]),
        ("lat=40.7&lng=-74&radius_km=400".into(), &[1, 2, 3, 4, 5]),
        ("listed_since=2026-06-08T14:05:00Z".into(), &[4, 5, 6, 7]),
        ("listed_since=2026-06-09".into(), &[]),
        ("make=ford&body_type=pickup&max_price=40000&q=tow".into(), &[1]),
    ];
    for (query, expected) in filters {
        let page = list(&market.app.anonymous(), &query).await;
        let found: BTreeSet<u32> = serials(&page).into_iter().collect();
        assert_eq!(found, expected.iter().copied().collect(), "{query}");
        assert_eq!(page["count"], json!(expected.len()), "{query}");
    }
    for name in [
        "make",
        "fuel_type",
        "year",
        "dealer",
        "city",
        "color",
        "q",
        "min_price",
    ] {
        for query in [format!("{name}="), format!("{name}=,,")] {
            let refused = market.app.anonymous().get(&format!("/listings?{query}")).await;
            assert_eq!(refused.expect(400).text("/errors/0/pointer"), name, "{query}");
        }
    }
    market.app.finish().await;
}

pub(crate) async fn facets_count_under_the_other_filters(backend: Backend) {
    let market = Market::open(backend).await;
    let anyone = market.app.anonymous();
    let plain = list(&anyone, "make=ford").await;
    assert_eq!(plain["facets"], Value::Null);
    let facets = list(&anyone, "make=ford&facets=true").await["facets"].clone();
    let counts = |name: &str| -> BTreeSet<(String, u64)> {
        let buckets = facets[name].as_array().unwrap().iter();
        buckets
            .map(|b| {
                (
                    b["value"].as_str().unwrap().to_owned(),
                    b["count"].as_u64().unwrap(),
                )
            })
            .collect()
    };
    let all = |counts: &[(&str, u64)]| counts.iter().map(|(v, n)| ((*v).to_owned(), *n)).collect();
    let makes = [
        ("Ford", 3),
        ("Citroën", 1),
        ("Mazda", 1),
        ("Tesla", 1),
        ("Honda", 1),
    ];
    assert_eq!(counts("make"), all(&makes), "a facet leaves its own filter out");
    assert_eq!(counts("body_type"), all(&[("pickup", 2), ("hatchback", 1)]));
    assert_eq!(counts("fuel_type"), all(&[("gasoline", 2), ("hybrid", 1)]));
    let bands = facets["price"].as_array().unwrap();
    assert_eq!(bands.iter().map(|b| b["count"].as_u64().unwrap()).sum::<u64>(), 3);
    let makes = anyone.get("/listings/makes").await.expect(200).body;
    let ford = makes["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["make"] == "Ford")
        .unwrap()
        .clone();
    assert_eq!(ford["count"], 3);
    assert_eq!(ford["models"][0], json!({ "model": "F-150", "count": 2 }));
    market.app.finish().await;
}

pub(crate) async fn two_letters_give_suggestions(backend: Backend) {
    let market = Market::open(backend).await;
    let anyone = market.app.anonymous();
    for (typed, texts) in [
        ("fo", vec!["Ford", "Ford F-150", "Ford Focus"]),
        ("f1", vec!["Ford F-150"]),
        ("ci", vec!["Citroën", "Citroën C4"]),
        ("mazda%20c", vec!["Mazda CX-5"]),
        ("zz", vec![]),
    ] {
        let reply = anyone
            .get(&format!("/listings/suggest?q={typed}"))
            .await
            .expect(200);
        let found: Vec<&str> = reply.body["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s["text"].as_str().unwrap())
            .collect();
        assert_eq!(found, texts, "{typed}");
    }
    market.app.finish().await;
}

pub(crate) async fn lists_are_ordered_and_near_cars_come_first(backend: Backend) {
    let market = Market::open(backend).await;
    for (ordering, serials) in [
        ("price", vec![3, 4, 5, 6, 1, 2, 7]), // the platform's currency first
        ("-price", vec![2, 1, 6, 5, 4, 3, 7]),
        ("year", vec![3, 4, 5, 1, 2, 6, 7]),
        ("-mileage", vec![3, 4, 5, 1, 2, 6, 7]),
    ] {
        assert_eq!(
            market.find(&format!("ordering={ordering}")).await,
            serials,
            "{ordering}"
        );
    }
    let first: BTreeSet<u32> = market.find("ordering=-listed_at").await[..4]
        .iter()
        .copied()
        .collect();
    assert_eq!(first, BTreeSet::from([4, 5, 6, 7]));
    let near = list(
        &market.app.anonymous(),
        "lat=42.36&lng=-71.06&ordering=distance,price&radius_km=1000",
    )
    .await;
    assert_eq!(serials(&near), [4, 5, 3, 1, 2]);
    let km = near["results"][2]["distance_km"].as_f64().unwrap();
    assert!((290.0..320.0).contains(&km), "Boston to New York is 306 km: {km}");
    let focus = list(&market.app.anonymous(), "model=focus").await;
    let similar = format!(
        "/listings/{}/similar",
        focus["results"][0]["id"].as_str().unwrap()
    );
    let similar = market.app.anonymous().get(&similar).await.expect(200).body;
    assert!(!serials(&similar).contains(&3));
    market.app.finish().await;
}

pub(crate) async fn pages_by_cursor_lose_and_repeat_nothing(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let fields = [("site_id", oak.site.as_str()), ("status", "active")];
    let _ = import(&app, &oak.owner, file(1..=47), &fields).await;
    let anyone = app.anonymous();
    for start in [
        "cursor=&page_size=10&ordering=price",
        "page_size=10&ordering=-price",
        "cursor=&page_size=7&q=honda",
    ] {
        let mut next = Some(format!("/api/v1/listings?{start}"));
        let mut seen = Vec::new();
        let mut last = None;
        while let Some(path) = next {
            let page = anyone.call_at(Method::GET, &path).send().await.expect(200).body;
            seen.extend(serials(&page));
            next = page["next"]
                .as_str()
                .map(|url| url.strip_prefix(&app.url).unwrap().to_owned());
            last = Some(page);
        }
        assert_eq!(seen.len(), 47, "{start}");
        assert_eq!(
            seen.iter().copied().collect::<BTreeSet<_>>(),
            (1..=47).collect(),
            "{start}"
        );
        let back = last.unwrap()["previous"].as_str().unwrap().to_owned();
        let back = anyone
            .call_at(Method::GET, back.strip_prefix(&app.url).unwrap())
            .send()
            .await
            .expect(200)
            .body;
        let size = serials(&back).len();
        let end = seen.len() - if size == 10 { 7 } else { 5 };
        assert_eq!(serials(&back), seen[end - size..end], "{start}");
    }
    app.finish().await;
}

pub(crate) async fn a_query_that_means_nothing_is_refused_by_name(backend: Backend) {
    let app = TestApp::start(backend).await;
    let anyone = app.anonymous();
    for (query, pointer) in [
        ("maker=ford", "maker"),
        ("status=draft", "status"),
        ("fuel_type=coal", "fuel_type"),
        ("min_price=cheap", "min_price"),
        ("max_price=1.005", "max_price"),
        ("year=new", "year"),
        ("lat=40", "lng"),
        ("radius_km=5", "lat"),
        ("lat=91&lng=0", "lat"),
        ("unit=leagues", "unit"),
        ("featured=perhaps", "featured"),
        ("listed_since=yesterday", "listed_since"),
        ("dealer=oak", "dealer"),
        ("q=---", "q"),
        ("ordering=beauty", "ordering"),
        ("ordering=distance", "ordering"),
        ("ordering=relevance", "ordering"),
        ("page=1&cursor=", "page"),
        ("cursor=nonsense", "cursor"),
        ("page_size=101", "page_size"),
    ] {
        let refused = anyone.get(&format!("/listings?{query}")).await.expect(400);
        assert_eq!(
            refused.text("/errors/0/pointer"),
            pointer,
            "{query}: {}",
            refused.body
        );
    }
    app.finish().await;
}

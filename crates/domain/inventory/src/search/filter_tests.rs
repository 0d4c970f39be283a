use super::*;

fn query(pairs: &[(&str, &str)]) -> Query {
    let mut query = Query::new();
    for (name, value) in pairs {
        query
            .entry((*name).to_owned())
            .or_default()
            .push((*value).to_owned());
    }
    query
}

fn read(query: &Query) -> Result<ListingFilter, Violations> {
    ListingFilter::read(query, Defaults::default())
}

#[test]
fn repeated_values_and_commas_mean_or() {
    let filter = read(&query(&[
        ("make", "Toyota,HONDA"),
        ("make", "Citroën"),
        ("year", "2020"),
    ]))
    .unwrap();
    assert_eq!(filter.makes, ["toyota", "honda", "citroen"]);
    assert_eq!(filter.years, [2020]);
}

#[test]
fn writings_of_a_model_meet() {
    for model in ["F-150", "f150", "F 150"] {
        assert_eq!(read(&query(&[("model", model)])).unwrap().models, ["f 150"]);
    }
}

#[test]
fn every_violation_is_told_by_the_parameters_name() {
    let wrong = read(&query(&[
        ("fuel_type", "coal"),
        ("min_price", "abc"),
        ("dealer", "7"),
        ("lat", "95"),
        ("lng", "0"),
        ("featured", "maybe"),
        ("q", "--"),
        ("year", "twenty"),
    ]))
    .unwrap_err();
    let mut names: Vec<&str> = wrong.as_slice().iter().map(|v| v.pointer.as_str()).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["dealer", "featured", "fuel_type", "lat", "min_price", "q", "year"]
    );
}

#[test]
fn a_price_is_one_of_a_currency() {
    let filter = read(&query(&[("max_price", "100")])).unwrap();
    let price = |minor, code: &str| {
        let amount = Money::new(minor, Currency::parse(code).unwrap());
        keys::price_rising(amount, Currency::USD)
    };
    let (min, max) = (filter.min_price.unwrap(), filter.max_price.unwrap());
    assert!(min <= price(1, "USD") && price(10_000, "USD") <= max);
    assert!(price(10_001, "USD") > max && price(1, "EUR") > max);
}

#[test]
fn mileage_goes_by_the_unit() {
    let filter = read(&query(&[("max_mileage", "10"), ("unit", "km")])).unwrap();
    assert_eq!(filter.max_mileage, Some(10_000));
    let filter = read(&query(&[("max_mileage", "10")])).unwrap();
    assert_eq!(filter.max_mileage, Some(16_093));
}

#[test]
fn a_radius_needs_a_place() {
    assert!(read(&query(&[("radius_km", "5")])).is_err());
    assert!(read(&query(&[("lat", "5")])).is_err());
    let filter = read(&query(&[("lat", "5"), ("lng", "5"), ("radius_km", "2.5")])).unwrap();
    assert!(filter.from.is_some() && filter.within.is_some());
}

#[test]
fn orders_know_what_they_need() {
    let filter = read(&query(&[("q", "ford")])).unwrap();
    let fields = |sorts: Vec<Sort>| {
        sorts
            .into_iter()
            .map(|s| (s.field, s.descending))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields(filter.order(&[]).unwrap()),
        [("relevance".to_owned(), true), ("listed_at".to_owned(), true)]
    );
    assert!(filter.order(&Sort::parse_list("distance")).is_err());
    assert!(
        ListingFilter::default()
            .order(&Sort::parse_list("relevance"))
            .is_err()
    );
    assert!(filter.order(&Sort::parse_list("-name")).is_err());
    assert_eq!(
        fields(filter.order(&Sort::parse_list("price")).unwrap()),
        [("price".to_owned(), false)]
    );
}

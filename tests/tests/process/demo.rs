//! The demo, as who tries the product meets it.

use std::collections::BTreeMap;

use forecourt_tests::Client;
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::program::Home;

async fn signed_in(home: &Home, demo: &Value, email: &str) -> Client {
    let users = demo["users"].as_array().unwrap();
    let user = users.iter().find(|user| user["email"] == email).unwrap();
    let form = json!({ "email": email, "password": user["password"] });
    let reply = home.client(None).post("/auth/login", form).await.expect(200);
    home.client(Some(&reply.text("/access_token")))
}

pub(crate) async fn the_demo_has_pictures_and_negotiations(backend: Backend) {
    let home = Home::new(backend).await;
    let made = home.run(&["demo", "--json"], "");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let demo: Value = serde_json::from_slice(&made.stdout).unwrap();
    let server = home.serve().await;
    let anyone = home.client(None);
    let found = anyone.get("/listings?page_size=100").await.expect(200);
    let cards = found.body["results"].as_array().unwrap();
    assert!(cards.len() >= 50, "{}", cards.len());
    for card in cards {
        let url = card["primary_photo"]["url"].as_str();
        let url = url.unwrap_or_else(|| panic!("{card} has no picture"));
        let (_, path) = url.split_once("/media/").unwrap();
        let path = format!("/media/{path}");
        let picture = anyone.call_at(Method::GET, &path).send().await.expect(200);
        assert_eq!(picture.header("content-type"), Some("image/jpeg"));
    }
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for house in ["harbor", "sierra"] {
        let manager = signed_in(&home, &demo, &format!("manager@{house}.example.com")).await;
        let talks = manager.get("/negotiations").await.expect(200);
        for talk in talks.body["results"].as_array().unwrap() {
            let status = talk["status"].as_str().unwrap();
            *states.entry(status.to_owned()).or_default() += 1;
            if status == "accepted" {
                let car = talk["listing_id"].as_str().unwrap();
                let stock = manager.get(&format!("/listings/{car}")).await.expect(200);
                assert_eq!(stock.text("/status"), "reserved");
            }
        }
    }
    let wanted = [
        ("accepted", 1),
        ("awaiting_buyer", 2),
        ("awaiting_dealer", 2),
        ("rejected", 1),
    ];
    assert_eq!(states, wanted.map(|(state, n)| (state.to_owned(), n)).into());
    server.stop().await;
}

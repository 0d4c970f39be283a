//! Vehicles, listings by their dealer's word, and what users keep.

use forecourt_tests::TestApp;
use serde_json::json;
use test_databases::Backend;

pub(crate) async fn anyone_can_read_the_vocabulary_and_decode_a_vin(backend: Backend) {
    let app = TestApp::start(backend).await;
    let anyone = app.anonymous();
    let meta = anyone.get("/meta").await.expect(200);
    assert_eq!(meta.body.pointer("/year/max"), Some(&json!(2028)));
    assert_eq!(meta.body.pointer("/drivetrain/3"), Some(&json!("four_wd")));
    assert!(meta.header("cache-control").unwrap().starts_with("public"));
    let decoded = anyone.get("/vin/1hgcm82633a004352").await.expect(200);
    assert_eq!(decoded.text("/vin"), "1HGCM82633A004352");
    assert_eq!(decoded.text("/manufacturer"), "Honda");
    assert_eq!(decoded.body.pointer("/model_year"), Some(&json!(2003)));
    assert_eq!(decoded.body.pointer("/check_digit/valid"), Some(&json!(true)));
    let wrong = anyone.get("/vin/1HGCM82633A00435I").await.expect(400);
    assert_eq!(wrong.text("/errors/0/code"), "vin_character");
    app.finish().await;
}

//! Requests that bring files: what they may be, and what is said of those that are not it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use forecourt_tests::uploads::PICTURE;
use forecourt_tests::world::{dealer, id_of, vin};
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use test_databases::Backend;

use crate::stock_files::ended;

pub(crate) async fn a_form_of_another_type_is_refused_as_such(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let photos = format!("/listings/{}/photos", id_of(&oak.listing(1).await));
    for (method, path) in [
        (Method::PUT, "/me/avatar"),
        (Method::POST, "/listings/import"),
        (Method::POST, photos.as_str()),
    ] {
        for kind in ["text/plain", "text/csv", "image/png", "multipart/mixed"] {
            let call = oak.owner.call(method.clone(), path).raw(kind, "vin,make\n");
            let reply = call.send().await.expect(415);
            let detail = reply.text("/detail");
            assert!(
                detail.contains("multipart/form-data") && detail.contains(kind),
                "{method} {path}: {detail}"
            );
            assert_eq!(reply.problem(415), "unsupported_media_type");
        }
        let packed = oak
            .owner
            .call(method.clone(), path)
            .header("content-encoding", "br");
        let form = Form::new().part("file", Part::bytes(PICTURE.to_vec()).file_name("car.png"));
        let detail = packed.form(form).send().await.expect(415).text("/detail");
        assert!(detail.contains("not as br"), "{method} {path}: {detail}");
    }
    app.finish().await;
}

pub(crate) async fn a_file_in_a_field_that_there_is_not_is_named(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let photos = format!("/listings/{}/photos", id_of(&oak.listing(1).await));
    for (method, path) in [
        (Method::PUT, "/me/avatar"),
        (Method::POST, "/listings/import"),
        (Method::POST, photos.as_str()),
    ] {
        // Longer than a text may be, and no text.
        let bytes = vec![0xff_u8; 40_000];
        let form = Form::new().part("picture", Part::bytes(bytes).file_name("car.png"));
        let call = oak.owner.call(method.clone(), path).form(form);
        let reply = call.send().await.expect(400);
        let errors = reply.body["errors"].as_array().unwrap();
        let named = errors
            .iter()
            .any(|error| error["pointer"] == "/picture" && error["code"] == "unknown_field");
        assert!(named, "{method} {path}: {}", reply.body);
    }
    app.finish().await;
}

/// A form with one file, as it goes over the wire.
fn written(file: &[u8], site: &str) -> Vec<u8> {
    let mut body = Vec::new();
    write!(
        body,
        "--edge\r\ncontent-disposition: form-data; name=\"site_id\"\r\n\r\n{site}\r\n\
         --edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cars.csv\"\r\n\r\n"
    )
    .unwrap();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    body
}

async fn send_packed(owner: &Client, body: Vec<u8>) -> Reply {
    let call = owner.call(Method::POST, "/listings/import");
    let call = call.header("content-encoding", "gzip");
    call.raw("multipart/form-data; boundary=edge", body).send().await
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) async fn a_packed_import_is_taken(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let file = format!(
        "vin,make,model,year,condition,asking_price\n{},Honda,Accord,2003,used,6500\n",
        vin(1)
    );
    let form = written(file.as_bytes(), &oak.site);
    let accepted = send_packed(&oak.owner, packed(&form)).await.expect(202);
    let job = ended(&app, &oak.owner, &accepted.text("/id")).await;
    assert_eq!(job["progress"], json!({ "done": 1, "total": 1 }));

    let none = send_packed(&oak.owner, form).await.expect(400);
    assert_eq!(none.body["errors"][0]["code"], "malformed_form");
    app.finish().await;
}

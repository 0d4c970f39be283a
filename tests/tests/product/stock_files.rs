//! Stock files as their senders make them.

use forecourt_tests::world::vin;
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

/// Our own names for the columns that a new listing needs.
pub(crate) const HEADER: &str = "vin,make,model,year,condition,asking_price\n";

/// A good row.
pub(crate) fn row(serial: u32, price: &str) -> String {
    format!("{},Honda,Accord,2003,used,{price}\n", vin(serial))
}

/// A file of good rows with these serials.
pub(crate) fn file(serials: impl IntoIterator<Item = u32>) -> String {
    let rows: String = serials.into_iter().map(|serial| row(serial, "6500.00")).collect();
    format!("{HEADER}{rows}")
}

/// Sends a file with the other fields of its form.
pub(crate) async fn send(who: &Client, file: impl Into<Vec<u8>>, fields: &[(&str, &str)]) -> Reply {
    let mut form = Form::new().part("file", Part::bytes(file.into()).file_name("cars.csv"));
    for (name, value) in fields {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    who.call(Method::POST, "/listings/import").form(form).send().await
}

/// Sends a file, and waits for its job; the answer is the job at its end.
pub(crate) async fn import(
    app: &TestApp,
    who: &Client,
    file: impl Into<Vec<u8>>,
    fields: &[(&str, &str)],
) -> Value {
    let id = send(who, file, fields).await.expect(202).text("/id");
    ended(app, who, &id).await
}

/// A job at its end.
pub(crate) async fn ended(app: &TestApp, who: &Client, job: &str) -> Value {
    app.quiet().await;
    let job = who.get(&format!("/jobs/{job}")).await.expect(200).body;
    assert_eq!(job["status"], "succeeded", "{job}");
    job
}

/// Rows of a job's report.
pub(crate) async fn report(who: &Client, job: &Value) -> Vec<Value> {
    let path = format!("/jobs/{}/report", job["id"].as_str().unwrap());
    let report = who.get(&path).await.expect(200).body;
    assert_eq!(report["next_after"], Value::Null);
    report["results"].as_array().unwrap().clone()
}

/// What came of the rows: created, updated, unchanged, refused.
pub(crate) fn tally(job: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|name| job["result"][name].as_u64().unwrap())
}

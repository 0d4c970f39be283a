//! Files that callers bring.

use reqwest::Method;
use serde_json::json;

use crate::{Client, Reply};

/// A small picture.
pub const PICTURE: &[u8] = include_bytes!("car.png");

/// A picture that was brought for a purpose, and is complete: its id.
pub async fn brought(who: &Client, purpose: &str) -> String {
    brought_for(who, purpose, None).await
}

/// As [`brought`]; an admin names the dealer that it is for.
pub async fn brought_for(who: &Client, purpose: &str, dealer: Option<&str>) -> String {
    completed(who, &announced(who, purpose, dealer).await.expect(201)).await
}

/// As [`brought`]; none where the caller may not.
pub async fn may_bring(who: &Client, purpose: &str) -> Option<String> {
    let upload = announced(who, purpose, None).await;
    if upload.status == 201 {
        Some(completed(who, &upload).await)
    } else {
        None
    }
}

async fn announced(who: &Client, purpose: &str, dealer: Option<&str>) -> Reply {
    let picture = json!({
        "filename": "car.png", "content_type": "image/png", "size": PICTURE.len(), "purpose": purpose, "dealer_id": dealer
    });
    who.post("/files/presign", picture).await
}

/// Brings the bytes of an upload; the file.
async fn completed(who: &Client, upload: &Reply) -> String {
    let file = upload.text("/file_id");
    let (_, path) = upload
        .text("/url")
        .split_once("/media/")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .expect("a link");
    let _ = who
        .call_at(Method::PUT, &format!("/media/{path}"))
        .raw("image/png", PICTURE)
        .send()
        .await
        .expect(204);
    let complete = format!("/files/{file}/complete");
    let _ = who.call(Method::POST, &complete).send().await.expect(200);
    file
}

//! What is kept of a person: taken along, and taken away.

use std::io::{Cursor, Write as _};

use actix_web::{delete, get, web};
use application::close_account::Dossier;
use chrono::{DateTime, Utc};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::rights::Right;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::IdentityServices;
use crate::answer::{Answer, Response};
use crate::extract::Acting;

/// Take everything along that is kept about me
///
/// A ZIP of JSON files: `profile.json`, `test_drives.json`, `purchases.json` and so on, one for each kind of thing; `about.json` says
/// how to read them. Pictures are named by their ids: `GET /files/{id}`.
#[utoipa::path(tag = "me", operation_id = "export_me",
    responses((status = 200, description = "The ZIP.", content_type = "application/zip")), security(("bearer" = [])))]
#[get("/me/export")]
pub(super) async fn export_me(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    let me = acting.actor.person()?.user;
    acting
        .actor
        .may(Right::KeepAccount, Scope::Person(me))
        .map_err(|refusal| refusal.of("user"))?;
    let dossier = services.persons.dossier(me).await?;
    let at = acting.at;
    let bytes = web::block(move || packed(&dossier, at))
        .await
        .map_err(|_| Common::internal("packing the export broke off"))?
        .map_err(|error| Common::internal(format!("packing the export: {error}")))?;
    let name = format!("forecourt-{}.zip", at.format("%Y-%m-%d"));
    Ok(Answer::file(bytes, "application/zip", name))
}

fn packed(dossier: &Dossier, at: DateTime<Utc>) -> Result<Vec<u8>, std::io::Error> {
    let about = json!({
        "made_at": at,
        "files": dossier.parts.iter().map(|(name, things)| json!({
            "name": format!("{name}.json"),
            "things": things.len(),
        })).collect::<Vec<_>>(),
        "amounts": "in the smallest unit of their currency: 1999 USD is 19.99 dollars",
        "instants": "in UTC",
    });
    // The format knows the years from 1980 to 2107.
    let made = zip::DateTime::try_from(at.naive_utc()).unwrap_or_default();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(made);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("about.json", options)?;
    zip.write_all(&serde_json::to_vec_pretty(&about)?)?;
    for (name, things) in &dossier.parts {
        zip.start_file(format!("{name}.json"), options)?;
        zip.write_all(&serde_json::to_vec_pretty(things)?)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Close my account
///
/// Ends every session at once. Soon after, what tells who I am is erased for good, and test drives and offers that are still alive are
/// called off; records of business stay, without my name. 409 `last_owner`: a dealer needs an owner; 409 `admin_account`: an admin
/// gives the role away first.
#[utoipa::path(tag = "me", operation_id = "close_me",
    responses((status = 204, description = "Closed.")), security(("bearer" = [])))]
#[delete("/me")]
pub(super) async fn close_me(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    services.close.close(&acting).await?;
    Ok(Answer::nothing())
}

//! Files that are streamed as they are read.

use ::inventory::csv::writer;
use ::inventory::error::Error;
use ::inventory::import::{Action, ImportListings, report as lines};
use ::inventory::listing::{Listed, ListingStatus};
use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};
use async_stream::try_stream;
use bytes::Bytes;
use futures_util::Stream;
use kernel::error::Common;
use kernel::id::{DealerId, JobId};

/// The head of a CSV file under this name.
pub(super) fn headed(name: &str) -> HttpResponseBuilder {
    let mut head = HttpResponse::Ok();
    head.content_type("text/csv; charset=utf-8; header=present")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    head
}

/// The statuses asked for; those that an import takes back when none are.
pub(super) fn statuses(asked: Option<&[String]>) -> Result<Vec<ListingStatus>, Common> {
    let Some(asked) = asked else {
        return Ok(vec![ListingStatus::Draft, ListingStatus::Active]);
    };
    asked
        .iter()
        .map(|word| {
            ListingStatus::parse(word)
                .ok_or_else(|| Common::invalid("status", "unknown_status", format!("“{word}” is no status")))
        })
        .collect()
}

/// What ends a stream early: the connection breaks off, and the log knows why.
fn broken(error: &Error) -> actix_web::Error {
    tracing::error!(%error, "a file could not be written to its end");
    actix_web::error::ErrorInternalServerError("broken off")
}

/// A dealer's stock, by id.
pub(super) fn stock(
    imports: ImportListings,
    dealer: DealerId,
    statuses: Vec<ListingStatus>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    try_stream! {
        yield Bytes::from(writer::header());
        let mut last: Option<Listed> = None;
        loop {
            let some = imports.export(dealer, &statuses, last.as_ref()).await.map_err(|e| broken(&e))?;
            if some.is_empty() {
                break;
            }
            yield Bytes::from(some.iter().map(writer::row).collect::<String>());
            last = some.into_iter().next_back();
        }
    }
}

/// The report of an import.
pub(super) fn report(
    imports: ImportListings,
    import: JobId,
    action: Option<Action>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    try_stream! {
        yield Bytes::from(lines::header());
        let mut after = 0;
        loop {
            let some = imports.imports.reports(import, after, 1_000).await.map_err(|e| broken(&e))?;
            let Some(last) = some.last() else { break };
            after = last.row;
            let lines: String =
                some.iter().filter(|r| action.is_none_or(|a| a == r.action)).map(lines::lines).collect();
            yield Bytes::from(lines);
        }
    }
}

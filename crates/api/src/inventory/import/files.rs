//! Files that are streamed as they are read.

use ::inventory::csv::writer;
use ::inventory::import::{Action, Batch, ImportListings, report as lines};
use ::inventory::listing::{Listed, ListingStatus};
use async_stream::try_stream;
use bytes::Bytes;
use futures_util::Stream;
use kernel::error::Common;
use kernel::id::DealerId;

use crate::file::broken;

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
    import: Batch,
    action: Option<Action>,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    try_stream! {
        yield Bytes::from(lines::header());
        let mut after = 0;
        loop {
            let some = imports.lines(&import, after, 1_000).await.map_err(|e| broken(&e))?;
            let Some(last) = some.last() else { break };
            after = last.row;
            let lines: String =
                some.iter().filter(|r| action.is_none_or(|a| a == r.action)).map(lines::lines).collect();
            yield Bytes::from(lines);
        }
    }
}

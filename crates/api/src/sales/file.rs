//! Sales as a CSV file, streamed as they are read.

use ::inventory::csv::writer::{guarded, line};
use ::sales::ports::{SaleFilter, Whose};
use ::sales::sale::Sale;
use ::sales::use_cases::LookAtSales;
use async_stream::try_stream;
use bytes::Bytes;
use futures_util::Stream;

use crate::file::broken;

const HEADER: &[&str] = &[
    "id",
    "sale_date",
    "status",
    "vin",
    "make",
    "model",
    "year",
    "price",
    "currency",
    "payment_method",
    "buyer_name",
    "buyer_email",
    "buyer_phone",
    "sold_by",
    "splits",
    "commission",
    "site_id",
    "listing_id",
    "notes",
];

/// Somebody's sales, by id.
pub(super) fn sales(
    look: LookAtSales,
    whose: Whose,
    filter: SaleFilter,
) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    try_stream! {
        yield Bytes::from(line(HEADER));
        let mut after = None;
        loop {
            let some = look.chunk(whose, &filter, after).await.map_err(|e| broken(&e))?;
            let Some(last) = some.last() else { break };
            after = Some(last.id);
            yield Bytes::from(some.iter().map(row).collect::<String>());
        }
    }
}

/// Cells that a spreadsheet would run as formulas are neutralised. Splits are `member:basis points`, separated by `|`.
fn row(sale: &Sale) -> String {
    let closing = sale.closing();
    let id = |uuid: Option<uuid::Uuid>| uuid.map(|uuid| uuid.to_string()).unwrap_or_default();
    let shares = closing.map(|c| c.splits.as_slice()).unwrap_or_default();
    let shares: Vec<String> = shares
        .iter()
        .map(|share| format!("{}:{}", share.staff, share.share_bp))
        .collect();
    let (vehicle, buyer) = (&sale.vehicle, &sale.buyer);
    let cells = [
        sale.id.to_string(),
        sale.sale_date.to_string(),
        sale.state.as_str().to_owned(),
        vehicle.vin.to_string(),
        vehicle.make.clone(),
        vehicle.model.clone(),
        vehicle.year.to_string(),
        sale.price.amount(),
        sale.price.currency().code().to_owned(),
        sale.payment_method.as_str().to_owned(),
        buyer.name.clone(),
        buyer
            .email
            .as_ref()
            .map(|email| email.as_str().to_owned())
            .unwrap_or_default(),
        buyer
            .phone
            .as_ref()
            .map(|phone| phone.as_str().to_owned())
            .unwrap_or_default(),
        id(closing.map(|c| c.sold_by.uuid())),
        shares.join("|"),
        closing.map(|c| c.commission.amount()).unwrap_or_default(),
        id(closing.and_then(|c| c.site).map(|site| site.uuid())),
        id(closing.map(|c| c.listing.uuid())),
        sale.notes.clone().unwrap_or_default(),
    ];
    line(&cells.map(|cell| guarded(&cell)))
}

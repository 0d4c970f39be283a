//! The tables of sales and of the ledger.

use ::sales::commission::ledger::{Entry, EntryKind};
use ::sales::commission::shares::{Share, Shares};
use ::sales::rules::SalePlan;
use ::sales::sale::{Buyer, Closing, PaymentMethod, Sale, Seller, SoldVehicle, State};
use kernel::id::{BookingId, DealerId, Id, SaleId};
use kernel::money::{Currency, Money};
use sea_orm::{DbErr, QueryResult, TryGetable};
use uuid::Uuid;

use crate::inventory::distance;
use crate::rows::{Columns, corrupt, currency, get, id, insert, insert_all, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// The columns of a sale, of the table alias `s`.
pub(super) const COLUMNS: &str = "s.id, s.dealer_id, s.seller_user_id, s.listing_id, s.site_id, s.vehicle_id, s.vin, s.make, \
     s.model, s.year, s.odometer_value, s.odometer_unit, s.price_minor, s.currency, s.sale_date, s.buyer_user_id, s.buyer_name, s.buyer_email, s.buyer_phone, \
     s.purchase_id, s.payment_method, s.sold_by, s.plan_id, s.commission_minor, s.negotiation_id, s.notes, s.status, \
     s.voided_at, s.void_reason, s.created_at, s.updated_at, s.version";

fn opt_id<K>(row: &QueryResult, column: &str) -> Result<Option<Id<K>>, DbErr> {
    Ok(get::<Option<Uuid>>(row, column)?.map(Id::from_uuid))
}

fn needed<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    get::<Option<T>>(row, column)?.ok_or_else(|| corrupt(column, "nothing"))
}

/// A sale as its own row has it: whose shares there are is read apart, by [`filled`].
pub(super) fn sale(row: &QueryResult) -> Result<Sale, DbErr> {
    let currency = currency(row, "currency")?;
    let text = |column: &str| get::<Option<String>>(row, column);
    let method: String = get(row, "payment_method")?;
    let email = text("buyer_email")?.map(|email| email.parse().map_err(|e| corrupt("buyer_email", e)));
    let phone = text("buyer_phone")?.map(|phone| phone.parse().map_err(|e| corrupt("buyer_phone", e)));
    Ok(Sale {
        id: id(row, "id")?,
        seller: seller(row, currency)?,
        vehicle: SoldVehicle {
            id: id(row, "vehicle_id")?,
            vin: get::<String>(row, "vin")?
                .parse()
                .map_err(|e| corrupt("vin", e))?,
            make: get(row, "make")?,
            model: get(row, "model")?,
            year: i32::try_from(get::<i64>(row, "year")?).map_err(|e| corrupt("year", e))?,
            odometer: distance(row)?,
        },
        price: Money::new(get(row, "price_minor")?, currency),
        sale_date: get(row, "sale_date")?,
        buyer: Buyer {
            user: opt_id(row, "buyer_user_id")?,
            name: get(row, "buyer_name")?,
            email: email.transpose()?,
            phone: phone.transpose()?,
        },
        purchase: opt_id(row, "purchase_id")?,
        payment_method: PaymentMethod::parse(&method).ok_or_else(|| corrupt("payment_method", method))?,
        notes: text("notes")?,
        state: match get(row, "voided_at")? {
            None => State::Closed,
            Some(at) => State::Voided {
                at,
                reason: needed(row, "void_reason")?,
            },
        },
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

fn seller(row: &QueryResult, currency: Currency) -> Result<Seller, DbErr> {
    let Some(dealer) = opt_id(row, "dealer_id")? else {
        let user = opt_id(row, "seller_user_id")?.ok_or_else(|| corrupt("seller_user_id", "nothing"))?;
        return Ok(Seller::Person { user });
    };
    let sold_by = opt_id(row, "sold_by")?.ok_or_else(|| corrupt("sold_by", "nothing"))?;
    Ok(Seller::Dealer(Closing {
        dealer,
        listing: opt_id(row, "listing_id")?.ok_or_else(|| corrupt("listing_id", "nothing"))?,
        site: opt_id(row, "site_id")?,
        sold_by,
        splits: Shares::one(sold_by),
        plan: opt_id(row, "plan_id")?,
        commission: Money::new(needed(row, "commission_minor")?, currency),
        negotiation: opt_id(row, "negotiation_id")?,
    }))
}

/// The shares of some sales, in their order.
pub(super) fn select_shares(mut sql: Sql, sales: &[Sale]) -> Sql {
    sql.push("SELECT sale_id, staff_id, share_bp FROM sale_staff WHERE share_bp > 0 AND sale_id IN (");
    sql.bind_all(sales.iter().map(|sale| sale.id.uuid()))
        .push(") ORDER BY sale_id, place");
    sql
}

/// Gives the sales their shares.
pub(super) fn filled(mut sales: Vec<Sale>, rows: &[QueryResult]) -> Result<Vec<Sale>, DbErr> {
    for sale in &mut sales {
        let Seller::Dealer(closing) = &mut sale.seller else {
            continue;
        };
        let mut shares = Vec::new();
        for row in rows {
            if get::<Uuid>(row, "sale_id")? == sale.id.uuid() {
                let share_bp = get::<i64>(row, "share_bp")?;
                shares.push(Share {
                    staff: id(row, "staff_id")?,
                    share_bp: u32::try_from(share_bp).map_err(|e| corrupt("share_bp", e))?,
                });
            }
        }
        closing.splits = Shares::new(shares).map_err(|e| corrupt("share_bp", e))?;
    }
    Ok(sales)
}

/// The sale with this value in this column, within an act; locked on PostgreSQL.
pub(super) async fn locked(tx: &Tx, column: &str, value: Uuid) -> Result<Option<Sale>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ").push(COLUMNS).push(" FROM sales s WHERE s.");
    sql.push(column).push(" = ").bind(value);
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let found: Vec<Sale> = tx.one(sql).await?.iter().map(sale).collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Ok(None);
    }
    let shares = tx.all(select_shares(tx.sql(), &found)).await?;
    Ok(filled(found, &shares)?.pop())
}

/// What may change of a sale.
fn changing(sale: &Sale) -> Columns {
    let (voided_at, reason) = match &sale.state {
        State::Closed => (None, None),
        State::Voided { at, reason } => (Some(*at), Some(reason.clone())),
    };
    vec![
        ("buyer_user_id", sale.buyer.user.map(|user| user.uuid()).into()),
        (
            "buyer_email",
            sale.buyer
                .email
                .as_ref()
                .map(|email| email.as_str().to_owned())
                .into(),
        ),
        (
            "buyer_phone",
            sale.buyer
                .phone
                .as_ref()
                .map(|phone| phone.as_str().to_owned())
                .into(),
        ),
        (
            "purchase_id",
            sale.purchase.map(|purchase| purchase.uuid()).into(),
        ),
        ("payment_method", sale.payment_method.as_str().into()),
        ("notes", sale.notes.clone().into()),
        ("status", sale.state.as_str().into()),
        ("voided_at", voided_at.into()),
        ("void_reason", reason.into()),
        ("updated_at", sale.updated_at.into()),
        ("version", sale.version.into()),
    ]
}

/// Writes a sale again.
pub(super) async fn write(tx: &Tx, sale: &Sale) -> Result<(), DbErr> {
    update(tx, "sales", changing(sale), "id", sale.id.uuid()).await
}

/// Writes a new sale with those who have a part in it, what it earns, and the drives that it called off.
pub(super) async fn insert_sale(tx: &Tx, plan: &SalePlan, called_off: &[BookingId]) -> Result<(), DbErr> {
    let sale = &plan.sale;
    let closing = sale.closing();
    let person = match sale.seller {
        Seller::Person { user } => Some(user.uuid()),
        Seller::Dealer(_) => None,
    };
    let mut columns: Columns = vec![
        ("id", sale.id.uuid().into()),
        ("dealer_id", closing.map(|c| c.dealer.uuid()).into()),
        ("seller_user_id", person.into()),
        ("listing_id", closing.map(|c| c.listing.uuid()).into()),
        (
            "site_id",
            closing.and_then(|c| c.site).map(|site| site.uuid()).into(),
        ),
        ("vehicle_id", sale.vehicle.id.uuid().into()),
        ("vin", sale.vehicle.vin.as_str().into()),
        ("make", sale.vehicle.make.clone().into()),
        ("make_folded", kernel::text::fold(&sale.vehicle.make).into()),
        ("model", sale.vehicle.model.clone().into()),
        ("year", i64::from(sale.vehicle.year).into()),
        (
            "odometer_value",
            sale.vehicle.odometer.map(|o| i64::from(o.value)).into(),
        ),
        (
            "odometer_unit",
            sale.vehicle.odometer.map(|o| o.unit.as_str()).into(),
        ),
        ("price_minor", sale.price.minor().into()),
        ("currency", sale.price.currency().code().into()),
        ("sale_date", sale.sale_date.into()),
        ("buyer_name", sale.buyer.name.clone().into()),
        ("sold_by", closing.map(|c| c.sold_by.uuid()).into()),
        (
            "plan_id",
            closing.and_then(|c| c.plan).map(|plan| plan.uuid()).into(),
        ),
        ("commission_minor", closing.map(|c| c.commission.minor()).into()),
        (
            "negotiation_id",
            closing.and_then(|c| c.negotiation).map(|talk| talk.uuid()).into(),
        ),
        ("created_at", sale.created_at.into()),
    ];
    columns.extend(changing(sale));
    insert(tx, "sales", columns).await?;
    let Some(closing) = closing else {
        return Ok(());
    };
    insert_all(tx, "sale_staff", parts(sale.id, closing)).await?;
    let called_off = called_off.iter().map(|booking| -> Columns {
        vec![
            ("sale_id", sale.id.uuid().into()),
            ("booking_id", booking.uuid().into()),
        ]
    });
    insert_all(tx, "sale_cancelled_bookings", called_off.collect()).await?;
    insert_entries(tx, closing.dealer, &plan.entries).await
}

fn parts(sale: SaleId, closing: &Closing) -> Vec<Columns> {
    let shares = closing.splits.as_slice();
    let bystander = (!shares.iter().any(|share| share.staff == closing.sold_by)).then_some(Share {
        staff: closing.sold_by,
        share_bp: 0,
    });
    let all = shares.iter().copied().chain(bystander);
    let row = |(place, share): (i64, Share)| -> Columns {
        vec![
            ("sale_id", sale.uuid().into()),
            ("staff_id", share.staff.uuid().into()),
            ("share_bp", i64::from(share.share_bp).into()),
            ("place", place.into()),
        ]
    };
    (1..).zip(all).map(row).collect()
}

/// Writes lines of the ledger.
pub(super) async fn insert_entries(tx: &Tx, dealer: DealerId, entries: &[Entry]) -> Result<(), DbErr> {
    let row = |entry: &Entry| -> Columns {
        vec![
            ("id", entry.id.uuid().into()),
            ("sale_id", entry.sale.uuid().into()),
            ("dealer_id", dealer.uuid().into()),
            ("staff_id", entry.staff.uuid().into()),
            ("kind", entry.kind.as_str().into()),
            ("amount_minor", entry.amount.minor().into()),
            ("currency", entry.amount.currency().code().into()),
            ("earned_on", entry.earned_on.into()),
        ]
    };
    insert_all(tx, "commission_entries", entries.iter().map(row).collect()).await
}

/// The columns of a line of the ledger, of the table alias `e`.
pub(super) const ENTRY: &str = "e.id, e.sale_id, e.staff_id, e.kind, e.amount_minor, e.currency, e.earned_on";

/// Reads a line of the ledger.
pub(super) fn entry(row: &QueryResult) -> Result<Entry, DbErr> {
    let kind: String = get(row, "kind")?;
    Ok(Entry {
        id: id(row, "id")?,
        sale: id(row, "sale_id")?,
        staff: id(row, "staff_id")?,
        kind: EntryKind::parse(&kind).ok_or_else(|| corrupt("kind", kind))?,
        amount: Money::new(get(row, "amount_minor")?, currency(row, "currency")?),
        earned_on: get(row, "earned_on")?,
    })
}

/// The lines that a sale has written, oldest first.
pub(super) async fn entries_of(tx: &Tx, sale: SaleId) -> Result<Vec<Entry>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ").push(ENTRY);
    sql.push(" FROM commission_entries e WHERE e.sale_id = ")
        .bind(sale.uuid())
        .push(" ORDER BY e.id");
    tx.all(sql).await?.iter().map(entry).collect()
}

/// What the seller of a sale is called.
pub(super) async fn seller_name(tx: &Tx, sale: &Sale) -> Result<String, DbErr> {
    let mut sql = tx.sql();
    match &sale.seller {
        Seller::Dealer(closing) => sql
            .push("SELECT name FROM dealers WHERE id = ")
            .bind(closing.dealer.uuid()),
        Seller::Person { user } => sql
            .push("SELECT first_name || ' ' || last_name AS name FROM users WHERE id = ")
            .bind(user.uuid()),
    };
    tx.one(sql)
        .await?
        .map_or(Ok(String::new()), |row| get(&row, "name"))
}

//! What letters and notices say about what something happened to: one query for each kind of thing.

use std::collections::{BTreeSet, HashMap};

use application::notify::Subject;
use kernel::Instant;
use kernel::error::Common;
use kernel::money::{Currency, Money};
use kernel::zone::Zone;
use scheduling::notice::params;
use sea_orm::{DbErr, QueryResult};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::db::Db;
use crate::fault;
use crate::scheduling::rows::{DETAILS, details, filed, filed_select, vehicle_title};
use crate::sql::Sql;

type Said = Map<String, Value>;
/// Says something of one row.
type Read = fn(&QueryResult) -> Result<(Subject, Value), Common>;

/// A kind of thing: its query up to the list of ids, what stands behind it, and how its rows are read.
struct Thing {
    select: fn(&mut Sql),
    last: &'static str,
    read: Read,
}

const fn thing(select: fn(&mut Sql), read: Read) -> Thing {
    Thing {
        select,
        last: "",
        read,
    }
}

fn said_by(sql: &mut Sql, text: &str) {
    sql.push(text);
}

const BOOKINGS: Thing = thing(
    |sql| {
        filed_select(sql);
        sql.push("b.id IN (");
    },
    booking,
);
const NEGOTIATIONS: Thing = thing(|sql| said_by(sql, NEGOTIATION), negotiation);
const DEALERS: Thing = thing(|sql| said_by(sql, DEALER), dealer);
const DOCUMENTS: Thing = thing(|sql| said_by(sql, DOCUMENT), document);
const LISTINGS: Thing = thing(|sql| said_by(sql, LISTING), listing);
const SALES: Thing = thing(|sql| said_by(sql, SALE), sale);
const PLACES_IN_LINE: Thing = thing(
    |sql| {
        sql.push("SELECT w.id, w.start_at, s.timezone, u.first_name, ")
            .push(DETAILS)
            .push(WAITLIST);
    },
    waitlist,
);
const WATCHERS: Thing = Thing {
    last: " ORDER BY k.id",
    ..thing(|sql| said_by(sql, WATCHER), watcher)
};
const WEBHOOKS: Thing = thing(|sql| said_by(sql, WEBHOOK), webhook);
const API_KEYS: Thing = thing(|sql| said_by(sql, API_KEY), api_key);

/// What is said about each. What is gone is left out.
pub(super) async fn of(db: &Db, subjects: &BTreeSet<Subject>) -> Result<HashMap<Subject, Said>, Common> {
    let mut ids: [Vec<Uuid>; 10] = Default::default();
    let [
        bookings,
        talks,
        dealers,
        documents,
        listings,
        sales,
        places,
        watchers,
        webhooks,
        api_keys,
    ] = &mut ids;
    for subject in subjects {
        match *subject {
            Subject::Booking(id) => bookings.push(id),
            Subject::Negotiation(id) => talks.push(id),
            Subject::Dealer(id) => dealers.push(id),
            Subject::Document(id) => documents.push(id),
            Subject::Listing(id) => listings.push(id),
            Subject::Sale(id) => sales.push(id),
            Subject::Waitlist(id) => places.push(id),
            Subject::Watcher(id) => watchers.push(id),
            Subject::Webhook(id) => webhooks.push(id),
            Subject::ApiKey(id) => api_keys.push(id),
        }
    }
    let things = [
        BOOKINGS,
        NEGOTIATIONS,
        DEALERS,
        DOCUMENTS,
        LISTINGS,
        SALES,
        PLACES_IN_LINE,
        WATCHERS,
        WEBHOOKS,
        API_KEYS,
    ];
    let mut found = HashMap::new();
    for (thing, ids) in things.into_iter().zip(ids) {
        if ids.is_empty() {
            continue;
        }
        let mut sql = db.sql();
        (thing.select)(&mut sql);
        sql.bind_all(ids).push(")").push(thing.last);
        for row in db.all_of_primary(sql).await? {
            let (subject, said) = (thing.read)(&row)?;
            merge(found.entry(subject).or_insert_with(Map::new), said);
        }
    }
    Ok(found)
}

const DEALER: &str = "SELECT id, name, status_reason FROM dealers WHERE id IN (";

const DOCUMENT: &str = "SELECT p.id, p.dealer_id, p.kind, p.status, p.reason, d.name FROM dealer_documents p \
     JOIN dealers d ON d.id = p.dealer_id WHERE p.id IN (";

const WEBHOOK: &str = "SELECT id, url FROM webhooks WHERE id IN (";

const API_KEY: &str = "SELECT k.id, k.name, d.name AS dealer_name FROM api_keys k JOIN dealers d ON d.id = k.dealer_id WHERE k.id IN (";

const NEGOTIATION: &str = "SELECT n.id, n.listing_id, n.reason, v.year, v.make, v.model, v.trim, d.name AS dealer_name, s.timezone, \
     u.first_name, u.last_name FROM negotiations n JOIN listings l ON l.id = n.listing_id \
     JOIN vehicles v ON v.id = l.vehicle_id JOIN dealers d ON d.id = n.dealer_id JOIN users u ON u.id = n.buyer_id \
     LEFT JOIN sites s ON s.id = l.site_id WHERE n.id IN (";

const LISTING: &str = "SELECT l.id, v.year, v.make, v.model, v.trim, d.name AS dealer_name FROM listings l \
     JOIN vehicles v ON v.id = l.vehicle_id JOIN dealers d ON d.id = l.dealer_id WHERE l.id IN (";

const SALE: &str = "SELECT s.id, s.year, s.make, s.model, v.trim, s.price_minor, s.currency, s.sale_date, s.buyer_name, \
     COALESCE(d.name, u.first_name || ' ' || u.last_name) AS seller FROM sales s JOIN vehicles v ON v.id = s.vehicle_id \
     LEFT JOIN dealers d ON d.id = s.dealer_id LEFT JOIN users u ON u.id = s.seller_user_id WHERE s.id IN (";

const WAITLIST: &str = " FROM waitlist_entries w JOIN listings l ON l.id = w.listing_id JOIN vehicles v ON v.id = w.vehicle_id \
     JOIN dealers d ON d.id = w.dealer_id JOIN sites s ON s.id = l.site_id JOIN users u ON u.id = w.user_id WHERE w.id IN (";

/// A row for each search, or one without.
const WATCHER: &str = "SELECT u.id, u.first_name, k.id AS search_id, k.name AS search_name FROM users u \
     LEFT JOIN saved_searches k ON k.user_id = u.id AND k.name IS NOT NULL WHERE u.id IN (";

fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &str) -> Result<T, Common> {
    row.try_get_by(column).map_err(|e: DbErr| fault::common(&e))
}

fn vehicle(row: &QueryResult) -> Result<String, Common> {
    vehicle_title(row).map_err(|e| fault::common(&e))
}

/// What several rows say of one thing: objects are joined, anything else is said by the last.
fn merge(said: &mut Said, more: Value) {
    let Value::Object(more) = more else { return };
    for (name, value) in more {
        match (said.get_mut(&name), value) {
            (Some(Value::Object(inner)), value @ Value::Object(_)) => merge(inner, value),
            (_, value) => {
                said.insert(name, value);
            }
        }
    }
}

fn booking(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let filed = filed(row)?;
    let said = params(&filed.drive, &filed.details);
    Ok((Subject::Booking(filed.drive.id.uuid()), said))
}

fn negotiation(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let (first, last): (String, String) = (get(row, "first_name")?, get(row, "last_name")?);
    let said = json!({
        "negotiation_id": id,
        "listing_id": get::<Uuid>(row, "listing_id")?,
        "buyer": format!("{first} {last}"),
        "name": first,
        "vehicle": vehicle(row)?,
        "dealer": get::<String>(row, "dealer_name")?,
        "reason": get::<Option<String>>(row, "reason")?,
        "timezone": get::<Option<String>>(row, "timezone")?.unwrap_or_else(|| "UTC".to_owned()),
    });
    Ok((Subject::Negotiation(id), said))
}

fn dealer(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let said = json!({
        "dealer_id": id,
        "dealer": get::<String>(row, "name")?,
        "reason": get::<Option<String>>(row, "status_reason")?,
    });
    Ok((Subject::Dealer(id), said))
}

fn document(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let kind: String = get(row, "kind")?;
    let said = json!({
        "dealer_id": get::<Uuid>(row, "dealer_id")?,
        "dealer": get::<String>(row, "name")?,
        "document": match kind.as_str() {
            "tax" => "tax paper",
            "other" => "document",
            named => named,
        },
        "status": get::<String>(row, "status")?,
        "reason": get::<Option<String>>(row, "reason")?,
    });
    Ok((Subject::Document(id), said))
}

fn listing(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let said = json!({
        "listing_id": id,
        "vehicle": vehicle(row)?,
        "dealer": get::<String>(row, "dealer_name")?,
    });
    Ok((Subject::Listing(id), said))
}

fn sale(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let currency: String = get(row, "currency")?;
    let currency = Currency::parse(&currency).map_err(|_| fault::corrupt("sales", "currency", &currency))?;
    let said = json!({
        "sale_id": id,
        "name": get::<String>(row, "buyer_name")?,
        "seller": get::<Option<String>>(row, "seller")?.unwrap_or_default(),
        "vehicle": vehicle(row)?,
        "price": Money::new(get(row, "price_minor")?, currency).to_string(),
        "sale_date": get::<chrono::NaiveDate>(row, "sale_date")?,
    });
    Ok((Subject::Sale(id), said))
}

fn waitlist(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let zone: String = get(row, "timezone")?;
    let clock: Zone = zone
        .parse()
        .map_err(|_| fault::corrupt("sites", "timezone", &zone))?;
    let said = details(row).map_err(|e| fault::common(&e))?;
    let said = json!({
        "name": get::<String>(row, "first_name")?,
        "vehicle": said.vehicle,
        "dealer": said.dealer,
        "site": said.site,
        "address": said.address,
        "timezone": zone,
        "when": clock.words(get::<Instant>(row, "start_at")?),
    });
    Ok((Subject::Waitlist(id), said))
}

fn watcher(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let mut names = Map::new();
    if let Some((search, name)) =
        get::<Option<Uuid>>(row, "search_id")?.zip(get::<Option<String>>(row, "search_name")?)
    {
        names.insert(search.to_string(), json!(name));
    }
    let said = json!({ "name": get::<String>(row, "first_name")?, "names": names });
    Ok((Subject::Watcher(id), said))
}

fn webhook(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    Ok((Subject::Webhook(id), json!({ "url": get::<String>(row, "url")? })))
}

fn api_key(row: &QueryResult) -> Result<(Subject, Value), Common> {
    let id: Uuid = get(row, "id")?;
    let said = json!({ "key": get::<String>(row, "name")?, "dealer": get::<String>(row, "dealer_name")? });
    Ok((Subject::ApiKey(id), said))
}

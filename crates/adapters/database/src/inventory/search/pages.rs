//! One page of listings, in one statement.

use ::inventory::error::Error;
use ::inventory::search::filter::ListingFilter;
use ::inventory::search::near::metres_of;
use ::inventory::search::views::{Audience, Hit, StaffPart};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest, Sort};
use sea_orm::{DbErr, QueryResult};

use super::conditions::{conditions, source};
use crate::db::Db;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{currency, get, id};

/// Every order is whole numbers, the id last. The dearest first has a column of its own, since the platform's currency comes
/// first in both directions.
const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "listed_at",
            sql: "s.listed_at",
            of: FieldType::Int,
        },
        Field {
            name: "price",
            sql: "s.price_rising",
            of: FieldType::Int,
        },
        Field {
            name: "price_falling",
            sql: "s.price_falling",
            of: FieldType::Int,
        },
        Field {
            name: "year",
            sql: "s.year",
            of: FieldType::Int,
        },
        Field {
            name: "mileage",
            sql: "s.mileage",
            of: FieldType::Int,
        },
        Field {
            name: "distance",
            sql: "s.distance",
            of: FieldType::Int,
        },
        Field {
            name: "relevance",
            sql: "s.relevance",
            of: FieldType::Int,
        },
    ],
    default: &[("listed_at", true)],
    id: "s.listing_id",
};

pub(super) async fn page(
    db: &Db,
    audience: Audience,
    filter: &ListingFilter,
    page: &PageRequest,
) -> Result<Page<Hit>, Error> {
    let mut select = "s.listing_id, s.card".to_owned();
    if filter.from.is_some() {
        select.push_str(", s.distance");
    }
    let staff = matches!(audience, Audience::Staff(_));
    if staff {
        select.push_str(", l.currency, l.floor_minor, l.cost_minor");
    }
    let query = ListQuery {
        select: &select,
        from: &source(filter, audience),
        filter: |sql: &mut _| conditions(sql, audience, filter),
        filter_key: format!("{audience:?}{}", filter.key()),
    };
    let request = PageRequest {
        sort: page.sort.iter().map(dearest).collect(),
        ..page.clone()
    };
    let read = |row: &QueryResult| hit(row, filter.from.is_some(), staff);
    Ok(LIST.page(db, &request, &query, read).await?)
}

fn dearest(sort: &Sort) -> Sort {
    if sort.field == "price" && sort.descending {
        Sort {
            field: "price_falling".to_owned(),
            descending: false,
        }
    } else {
        sort.clone()
    }
}

pub(super) fn hit(row: &QueryResult, placed: bool, staff: bool) -> Result<Hit, DbErr> {
    let distance = if placed {
        Some(get::<i64>(row, "distance")?)
    } else {
        None
    };
    let part = if staff {
        let currency = currency(row, "currency")?;
        let money = |minor: Option<i64>| minor.map(|m| Money::new(m, currency));
        Some(StaffPart {
            floor_price: money(get(row, "floor_minor")?),
            cost: money(get(row, "cost_minor")?),
        })
    } else {
        None
    };
    Ok(Hit {
        id: id(row, "listing_id")?,
        card: get(row, "card")?,
        // No two places on the Earth are farther apart than 2 R: what is beyond is nowhere.
        distance: distance.filter(|d| *d < 1_000_000_000_000_000).map(metres_of),
        staff: part,
    })
}

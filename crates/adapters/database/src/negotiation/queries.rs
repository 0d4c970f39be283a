//! Looking at negotiations.

use ::negotiation::Error;
use ::negotiation::ports::{NegotiationQueries, Seen, Stats, TalkFilter, Whose};
use ::negotiation::state::{Side, Status};
use async_trait::async_trait;
use kernel::Instant;
use kernel::id::{ListingId, NegotiationId};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};

use super::{rows, stats};
use crate::db::Db;
use crate::fault;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::sql::Sql;

/// Negotiations to look at.
#[derive(Clone)]
pub struct SqlNegotiationQueries {
    db: Db,
}

impl SqlNegotiationQueries {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A party's negotiations. Indexes: `negotiations_buyer`, `negotiations_dealer`, `negotiations_dealer_status`.
const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "updated_at",
            sql: "n.updated_at",
            of: FieldType::Instant,
        },
        Field {
            name: "created_at",
            sql: "n.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("updated_at", true)],
    id: "n.id",
};

/// What the listing asks now, beside the negotiation.
const NOW: &str = "l.asking_minor AS asking_now, l.currency AS currency_now";

/// A condition on whose negotiations they are.
pub(super) fn of(sql: &mut Sql, whose: Whose) {
    match whose {
        Whose::Buyer(user) => sql.push("n.buyer_id = ").bind(user.uuid()),
        Whose::Dealer(dealer) => sql.push("n.dealer_id = ").bind(dealer.uuid()),
    };
}

fn seen(row: &QueryResult) -> Result<Seen, DbErr> {
    let talk = rows::talk(row)?;
    let code: String = row.try_get("", "currency_now")?;
    let currency = kernel::money::Currency::parse(&code).map_err(|e| DbErr::Type(e.message))?;
    let asking = Money::new(row.try_get("", "asking_now")?, currency);
    Ok(Seen { talk, asking })
}

#[async_trait]
impl NegotiationQueries for SqlNegotiationQueries {
    async fn find(&self, id: NegotiationId) -> Result<Option<Seen>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ").push(rows::COLUMNS).push(", ").push(NOW);
        sql.push(" FROM ").push(rows::FROM);
        sql.push(" JOIN listings l ON l.id = n.listing_id WHERE n.id = ")
            .bind(id.uuid());
        let row = self.db.one(sql).await?;
        let found = row.as_ref().map(seen).transpose();
        let found = found.map_err(|e| fault::common(&e))?;
        Ok(self.filled(found.into_iter().collect()).await?.pop())
    }

    async fn list(&self, whose: Whose, filter: &TalkFilter, page: &PageRequest) -> Result<Page<Seen>, Error> {
        let select = format!("{}, {NOW}", rows::COLUMNS);
        let from = format!("{} JOIN listings l ON l.id = n.listing_id", rows::FROM);
        let query = ListQuery {
            select: &select,
            from: &from,
            filter: |sql: &mut Sql| {
                sql.push(" AND ");
                of(sql, whose);
                if !filter.statuses.is_empty() {
                    sql.push(" AND n.status IN (");
                    sql.bind_all(filter.statuses.iter().map(|status| status.as_str()))
                        .push(")");
                }
                if !filter.listings.is_empty() {
                    sql.push(" AND n.listing_id IN (");
                    sql.bind_all(filter.listings.iter().map(ListingId::uuid))
                        .push(")");
                }
                if filter.awaiting_me {
                    let mine = match whose.side() {
                        Side::Buyer => Status::AwaitingBuyer,
                        Side::Dealer => Status::AwaitingDealer,
                    };
                    sql.push(" AND n.status = ").bind(mine.as_str());
                }
            },
            filter_key: format!("{whose:?} {filter:?}"),
        };
        let page = LIST.page(&self.db, page, &query, seen).await?;
        Ok(Page {
            items: self.filled(page.items).await?,
            count: page.count,
            next: page.next,
            previous: page.previous,
        })
    }

    async fn stats(&self, whose: Whose, since: Option<Instant>) -> Result<Stats, Error> {
        stats::read(&self.db, whose, since).await
    }
}

impl SqlNegotiationQueries {
    /// Gives negotiations their offers: one statement for all of them.
    async fn filled(&self, found: Vec<Seen>) -> Result<Vec<Seen>, Error> {
        if found.is_empty() {
            return Ok(found);
        }
        let (talks, asked): (Vec<_>, Vec<_>) = found.into_iter().map(|seen| (seen.talk, seen.asking)).unzip();
        let offers = self.db.all(rows::select_offers(self.db.sql(), &talks)).await?;
        let talks = rows::with_offers(talks, &offers).map_err(|e| fault::common(&e))?;
        let pairs = talks.into_iter().zip(asked);
        Ok(pairs.map(|(talk, asking)| Seen { talk, asking }).collect())
    }
}

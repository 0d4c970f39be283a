//! What contracts of sales play on: the acts on a stage, and what there is to see after them.

use std::sync::Arc;

use application::close_sale::CloseSale;
use application::error::Error;
use application::negotiate::Negotiate;
use application::void_sale::{PurchaseTokens, VoidSale};
use forecourt_database::Db;
use forecourt_database::negotiation::SqlDeals;
use forecourt_database::sales::{SqlClosings, SqlVoidings};
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::Failure;
use kernel::id::{ListingId, PurchaseId};
use kernel::money::{Currency, Money};
use kernel::ports::Clock;
use kernel::rights::Role;
use negotiation::request::{NewNegotiation, Price};
use sales::figures::Span;
use sales::request::{NamedBuyer, NewBuyer, NewSale, Subject};
use sales::sale::{PaymentMethod, Sale};
use sea_orm::QueryResult;

use crate::stage::Stage;
use crate::world::World;

/// The acts on a stage.
pub(crate) struct Till {
    pub(crate) stage: Stage,
    pub(crate) manager: Actor,
}

/// The token of a question is its id.
pub(crate) struct PlainTokens;

impl PurchaseTokens for PlainTokens {
    fn purchase_token(&self, id: PurchaseId) -> String {
        id.to_string()
    }

    fn read_purchase(&self, token: &str) -> Option<PurchaseId> {
        token.parse().ok()
    }
}

pub(crate) fn usd(dollars: i64) -> Money {
    Money::new(dollars * 100, Currency::USD)
}

pub(crate) const ALWAYS: Span = Span { from: None, to: None };

impl Till {
    pub(crate) async fn new(world: World) -> Self {
        let stage = Stage::new(world).await;
        let manager = Actor::User(Principal {
            user: stage.world.ids.next(),
            session: stage.world.ids.next(),
            admin: false,
            factor_due: false,
            staff: Some(Membership {
                staff: stage.world.ids.next(),
                dealer: stage.dealer,
                role: Role::Manager,
                sites: Vec::new(),
            }),
        });
        Self { stage, manager }
    }

    pub(crate) fn db(&self) -> Db {
        self.stage.world.db().clone()
    }

    pub(crate) fn closing(&self, db: Db) -> CloseSale {
        CloseSale {
            closings: Arc::new(SqlClosings::new(db)),
            ids: self.stage.world.ids.clone(),
        }
    }

    pub(crate) fn voiding(&self) -> VoidSale {
        VoidSale {
            voidings: Arc::new(SqlVoidings::new(self.db())),
            tokens: Arc::new(PlainTokens),
            ids: self.stage.world.ids.clone(),
        }
    }

    pub(crate) fn request(&self, buyer: NewBuyer, dollars: i64) -> NewSale {
        NewSale {
            price: usd(dollars),
            sale_date: Some(self.stage.world.clock.now().date_naive()),
            buyer,
            payment_method: PaymentMethod::Card,
            sold_by: None,
            splits: None,
            notes: None,
            negotiation: None,
        }
    }

    pub(crate) async fn sell(
        &self,
        listing: ListingId,
        buyer: NewBuyer,
        dollars: i64,
    ) -> Result<Sale, Error> {
        let act = self.stage.act(&self.stage.sales);
        let new = self.request(buyer, dollars);
        let done = self
            .closing(self.db())
            .close(&act, Subject::Listing(listing), new)
            .await?;
        Ok(done.value)
    }

    pub(crate) async fn sell_on(
        &self,
        listing: ListingId,
        buyer: NewBuyer,
        dollars: i64,
        date: chrono::NaiveDate,
    ) -> Result<Sale, Error> {
        let act = self.stage.act(&self.stage.sales);
        let new = NewSale {
            sale_date: Some(date),
            ..self.request(buyer, dollars)
        };
        let done = self
            .closing(self.db())
            .close(&act, Subject::Listing(listing), new)
            .await?;
        Ok(done.value)
    }

    pub(crate) async fn void(&self, sale: &Sale) -> Result<Sale, Error> {
        let act = self.stage.act(&self.manager);
        Ok(self.voiding().void(&act, sale.id, "the wrong car").await?.value)
    }

    pub(crate) async fn offer(
        &self,
        buyer: &Actor,
        listing: ListingId,
        dollars: i64,
    ) -> negotiation::negotiation::Negotiation {
        let moves = Negotiate {
            deals: Arc::new(SqlDeals::new(self.db())),
            ids: self.stage.world.ids.clone(),
        };
        let new = NewNegotiation {
            listing,
            price: Price {
                amount: usd(dollars),
                message: None,
            },
        };
        moves.open(&self.stage.act(buyer), new).await.unwrap().value.talk
    }

    /// The texts that one column of a query has, in its order.
    pub(crate) async fn texts(&self, query: &str) -> Vec<String> {
        let mut sql = self.db().sql();
        sql.push(query);
        let rows = self.db().all(sql).await.unwrap();
        let text = |row: &QueryResult| {
            row.try_get_by_index::<Option<String>>(0)
                .unwrap()
                .unwrap_or_default()
        };
        rows.iter().map(text).collect()
    }

    /// Everything that a sale could leave behind.
    pub(crate) async fn traces(&self) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for query in [
            "SELECT status FROM sales ORDER BY id",
            "SELECT CAST(share_bp AS TEXT) FROM sale_staff ORDER BY staff_id",
            "SELECT kind FROM commission_entries ORDER BY id",
            "SELECT status || ' ' || CAST(version AS TEXT) FROM listings ORDER BY id",
            "SELECT status || ' ' || owner_kind || ' ' || CAST(version AS TEXT) FROM vehicles ORDER BY id",
            "SELECT kind FROM vehicle_history ORDER BY id",
            "SELECT description FROM service_records ORDER BY id",
            "SELECT status || ' ' || CAST(version AS TEXT) FROM bookings ORDER BY id",
            "SELECT status FROM sale_cancelled_bookings c JOIN bookings b ON b.id = c.booking_id",
            "SELECT status || ' ' || CAST(version AS TEXT) FROM negotiations ORDER BY id",
            "SELECT status FROM offers ORDER BY id",
            "SELECT name FROM outbox ORDER BY id",
            "SELECT kind FROM jobs ORDER BY id",
            "SELECT action FROM audit_log ORDER BY id",
            "SELECT scope FROM idempotency ORDER BY scope",
        ] {
            all.push(self.texts(query).await);
        }
        all
    }
}

pub(crate) fn user(actor: &Actor) -> NewBuyer {
    NewBuyer::User(actor.user().unwrap())
}

pub(crate) fn named(email: Option<&str>) -> NewBuyer {
    NewBuyer::Named(NamedBuyer {
        name: "Bo Lund".to_owned(),
        email: email.map(|email| email.parse().unwrap()),
        phone: None,
    })
}

pub(crate) fn codes<T>(ends: &[Result<T, Error>]) -> Vec<&'static str> {
    let refused = ends.iter().filter_map(|end| end.as_ref().err());
    let mut codes: Vec<_> = refused.map(Failure::code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

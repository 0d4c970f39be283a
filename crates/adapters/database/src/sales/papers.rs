//! What papers say beside a sale.

use ::sales::Error;
use ::sales::bill::Party;
use ::sales::ports::Papers;
use ::sales::sale::{Sale, Seller};
use async_trait::async_trait;
use kernel::error::Common;
use sea_orm::{DbErr, QueryResult};

use crate::db::Db;
use crate::fault;
use crate::rows::get;

/// Sellers from a database.
#[derive(Clone)]
pub struct SqlPapers {
    db: Db,
}

impl SqlPapers {
    /// From this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

fn dealer(row: &QueryResult) -> Result<Party, DbErr> {
    let text = |column: &str| get::<Option<String>>(row, column);
    let town = [text("city")?, text("state")?, text("postal_code")?];
    let town: Vec<String> = town.into_iter().flatten().collect();
    let lines = [
        text("line1")?,
        text("line2")?,
        Some(town.join(" ")),
        text("address_country")?,
    ];
    Ok(Party {
        name: get(row, "name")?,
        legal_name: text("legal_name")?,
        address: lines.into_iter().flatten().collect(),
        phone: text("phone")?,
        email: text("email")?,
        licence: text("licence_number")?,
    })
}

fn person(row: &QueryResult) -> Result<Party, DbErr> {
    let (first, last): (String, String) = (get(row, "first_name")?, get(row, "last_name")?);
    Ok(Party {
        name: format!("{first} {last}"),
        ..Party::default()
    })
}

#[async_trait]
impl Papers for SqlPapers {
    async fn seller(&self, sale: &Sale) -> Result<Party, Error> {
        let mut sql = self.db.sql();
        let read: fn(&QueryResult) -> Result<Party, DbErr> = match &sale.seller {
            Seller::Dealer(closing) => {
                sql.push(
                    "SELECT name, legal_name, line1, line2, city, state, postal_code, address_country, ",
                )
                .push("phone, email, licence_number FROM dealers WHERE id = ")
                .bind(closing.dealer.uuid());
                dealer
            }
            Seller::Person { user } => {
                sql.push("SELECT first_name, last_name FROM users WHERE id = ")
                    .bind(user.uuid());
                person
            }
        };
        let row = self.db.one(sql).await?.ok_or(Common::absent("seller"))?;
        Ok(read(&row).map_err(|e| fault::common(&e))?)
    }
}

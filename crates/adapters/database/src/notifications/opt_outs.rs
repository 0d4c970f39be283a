//! Numbers that want no messages, and how people can be reached.

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::UserId;
use kernel::message::Network;
use kernel::phone::Phone;
use notifications::contact::Contact;
use notifications::opt_out::{Change, OptOut};
use notifications::ports::{Contacts, OptOuts};
use sea_orm::{DbErr, QueryResult};

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::{get, id};
use crate::sql::Sql;
use crate::tx::Tx;

/// Opt-outs in a database.
#[derive(Clone)]
pub struct SqlOptOuts {
    db: Db,
}

impl SqlOptOuts {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

fn of_number(mut sql: Sql, number: &Phone, network: Network) -> Sql {
    sql.push("SELECT id, since FROM opt_outs WHERE number = ")
        .bind(number.as_str())
        .push(" AND network = ")
        .bind(network.as_str());
    sql
}

fn opt_out(row: &QueryResult, number: &Phone, network: Network) -> Result<OptOut, DbErr> {
    Ok(OptOut {
        id: id(row, "id")?,
        number: number.clone(),
        network,
        since: get(row, "since")?,
    })
}

async fn change_in(
    tx: &Tx,
    number: &Phone,
    network: Network,
    decide: Decide<'_, Option<OptOut>, Change, bool, Common>,
) -> Result<(bool, Record), Stop<Common>> {
    let row = tx.one(of_number(tx.sql(), number, network)).await?;
    let known = row.map(|row| opt_out(&row, number, network)).transpose()?;
    let decision = decide(&known).map_err(Stop::Domain)?;
    let mut sql = tx.sql();
    match &decision.plan {
        Change::None => return Ok((decision.answer, decision.record)),
        Change::Out(out) => {
            sql.push("INSERT INTO opt_outs (id, number, network, since) VALUES (")
                .bind(out.id.uuid());
            sql.push(", ")
                .bind_all([out.number.as_str(), out.network.as_str()]);
            // Somebody else may be writing the same at this moment.
            sql.push(", ")
                .bind(out.since)
                .push(") ON CONFLICT (number, network) DO NOTHING");
        }
        Change::In(id) => {
            sql.push("DELETE FROM opt_outs WHERE id = ").bind(id.uuid());
        }
    }
    if tx.run(sql).await? == 0 {
        return Ok((false, Record::default()));
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl OptOuts for SqlOptOuts {
    async fn change(
        &self,
        act: &Act,
        number: &Phone,
        network: Network,
        decide: Decide<'_, Option<OptOut>, Change, bool, Common>,
    ) -> Result<Done<bool>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, number, network, decide).await;
                (tx, result)
            })
            .await
    }

    async fn of(&self, number: &Phone, network: Network) -> Result<Option<OptOut>, Common> {
        let sql = of_number(self.db.sql(), number, network);
        let row = self.db.one_of_primary(sql).await?;
        row.map(|row| opt_out(&row, number, network))
            .transpose()
            .map_err(|e| fault::common(&e))
    }
}

#[async_trait]
impl Contacts for SqlOptOuts {
    async fn contact(&self, user: UserId) -> Result<Contact, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT u.phone, (SELECT COUNT(*) FROM devices d WHERE d.user_id = u.id) AS devices");
        for network in Network::ALL {
            let word = network.as_str();
            sql.push(", (SELECT COUNT(*) FROM opt_outs o WHERE o.number = u.phone AND o.network = ")
                .bind(word)
                .push(") AS ")
                .push(word);
        }
        sql.push(" FROM users u WHERE u.id = ").bind(user.uuid());
        let row = self.db.one(sql).await?.ok_or(Common::absent("user"))?;
        let read = || -> Result<_, DbErr> {
            let mut opted_out = Vec::new();
            for network in Network::ALL {
                if get::<i64>(&row, network.as_str())? > 0 {
                    opted_out.push(*network);
                }
            }
            let phone: Option<String> = get(&row, "phone")?;
            Ok(Contact {
                phone: phone.and_then(|phone| phone.parse().ok()),
                opted_out,
                devices: u64::try_from(get::<i64>(&row, "devices")?).unwrap_or(0),
            })
        };
        read().map_err(|e| fault::common(&e))
    }
}

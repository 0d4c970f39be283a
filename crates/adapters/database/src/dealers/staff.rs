//! Changing staff.

use ::dealers::Error;
use ::dealers::ports::{Staff, StaffFacts};
use ::dealers::staff::{StaffMember, StaffProfile};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, Id, StaffId};
use uuid::Uuid;

use super::{people, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::rows::{get, update};
use crate::tx::Tx;

/// Staff in the database.
#[derive(Clone)]
pub struct SqlStaff {
    db: Db,
}

impl SqlStaff {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Staff for SqlStaff {
    async fn change(
        &self,
        act: &Act,
        member: StaffId,
        decide: Decide<'_, StaffFacts, StaffMember, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, act, member, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn change_in(
    tx: &Tx,
    act: &Act,
    member: StaffId,
    decide: Decide<'_, StaffFacts, StaffMember, StaffProfile, Error>,
) -> Result<(StaffProfile, Record), Stop<Error>> {
    // Which dealer a member belongs to never changes: it may be read before it is locked.
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id FROM staff WHERE id = ")
        .bind(member.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("staff member"))?;
    let dealer: DealerId = Id::from_uuid(row.try_get_by_index(0)?);
    tx.lock("dealers", dealer.uuid()).await?;
    tx.lock("staff", member.uuid()).await?;
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::MEMBER)
        .push(", ")
        .push(&rows::plan_on(act.at.date_naive()))
        .push(" FROM staff m WHERE m.id = ")
        .bind(member.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("staff member"))?;
    let found = rows::member(&row)?;
    let plan: Option<Uuid> = get(&row, "m_plan")?;
    let (person, works_for) = match found.user {
        Some(user) => (
            people::locked_person(tx, user).await?,
            people::works_for(tx, user).await?,
        ),
        None => (None, None),
    };
    let facts = StaffFacts {
        member: found,
        person,
        plan: plan.map(Id::from_uuid),
        other_owners: people::other_owners(tx, dealer, member).await?,
        works_elsewhere: works_for.filter(|at| *at != dealer),
        sites: people::sites_of(tx, dealer).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let columns = rows::member_columns(&decision.plan)?;
    update(tx, "staff", columns, "id", member.uuid()).await?;
    Ok((decision.answer, decision.record))
}

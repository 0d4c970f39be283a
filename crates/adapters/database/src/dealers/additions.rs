//! Adding somebody to the staff, with an invitation where there is no account.

use ::dealers::Error;
use ::dealers::ports::AddFacts;
use ::dealers::rules::staff::Recruit;
use ::dealers::staff::{Person, StaffMember, StaffProfile};
use application::invite_staff::{AddPlan, StaffAdditions};
use async_trait::async_trait;
use identity::invitation::Invitation;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::{DealerId, Id, StaffId};
use uuid::Uuid;

use super::{people, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::rows::{insert, update};
use crate::tx::Tx;

/// Additions to the staff in the database.
#[derive(Clone)]
pub struct SqlStaffAdditions {
    db: Db,
}

impl SqlStaffAdditions {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl StaffAdditions for SqlStaffAdditions {
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        recruit: &Recruit,
        decide: Decide<'_, AddFacts, AddPlan, StaffProfile, Error>,
    ) -> Result<Done<StaffProfile>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = add_in(&tx, dealer, recruit, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn add_in(
    tx: &Tx,
    dealer: DealerId,
    recruit: &Recruit,
    decide: Decide<'_, AddFacts, AddPlan, StaffProfile, Error>,
) -> Result<(StaffProfile, Record), Stop<Error>> {
    let dealer = people::locked_dealer(tx, dealer).await?;
    let person = match recruit {
        Recruit::User(user) => people::locked_person(tx, *user).await?,
        Recruit::Address(email) => {
            let mut sql = tx.sql();
            sql.push("SELECT id FROM users WHERE email_folded = ")
                .bind(email.folded());
            match tx.one(sql).await? {
                Some(row) => people::locked_person(tx, Id::from_uuid(row.try_get_by_index(0)?)).await?,
                None => None,
            }
        }
    };
    let works_for = match &person {
        Some(person) => people::works_for(tx, person.user).await?,
        None => None,
    };
    let facts = AddFacts {
        sites: people::sites_of(tx, dealer.id).await?,
        known: known(tx, dealer.id, recruit, person.as_ref()).await?,
        works_for,
        person,
        dealer,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let AddPlan { member, invitation } = &decision.plan;
    let columns = rows::member_columns(member)?;
    if facts.known.as_ref().is_some_and(|known| known.id == member.id) {
        update(tx, "staff", columns, "id", member.id.uuid()).await?;
    } else {
        insert(tx, "staff", columns).await?;
    }
    withdraw_open(tx, member.id).await?;
    if let Some(invitation) = invitation {
        insert_invitation(tx, invitation, member).await?;
    }
    Ok((decision.answer, decision.record))
}

/// What the dealer has on the person, and else on the address. The dealer is locked, so nobody else adds it meanwhile.
async fn known(
    tx: &Tx,
    dealer: DealerId,
    recruit: &Recruit,
    person: Option<&Person>,
) -> Result<Option<StaffMember>, Stop<Error>> {
    let user: Option<Uuid> = person.map(|p| p.user.uuid());
    let address: Option<String> = match recruit {
        Recruit::User(_) => person.map(|p| p.email.folded()),
        Recruit::Address(email) => Some(email.folded()),
    };
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::MEMBER)
        .push(" FROM staff m WHERE m.dealer_id = ")
        .bind(dealer.uuid());
    sql.push(" AND (m.user_id = ")
        .bind(user)
        .push(" OR (m.user_id IS NULL AND m.email_folded = ")
        .bind(address);
    sql.push(")) ORDER BY CASE WHEN m.user_id IS NULL THEN 1 ELSE 0 END LIMIT 1");
    let row = tx.one(sql).await?;
    Ok(row.as_ref().map(rows::member).transpose()?)
}

async fn withdraw_open(tx: &Tx, member: StaffId) -> Result<(), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("UPDATE invitations SET state = 'withdrawn' WHERE state = 'open' AND staff_id = ")
        .bind(member.uuid());
    tx.run(sql).await?;
    Ok(())
}

/// Role and sites are the member's: an invitation to the staff keeps neither.
async fn insert_invitation(
    tx: &Tx,
    invitation: &Invitation,
    member: &StaffMember,
) -> Result<(), Stop<Error>> {
    let columns = vec![
        ("id", invitation.id.uuid().into()),
        ("email", invitation.email.as_str().into()),
        ("email_folded", invitation.email.folded().into()),
        ("staff_id", member.id.uuid().into()),
        ("dealer_id", member.dealer.uuid().into()),
        ("invited_by", invitation.invited_by.map(|user| user.uuid()).into()),
        ("created_at", invitation.created_at.into()),
        ("expires_at", invitation.expires_at.into()),
        ("state", "open".into()),
    ];
    Ok(insert(tx, "invitations", columns).await?)
}

//! Invitations, and their acceptance.

use ::identity::Error;
use ::identity::invitation::{Grant, Invitation, InvitationState};
use ::identity::plan::{InviteFacts, InvitePlan};
use ::identity::ports::Invitations;
use ::identity::user::{PlatformRole, ReferralCode, User};
use application::accept_invitation::{Acceptance, AcceptanceFacts, InvitationAcceptances};
use async_trait::async_trait;
use dealers::staff::StaffMember;
use kernel::Instant;
use kernel::act::{Act, Decide, Decision, Done, Record};
use kernel::email::Email;
use kernel::error::Malformed;
use kernel::id::{Id, InvitationId, StaffId};
use kernel::rights::Role;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::facts::{self, Named};
use super::write;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::{Columns, corrupt, get, id, json_of, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// Invitations in a database.
#[derive(Clone)]
pub struct SqlInvitations {
    db: Db,
}

impl SqlInvitations {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

fn invitation_query(mut sql: Sql, invitation: InvitationId) -> Sql {
    sql.push(
        "SELECT id, email, platform_role, staff_id, dealer_id, invited_by, created_at, expires_at, state, ",
    )
    .push("accepted_at, accepted_by FROM invitations WHERE id = ")
    .bind(invitation.uuid());
    sql
}

fn optional_id<K>(row: &QueryResult, column: &str) -> Result<Option<Id<K>>, DbErr> {
    Ok(get::<Option<Uuid>>(row, column)?.map(Id::from_uuid))
}

fn address(row: &QueryResult) -> Result<Email, DbErr> {
    let text: String = get(row, "email")?;
    text.parse().map_err(|error: Malformed| corrupt("email", error))
}

fn invitation(row: &QueryResult) -> Result<Invitation, DbErr> {
    let role: Option<String> = get(row, "platform_role")?;
    let grant = match (
        role,
        optional_id(row, "staff_id")?,
        optional_id(row, "dealer_id")?,
    ) {
        (Some(word), None, None) => {
            let role = word.parse::<PlatformRole>();
            Grant::Platform(role.map_err(|error| corrupt("platform_role", error))?)
        }
        (None, Some(staff), Some(dealer)) => Grant::Staff { staff, dealer },
        _ => return Err(corrupt("invitations", "no single grant")),
    };
    let state: String = get(row, "state")?;
    let state = match (
        state.as_str(),
        get::<Option<Instant>>(row, "accepted_at")?,
        optional_id(row, "accepted_by")?,
    ) {
        ("open", None, None) => InvitationState::Open,
        ("withdrawn", None, None) => InvitationState::Withdrawn,
        ("accepted", Some(at), Some(by)) => InvitationState::Accepted { at, by },
        _ => return Err(corrupt("state", state)),
    };
    Ok(Invitation {
        id: id(row, "id")?,
        email: address(row)?,
        grant,
        invited_by: optional_id(row, "invited_by")?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        state,
    })
}

/// Writes an invitation, new or changed. A new one takes the place of open ones to the same: of the address to the
/// platform, or to the same place on a staff.
pub(crate) async fn write_invitation(tx: &Tx, invitation: &Invitation) -> Result<(), DbErr> {
    let (role, staff, dealer) = match invitation.grant {
        Grant::Platform(role) => (Some(role.as_str()), None, None),
        Grant::Staff { staff, dealer } => (None, Some(staff.uuid()), Some(dealer.uuid())),
    };
    let (state, at, by) = match invitation.state {
        InvitationState::Open => ("open", None, None),
        InvitationState::Accepted { at, by } => ("accepted", Some(at), Some(by.uuid())),
        InvitationState::Withdrawn => ("withdrawn", None, None),
    };
    if invitation.state == InvitationState::Open {
        let mut sql = tx.sql();
        sql.push("UPDATE invitations SET state = 'withdrawn' WHERE state = 'open' AND id <> ")
            .bind(invitation.id.uuid());
        match staff {
            Some(staff) => sql.push(" AND staff_id = ").bind(staff),
            None => sql
                .push(" AND platform_role IS NOT NULL AND email_folded = ")
                .bind(invitation.email.folded()),
        };
        tx.run(sql).await?;
    }
    let columns: Columns = vec![
        ("id", invitation.id.uuid().into()),
        ("email", invitation.email.as_str().into()),
        ("email_folded", invitation.email.folded().into()),
        ("platform_role", role.into()),
        ("staff_id", staff.into()),
        ("dealer_id", dealer.into()),
        ("invited_by", invitation.invited_by.map(|by| by.uuid()).into()),
        ("created_at", invitation.created_at.into()),
        ("expires_at", invitation.expires_at.into()),
        ("state", state.into()),
        ("accepted_at", at.into()),
        ("accepted_by", by.into()),
    ];
    let changing = ["state", "accepted_at", "accepted_by"];
    write::upsert(tx, "invitations", "id", columns, &changing).await
}

async fn invite_in(
    tx: &Tx,
    email: &Email,
    decide: Decide<'_, InviteFacts, InvitePlan, Invitation, Error>,
) -> Result<(Invitation, Record), Stop<Error>> {
    facts::reserve_address(tx, email).await?;
    let holder = facts::locked_account(tx, &Named::Address(email)).await?;
    let holder = holder.map(|account| account.user);
    let Decision { plan, answer, record } = decide(&InviteFacts { holder }).map_err(Stop::Domain)?;
    write_invitation(tx, &plan.invitation).await?;
    Ok((answer, record))
}

async fn locked_member(tx: &Tx, staff: StaffId) -> Result<Option<StaffMember>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id, dealer_id, user_id, email, role, sites, active, version, created_at, updated_at FROM staff WHERE id = ")
        .bind(staff.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    let role: String = get(&row, "role")?;
    Ok(Some(StaffMember {
        id: id(&row, "id")?,
        dealer: id(&row, "dealer_id")?,
        user: optional_id(&row, "user_id")?,
        email: address(&row)?,
        role: Role::staff(&role).ok_or_else(|| corrupt("role", &role))?,
        sites: json_of(&row, "sites")?,
        active: get(&row, "active")?,
        version: get(&row, "version")?,
        created_at: get(&row, "created_at")?,
        updated_at: get(&row, "updated_at")?,
    }))
}

async fn accept_in(
    tx: &Tx,
    wanted: InvitationId,
    codes: &[ReferralCode],
    decide: Decide<'_, AcceptanceFacts, Acceptance, User, application::error::Error>,
) -> Result<(User, Record), Stop<application::error::Error>> {
    // The locks follow the written order, and the invitation says which they are: so it is read, and read again under them.
    let first = tx.one(invitation_query(tx.sql(), wanted)).await?;
    let first = first.as_ref().map(invitation).transpose()?;
    let mut known = AcceptanceFacts {
        invitation: None,
        holder: None,
        member: None,
        works_for: None,
        free_code: None,
    };
    if let Some(first) = &first {
        if let Grant::Staff { staff, dealer } = first.grant {
            tx.lock("dealers", dealer.uuid()).await?;
            known.member = locked_member(tx, staff).await?;
        }
        facts::reserve_address(tx, &first.email).await?;
        known.holder = facts::locked_account(tx, &Named::Address(&first.email)).await?;
        if let Some(holder) = &known.holder {
            known.works_for = facts::works_for(tx, holder.user.id).await?;
        }
        known.free_code = facts::free_code(tx, codes).await?;
        tx.lock("invitations", wanted.uuid()).await?;
        let row = tx.one(invitation_query(tx.sql(), wanted)).await?;
        known.invitation = row.as_ref().map(invitation).transpose()?;
    }
    let Decision { plan, answer, record } = decide(&known).map_err(Stop::Domain)?;
    write::account(tx, plan.account).await?;
    if let Some(member) = plan.staff {
        let columns: Columns = vec![
            ("user_id", member.user.map(|user| user.uuid()).into()),
            ("version", member.version.into()),
            ("updated_at", member.updated_at.into()),
        ];
        update(tx, "staff", columns, "id", member.id.uuid()).await?;
    }
    write_invitation(tx, &plan.invitation).await?;
    Ok((answer, record))
}

#[async_trait]
impl Invitations for SqlInvitations {
    async fn invite(
        &self,
        act: &Act,
        email: &Email,
        decide: Decide<'_, InviteFacts, InvitePlan, Invitation, Error>,
    ) -> Result<Done<Invitation>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = invite_in(&tx, email, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, Error> {
        let row = self.db.one(invitation_query(self.db.sql(), id)).await?;
        let found = row.as_ref().map(invitation).transpose();
        found.map_err(|e| fault::common(&e).into())
    }
}

#[async_trait]
impl InvitationAcceptances for SqlInvitations {
    async fn accept(
        &self,
        act: &Act,
        invitation: InvitationId,
        codes: &[ReferralCode],
        decide: Decide<'_, AcceptanceFacts, Acceptance, User, application::error::Error>,
    ) -> Result<Done<User>, application::error::Error> {
        self.db
            .act(act, |tx| async move {
                let result = accept_in(&tx, invitation, codes, decide).await;
                (tx, result)
            })
            .await
    }
}

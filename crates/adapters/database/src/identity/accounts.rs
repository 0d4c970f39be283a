//! Accounts under lock.

use ::identity::Error;
use ::identity::code::Purpose;
use ::identity::plan::{
    AccountFacts, AccountPlan, CodeEnd, CodeFacts, CodeHolder, CodeTarget, RefreshFacts, Refreshed,
    RegistrationFacts, RegistrationTarget, SignInFacts, SignInTarget,
};
use ::identity::ports::Accounts;
use ::identity::rules::sign_in_keys;
use ::identity::secret::TokenHash;
use ::identity::throttle::{Throttle, ThrottleKey};
use ::identity::user::{Account, User};
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Decision, Done, Record};
use kernel::error::Common;
use kernel::id::{SessionId, UserId};
use sea_orm::DbErr;

use super::facts::{self, Named};
use super::{rows, write};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::id;
use crate::tx::Tx;

/// Accounts in a database.
#[derive(Clone)]
pub struct SqlAccounts {
    db: Db,
}

impl SqlAccounts {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// An account with nothing locked.
    async fn account(&self, named: &Named<'_>) -> Result<Option<Account>, Error> {
        let Some(row) = self.db.one(facts::account_query(self.db.sql(), named)).await? else {
            return Ok(None);
        };
        let account = rows::account(&row).map_err(|e| fault::common(&e))?;
        let factor = self
            .db
            .one(facts::factor_query(self.db.sql(), account.user.id))
            .await?;
        let factor = factor.as_ref().map(rows::factor).transpose();
        Ok(Some(Account {
            factor: factor.map_err(|e| fault::common(&e))?,
            ..account
        }))
    }
}

/// Decides on the facts and writes what was decided.
async fn settled<F, T>(
    tx: &Tx,
    facts: Result<F, Stop<Error>>,
    decide: Decide<'_, F, AccountPlan, T, Error>,
) -> Result<(T, Record), Stop<Error>> {
    let Decision { plan, answer, record } = decide(&facts?).map_err(Stop::Domain)?;
    write::account(tx, plan).await?;
    Ok((answer, record))
}

async fn registration(
    tx: &Tx,
    act: &Act,
    target: &RegistrationTarget<'_>,
) -> Result<RegistrationFacts, Stop<Error>> {
    facts::reserve_address(tx, target.email).await?;
    let holder = facts::locked_account(tx, &Named::Address(target.email)).await?;
    let (mut code, mut holder_signed_in) = (None, false);
    if let Some(holder) = &holder {
        code = facts::newest_code(tx, holder.user.id, Purpose::VerifyEmail).await?;
        let query = facts::signed_in_query(tx.sql(), holder.user.id, None);
        holder_signed_in = tx.one(query).await?.is_some();
    }
    let referrer = match target.referrer {
        Some(code) => facts::with_code(tx, code).await?,
        None => None,
    };
    Ok(RegistrationFacts {
        free_code: facts::free_code(tx, target.codes).await?,
        holder,
        holder_signed_in,
        code,
        referrer,
        terms: facts::terms_in_force(tx, act.at).await?,
    })
}

async fn signing_in(tx: &Tx, target: &SignInTarget<'_>, at: Instant) -> Result<SignInFacts, Stop<Error>> {
    let keys = sign_in_keys(target.email, target.ip);
    let throttles = if target.counting {
        striking(tx, &keys, at).await?
    } else {
        facts::locked_throttles(tx, &keys).await?
    };
    let account = facts::locked_account(tx, &Named::Address(target.email)).await?;
    let familiar = match (&account, target.ip) {
        (Some(account), Some(ip)) => {
            let query = facts::signed_in_query(tx.sql(), account.user.id, Some((ip, at)));
            tx.one(query).await?.is_some()
        }
        _ => false,
    };
    let seen = match &account {
        Some(account) => facts::seen(tx, account.user.id, at).await?,
        None => Vec::new(),
    };
    Ok(SignInFacts {
        account,
        familiar,
        seen,
        throttles,
    })
}

async fn refreshing(tx: &Tx, hash: &TokenHash) -> Result<RefreshFacts, Stop<Error>> {
    // Whoever writes a session holds its user, so the user's row is the queue.
    let mut sql = tx.sql();
    sql.push(
        "SELECT s.user_id, s.id FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE t.hash = ",
    )
    .bind(hash.as_str());
    let nothing = RefreshFacts {
        token: None,
        session: None,
    };
    let Some(row) = tx.one(sql).await? else {
        return Ok(nothing);
    };
    let user: UserId = id(&row, "user_id")?;
    let Some(account) = facts::locked_account(tx, &Named::Id(user)).await? else {
        return Ok(nothing);
    };
    let mut sql = tx.sql();
    sql.push("SELECT hash, session_id, expires_at, rotated FROM refresh_tokens WHERE hash = ")
        .bind(hash.as_str());
    let token = tx.one(sql).await?.as_ref().map(rows::token).transpose()?;
    let session = facts::session(tx, user, id(&row, "id")?).await?;
    Ok(RefreshFacts {
        token,
        session: session.map(|session| (session, account.user)),
    })
}

async fn coding(tx: &Tx, target: &CodeTarget<'_>) -> Result<CodeFacts, Stop<Error>> {
    let keys: Vec<ThrottleKey> = target.ip.iter().map(|ip| ThrottleKey::address(ip)).collect();
    let throttles = facts::locked_throttles(tx, &keys).await?;
    let named = match target.holder {
        CodeHolder::Address(email) => Named::Address(email),
        CodeHolder::User(user) => Named::Id(user),
    };
    let account = facts::locked_account(tx, &named).await?;
    let code = match &account {
        Some(account) => facts::newest_code(tx, account.user.id, target.purpose).await?,
        None => None,
    };
    let wanted = match (target.purpose, target.wanted, &code) {
        (Purpose::EmailChange, Some(wanted), _) => Some(wanted),
        (Purpose::EmailChange, None, Some(code)) => Some(&code.sent_to),
        (Purpose::EmailChange, None, None) | (Purpose::VerifyEmail | Purpose::PasswordReset, _, _) => None,
    };
    let mut rival = None;
    if let (Some(wanted), Some(account)) = (wanted, &account) {
        // Not locked: two accounts that wish for each other's addresses would wait for each other. The unique index decides.
        let query = facts::account_query(tx.sql(), &Named::Address(wanted));
        let found = tx.one(query).await?.as_ref().map(rows::user).transpose()?;
        rival = found.filter(|rival| rival.id != account.user.id);
    }
    Ok(CodeFacts {
        account,
        code,
        rival,
        throttles,
    })
}

async fn proving(tx: &Tx, user: UserId, at: Instant) -> Result<AccountFacts, Stop<Error>> {
    // Made where it is missing, so that those who come at once queue for it.
    let throttles = striking(tx, &[ThrottleKey::Own(user)], at).await?;
    let account = facts::locked_account(tx, &Named::Id(user)).await?;
    Ok(AccountFacts {
        account: account.ok_or(Common::absent("user"))?,
        session: None,
        throttles,
    })
}

/// Locks an account, and says what a change of it needs to know.
pub(super) async fn changing<E>(
    tx: &Tx,
    user: UserId,
    session: Option<SessionId>,
) -> Result<AccountFacts, Stop<E>> {
    let throttles = facts::locked_throttles(tx, &[ThrottleKey::Own(user)]).await?;
    let account = facts::locked_account(tx, &Named::Id(user)).await?;
    let session = match session {
        Some(session) => facts::session(tx, user, session).await?,
        None => None,
    };
    Ok(AccountFacts {
        account: account.ok_or(Common::absent("user"))?,
        session,
        throttles,
    })
}

/// Makes the counts that are missing, so that there is a row to lock, and locks all.
async fn striking(tx: &Tx, keys: &[ThrottleKey], at: Instant) -> Result<Vec<Throttle>, DbErr> {
    let mut sorted = keys.to_vec();
    sorted.sort_by_key(ThrottleKey::text);
    for key in &sorted {
        let mut sql = tx.sql();
        sql.push("INSERT INTO throttles (subject, failures, last_at, forgotten_at) VALUES (")
            .bind(key.text())
            .push(", 0, ")
            .bind(at)
            .push(", ")
            .bind(at)
            .push(") ON CONFLICT (subject) DO NOTHING");
        tx.run(sql).await?;
    }
    facts::locked_throttles(tx, &sorted).await
}

async fn struck(
    tx: &Tx,
    act: &Act,
    keys: &[ThrottleKey],
    decide: Decide<'_, Vec<Throttle>, Vec<Throttle>, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let before = striking(tx, keys, act.at).await?;
    let Decision { plan, answer, record } = decide(&before).map_err(Stop::Domain)?;
    write::throttles(tx, plan).await?;
    write::forget_throttles(tx, act.at).await?;
    Ok((answer, record))
}

#[async_trait]
impl Accounts for SqlAccounts {
    async fn register(
        &self,
        act: &Act,
        target: &RegistrationTarget<'_>,
        decide: Decide<'_, RegistrationFacts, AccountPlan, Option<User>, Error>,
    ) -> Result<Done<Option<User>>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = registration(&tx, act, target).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn look_up(&self, target: &SignInTarget<'_>, at: Instant) -> Result<SignInFacts, Error> {
        let keys = sign_in_keys(target.email, target.ip);
        let account = self.account(&Named::Address(target.email)).await?;
        let familiar = match (&account, target.ip) {
            (Some(account), Some(ip)) => {
                let query = facts::signed_in_query(self.db.sql(), account.user.id, Some((ip, at)));
                self.db.one(query).await?.is_some()
            }
            _ => false,
        };
        Ok(SignInFacts {
            account,
            familiar,
            seen: Vec::new(),
            throttles: self.throttles(&keys).await?,
        })
    }

    async fn sign_in(
        &self,
        act: &Act,
        target: &SignInTarget<'_>,
        decide: Decide<'_, SignInFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = signing_in(&tx, target, act.at).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn strike(
        &self,
        act: &Act,
        keys: &[ThrottleKey],
        decide: Decide<'_, Vec<Throttle>, Vec<Throttle>, (), Error>,
    ) -> Result<(), Error> {
        let done = self.db.act(act, |tx| async move {
            let result = struck(&tx, act, keys, decide).await;
            (tx, result)
        });
        done.await?;
        Ok(())
    }

    async fn refresh(
        &self,
        act: &Act,
        token: &TokenHash,
        decide: Decide<'_, RefreshFacts, AccountPlan, Refreshed, Error>,
    ) -> Result<Done<Refreshed>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = refreshing(&tx, token).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn request_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = coding(&tx, target).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn enter_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = coding(&tx, target).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        user: UserId,
        session: Option<SessionId>,
        decide: Decide<'_, AccountFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = changing(&tx, user, session).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn prove(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, AccountFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
        self.db
            .act(act, |tx| async move {
                let facts = proving(&tx, user, act.at).await;
                let result = settled(&tx, facts, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, Error> {
        self.account(&Named::Id(user)).await
    }

    async fn throttles(&self, keys: &[ThrottleKey]) -> Result<Vec<Throttle>, Error> {
        let found = self.db.all(facts::throttles_query(self.db.sql(), keys)).await?;
        facts::throttles_of(&found, keys).map_err(|e| fault::common(&e).into())
    }
}

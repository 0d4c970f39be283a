//! Rows of users, sessions, tokens, codes and counts, read.

use crate::rows::{corrupt, get, id, json_of};
use ::identity::code::{CodeState, OneTimeCode, Purpose};
use ::identity::second_factor::SecondFactor;
use ::identity::secret::{PasswordHash, SealedSecret, TokenHash};
use ::identity::session::{EndReason, RefreshToken, Session, SessionState};
use ::identity::throttle::{Throttle, ThrottleKey};
use ::identity::user::{AcceptedTerms, Account, User};
use kernel::Instant;
use kernel::actor::Membership;
use kernel::error::Malformed;
use kernel::id::SiteId;
use kernel::rights::Role;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

/// The columns of a user, of the table alias `u`.
pub(super) const USER: &str = "u.id AS u_id, u.email AS u_email, u.email_verified, u.first_name, u.last_name, \
     u.phone AS u_phone, u.date_of_birth, u.address AS u_address, u.zip_code, u.location AS u_location, \
     u.picture_file_id AS u_picture, u.platform_role, u.referral_code, u.referred_by, u.terms_version, u.terms_id, u.terms_at, u.active AS u_active, u.closed_at, \
     u.version AS u_version, u.created_at AS u_created_at";

/// The columns of a membership, of the table alias `m`; all null where there is none.
pub(super) const MEMBERSHIP: &str =
    "m.id AS m_id, m.dealer_id AS m_dealer_id, m.role AS m_role, m.sites AS m_sites";

/// The columns of a session, of the table alias `s`.
pub(super) const SESSION: &str = "s.id AS s_id, s.user_id AS s_user_id, s.device_id, s.ip, s.user_agent, \
     s.created_at AS s_created_at, s.last_used_at, s.expires_at AS s_expires_at, s.ended_at, s.end_reason";

/// The columns of a second factor.
pub(super) const FACTOR: &str = "user_id, secret, created_at, confirmed_at, last_step, recovery";

/// Whether a second factor of the user `u` is in force.
pub(super) const ASKS_FACTOR: &str =
    "EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)";

/// The columns of a code.
pub(super) const CODE: &str = "id, user_id, purpose, sent_to, created_at, expires_at, state, wrong_tries";

fn parsed<T: std::str::FromStr<Err = Malformed>>(column: &str, text: &str) -> Result<T, DbErr> {
    text.parse().map_err(|error| corrupt(column, error))
}

/// A user from the columns of [`USER`].
pub(super) fn user(row: &QueryResult) -> Result<User, DbErr> {
    let terms = match (
        get::<Option<String>>(row, "terms_version")?,
        get::<Option<Instant>>(row, "terms_at")?,
    ) {
        (Some(version), Some(at)) => Some(AcceptedTerms {
            version,
            text: get::<Option<Uuid>>(row, "terms_id")?.map(kernel::id::Id::from_uuid),
            at,
        }),
        _ => None,
    };
    let phone = get::<Option<String>>(row, "u_phone")?;
    Ok(User {
        id: id(row, "u_id")?,
        email: parsed("email", &get::<String>(row, "u_email")?)?,
        email_verified: get(row, "email_verified")?,
        first_name: get(row, "first_name")?,
        last_name: get(row, "last_name")?,
        phone: phone.map(|text| parsed("phone", &text)).transpose()?,
        date_of_birth: get(row, "date_of_birth")?,
        address: get(row, "u_address")?,
        zip_code: get(row, "zip_code")?,
        location: get(row, "u_location")?,
        picture: get::<Option<Uuid>>(row, "u_picture")?.map(kernel::id::Id::from_uuid),
        platform_role: parsed("platform_role", &get::<String>(row, "platform_role")?)?,
        referral_code: parsed("referral_code", &get::<String>(row, "referral_code")?)?,
        referred_by: get::<Option<Uuid>>(row, "referred_by")?.map(kernel::id::Id::from_uuid),
        terms,
        active: get(row, "u_active")?,
        closed_at: get(row, "closed_at")?,
        created_at: get(row, "u_created_at")?,
        version: get(row, "u_version")?,
    })
}

/// A user with password, from the columns of [`USER`] and `password`. The second factor is in a table of its own.
pub(super) fn account(row: &QueryResult) -> Result<Account, DbErr> {
    Ok(Account {
        user: user(row)?,
        password: get::<Option<String>>(row, "password")?.map(PasswordHash::new),
        factor: None,
    })
}

/// A second factor from the columns of [`FACTOR`].
pub(super) fn factor(row: &QueryResult) -> Result<SecondFactor, DbErr> {
    let step: Option<i64> = get(row, "last_step")?;
    let step = step.map(|step| u64::try_from(step).map_err(|_| corrupt("last_step", step)));
    let recovery: Vec<String> = json_of(row, "recovery")?;
    Ok(SecondFactor {
        user: id(row, "user_id")?,
        secret: SealedSecret::new(get::<String>(row, "secret")?),
        created_at: get(row, "created_at")?,
        confirmed_at: get(row, "confirmed_at")?,
        last_step: step.transpose()?,
        recovery: recovery.into_iter().map(TokenHash::new).collect(),
    })
}

/// A membership from the columns of [`MEMBERSHIP`].
pub(super) fn membership(row: &QueryResult) -> Result<Option<Membership>, DbErr> {
    if get::<Option<Uuid>>(row, "m_id")?.is_none() {
        return Ok(None);
    }
    let role: String = get(row, "m_role")?;
    Ok(Some(Membership {
        staff: id(row, "m_id")?,
        dealer: id(row, "m_dealer_id")?,
        role: Role::staff(&role).ok_or_else(|| corrupt("role", &role))?,
        sites: json_of::<Vec<SiteId>>(row, "m_sites")?,
    }))
}

/// A session from the columns of [`SESSION`].
pub(super) fn session(row: &QueryResult) -> Result<Session, DbErr> {
    let state = match (
        get::<Option<Instant>>(row, "ended_at")?,
        get::<Option<String>>(row, "end_reason")?,
    ) {
        (Some(at), Some(word)) => {
            let reason = EndReason::ALL.iter().copied().find(|r| r.as_str() == word);
            SessionState::Ended {
                at,
                reason: reason.ok_or_else(|| corrupt("end_reason", word))?,
            }
        }
        _ => SessionState::Open,
    };
    Ok(Session {
        id: id(row, "s_id")?,
        user: id(row, "s_user_id")?,
        device_id: get(row, "device_id")?,
        ip: get(row, "ip")?,
        user_agent: get(row, "user_agent")?,
        created_at: get(row, "s_created_at")?,
        last_used_at: get(row, "last_used_at")?,
        expires_at: get(row, "s_expires_at")?,
        state,
    })
}

/// A token from its columns.
pub(super) fn token(row: &QueryResult) -> Result<RefreshToken, DbErr> {
    Ok(RefreshToken {
        hash: TokenHash::new(get::<String>(row, "hash")?),
        session: id(row, "session_id")?,
        expires_at: get(row, "expires_at")?,
        rotated: get(row, "rotated")?,
    })
}

/// A code from the columns of [`CODE`].
pub(super) fn code(row: &QueryResult) -> Result<OneTimeCode, DbErr> {
    let (purpose, state): (String, String) = (get(row, "purpose")?, get(row, "state")?);
    let known = Purpose::ALL.iter().copied().find(|p| p.as_str() == purpose);
    let tries: i64 = get(row, "wrong_tries")?;
    Ok(OneTimeCode {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        purpose: known.ok_or_else(|| corrupt("purpose", purpose))?,
        sent_to: parsed("sent_to", &get::<String>(row, "sent_to")?)?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        state: match state.as_str() {
            "live" => CodeState::Live {
                wrong_tries: u32::try_from(tries).map_err(|_| corrupt("wrong_tries", tries))?,
            },
            "used" => CodeState::Used,
            "killed" => CodeState::Killed,
            other => return Err(corrupt("state", other)),
        },
    })
}

/// A count from its columns, for one of the keys that were asked for.
pub(super) fn throttle(row: &QueryResult, keys: &[ThrottleKey]) -> Result<Option<Throttle>, DbErr> {
    let subject: String = get(row, "subject")?;
    let failures: i64 = get(row, "failures")?;
    let last = get(row, "last_at")?;
    let key = keys.iter().find(|key| key.text() == subject);
    Ok(key.map(|key| Throttle {
        key: key.clone(),
        failures: u32::try_from(failures).unwrap_or(u32::MAX),
        last,
    }))
}

//! Lines read.

use audit::chain::{Digest, Link, Salt};
use audit::line::Line;
use kernel::act::Origin;
use kernel::id::Id;
use sea_orm::{DbErr, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::rows::{corrupt, get, json_opt};

/// The columns of a line, of the table alias `a`, but for where the call came from.
pub(super) const LINE: &str = "a.id, a.at, a.actor, a.user_id, a.request_id, a.action, a.subject_kind, a.subject, \
     a.dealer_id, a.detail, a.reason, a.seq";

/// Where the call came from, of the table alias `a`.
pub(super) const ORIGIN: &str = "a.ip, a.user_agent";

/// A line's place in the chain, of the table alias `a`.
pub(super) const LINK: &str = "a.seal, a.origin_salt, a.origin_digest";

/// A line from the columns of [`LINE`] and [`ORIGIN`].
pub(super) fn line(row: &QueryResult) -> Result<Line, DbErr> {
    Ok(Line {
        id: get(row, "id")?,
        at: get(row, "at")?,
        actor: get(row, "actor")?,
        user: get::<Option<Uuid>>(row, "user_id")?.map(Id::from_uuid),
        request: get(row, "request_id")?,
        origin: Origin {
            ip: get(row, "ip")?,
            user_agent: get(row, "user_agent")?,
        },
        action: get(row, "action")?,
        subject_kind: get(row, "subject_kind")?,
        subject: get(row, "subject")?,
        dealer: get::<Option<Uuid>>(row, "dealer_id")?.map(Id::from_uuid),
        detail: json_opt::<Value>(row, "detail")?.unwrap_or(Value::Null),
        reason: get(row, "reason")?,
    })
}

/// Its number, once it has one.
pub(super) fn seq(row: &QueryResult) -> Result<Option<u64>, DbErr> {
    get::<Option<i64>>(row, "seq")?
        .map(|seq| u64::try_from(seq).map_err(|_| corrupt("seq", seq)))
        .transpose()
}

/// A place in the chain from the columns of [`LINE`] and [`LINK`].
pub(super) fn link(row: &QueryResult) -> Result<Link, DbErr> {
    let salt = get::<Option<Vec<u8>>>(row, "origin_salt")?;
    let salt = salt.map(|bytes| Salt::from_bytes(&bytes).ok_or_else(|| corrupt("origin_salt", bytes.len())));
    Ok(Link {
        seq: seq(row)?.ok_or_else(|| corrupt("seq", "nothing"))?,
        seal: digest(row, "seal")?,
        salt: salt.transpose()?,
        origin: digest(row, "origin_digest")?,
    })
}

/// A column of 32 bytes.
pub(super) fn digest(row: &QueryResult, column: &str) -> Result<Digest, DbErr> {
    let bytes: Vec<u8> = get(row, column)?;
    Digest::from_bytes(&bytes).ok_or_else(|| corrupt(column, format!("{} bytes", bytes.len())))
}

//! Sessions, without signing in.

use chrono::TimeDelta;
use identity::ports::{AccessTokens as _, Claims};
use kernel::Instant;
use kernel::id::{SessionId, UserId};
use sea_orm::Value;
use security::{Keys, Tokens};
use server::compose::Ground;
use uuid::Uuid;

use crate::write::write;

/// A session for each user, and an access token of it, signed with the product's own keys. Good for a day.
pub(crate) async fn tokens(ground: &Ground, users: &[UserId], now: Instant) -> anyhow::Result<Vec<String>> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    let signer = Tokens::new(&keys)?;
    let until = now + TimeDelta::days(1);
    let sessions: Vec<SessionId> = users.iter().map(|_| ground.ids.next()).collect();
    let row = |(session, user): (&SessionId, &UserId)| -> Vec<Value> {
        let (session, user): (Uuid, Uuid) = (session.uuid(), user.uuid());
        vec![
            session.into(),
            user.into(),
            "127.0.0.1".into(),
            now.into(),
            now.into(),
            until.into(),
        ]
    };
    let rows = sessions.iter().zip(users).map(row).collect();
    let columns = ["id", "user_id", "ip", "created_at", "last_used_at", "expires_at"];
    write(ground, "sessions", &columns, rows).await?;
    let mint = |(session, user): (&SessionId, &UserId)| -> anyhow::Result<String> {
        let claims = Claims {
            user: *user,
            session: *session,
            issued_at: now,
            expires_at: until,
        };
        Ok(signer.issue(&claims)?.expose().to_owned())
    };
    sessions.iter().zip(users).map(mint).collect()
}

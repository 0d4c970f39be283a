//! Stand-ins for what keeps secrets, fast and without any security: for tests and examples alone.

use async_trait::async_trait;
use identity::ports::{
    AccessTokens, Claims, Codes, FreshSecret, PasswordHasher, PublicKey, SecondFactors, Verdict,
};
use identity::secret::{PasswordHash, SealedSecret, Secret, TokenHash};
use kernel::Instant;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{CodeId, InvitationId, UserId, WebhookId};
use webhooks::ports::SigningSecret;

/// Hashes, tokens and codes that anybody can make and read.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainSecurity;

#[async_trait]
impl PasswordHasher for PlainSecurity {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, Common> {
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify(&self, password: &Secret, against: Option<&PasswordHash>) -> Result<Verdict, Common> {
        let kept = against.map(PasswordHash::as_str).unwrap_or_default();
        Ok(match kept.split_once(':') {
            Some(("plain", text)) if password.is(text) => Verdict::Right,
            Some(("old", text)) if password.is(text) => Verdict::Outdated,
            _ => Verdict::Wrong,
        })
    }
}

impl AccessTokens for PlainSecurity {
    fn issue(&self, claims: &Claims) -> Result<Secret, Common> {
        let (from, to) = (
            claims.issued_at.timestamp_micros(),
            claims.expires_at.timestamp_micros(),
        );
        Ok(Secret::new(format!(
            "{}/{}/{from}/{to}",
            claims.user, claims.session
        )))
    }

    fn read(&self, token: &str, at: Instant) -> Option<Claims> {
        let mut parts = token.split('/');
        let claims = Claims {
            user: parts.next()?.parse().ok()?,
            session: parts.next()?.parse().ok()?,
            issued_at: Instant::from_timestamp_micros(parts.next()?.parse().ok()?)?,
            expires_at: Instant::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        };
        (at < claims.expires_at).then_some(claims)
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        Vec::new()
    }
}

impl Codes for PlainSecurity {
    fn code(&self, id: CodeId) -> Secret {
        Secret::new(format!("{:06}", id.uuid().as_u128() % 1_000_000))
    }

    fn invitation_token(&self, id: InvitationId) -> Secret {
        Secret::new(id.to_string())
    }

    fn read_invitation(&self, token: &str) -> Option<InvitationId> {
        token.parse().ok()
    }

    fn token_hash(&self, token: &Secret) -> TokenHash {
        TokenHash::new(format!("plain:{}", token.expose()))
    }
}

/// A code is the number of its time step, in six digits.
impl SecondFactors for PlainSecurity {
    fn fresh(&self, user: UserId, email: &Email) -> Result<FreshSecret, Common> {
        let secret = Secret::new("PLAIN");
        Ok(FreshSecret {
            otpauth_url: Secret::new(format!("otpauth://totp/{email}?secret=PLAIN")),
            sealed: SealedSecret::new(format!("plain:{user}")),
            secret,
        })
    }

    fn step(
        &self,
        user: UserId,
        sealed: &SealedSecret,
        code: &str,
        at: Instant,
    ) -> Result<Option<u64>, Common> {
        if sealed.as_str() != format!("plain:{user}") {
            return Err(Common::internal("the secret is another person's"));
        }
        let now = at.timestamp().unsigned_abs() / 30;
        let steps = [now.saturating_sub(1), now, now + 1];
        Ok(steps
            .into_iter()
            .find(|step| format!("{:06}", step % 1_000_000) == code))
    }

    fn recovery_hash(&self, user: UserId, code: &str) -> TokenHash {
        TokenHash::new(format!("plain:{user}:{code}"))
    }
}

impl webhooks::ports::Secrets for PlainSecurity {
    fn secret(&self, webhook: WebhookId, number: u32) -> SigningSecret {
        SigningSecret::new(format!("whsec_{webhook}/{number}"))
    }

    fn sign(&self, webhook: WebhookId, number: u32, content: &str) -> String {
        format!("{webhook}/{number}/{}", content.len())
    }
}

//! Accounts.

use std::sync::Arc;

use ::identity::api_key::{Call, PREFIX};
use ::identity::ports::{Codes, PasswordHasher};
use ::identity::use_cases::{Held, KeepApiKeys};
use ::identity::{Identity, Policy};
use ::scheduling::ports::ManageTokens;
use api::identity::IdentityServices;
use api::negotiation::NegotiationServices;
use api::scheduling::SchedulingServices;
use application::accept_invitation::AcceptInvitation;
use application::change_standing::ChangeStanding;
use application::close_account::{CloseAccount, ErasePerson};
use application::letters::{Secrets, UnsubscribeLinks};
use application::void_sale::PurchaseTokens;
use async_trait::async_trait;
use database::identity::{SqlAccounts, SqlApiKeys, SqlInvitations, SqlStandings, SqlUsers};
use database::persons::SqlPersons;
use kernel::Instant;
use kernel::actor::{Actor, LinkHolder};
use kernel::error::Common;
use kernel::id::{CodeId, InvitationId, PurchaseId};
use kernel::letter::Unsubscribe;
use kernel::ports::Clock;
use security::{Argon2Hasher, DerivedCodes, Keys, Tokens, TotpFactors};
use tokio::sync::Semaphore;
use worker::{EraseHandler, LetterHandler};

use super::Ground;

/// The use cases on the database. Makes the keys at the first start.
pub fn identity(ground: &Ground) -> anyhow::Result<IdentityServices> {
    identity_with(
        ground,
        Arc::new(Argon2Hasher::for_this_machine(Arc::clone(&ground.random))),
    )
}

/// The use cases on the database, with another hasher: tests sign people in without the slow work.
pub fn identity_with(ground: &Ground, hasher: Arc<dyn PasswordHasher>) -> anyhow::Result<IdentityServices> {
    let (config, db) = (&ground.config, &ground.db);
    let keys = Keys::open(&config.data_dir, ground.random.as_ref())?;
    let users = Arc::new(SqlUsers::new(db.clone()));
    let invitations = Arc::new(SqlInvitations::new(db.clone()));
    let identity = Identity {
        accounts: Arc::new(SqlAccounts::new(db.clone())),
        invitations: invitations.clone(),
        queries: users.clone(),
        principals: users,
        hasher,
        tokens: Arc::new(Tokens::new(&keys)?),
        codes: Arc::new(DerivedCodes::new(&keys)),
        factors: Arc::new(TotpFactors::new(&keys, Arc::clone(&ground.random))?),
        ids: ground.ids.clone(),
        random: Arc::clone(&ground.random),
        policy: Policy {
            require_email_verification: config.require_email_verification,
            throttle: config.rate_limit,
            admin_totp: config.admin_totp,
            ..Policy::default()
        },
    };
    Ok(IdentityServices {
        keys: KeepApiKeys {
            keys: Arc::new(SqlApiKeys::new(db.clone())),
            codes: Arc::clone(&identity.codes),
            ids: ground.ids.clone(),
            random: Arc::clone(&ground.random),
        },
        accept: AcceptInvitation {
            acceptances: invitations,
            identity: identity.clone(),
        },
        close: CloseAccount {
            identity: identity.clone(),
            staff: super::dealers::staff(ground),
        },
        standing: ChangeStanding {
            standings: Arc::new(SqlStandings::new(db.clone())),
            identity: identity.clone(),
        },
        persons: Arc::new(SqlPersons::new(db.clone())),
        identity,
    })
}

/// Makes and reads the tokens of links to buyers.
pub(super) fn purchase_tokens(ground: &Ground) -> anyhow::Result<Arc<dyn PurchaseTokens>> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    Ok(Arc::new(DerivedCodes::new(&keys)))
}

/// Forgets people who closed their account.
pub(super) fn erasing(
    ground: &Ground,
    accounts: &IdentityServices,
    scheduling: &SchedulingServices,
    negotiation: &NegotiationServices,
    letters: &LetterHandler,
) -> EraseHandler {
    EraseHandler {
        eraser: ErasePerson {
            persons: Arc::clone(&accounts.persons),
            drives: scheduling.drives.clone(),
            talks: negotiation.moves.clone(),
            words: Arc::clone(&letters.words),
            secrets: Arc::clone(&letters.secrets),
            courier: Arc::clone(&letters.courier),
        },
        clock: Arc::clone(&ground.clock),
    }
}

/// Says who is behind a token.
pub(super) struct Bearers {
    identity: Identity,
    keys: KeepApiKeys,
    clock: Arc<dyn Clock>,
    /// One note of a key's use is written at a time.
    noting: Arc<Semaphore>,
}

impl Bearers {
    pub(super) fn new(services: &IdentityServices, clock: Arc<dyn Clock>) -> Self {
        Self {
            identity: services.identity.clone(),
            keys: services.keys.clone(),
            clock,
            noting: Arc::new(Semaphore::new(1)),
        }
    }

    /// Beside the call, which does not wait for it. Where another note is on its way, the next call brings this one.
    fn note_use(&self, held: &Held, at: Instant) {
        let Ok(place) = Arc::clone(&self.noting).try_acquire_owned() else {
            return;
        };
        let (keys, id) = (self.keys.clone(), held.holder.id);
        tokio::spawn(async move {
            if let Err(error) = keys.note_use(id, at).await {
                tracing::warn!(api_key = %id, %error, "the use of a key could not be noted");
            }
            drop(place);
        });
    }
}

#[async_trait]
impl api::Authenticate for Bearers {
    async fn actor(&self, token: &str, changes: bool) -> Result<Option<Actor>, Common> {
        let now = self.clock.now();
        if !token.starts_with(PREFIX) {
            let held = self.identity.authenticate(token, now).await?;
            return Ok(held.map(|(_, principal)| Actor::User(principal)));
        }
        let call = if changes { Call::Changes } else { Call::Reads };
        let held = self.keys.authenticate(token, call, now).await?;
        Ok(held.map(|held| {
            if held.use_is_news {
                self.note_use(&held, now);
            }
            Actor::Key(held.holder)
        }))
    }
}

/// Derives what letters carry.
pub(super) struct LetterSecrets {
    pub(super) codes: Arc<dyn Codes>,
    pub(super) purchases: Arc<dyn PurchaseTokens>,
    pub(super) drives: Arc<dyn ManageTokens>,
    pub(super) links: Arc<dyn UnsubscribeLinks>,
}

impl Secrets for LetterSecrets {
    fn code(&self, id: CodeId) -> String {
        self.codes.code(id).expose().to_owned()
    }

    fn invitation_token(&self, id: InvitationId) -> String {
        self.codes.invitation_token(id).expose().to_owned()
    }

    fn purchase_token(&self, id: PurchaseId) -> String {
        self.purchases.purchase_token(id)
    }

    fn manage_token(&self, holder: LinkHolder) -> String {
        self.drives.manage_token(holder)
    }

    fn unsubscribe_token(&self, link: &Unsubscribe) -> String {
        self.links.issue(link)
    }
}

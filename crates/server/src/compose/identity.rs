//! Accounts.

use std::sync::Arc;

use ::identity::ports::{Codes, PasswordHasher};
use ::identity::{Identity, Policy};
use api::identity::IdentityServices;
use api::negotiation::NegotiationServices;
use api::scheduling::SchedulingServices;
use application::accept_invitation::AcceptInvitation;
use application::close_account::{CloseAccount, ErasePerson};
use application::letters::{Secrets, UnsubscribeLinks};
use application::void_sale::PurchaseTokens;
use async_trait::async_trait;
use database::identity::{SqlAccounts, SqlInvitations, SqlUsers};
use database::persons::SqlPersons;
use kernel::actor::Principal;
use kernel::error::Common;
use kernel::id::{CodeId, InvitationId, PurchaseId};
use kernel::letter::Unsubscribe;
use kernel::ports::Clock;
use security::{Argon2Hasher, DerivedCodes, Keys, Tokens, TotpFactors};
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
        accept: AcceptInvitation {
            acceptances: invitations,
            identity: identity.clone(),
        },
        close: CloseAccount {
            identity: identity.clone(),
            staff: super::dealers::staff(ground),
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
    pub(super) identity: Identity,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait]
impl api::Authenticate for Bearers {
    async fn principal(&self, token: &str) -> Result<Option<Principal>, Common> {
        let held = self.identity.authenticate(token, self.clock.now()).await?;
        Ok(held.map(|(_, principal)| principal))
    }
}

/// Derives what letters carry.
pub(super) struct LetterSecrets {
    pub(super) codes: Arc<dyn Codes>,
    pub(super) purchases: Arc<dyn PurchaseTokens>,
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

    fn unsubscribe_token(&self, link: &Unsubscribe) -> String {
        self.links.issue(link)
    }
}

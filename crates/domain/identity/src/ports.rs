//! What accounts need from the outside.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::actor::{Membership, Principal};
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{CodeId, DealerId, InvitationId, SessionId, UserId};
use kernel::paging::{Page, PageRequest};

use crate::error::Error;
use crate::invitation::Invitation;
use crate::plan::{
    AccountFacts, AccountPlan, CodeEnd, CodeFacts, CodeTarget, InviteFacts, InvitePlan, RefreshFacts,
    Refreshed, RegistrationFacts, RegistrationTarget, SignInFacts, SignInTarget,
};
use crate::secret::{PasswordHash, SealedSecret, Secret, TokenHash};
use crate::session::Session;
use crate::throttle::{Throttle, ThrottleKey};
use crate::user::{Account, PlatformRole, User};

mod keys;

pub use keys::{ApiKeys, KeyFacts};

/// Accounts: a user with password, codes, sessions and counts of failures.
///
/// Every method that takes `decide` locks, in this order: counts of failures by their text, the user's row, the session,
/// the token. It writes all of the plan, or nothing. [`Error::EmailTaken`] is also answered when the database finds that
/// another account has the address.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Locks the holder of the target's address, if there is one. Of two registrations of one address at once, one
    /// finds the other's user. The answer is the new user, and none where the caller must not know.
    async fn register(
        &self,
        act: &Act,
        target: &RegistrationTarget<'_>,
        decide: Decide<'_, RegistrationFacts, AccountPlan, Option<User>, Error>,
    ) -> Result<Done<Option<User>>, Error>;

    /// What is known of somebody who wants to sign in. Locks nothing: the slow comparing of the password comes between
    /// this and [`Accounts::sign_in`], which looks again.
    async fn look_up(&self, target: &SignInTarget<'_>, at: Instant) -> Result<SignInFacts, Error>;

    /// Locks the account's counts and the user, whose session is to be opened. Counts are made where there are none when the
    /// target says so: of wrong codes that come at once each is counted before the next is judged.
    async fn sign_in(
        &self,
        act: &Act,
        target: &SignInTarget<'_>,
        decide: Decide<'_, SignInFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error>;

    /// Locks the counts of these keys, made where there are none, and writes them as the decision leaves them. Counts
    /// that are forgotten by `act.at` may be removed.
    async fn strike(
        &self,
        act: &Act,
        keys: &[ThrottleKey],
        decide: Decide<'_, Vec<Throttle>, Vec<Throttle>, (), Error>,
    ) -> Result<(), Error>;

    /// Locks the token with its session and user. Two calls with one token at once: the second finds it rotated.
    async fn refresh(
        &self,
        act: &Act,
        token: &TokenHash,
        decide: Decide<'_, RefreshFacts, AccountPlan, Refreshed, Error>,
    ) -> Result<Done<Refreshed>, Error>;

    /// A code is asked for. Locks the user. Writes as much for an address without an account as for another, so that
    /// the time tells nothing (the audit line of the decision is always there).
    async fn request_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, (), Error>,
    ) -> Result<Done<()>, Error>;

    /// A code is entered. Locks the caller's count and the user with the code: of two right entries at once, one wins.
    async fn enter_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error>;

    /// Changes a user. Locks the user and, when one is named, the session. Absent when there is no such user; a session
    /// of another user is not among the facts.
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        session: Option<SessionId>,
        decide: Decide<'_, AccountFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error>;

    /// Changes a user who gives a code of the second factor. Locks the user and, before, the count of failures to prove oneself,
    /// made where there is none: of wrong codes that come at once each is counted before the next is judged.
    async fn prove(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, AccountFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error>;

    /// An account as it is, with nothing locked.
    async fn find(&self, user: UserId) -> Result<Option<Account>, Error>;

    /// Counts of failures as they are, with nothing locked.
    async fn throttles(&self, keys: &[ThrottleKey]) -> Result<Vec<Throttle>, Error>;
}

/// Invitations to the platform. Those to a dealer's staff are written with the staff (see `application`).
#[async_trait]
pub trait Invitations: Send + Sync {
    /// Locks the holder of the address, withdraws open invitations of the address to the platform, writes the new one.
    async fn invite(
        &self,
        act: &Act,
        email: &Email,
        decide: Decide<'_, InviteFacts, InvitePlan, Invitation, Error>,
    ) -> Result<Done<Invitation>, Error>;

    /// One, whatever its state.
    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, Error>;
}

/// Who is behind a session. Asked at each call of the API, so one query.
#[async_trait]
pub trait Principals: Send + Sync {
    /// The person with what they are now, and whether a second factor of theirs is in force; none when the session has ended or expired, or the account is closed. A
    /// membership counts only while it is active.
    async fn principal(&self, session: SessionId, at: Instant) -> Result<Option<Known>, Common>;
}

/// Who is behind a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The person.
    pub principal: Principal,
    /// Is a second factor in force? Of admins alone it is known.
    pub factor: bool,
}

/// A user as `/me` shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The person.
    pub user: User,
    /// The dealer that they work for.
    pub staff: Option<Membership>,
    /// Is a second factor asked for?
    pub totp: bool,
}

/// Which users to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Whose name or address holds this, without regard to case and accents.
    pub q: Option<String>,
    /// With this platform role.
    pub platform_role: Option<PlatformRole>,
    /// Open or closed accounts.
    pub active: Option<bool>,
    /// Who work for this dealer.
    pub dealer: Option<DealerId>,
}

/// Reads users and sessions.
#[async_trait]
pub trait UserQueries: Send + Sync {
    /// A user with the dealer they work for.
    async fn profile(&self, user: UserId) -> Result<Option<Profile>, Error>;

    /// The user's open sessions, the one used last first.
    async fn sessions(&self, user: UserId, at: Instant) -> Result<Vec<Session>, Error>;

    /// A page; orders: `created_at`, `email`, `last_name`; newest first when none is asked for.
    async fn search(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<Profile>, Error>;
}

/// Hashes passwords, slowly, off the async threads, few at once.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes with a new salt and the parameters of the day. Unavailable when too many wait.
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, Common>;

    /// Compares. Against nothing it takes as long, and is wrong.
    async fn verify(&self, password: &Secret, against: Option<&PasswordHash>) -> Result<Verdict, Common>;
}

/// What comparing a password showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another password.
    Wrong,
    /// The password.
    Right,
    /// The password, under parameters of former days: hash it anew.
    Outdated,
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who.
    pub user: UserId,
    /// By which sign-in.
    pub session: SessionId,
    /// Since when.
    pub issued_at: Instant,
    /// Until when.
    pub expires_at: Instant,
}

/// A public key that tokens can be checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its name in the tokens' headers.
    pub kid: String,
    /// The Ed25519 key, base64url without padding (`x` of a JWK).
    pub x: String,
}

/// Signs and reads access tokens.
pub trait AccessTokens: Send + Sync {
    /// A signed token.
    fn issue(&self, claims: &Claims) -> Result<Secret, Common>;

    /// The claims of a token that we signed and that is good at this instant.
    fn read(&self, token: &str, at: Instant) -> Option<Claims>;

    /// The keys that tokens in use may be signed with.
    fn public_keys(&self) -> Vec<PublicKey>;
}

/// Derives codes and tokens from ids, by keyed functions: the same each time, and unguessable without the key.
pub trait Codes: Send + Sync {
    /// Six digits.
    fn code(&self, id: CodeId) -> Secret;

    /// The token of an invitation's link.
    fn invitation_token(&self, id: InvitationId) -> Secret;

    /// The invitation whose token this is.
    fn read_invitation(&self, token: &str) -> Option<InvitationId>;

    /// The hash by which a random token is kept.
    fn token_hash(&self, token: &Secret) -> TokenHash;
}

/// A secret of a second factor, just made.
#[derive(Clone, Debug)]
pub struct FreshSecret {
    /// In base32 (RFC 4648) without padding, for those who type it.
    pub secret: Secret,
    /// The same as a link, for a picture that a telephone reads.
    pub otpauth_url: Secret,
    /// As it is kept.
    pub sealed: SealedSecret,
}

/// Makes the secrets of second factors, keeps them sealed, and knows their codes (RFC 6238: SHA-1, six digits, 30 s).
pub trait SecondFactors: Send + Sync {
    /// A secret of 160 random bits for this person. The link names the address.
    fn fresh(&self, user: UserId, email: &Email) -> Result<FreshSecret, Common>;

    /// The time step whose code this is: the present one, the one before or the next. None where it is the code of none of
    /// them. An error when the secret is another person's, or was sealed under another key.
    fn step(
        &self,
        user: UserId,
        sealed: &SealedSecret,
        code: &str,
        at: Instant,
    ) -> Result<Option<u64>, Common>;

    /// The keyed hash that a recovery code of this person is kept by.
    fn recovery_hash(&self, user: UserId, code: &str) -> TokenHash;
}

//! What accounts guarantee, on the fakes.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use forecourt_identity::plan::{AccountPlan, RegistrationFacts, RegistrationTarget};
use forecourt_identity::ports::{Accounts as _, PasswordHasher, Verdict};
use forecourt_identity::secret::{PasswordHash, Secret};
use forecourt_identity::use_cases::{
    CreateAccount, InviteUser, Register, Registered, SignIn, SignedIn, UserPatch,
};
use forecourt_identity::user::{PlatformRole, ReferralCode, User};
use forecourt_identity::{Error, Identity, Policy};
use kernel::act::{Act, Audit, Decision, Origin};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::CodeId;
use kernel::patch::Patch;
use kernel::ports::{Clock as _, Ids};
use memory::{FixedClock, Memory, PlainSecurity, SeededRandom};

const ANN: &str = "ann@example.com";
const PASSWORD: &str = "violet tractor sonata";
const OTHER: &str = "copper lantern orbit";

struct Desk {
    identity: Identity,
    clock: FixedClock,
    memory: Memory,
}

impl Desk {
    fn new(policy: Policy) -> Self {
        let clock = FixedClock::at("2026-06-05T12:00:00Z".parse().unwrap());
        let (memory, random) = (Memory::new(), Arc::new(SeededRandom::new(7)));
        let (store, secrets) = (Arc::new(memory.clone()), Arc::new(PlainSecurity));
        let identity = Identity {
            accounts: store.clone(),
            invitations: store.clone(),
            queries: store.clone(),
            principals: store,
            hasher: secrets.clone(),
            tokens: secrets.clone(),
            codes: secrets.clone(),
            factors: secrets,
            ids: Ids::new(Arc::new(clock.clone()), random.clone()),
            random,
            policy,
        };
        Self {
            identity,
            clock,
            memory,
        }
    }

    fn stranger(&self) -> Act {
        Act {
            actor: Actor::Anonymous,
            ..Act::of_system(self.clock.now(), "test")
        }
    }

    async fn acting(&self, signed_in: &SignedIn) -> Act {
        let now = self.clock.now();
        let held = self
            .identity
            .authenticate(signed_in.access_token.expose(), now)
            .await
            .unwrap();
        Act {
            actor: Actor::User(held.unwrap().1),
            ..self.stranger()
        }
    }

    async fn register(&self, password: &str, first_name: &str) -> Result<Registered, Error> {
        let form = Register {
            email: ANN.to_owned(),
            password: Secret::new(password),
            first_name: first_name.to_owned(),
            last_name: "Example".to_owned(),
            phone: None,
            accept_terms: true,
            referral_code: None,
        };
        self.identity.register(&self.stranger(), &form).await
    }

    fn code(&self) -> Secret {
        let jobs = self.memory.jobs();
        let id = jobs
            .iter()
            .rev()
            .find_map(|job| job.payload.pointer("/params/code_id")?.as_str());
        self.identity.codes.code(id.unwrap().parse::<CodeId>().unwrap())
    }

    async fn verify(&self) -> Result<SignedIn, Error> {
        self.identity
            .verify_email(&self.stranger(), ANN, &self.code(), None, None)
            .await
    }

    async fn sign_in_from(&self, ip: &str, password: &str) -> Result<SignedIn, Error> {
        let act = Act {
            origin: Origin {
                ip: Some(ip.to_owned()),
                user_agent: None,
            },
            ..self.stranger()
        };
        let request = SignIn {
            email: ANN.to_owned(),
            password: Secret::new(password),
            device_id: None,
            totp: None,
        };
        self.identity.sign_in(&act, &request).await
    }

    async fn admin(&self) -> Act {
        let form = CreateAccount {
            email: "root@example.com".to_owned(),
            password: Secret::new(PASSWORD),
            first_name: "Ada".to_owned(),
            last_name: "Root".to_owned(),
            platform_role: PlatformRole::Admin,
        };
        let system = Act::of_system(self.clock.now(), "test");
        self.identity.create_account(&system, &form).await.unwrap();
        let request = SignIn {
            email: form.email,
            password: form.password,
            device_id: None,
            totp: None,
        };
        let signed_in = self.identity.sign_in(&self.stranger(), &request).await.unwrap();
        self.acting(&signed_in).await
    }
}

#[tokio::test]
async fn nobody_can_plant_a_password_on_anothers_address() {
    let desk = Desk::new(Policy::default());
    desk.register(OTHER, "Mallory").await.unwrap();
    // Within the pause nothing changes, so the code that is on its way can't confirm a second password.
    desk.register(PASSWORD, "Ann").await.unwrap();
    assert_eq!(desk.memory.jobs().len(), 1);
    desk.clock.advance(60);
    desk.register(PASSWORD, "Ann").await.unwrap();
    let ann = desk.verify().await.unwrap();
    assert_eq!(ann.profile.user.first_name, "Ann");
    assert!(desk.sign_in_from("192.0.2.1", PASSWORD).await.is_ok());
    assert_eq!(
        desk.sign_in_from("192.0.2.1", OTHER).await.unwrap_err(),
        Error::InvalidCredentials
    );
}

#[tokio::test]
async fn no_code_or_token_lies_in_a_job_or_event() {
    let desk = Desk::new(Policy::default());
    desk.register(PASSWORD, "Ann").await.unwrap();
    let (jobs, events) = (desk.memory.jobs(), desk.memory.events());
    let told = format!("{jobs:?} {events:?} {:?}", desk.memory.audit());
    assert!(!told.contains(PASSWORD));
    let code = desk.code();
    let in_ids = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word == code.expose())
    };
    assert!(!in_ids(&told));
}

#[tokio::test]
async fn reuse_of_a_refresh_token_ends_the_session_and_tells_the_user() {
    let desk = Desk::new(Policy::default());
    desk.register(PASSWORD, "Ann").await.unwrap();
    let first = desk.verify().await.unwrap();
    let second = desk
        .identity
        .refresh(&desk.stranger(), &first.refresh_token)
        .await
        .unwrap();
    let reused = desk
        .identity
        .refresh(&desk.stranger(), &first.refresh_token)
        .await;
    assert_eq!(reused.unwrap_err(), Error::RefreshInvalid);
    let next = desk
        .identity
        .refresh(&desk.stranger(), &second.refresh_token)
        .await;
    assert_eq!(next.unwrap_err(), Error::RefreshInvalid);
    let now = desk.clock.now();
    assert!(
        desk.identity
            .authenticate(second.access_token.expose(), now)
            .await
            .unwrap()
            .is_none()
    );
    let last = desk.memory.jobs().pop().unwrap();
    assert_eq!(last.payload["template"], "session_reused");
}

#[tokio::test]
async fn strangers_failures_do_not_lock_the_holder_out() {
    let desk = Desk::new(Policy::default());
    desk.register(PASSWORD, "Ann").await.unwrap();
    desk.verify().await.unwrap();
    desk.sign_in_from("192.0.2.1", PASSWORD).await.unwrap();
    for _ in 0..5 {
        let refused = desk.sign_in_from("198.51.100.7", OTHER).await;
        assert_eq!(refused.unwrap_err(), Error::InvalidCredentials);
    }
    let slowed = desk.sign_in_from("198.51.100.8", PASSWORD).await.unwrap_err();
    assert_eq!(slowed, Error::Common(Common::TooMany { retry_after: 1 }));
    assert!(desk.sign_in_from("192.0.2.1", PASSWORD).await.is_ok());
    desk.clock.advance(1);
    assert!(desk.sign_in_from("198.51.100.8", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn an_outdated_hash_is_made_anew_at_sign_in() {
    let desk = Desk::new(Policy::default());
    desk.register(PASSWORD, "Ann").await.unwrap();
    let user = desk.verify().await.unwrap().profile.user.id;
    let old = forecourt_identity::secret::PasswordHash::new(format!("old:{PASSWORD}"));
    desk.memory
        .change(&desk.stranger(), user, None, &|facts| {
            let plan = forecourt_identity::plan::AccountPlan {
                password: Some((user, old.clone())),
                ..Default::default()
            };
            Ok(kernel::act::Decision::nothing(plan, facts.account.user.clone()))
        })
        .await
        .unwrap();
    desk.sign_in_from("192.0.2.1", PASSWORD).await.unwrap();
    let kept = desk.memory.find(user).await.unwrap().unwrap().password.unwrap();
    assert_eq!(kept.as_str(), format!("plain:{PASSWORD}"));
}

#[tokio::test]
async fn only_admins_manage_users_and_none_themselves() {
    let desk = Desk::new(Policy::default());
    desk.register(PASSWORD, "Ann").await.unwrap();
    let ann = desk.verify().await.unwrap();
    let (admin, ann_act) = (desk.admin().await, desk.acting(&ann).await);
    let close = UserPatch {
        active: Patch::Value(false),
        platform_role: Patch::Absent,
    };
    let invite = InviteUser {
        email: "bob@example.com".to_owned(),
        platform_role: PlatformRole::Admin,
    };
    let change = async |act: &Act, user| {
        desk.memory
            .change(act, user, None, &|facts| close.decide(act, facts))
            .await
    };
    let refused = change(&ann_act, ann.profile.user.id).await;
    assert!(matches!(refused, Err(Error::Common(Common::Forbidden { .. }))));
    let refused = desk.identity.invite_user(&ann_act, &invite).await;
    assert!(matches!(refused, Err(Error::Common(Common::Forbidden { .. }))));
    let own = admin.actor.user().unwrap();
    assert_eq!(change(&admin, own).await.unwrap_err(), Error::OwnAccount);
    change(&admin, ann.profile.user.id).await.unwrap();
    assert_eq!(
        desk.sign_in_from("192.0.2.1", PASSWORD).await.unwrap_err(),
        Error::AccountInactive
    );
    assert_eq!(
        desk.sign_in_from("192.0.2.1", OTHER).await.unwrap_err(),
        Error::InvalidCredentials
    );
    assert!(desk.identity.invite_user(&admin, &invite).await.is_ok());
}

/// Compares as it should, and notes whether there was something to compare with.
#[derive(Default)]
struct Noting(Mutex<Vec<bool>>);

#[async_trait]
impl PasswordHasher for Noting {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, Common> {
        PlainSecurity.hash(password).await
    }

    async fn verify(&self, password: &Secret, against: Option<&PasswordHash>) -> Result<Verdict, Common> {
        self.0.lock().unwrap().push(against.is_some());
        PlainSecurity.verify(password, against).await
    }
}

#[tokio::test]
async fn a_password_is_compared_once_whoever_it_is_for() {
    let mut desk = Desk::new(Policy::default());
    let noting = Arc::new(Noting::default());
    desk.identity.hasher = noting.clone();
    let refused = desk.sign_in_from("192.0.2.1", PASSWORD).await;
    assert!(matches!(refused, Err(Error::InvalidCredentials)), "no account");

    let email = ANN.parse().unwrap();
    let code = ReferralCode::random(desk.identity.random.as_ref());
    let names = ("Ann".to_owned(), "Example".to_owned());
    let user = User::new(
        desk.identity.ids.next(),
        ANN.parse().unwrap(),
        names,
        code.clone(),
        desk.clock.now(),
    );
    let user = user.verified();
    let target = RegistrationTarget {
        email: &email,
        codes: &[code],
        referrer: None,
    };
    let act = Act::of_system(desk.clock.now(), "test");
    let decide = |_: &RegistrationFacts| {
        let plan = AccountPlan {
            new_user: Some(user.clone()),
            ..AccountPlan::default()
        };
        let audit = Audit::new("user.created", "user", user.id);
        Ok(Decision::new(plan, Some(user.clone()), audit))
    };
    desk.memory.register(&act, &target, &decide).await.unwrap();
    let refused = desk.sign_in_from("192.0.2.1", PASSWORD).await;
    assert!(
        matches!(refused, Err(Error::InvalidCredentials)),
        "an account without a password"
    );
    assert_eq!(*noting.0.lock().unwrap(), [false, false]);
}

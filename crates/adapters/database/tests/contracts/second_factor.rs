//! Second factors: each code counts once, and nothing stands in for it.

use application::accept_invitation::Accept;
use futures_util::future::join_all;
use identity::error::Error;
use identity::secret::Secret;
use identity::use_cases::{FactorProof, InviteUser, SignIn, SignedIn, UserPatch};
use identity::user::PlatformRole;
use identity::{Identity, Policy};
use kernel::act::Act;
use kernel::actor::{Actor, Scope};
use kernel::error::{Common, Failure as _};
use kernel::patch::Patch;
use kernel::ports::Clock as _;
use kernel::rights::Right;

use crate::identity::{ANN, PASSWORD, desk, form, stranger};
use crate::world::World;

/// What an authenticator shows: with these secrets, the number of the time step.
fn code(world: &World) -> Secret {
    let step = world.clock.now().timestamp() / 30;
    Secret::new(format!("{:06}", step % 1_000_000))
}

async fn ann(world: &World, identity: &Identity) -> SignedIn {
    let act = stranger(world, "192.0.2.1");
    let _ = identity.register(&act, &form(ANN)).await.unwrap();
    sign_in(world, identity, "192.0.2.1", None).await.unwrap()
}

async fn acting(world: &World, identity: &Identity, signed_in: &SignedIn) -> Act {
    let token = signed_in.access_token.expose();
    let held = identity.authenticate(token, world.clock.now()).await.unwrap();
    Act {
        actor: Actor::User(held.unwrap().1),
        ..stranger(world, "192.0.2.1")
    }
}

/// Ann with a second factor, half a minute after she confirmed it, and her recovery codes.
async fn guarded(world: &World, identity: &Identity) -> (Act, Vec<Secret>) {
    let signed_in = ann(world, identity).await;
    let act = acting(world, identity, &signed_in).await;
    let made = identity.set_up_factor(&act).await.unwrap();
    let profile = identity.confirm_factor(&act, &code(world)).await.unwrap();
    assert!(profile.totp);
    world.clock.advance(30);
    (act, made.recovery_codes)
}

async fn sign_in(
    world: &World,
    identity: &Identity,
    ip: &str,
    totp: Option<&Secret>,
) -> Result<SignedIn, Error> {
    let request = SignIn {
        email: ANN.to_owned(),
        password: Secret::new(PASSWORD),
        device_id: None,
        totp: totp.cloned(),
    };
    identity.sign_in(&stranger(world, ip), &request).await
}

pub(crate) async fn a_second_factor_is_read_back_as_written(world: World) {
    let identity = desk(&world).identity;
    let signed_in = ann(&world, &identity).await;
    let act = acting(&world, &identity, &signed_in).await;
    let missing = identity.confirm_factor(&act, &code(&world)).await.unwrap_err();
    assert_eq!(missing, Common::absent("second factor").into());
    let first = identity.set_up_factor(&act).await.unwrap();
    let second = identity.set_up_factor(&act).await.unwrap();
    assert_eq!(second.recovery_codes.len(), 10);
    assert_ne!(first.recovery_codes, second.recovery_codes);
    let waiting = identity.factor(&act).await.unwrap().unwrap();
    assert_eq!((waiting.confirmed_at, waiting.last_step), (None, None));
    assert_eq!(waiting.recovery.len(), 10);
    // What waits for its first code is asked for by nobody.
    assert!(sign_in(&world, &identity, "192.0.2.1", None).await.is_ok());
    let profile = identity.confirm_factor(&act, &code(&world)).await.unwrap();
    assert!(profile.totp);
    let kept = identity.factor(&act).await.unwrap().unwrap();
    assert_eq!(kept.confirmed_at, Some(world.clock.now()));
    assert_eq!(kept.created_at, waiting.created_at);
    assert_eq!(
        (&kept.secret, &kept.recovery),
        (&waiting.secret, &waiting.recovery)
    );
    assert!(kept.last_step.is_some());
    assert_eq!(
        identity.set_up_factor(&act).await.unwrap_err(),
        Error::TotpEnabled
    );
    let again = identity.confirm_factor(&act, &code(&world)).await;
    assert_eq!(again.unwrap_err(), Error::TotpEnabled);
}

pub(crate) async fn one_totp_code_signs_in_once(world: World) {
    let identity = desk(&world).identity;
    let _ = guarded(&world, &identity).await;
    let code = code(&world);
    let ends = join_all((0..4).map(|_| sign_in(&world, &identity, "192.0.2.1", Some(&code)))).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    for end in ends.into_iter().filter_map(Result::err) {
        assert_eq!(end, Error::TotpInvalid);
    }
    // The one before does not count any more either.
    world.clock.advance(30);
    let late = sign_in(&world, &identity, "192.0.2.1", Some(&code)).await;
    assert_eq!(late.unwrap_err(), Error::TotpInvalid);
}

pub(crate) async fn one_recovery_code_signs_in_once(world: World) {
    let identity = desk(&world).identity;
    let (act, codes) = guarded(&world, &identity).await;
    let one = &codes[3];
    let ends = join_all((0..4).map(|_| sign_in(&world, &identity, "192.0.2.1", Some(one)))).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(identity.factor(&act).await.unwrap().unwrap().recovery.len(), 9);
    assert!(
        sign_in(&world, &identity, "192.0.2.1", Some(&codes[4]))
            .await
            .is_ok()
    );
    assert_eq!(identity.factor(&act).await.unwrap().unwrap().recovery.len(), 8);
}

pub(crate) async fn wrong_codes_at_the_same_moment_are_all_counted(world: World) {
    let identity = desk(&world).identity;
    let _ = guarded(&world, &identity).await;
    let wrong: Vec<Secret> = (0..8).map(|n| Secret::new(format!("00000{n}"))).collect();
    let tries = wrong
        .iter()
        .map(|code| sign_in(&world, &identity, "198.51.100.7", Some(code)));
    let ends: Vec<Error> = join_all(tries)
        .await
        .into_iter()
        .filter_map(Result::err)
        .collect();
    let judged = ends.iter().filter(|end| **end == Error::TotpInvalid).count();
    let slowed = ends
        .iter()
        .filter(|end| end.code() == "too_many_requests")
        .count();
    assert_eq!((judged, slowed), (5, 3), "{ends:?}");
    // To have the password, and no code, says nothing and clears nothing.
    let bare = sign_in(&world, &identity, "198.51.100.7", None)
        .await
        .unwrap_err();
    assert_eq!(bare.code(), "too_many_requests");
    world.clock.advance(1);
    let bare = sign_in(&world, &identity, "198.51.100.7", None)
        .await
        .unwrap_err();
    assert_eq!(bare, Error::TotpRequired);
    assert!(
        sign_in(&world, &identity, "198.51.100.7", Some(&code(&world)))
            .await
            .is_ok()
    );
}

pub(crate) async fn an_open_session_does_not_take_the_second_factor_away(world: World) {
    let identity = desk(&world).identity;
    let (act, codes) = guarded(&world, &identity).await;
    let password = |text: &str| FactorProof {
        password: Some(Secret::new(text)),
        code: None,
    };
    let by_code = |code: &Secret| FactorProof {
        password: None,
        code: Some(code.clone()),
    };
    let bare = identity
        .drop_factor(&act, &FactorProof::default())
        .await
        .unwrap_err();
    assert_eq!(bare.code(), "invalid");
    let refused = identity
        .drop_factor(&act, &password("another"))
        .await
        .unwrap_err();
    assert_eq!(refused, Error::InvalidCredentials);
    let wrong: Vec<FactorProof> = (0..8)
        .map(|n| by_code(&Secret::new(format!("00000{n}"))))
        .collect();
    let ends = join_all(wrong.iter().map(|proof| identity.drop_factor(&act, proof))).await;
    let judged = ends.iter().filter(|end| **end == Err(Error::TotpInvalid)).count();
    assert_eq!(judged, 4, "with the wrong password, five failures: {ends:?}");
    world.clock.advance(900);
    let act = Act {
        at: world.clock.now(),
        ..act
    };
    identity.drop_factor(&act, &by_code(&codes[0])).await.unwrap();
    assert!(sign_in(&world, &identity, "192.0.2.1", None).await.is_ok());
    let gone = identity.drop_factor(&act, &password(PASSWORD)).await.unwrap_err();
    assert_eq!(gone, Common::absent("second factor").into());
    identity.set_up_factor(&act).await.unwrap();
    identity.confirm_factor(&act, &code(&world)).await.unwrap();
    identity.drop_factor(&act, &password(PASSWORD)).await.unwrap();
}

pub(crate) async fn an_invitation_is_no_second_factor(world: World) {
    let desk = desk(&world);
    let identity = &desk.identity;
    let (act, codes) = guarded(&world, identity).await;
    // The account must be a confirmed one: a code of the mail confirms it.
    let system = Act {
        actor: Actor::System,
        ..act
    };
    let invite = InviteUser {
        email: ANN.to_owned(),
        platform_role: PlatformRole::Admin,
    };
    let invitation = identity.invite_user(&system, &invite).await.unwrap().value;
    let accept = |totp: Option<&Secret>| Accept {
        token: identity.codes.invitation_token(invitation.id),
        password: Some(Secret::new(PASSWORD)),
        first_name: Some("Ann".to_owned()),
        last_name: Some("Example".to_owned()),
        totp: totp.cloned(),
    };
    // An account that was never confirmed may be a stranger's: it goes on without what was set up on it.
    let act = stranger(&world, "192.0.2.1");
    let joined = desk.accept(&act, &accept(None)).await.unwrap();
    assert!(!joined.profile.totp);
    assert!(
        sign_in(&world, identity, "192.0.2.1", Some(&codes[0]))
            .await
            .is_ok()
    );

    // One that was confirmed keeps it.
    let act = acting(&world, identity, &joined).await;
    let made = identity.set_up_factor(&act).await.unwrap();
    identity.confirm_factor(&act, &code(&world)).await.unwrap();
    let demoted = UserPatch {
        platform_role: Patch::Value(PlatformRole::Customer),
        ..UserPatch::default()
    };
    let user = joined.profile.user.id;
    identity
        .accounts
        .change(&system, user, None, &|facts| demoted.decide(&system, facts))
        .await
        .unwrap();
    let invitation = identity.invite_user(&system, &invite).await.unwrap().value;
    let accept = |totp: Option<Secret>| Accept {
        token: identity.codes.invitation_token(invitation.id),
        password: None,
        first_name: None,
        last_name: None,
        totp,
    };
    let act = stranger(&world, "192.0.2.1");
    let bare = desk.accept(&act, &accept(None)).await.unwrap_err();
    assert_eq!(bare.code(), "totp_required");
    let wrong = desk.accept(&act, &accept(Some(Secret::new("000000")))).await;
    assert_eq!(wrong.unwrap_err().code(), "code_invalid");
    let right = accept(made.recovery_codes.first().cloned());
    assert!(desk.accept(&act, &right).await.is_ok());
}

pub(crate) async fn a_confirmed_address_is_no_second_factor(world: World) {
    let identity = desk(&world).identity;
    let _ = guarded(&world, &identity).await;
    world.clock.advance(60);
    let act = stranger(&world, "192.0.2.1");
    // Ann never confirmed her address; somebody reads her mail.
    identity.resend_verification(&act, ANN).await.unwrap();
    let mailed = mailed_code(&world, &identity).await;
    let verify = |totp: Option<Secret>| {
        let (identity, act, mailed) = (&identity, &act, &mailed);
        async move { identity.verify_email(act, ANN, mailed, None, totp.as_ref()).await }
    };
    assert_eq!(verify(None).await.unwrap_err(), Error::TotpRequired);
    let wrong = verify(Some(Secret::new("000000"))).await;
    assert_eq!(wrong.unwrap_err(), Error::CodeInvalid);
    assert!(verify(Some(code(&world))).await.is_ok());
}

/// The digits of the newest code that was mailed.
async fn mailed_code(world: &World, identity: &Identity) -> Secret {
    let id = match world.database() {
        None => {
            let jobs = world.memory.jobs();
            let id = jobs
                .iter()
                .rev()
                .find_map(|job| job.payload.pointer("/params/code_id")?.as_str());
            id.unwrap().parse().unwrap()
        }
        Some(db) => {
            let mut sql = db.sql();
            sql.push("SELECT id FROM one_time_codes WHERE state = 'live' AND purpose = 'verify_email'");
            let row = db.one(sql).await.unwrap().unwrap();
            kernel::id::Id::from_uuid(row.try_get("", "id").unwrap())
        }
    };
    identity.codes.code(id)
}

pub(crate) async fn an_admin_who_needs_a_second_factor_has_no_rights_until_it_is_there(world: World) {
    let mut identity = desk(&world).identity;
    identity.policy = Policy {
        admin_totp: true,
        ..identity.policy
    };
    let form = identity::use_cases::CreateAccount {
        email: ANN.to_owned(),
        password: Secret::new(PASSWORD),
        first_name: "Ann".to_owned(),
        last_name: "Root".to_owned(),
        platform_role: PlatformRole::Admin,
    };
    identity.create_account(&world.act(), &form).await.unwrap();
    let signed_in = sign_in(&world, &identity, "192.0.2.1", None).await.unwrap();
    let act = acting(&world, &identity, &signed_in).await;
    let refused = act.actor.may(Right::ManageUsers, Scope::Platform).unwrap_err();
    assert_eq!(refused.of("user"), Common::FactorDue);
    assert!(!act.actor.sees_all());
    assert!(identity.me(&act).await.is_ok());
    identity.set_up_factor(&act).await.unwrap();
    identity.confirm_factor(&act, &code(&world)).await.unwrap();
    // At once, on the session that there is.
    let act = acting(&world, &identity, &signed_in).await;
    assert!(act.actor.may(Right::ManageUsers, Scope::Platform).is_ok());
    let proof = FactorProof {
        password: Some(Secret::new(PASSWORD)),
        code: None,
    };
    identity.drop_factor(&act, &proof).await.unwrap();
    let act = acting(&world, &identity, &signed_in).await;
    assert!(act.actor.may(Right::ManageUsers, Scope::Platform).is_err());
}

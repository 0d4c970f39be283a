//! Accounts, sessions, codes, invitations.

use std::sync::Arc;

use ::content::page::Page;
use application::accept_invitation::{Accept, AcceptInvitation, InvitationAcceptances};
use database::identity::{SqlAccounts, SqlInvitations, SqlUsers};
use forecourt_database as database;
use futures_util::future::join_all;
use identity::ports::{Accounts, Invitations, Principals, UserFilter, UserQueries};
use identity::rules::binding_keys;
use identity::secret::Secret;
use identity::throttle::{self, Throttle};
use identity::use_cases::{InviteUser, ProfilePatch, Register, SignIn, SignedIn};
use identity::user::PlatformRole;
use identity::{Error, Identity, Policy};
use kernel::act::{Act, Decision, Origin};
use kernel::actor::Actor;
use kernel::paging::{PageRequest, Position, Sort};
use kernel::patch::Patch;
use kernel::ports::Clock as _;
use memory::{PlainSecurity, SeededRandom};

use crate::content::{new, press};
use crate::world::World;

pub(crate) const ANN: &str = "ann@example.com";
pub(crate) const PASSWORD: &str = "violet tractor sonata";

/// The use cases of accounts over the world's ports. Addresses need no confirming, so that a registration signs in.
pub(crate) fn desk(world: &World) -> AcceptInvitation {
    let (accounts, invitations, queries): (Arc<dyn Accounts>, Arc<dyn Invitations>, Arc<dyn UserQueries>);
    let (principals, acceptances): (Arc<dyn Principals>, Arc<dyn InvitationAcceptances>);
    if let Some(db) = world.database() {
        let (users, invited) = (SqlUsers::new(db.clone()), SqlInvitations::new(db.clone()));
        accounts = Arc::new(SqlAccounts::new(db.clone()));
        (invitations, acceptances) = (Arc::new(invited.clone()), Arc::new(invited));
        (queries, principals) = (Arc::new(users.clone()), Arc::new(users));
    } else {
        let store = Arc::new(world.memory.clone());
        (accounts, invitations, queries) = (store.clone(), store.clone(), store.clone());
        (principals, acceptances) = (store.clone(), store);
    }
    let secrets = Arc::new(PlainSecurity);
    AcceptInvitation {
        acceptances,
        identity: Identity {
            accounts,
            invitations,
            queries,
            principals,
            hasher: secrets.clone(),
            tokens: secrets.clone(),
            codes: secrets.clone(),
            factors: secrets,
            ids: world.ids.clone(),
            random: Arc::new(SeededRandom::new(9)),
            policy: Policy {
                require_email_verification: false,
                ..Policy::default()
            },
        },
    }
}

pub(crate) fn stranger(world: &World, ip: &str) -> Act {
    Act {
        actor: Actor::Anonymous,
        origin: Origin {
            ip: Some(ip.to_owned()),
            user_agent: Some("contract".to_owned()),
        },
        ..world.act()
    }
}

pub(crate) fn form(email: &str) -> Register {
    Register {
        email: email.to_owned(),
        password: Secret::new(PASSWORD),
        first_name: "Änn".to_owned(),
        last_name: "Example".to_owned(),
        phone: Some("+1 212 555 0100".to_owned()),
        accept_terms: true,
        referral_code: None,
    }
}

async fn ann(world: &World, identity: &Identity) -> SignedIn {
    let act = stranger(world, "192.0.2.1");
    let _ = identity.register(&act, &form(ANN)).await.unwrap();
    sign_in(world, identity, "192.0.2.1", PASSWORD).await.unwrap()
}

async fn sign_in(world: &World, identity: &Identity, ip: &str, password: &str) -> Result<SignedIn, Error> {
    let request = SignIn {
        email: ANN.to_owned(),
        password: Secret::new(password),
        device_id: Some("phone".to_owned()),
        totp: None,
    };
    identity.sign_in(&stranger(world, ip), &request).await
}

pub(crate) async fn who_registers_accepts_the_terms_of_that_moment(world: World) {
    let identity = desk(&world).identity;
    let register = async |email: &str| {
        let act = stranger(&world, "192.0.2.1");
        let _ = identity.register(&act, &form(email)).await.unwrap();
        let page = PageRequest::default();
        let filter = UserFilter {
            q: Some(email.to_owned()),
            ..UserFilter::default()
        };
        let found = identity.queries.search(&filter, &page).await.unwrap();
        found.items[0].user.terms.clone().unwrap()
    };
    let early = register(ANN).await;
    assert_eq!((early.version.as_str(), early.text), ("none", None));
    let (_, write) = press(&world);
    let terms = Page::TermsAndConditions;
    let tomorrow = new("Later", Some("2026-06-06".parse().unwrap()));
    write.write(&world.act(), terms, &tomorrow).await.unwrap();
    let other = new("Other", None);
    write
        .write(&world.act(), Page::PrivacyPolicy, &other)
        .await
        .unwrap();
    assert_eq!(register("ben@example.com").await.text, None);
    let now = write
        .write(&world.act(), terms, &new("Now", None))
        .await
        .unwrap()
        .value;
    let accepted = register("cay@example.com").await;
    assert_eq!(
        (accepted.version.as_str(), accepted.text),
        ("2026-06-05", Some(now.id))
    );
    assert_eq!(accepted.at, world.clock.now());
}

pub(crate) async fn a_user_is_read_back_as_written(world: World) {
    let identity = desk(&world).identity;
    let signed_in = ann(&world, &identity).await;
    let written = signed_in.profile.user;
    let kept = identity.accounts.find(written.id).await.unwrap().unwrap();
    assert_eq!(kept.user, written);
    assert_eq!(kept.password.unwrap().as_str(), format!("plain:{PASSWORD}"));
    let held = identity
        .authenticate(signed_in.access_token.expose(), world.clock.now())
        .await
        .unwrap();
    let act = Act {
        actor: Actor::User(held.unwrap().1),
        ..world.act()
    };
    let patch = ProfilePatch {
        date_of_birth: Patch::Value("1990-02-28".parse().unwrap()),
        location: Patch::Value("New York".to_owned()),
        phone: Patch::Null,
        ..ProfilePatch::default()
    };
    let changed = identity.change_profile(&act, &patch).await.unwrap().user;
    assert_eq!(changed.version, written.version + 1);
    assert_eq!(changed.phone, None);
    assert_eq!(
        identity.accounts.find(written.id).await.unwrap().unwrap().user,
        changed
    );
    let sessions = identity.sessions(&act).await.unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[0].user_agent.as_deref(), Some("contract"));
}

pub(crate) async fn two_registrations_of_one_address_make_one_user(world: World) {
    let identity = desk(&world).identity;
    let act = stranger(&world, "192.0.2.1");
    let forms = [form(ANN), form("ANN@EXAMPLE.COM"), form(ANN), form(ANN)];
    let ends = join_all(forms.iter().map(|form| identity.register(&act, form))).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    for end in ends {
        assert!(matches!(end, Ok(_) | Err(Error::EmailTaken)));
    }
}

pub(crate) async fn refresh_reuse_ends_the_session(world: World) {
    let identity = desk(&world).identity;
    let first = ann(&world, &identity).await;
    let act = stranger(&world, "192.0.2.1");
    let ends = join_all((0..6).map(|_| identity.refresh(&act, &first.refresh_token))).await;
    let pairs: Vec<_> = ends.into_iter().filter_map(Result::ok).collect();
    assert_eq!(pairs.len(), 1, "one token, one pair");
    let now = world.clock.now();
    let held = identity
        .authenticate(pairs[0].access_token.expose(), now)
        .await
        .unwrap();
    assert!(held.is_none(), "the session has ended");
    let next = identity.refresh(&act, &pairs[0].refresh_token).await;
    assert_eq!(next.unwrap_err(), Error::RefreshInvalid);
}

pub(crate) async fn failures_at_the_same_moment_are_all_counted(world: World) {
    let identity = desk(&world).identity;
    let act = stranger(&world, "198.51.100.7");
    let email = ANN.parse().unwrap();
    let keys = binding_keys(&email, Some("198.51.100.7"), false);
    let strike = |before: &Vec<Throttle>| Ok(Decision::nothing(throttle::strike(before, &keys, act.at), ()));
    let ends = join_all((0..8).map(|_| identity.accounts.strike(&act, &keys, &strike))).await;
    assert!(ends.iter().all(Result::is_ok));
    let counts = identity.accounts.throttles(&keys).await.unwrap();
    assert_eq!(counts.len(), 2);
    assert!(counts.iter().all(|count| count.failures == 8), "{counts:?}");
}

pub(crate) async fn a_code_is_good_once_and_a_new_one_kills_the_old(world: World) {
    let identity = desk(&world).identity;
    let _ = ann(&world, &identity).await;
    let act = stranger(&world, "192.0.2.1");
    identity.forgot_password(&act, ANN).await.unwrap();
    world.clock.advance(60);
    let act = stranger(&world, "192.0.2.1");
    identity.forgot_password(&act, ANN).await.unwrap();
    for _ in 0..5 {
        let missed = identity
            .check_reset_code(&act, ANN, &Secret::new("none"))
            .await
            .unwrap();
        assert!(!missed);
    }
    let unknown = identity
        .check_reset_code(&act, "nobody@example.com", &Secret::new("none"))
        .await;
    assert!(!unknown.unwrap());
}

pub(crate) async fn an_invitation_is_accepted_once(world: World) {
    let desk = desk(&world);
    let act = Act {
        actor: Actor::System,
        ..stranger(&world, "192.0.2.1")
    };
    let invite = InviteUser {
        email: "bob@example.com".to_owned(),
        platform_role: PlatformRole::Admin,
    };
    let earlier = desk.identity.invite_user(&act, &invite).await.unwrap().value;
    let invitation = desk.identity.invite_user(&act, &invite).await.unwrap().value;
    let accept = |id| Accept {
        token: desk.identity.codes.invitation_token(id),
        password: Some(Secret::new(PASSWORD)),
        first_name: Some("Bob".to_owned()),
        last_name: Some("Example".to_owned()),
        totp: None,
    };
    let act = stranger(&world, "192.0.2.1");
    assert!(
        desk.accept(&act, &accept(earlier.id)).await.is_err(),
        "withdrawn by the later one"
    );
    let request = accept(invitation.id);
    let ends = join_all((0..4).map(|_| desk.accept(&act, &request))).await;
    let joined: Vec<_> = ends.into_iter().filter_map(Result::ok).collect();
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0].profile.user.platform_role, PlatformRole::Admin);
    let kept = desk
        .identity
        .invitations
        .find(invitation.id)
        .await
        .unwrap()
        .unwrap();
    assert!(!kept.is_open(world.clock.now()));
}

pub(crate) async fn users_are_found_and_paged_without_a_gap(world: World) {
    let identity = desk(&world).identity;
    for n in 0..5 {
        let act = stranger(&world, "192.0.2.1");
        let _ = identity
            .register(&act, &form(&format!("user{n}@example.com")))
            .await
            .unwrap();
    }
    let queries = &identity.queries;
    let mut page = PageRequest {
        size: 2,
        position: Position::Cursor(String::new()),
        sort: vec![Sort {
            field: "email".to_owned(),
            descending: true,
        }],
        ..PageRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let found = queries.search(&UserFilter::default(), &page).await.unwrap();
        assert_eq!(found.count, Some(5));
        seen.extend(found.items.iter().map(|p| p.user.email.as_str().to_owned()));
        let Some(next) = found.next else { break };
        page.position = next;
    }
    let wanted: Vec<String> = (0..5).rev().map(|n| format!("user{n}@example.com")).collect();
    assert_eq!(seen, wanted);
    let ann = UserFilter {
        q: Some("ANN example USER3".to_owned()),
        active: Some(true),
        platform_role: Some(PlatformRole::Customer),
        dealer: None,
    };
    assert_eq!(
        queries.search(&ann, &PageRequest::default()).await.unwrap().count,
        Some(1)
    );
}

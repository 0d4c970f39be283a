//! Accounts by themselves, in memory: register, confirm the address, sign in, and what a stolen refresh token comes to.
//! `cargo run -p forecourt-identity --example embedded`
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;
use std::sync::Arc;

use forecourt_identity::secret::Secret;
use forecourt_identity::use_cases::Register;
use forecourt_identity::{Identity, Policy};
use kernel::act::Act;
use kernel::actor::Actor;
use kernel::ports::{Clock as _, Ids};
use memory::{FixedClock, Memory, PlainSecurity, SeededRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let clock = FixedClock::at("2026-06-05T12:00:00Z".parse()?);
    let (store, random) = (Arc::new(Memory::new()), Arc::new(SeededRandom::new(7)));
    let secrets = Arc::new(PlainSecurity); // a program of yours takes forecourt-security
    let identity = Identity {
        accounts: store.clone(),
        invitations: store.clone(),
        queries: store.clone(),
        principals: store.clone(),
        hasher: secrets.clone(),
        tokens: secrets.clone(),
        codes: secrets.clone(),
        factors: secrets,
        ids: Ids::new(Arc::new(clock.clone()), random.clone()),
        random,
        policy: Policy::default(),
    };
    let act = Act {
        actor: Actor::Anonymous,
        ..Act::of_system(clock.now(), "example")
    };
    let form = Register {
        email: "ann@example.com".to_owned(),
        password: Secret::new("violet tractor sonata"),
        first_name: "Ann".to_owned(),
        last_name: "Example".to_owned(),
        phone: None,
        accept_terms: true,
        referral_code: None,
    };
    identity.register(&act, &form).await?;
    // A mail program would derive the code from the id in this letter.
    let letter = store.jobs().pop().ok_or("a letter")?;
    println!("to send: {}", letter.payload);
    let id = letter
        .payload
        .pointer("/params/code_id")
        .and_then(|id| id.as_str());
    let code = identity.codes.code(id.ok_or("an id")?.parse()?);
    let first = identity
        .verify_email(&act, "ann@example.com", &code, None, None)
        .await?;
    let second = identity.refresh(&act, &first.refresh_token).await?;
    println!("{} is signed in", second.profile.user.email);
    if let Err(refused) = identity.refresh(&act, &first.refresh_token).await {
        println!("the first refresh token comes again: {refused}");
    }
    let held = identity
        .authenticate(second.access_token.expose(), clock.now())
        .await?;
    println!("the session has ended: {}", held.is_none());
    Ok(())
}

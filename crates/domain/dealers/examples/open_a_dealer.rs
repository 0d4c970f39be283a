//! Registers a dealer, verifies it by its licence and opens a site, without a database or a server.
#![expect(clippy::unwrap_used, reason = "an example ends where something is wrong")]

use std::sync::Arc;

use forecourt_dealers::address::AddressDraft;
use forecourt_dealers::dealer::DealerDraft;
use forecourt_dealers::document::{Document, DocumentDraft, DocumentKind, Verdict};
use forecourt_dealers::site::SiteDraft;
use forecourt_dealers::staff::Person;
use forecourt_dealers::use_cases::{DealerActs, DocumentActs, SiteActs};
use kernel::act::Act;
use kernel::actor::{Actor, Principal};
use kernel::ports::{Clock, Ids};
use memory::{FixedClock, Memory, SeededRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let clock = Arc::new(FixedClock::at("2026-11-21T10:00:00Z".parse().unwrap()));
    let ids = Ids::new(clock.clone(), Arc::new(SeededRandom::new(7)));
    let memory = Memory::new();
    let store = Arc::new(memory.clone());
    let dealers = DealerActs {
        dealers: store.clone(),
        queries: store.clone(),
        ids: ids.clone(),
    };
    let documents = DocumentActs {
        documents: store.clone(),
        queries: store.clone(),
        dealers: store.clone(),
    };
    let sites = SiteActs {
        sites: store.clone(),
        queries: store,
        ids: ids.clone(),
    };

    let olga = Person {
        user: ids.next(),
        name: "Olga Oak".to_owned(),
        email: "olga@example.com".parse().unwrap(),
        active: true,
    };
    memory.given_person(olga.clone());
    let by_olga = Act {
        actor: Actor::User(Principal {
            user: olga.user,
            session: ids.next(),
            admin: false,
            factor_due: false,
            staff: None,
        }),
        ..Act::of_system(clock.now(), "example-1")
    };
    let address = AddressDraft {
        line1: "1 Main Street".to_owned(),
        city: "Austin".to_owned(),
        state: Some("TX".to_owned()),
        postal_code: "78701".to_owned(),
        country: "US".to_owned(),
        ..AddressDraft::default()
    };
    let draft = DealerDraft {
        name: "Oak Cars".to_owned(),
        legal_name: "Oak Cars Inc.".to_owned(),
        phone: "+1 512 555 0100".to_owned(),
        email: "hello@example.com".to_owned(),
        address: address.clone(),
        currency: "USD".to_owned(),
        country: "US".to_owned(),
        ..DealerDraft::default()
    };
    let dealer = dealers.register(&by_olga, &draft).await.unwrap().value;
    println!("{} is {}", dealer.details.name, dealer.status);

    let by_the_system = Act::of_system(clock.now(), "example-2");
    let licence = DocumentDraft {
        kind: DocumentKind::Licence,
        file: ids.next(),
        expires_on: None,
    };
    let licence = Document::brought(ids.next(), dealer.id, licence, clock.now()).unwrap();
    memory.given_document(licence.clone());
    let licence = documents
        .review(&by_the_system, dealer.id, licence.id, Verdict::Approve, None)
        .await
        .unwrap()
        .value;
    println!("its {} is {}", licence.kind.as_str(), licence.status);
    let dealer = dealers
        .verify(&by_the_system, dealer.id, None)
        .await
        .unwrap()
        .value;
    println!("{} is {}", dealer.details.name, dealer.status);

    let draft = SiteDraft {
        kind: "showroom".to_owned(),
        name: "Downtown".to_owned(),
        address,
        timezone: "America/Chicago".to_owned(),
        ..SiteDraft::default()
    };
    let site = sites
        .create(&by_the_system, Some(dealer.id), &draft)
        .await
        .unwrap()
        .value;
    let rules = site.details.slot_rules;
    println!(
        "{} gives out test drives of {} minutes from {} to {}",
        site.details.name, rules.minutes, rules.first_start, rules.last_start
    );
}

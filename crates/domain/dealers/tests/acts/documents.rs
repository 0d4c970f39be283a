//! Documents: who may, what stands, what a verification rests on.

use std::slice::from_ref;

use chrono::{Days, NaiveDate};
use forecourt_dealers::Error;
use forecourt_dealers::dealer::Dealer;
use forecourt_dealers::document::{
    Document, DocumentDraft, DocumentKind, DocumentStatus, MOST_DOCUMENTS, Verdict,
};
use forecourt_dealers::ports::DealerFacts;
use forecourt_dealers::rules::dealers::step;
use forecourt_dealers::rules::documents as rules;
use kernel::error::{Common, Failure, Kind};
use kernel::id::DealerId;
use kernel::paging::PageRequest;
use kernel::rights::Role;

use crate::{World, now};

fn today() -> NaiveDate {
    now().date_naive()
}

fn draft(world: &World, kind: DocumentKind, expires_on: Option<NaiveDate>) -> DocumentDraft {
    DocumentDraft {
        kind,
        file: world.ids.next(),
        expires_on,
    }
}

/// A document as it was brought.
fn brought(world: &World, dealer: DealerId, kind: DocumentKind, expires_on: Option<NaiveDate>) -> Document {
    let document =
        Document::brought(world.ids.next(), dealer, draft(world, kind, expires_on), now()).unwrap();
    world.memory.given_document(document.clone());
    document
}

fn facts(dealer: &Dealer, documents: &[Document]) -> DealerFacts {
    DealerFacts {
        dealer: dealer.clone(),
        documents: documents.to_vec(),
    }
}

#[tokio::test]
async fn a_document_that_is_over_is_refused_and_one_that_ends_today_is_not() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let owner = world.member(dealer.id, Role::Owner);
    let add = |expires_on| {
        let draft = draft(&world, DocumentKind::Licence, Some(expires_on));
        rules::add(&owner, world.ids.next(), draft, &facts(&dealer, &[]))
    };
    let error = add(today() - Days::new(1)).unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.common().unwrap().to_string().contains("/expires_on"));
    let kept = add(today()).unwrap().answer;
    assert_eq!((kept.status, kept.version), (DocumentStatus::Pending, 1));
}

#[tokio::test]
async fn owners_and_admins_bring_documents_and_nobody_else() {
    let world = World::new();
    let (oak, elm) = (world.dealer("Oak").await, world.dealer("Elm").await);
    let add = |act: &kernel::act::Act| {
        let draft = draft(&world, DocumentKind::Tax, None);
        rules::add(act, world.ids.next(), draft, &facts(&oak, &[]))
    };
    assert!(add(&world.member(oak.id, Role::Owner)).is_ok());
    assert!(add(&world.admin()).is_ok());
    for role in [Role::Manager, Role::Sales, Role::Mechanic] {
        assert_eq!(
            add(&world.member(oak.id, role)).unwrap_err().kind(),
            Kind::Forbidden
        );
    }
    for stranger in [
        world.member(elm.id, Role::Owner),
        world.customer(world.person("Carl")),
    ] {
        assert_eq!(add(&stranger).unwrap_err().kind(), Kind::Absent);
    }
}

#[tokio::test]
async fn a_dealer_has_so_many_documents_and_no_more() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let owner = world.member(dealer.id, Role::Owner);
    let mut kept = Vec::new();
    for _ in 0..MOST_DOCUMENTS {
        kept.push(brought(&world, dealer.id, DocumentKind::Other, None));
    }
    let one_more = draft(&world, DocumentKind::Other, None);
    let refused = rules::add(&owner, world.ids.next(), one_more, &facts(&dealer, &kept));
    assert_eq!(refused.unwrap_err(), Error::TooManyDocuments);
    kept.pop();
    assert!(rules::add(&owner, world.ids.next(), one_more, &facts(&dealer, &kept)).is_ok());
}

#[tokio::test]
async fn a_review_is_an_admins_needs_a_reason_to_refuse_and_is_done_once() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let document = brought(&world, dealer.id, DocumentKind::Licence, None);
    let review = async |act: &kernel::act::Act, verdict, reason| {
        let reviewed = world
            .documents
            .review(act, dealer.id, document.id, verdict, reason)
            .await;
        reviewed.map(|done| done.value)
    };
    let owner = world.member(dealer.id, Role::Owner);
    let error = review(&owner, Verdict::Approve, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    let admin = world.admin();
    let error = review(&admin, Verdict::Refuse, Some(" ")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let mut stale = world.admin();
    stale.expected_version = Some(7);
    let error = review(&stale, Verdict::Approve, None).await.unwrap_err();
    assert_eq!(error, Error::Common(Common::Stale { current: 1 }));

    let refused = review(&admin, Verdict::Refuse, Some("Page 2 is missing"))
        .await
        .unwrap();
    assert_eq!((refused.status, refused.version), (DocumentStatus::Refused, 2));
    assert_eq!(refused.reason.as_deref(), Some("Page 2 is missing"));
    let told = world.memory.events().pop().unwrap();
    assert_eq!(told.name, "dealer.document_reviewed");
    assert!(
        !told.payload.to_string().contains("Page"),
        "events hold no text that somebody wrote"
    );
    let line = world.memory.audit().pop().unwrap();
    assert_eq!(line.reason.as_deref(), Some("Page 2 is missing"));

    let again = review(&admin, Verdict::Approve, None).await.unwrap_err();
    assert_eq!(
        (again.kind(), again.code()),
        (Kind::Conflict, "illegal_transition")
    );
    let elsewhere = world.dealer("Elm").await.id;
    let error = world
        .documents
        .review(&admin, elsewhere, document.id, Verdict::Approve, None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
}

#[tokio::test]
async fn a_verification_needs_an_approved_licence_that_holds_today() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let admin = world.admin();
    let verify = |documents: &[Document]| {
        let verified = step(
            &admin,
            forecourt_dealers::dealer::Step::Verify,
            None,
            &facts(&dealer, documents),
        );
        verified.map(|_| ())
    };
    let approved = |document: Document| document.reviewed(Verdict::Approve, None, now()).unwrap();
    let licence = |last| brought(&world, dealer.id, DocumentKind::Licence, last);
    let refused = licence(None)
        .reviewed(Verdict::Refuse, Some("No".to_owned()), now())
        .unwrap();
    let over = Document {
        expires_on: Some(today() - Days::new(1)),
        ..approved(licence(None))
    };
    let other = approved(brought(&world, dealer.id, DocumentKind::Tax, None));
    assert_eq!(verify(&[]), Err(Error::LicenceMissing));
    assert_eq!(
        verify(&[licence(None), refused, over.clone(), other]),
        Err(Error::LicenceMissing)
    );
    assert_eq!(verify(&[over, approved(licence(Some(today())))]), Ok(()));
    assert_eq!(Error::LicenceMissing.code(), "licence_missing");
}

#[tokio::test]
async fn the_licence_that_a_dealer_was_verified_by_stays_until_another_one_holds() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let first = world.memory.given_licence(&world.ids, dealer.id, now());
    let second = world.memory.given_licence(&world.ids, dealer.id, now());
    let over = Document {
        expires_on: Some(today() - Days::new(1)),
        ..second.clone()
    };
    let owner = world.member(dealer.id, Role::Owner);
    let remove = |dealer: &Dealer, documents: &[Document]| {
        rules::remove(&owner, first.id, &facts(dealer, documents)).map(|decision| decision.plan)
    };
    assert_eq!(
        remove(&dealer, from_ref(&first)),
        Ok(first.clone()),
        "nothing rests on it yet"
    );
    let verified = world
        .dealers
        .verify(&world.admin(), dealer.id, None)
        .await
        .unwrap()
        .value;
    let suspended = Dealer {
        status: forecourt_dealers::dealer::DealerStatus::Suspended,
        ..verified.clone()
    };
    for standing in [&verified, &suspended] {
        assert_eq!(remove(standing, from_ref(&first)), Err(Error::LicenceNeeded));
        assert_eq!(
            remove(standing, &[first.clone(), over.clone()]),
            Err(Error::LicenceNeeded)
        );
        assert_eq!(
            remove(standing, &[first.clone(), second.clone()]),
            Ok(first.clone())
        );
    }
    let manager = world.member(dealer.id, Role::Manager);
    let refused = rules::remove(&manager, first.id, &facts(&dealer, from_ref(&first)));
    assert_eq!(refused.unwrap_err().kind(), Kind::Forbidden);
    let gone = rules::remove(&owner, first.id, &facts(&dealer, &[second]));
    assert_eq!(gone.unwrap_err(), Error::Common(Common::absent("document")));
}

#[tokio::test]
async fn documents_are_seen_by_their_owners_and_by_admins() {
    let world = World::new();
    let (oak, elm) = (world.dealer("Oak").await, world.dealer("Elm").await);
    let licence = world.memory.given_licence(&world.ids, oak.id, now());
    let waiting = brought(&world, oak.id, DocumentKind::Tax, None);
    let page = PageRequest::default();
    let owner = world.member(oak.id, Role::Owner).actor;
    let admin = world.admin().actor;
    let pending = vec![DocumentStatus::Pending];
    let mine = world.documents.mine(&owner, None, pending, &page).await.unwrap();
    assert_eq!(mine.items, [waiting]);
    for actor in [&owner, &admin] {
        let all = world.documents.of_dealer(actor, oak.id, Vec::new(), &page).await;
        assert_eq!(all.unwrap().count, Some(2));
        let one = world.documents.find(actor, oak.id, licence.id).await;
        assert_eq!(one.unwrap(), licence);
    }
    let error = world
        .documents
        .mine(&admin, None, Vec::new(), &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid, "an admin names a dealer");
    let none = world.ids.next();
    let error = world
        .documents
        .of_dealer(&admin, none, Vec::new(), &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    let error = world
        .documents
        .find(&admin, elm.id, licence.id)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent, "another dealer's");
    let sales = world.member(oak.id, Role::Sales).actor;
    let error = world
        .documents
        .of_dealer(&sales, oak.id, Vec::new(), &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    let other = world.member(elm.id, Role::Owner).actor;
    let error = world
        .documents
        .of_dealer(&other, oak.id, Vec::new(), &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
}

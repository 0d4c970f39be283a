//! Documents of dealers, and what rests on them.

use std::sync::Arc;

use application::error::Error;
use dealers::dealer::DealerStatus;
use dealers::document::{DocumentKind, DocumentStatus, MOST_DOCUMENTS, Verdict};
use kernel::error::{Failure, Kind};
use kernel::id::DocumentId;
use kernel::paging::{PageRequest, Position, Sort};
use media::file::Status;

use crate::registry::Registry;
use crate::world::{World, given_row, try_row};

pub(crate) async fn a_document_is_read_back_as_it_was_written(world: World) {
    let registry = Registry::of(world);
    let dealer = registry.office.dealer("Oak").await;
    let owner = registry.office.by_member(dealer.id).await;
    let file = registry.file(&owner).await;
    let brought = registry.add(&owner, DocumentKind::Licence, file).await.unwrap();
    let find = async |id: DocumentId| registry.documents.find(&owner.actor, dealer.id, id).await;
    assert_eq!(find(brought.id).await.unwrap(), brought);
    let used = registry.files.find(file).await.unwrap().unwrap();
    assert_eq!(
        (used.attached_at, used.dealer),
        (Some(owner.at), Some(dealer.id)),
        "its owners see it"
    );
    let approved = registry.review(&brought, Verdict::Approve).await.unwrap();
    assert_eq!((approved.version, approved.status), (2, DocumentStatus::Approved));
    assert_eq!(find(brought.id).await.unwrap(), approved);

    registry.papers.remove(&owner, brought.id).await.unwrap();
    assert_eq!(find(brought.id).await.unwrap_err().kind(), Kind::Absent);
    let gone = registry.files.find(file).await.unwrap().unwrap();
    assert_eq!((gone.status, gone.attached_at), (Status::Discarded, None));
    registry.files.forget(&[file]).await.unwrap();
    assert_eq!(
        registry.files.find(file).await.unwrap(),
        None,
        "nothing holds the row of its file"
    );
    let again = registry.papers.remove(&owner, brought.id).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Absent);
}

pub(crate) async fn a_dealer_keeps_fifty_documents_however_many_come_at_once(world: World) {
    let registry = Arc::new(Registry::of(world));
    let dealer = registry.office.dealer("Oak").await;
    let owner = registry.office.by_member(dealer.id).await;
    let mut files = Vec::new();
    for _ in 0..2 * MOST_DOCUMENTS {
        files.push(registry.file(&owner).await);
    }
    let calls: Vec<_> = files
        .into_iter()
        .map(|file| {
            let (registry, owner) = (Arc::clone(&registry), owner.clone());
            tokio::spawn(async move { registry.add(&owner, DocumentKind::Other, file).await })
        })
        .collect();
    let mut kept = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => kept += 1,
            Err(error) => assert_eq!(error, Error::Dealers(dealers::Error::TooManyDocuments)),
        }
    }
    assert_eq!(kept, MOST_DOCUMENTS);
}

pub(crate) async fn one_file_is_one_document_however_often_it_is_brought_at_once(world: World) {
    let registry = Arc::new(Registry::of(world));
    let dealer = registry.office.dealer("Oak").await;
    let owner = registry.office.by_member(dealer.id).await;
    let file = registry.file(&owner).await;
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (registry, owner) = (Arc::clone(&registry), owner.clone());
            tokio::spawn(async move { registry.add(&owner, DocumentKind::Tax, file).await })
        })
        .collect();
    let mut made = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert_eq!(error, Error::Media(media::Error::InUse)),
        }
    }
    assert_eq!(made, 1);
}

pub(crate) async fn no_dealer_is_verified_by_a_licence_that_is_removed_at_that_moment(world: World) {
    let registry = Arc::new(Registry::of(world));
    for n in 0..8 {
        let dealer = registry.office.dealer(&format!("Oak{n}")).await;
        let owner = registry.office.by_member(dealer.id).await;
        let licence = registry.licence(dealer.id).await;
        let verifies = Arc::clone(&registry);
        let verifies = tokio::spawn(async move { verifies.verify(dealer.id).await });
        let removes = Arc::clone(&registry);
        let removes = tokio::spawn(async move { removes.papers.remove(&owner, licence.id).await });
        let (verified, removed) = (verifies.await.unwrap(), removes.await.unwrap());
        match (verified, removed) {
            (Ok(dealer), Err(Error::Dealers(dealers::Error::LicenceNeeded))) => {
                assert_eq!(dealer.status, DealerStatus::Verified);
            }
            (Err(dealers::Error::LicenceMissing), Ok(_)) => {}
            both => unreachable!("either, and the other is refused: {both:?}"),
        }
    }
}

pub(crate) async fn two_reviews_at_once_have_one_winner(world: World) {
    let registry = Arc::new(Registry::of(world));
    let dealer = registry.office.dealer("Oak").await;
    let owner = registry.office.by_member(dealer.id).await;
    let file = registry.file(&owner).await;
    let brought = registry.add(&owner, DocumentKind::Licence, file).await.unwrap();
    let calls: Vec<_> = [Verdict::Approve, Verdict::Refuse]
        .into_iter()
        .map(|verdict| {
            let (registry, brought) = (Arc::clone(&registry), brought.clone());
            tokio::spawn(async move { registry.review(&brought, verdict).await })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap());
    }
    let winner = ends.iter().find_map(|end| end.as_ref().ok()).unwrap();
    let lost: Vec<&str> = ends
        .iter()
        .filter_map(|end| end.as_ref().err())
        .map(Failure::code)
        .collect();
    assert_eq!(lost, ["illegal_transition"]);
    let kept = registry.documents.find(&owner.actor, dealer.id, brought.id).await;
    assert_eq!(kept.unwrap(), *winner);
}

pub(crate) async fn documents_are_narrowed_and_paged(world: World) {
    let registry = Registry::of(world);
    let dealer = registry.office.dealer("Oak").await;
    let other = registry.office.dealer("Elm").await;
    registry.licence(other.id).await;
    let approved = registry.licence(dealer.id).await;
    let mut all = vec![approved.id];
    for _ in 0..4 {
        registry.office.world.clock.advance(1);
        let owner = registry.office.by_member(dealer.id).await;
        let file = registry.file(&owner).await;
        all.push(registry.add(&owner, DocumentKind::Other, file).await.unwrap().id);
    }
    all.reverse();
    let owner = registry.office.by_member(dealer.id).await;
    let page = |size, position| PageRequest {
        size,
        position,
        ..PageRequest::default()
    };
    let mut seen = Vec::new();
    let mut position = Position::Cursor(String::new());
    loop {
        let part = registry
            .documents
            .mine(&owner.actor, None, Vec::new(), &page(2, position))
            .await
            .unwrap();
        seen.extend(part.items.into_iter().map(|document| document.id));
        match part.next {
            Some(next) => position = next,
            None => break,
        }
    }
    assert_eq!(seen, all, "the newest first, each once");
    let by = async |status| {
        let first = page(10, Position::Page(1));
        let found = registry.documents.mine(&owner.actor, None, status, &first).await;
        found.unwrap().count
    };
    assert_eq!(by(vec![DocumentStatus::Pending]).await, Some(4));
    assert_eq!(
        by(vec![DocumentStatus::Approved, DocumentStatus::Refused]).await,
        Some(1)
    );
}

pub(crate) async fn the_database_holds_what_documents_must_be(world: World) {
    let registry = Registry::of(world);
    let dealer = registry.office.dealer("Oak").await;
    let owner = registry.office.by_member(dealer.id).await;
    let (file, second) = (registry.file(&owner).await, registry.file(&owner).await);
    let brought = registry.add(&owner, DocumentKind::Tax, file).await.unwrap();
    let world = &registry.office.world;
    let row = |file: kernel::id::FileId, kind: &str, status: &str, reviewed: bool| {
        vec![
            ("id", world.ids.uuid().into()),
            ("dealer_id", dealer.id.uuid().into()),
            ("kind", kind.into()),
            ("file_id", file.uuid().into()),
            ("status", status.into()),
            ("version", 1_i64.into()),
            ("uploaded_at", owner.at.into()),
            ("reviewed_at", reviewed.then_some(owner.at).into()),
        ]
    };
    for (wrong, why) in [
        (row(brought.file, "tax", "pending", false), "a file twice"),
        (row(second, "passport", "pending", false), "another kind"),
        (row(second, "tax", "lost", true), "another status"),
        (row(second, "tax", "approved", false), "approved at no time"),
        (row(second, "tax", "refused", true), "refused without a reason"),
    ] {
        let written = try_row(world, "dealer_documents", wrong).await;
        assert!(written.is_err(), "{why}");
    }
    given_row(world, "dealer_documents", row(second, "tax", "approved", true)).await;
    let sorted = PageRequest {
        sort: Sort::parse_list("price"),
        ..PageRequest::default()
    };
    let refused = registry.documents.mine(&owner.actor, None, Vec::new(), &sorted);
    assert!(refused.await.is_err(), "no order of this list");
}

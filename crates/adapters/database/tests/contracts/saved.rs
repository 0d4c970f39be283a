//! What people keep: listings and searches.

use std::sync::Arc;

use inventory::listing::ListingStatus;
use inventory::listing_draft::ListingChanges;
use inventory::use_cases::NewSearch;
use kernel::error::Failure;
use kernel::paging::PageRequest;

use crate::world::{World, given_account};
use crate::yard::Yard;

pub(crate) async fn saving_at_the_same_moment_is_saving_once(world: World) {
    let yard = Arc::new(Yard::on(world).await);
    let listed = yard.publish().await;
    let (ann, id) = (yard.customer(), listed.listing.id);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (yard, ann) = (Arc::clone(&yard), ann.clone());
        running.spawn(async move { yard.saved.save(&ann, id).await.map(|_| ()) });
    }
    assert!(running.join_all().await.into_iter().all(|end| end.is_ok()));
    let page = PageRequest::default();
    let kept = yard.saved.list(&ann.actor, &page).await.unwrap();
    assert_eq!(kept.count, Some(1));
    assert_eq!(kept.items.first().unwrap().listed, listed);
    let removed = ListingChanges::status(ListingStatus::Removed);
    yard.listings.change(&yard.sales(), id, &removed).await.unwrap();
    assert_eq!(yard.saved.list(&ann.actor, &page).await.unwrap().count, Some(0));
    assert!(
        yard.saved.save(&yard.customer(), id).await.is_err(),
        "what is not public can't be saved"
    );
    assert!(yard.saved.forget(&ann, id).await.unwrap());
    assert!(!yard.saved.forget(&ann, id).await.unwrap());
}

pub(crate) async fn saved_searches_are_their_keepers_and_bounded(world: World) {
    let yard = Yard::on(world).await;
    let (ann, bob) = (yard.customer(), yard.customer());
    if yard.world.database().is_some() {
        let keeper = ann.actor.user().unwrap();
        given_account(&yard.world, keeper, "ann@example.com", ["Ann", "Lee"]).await;
    }
    let search = NewSearch {
        name: Some("Hondas".into()),
        filters: [("make".to_owned(), vec!["Honda".to_owned()])].into(),
    };
    let mut last = None;
    for _ in 0..inventory::saved::MAX_SEARCHES {
        last = Some(yard.saved.keep_search(&ann, &search).await.unwrap().value);
    }
    let last = last.unwrap();
    let full = yard.saved.keep_search(&ann, &search).await.unwrap_err();
    assert_eq!(full.code(), "too_many_kept");
    assert_eq!(
        yard.saved.searches(&ann.actor).await.unwrap().first(),
        Some(&last)
    );
    assert!(yard.saved.forget_search(&bob, last.id).await.is_err());
    yard.saved.forget_search(&ann, last.id).await.unwrap();
    assert!(yard.saved.forget_search(&ann, last.id).await.is_err());
    assert!(yard.saved.searches(&bob.actor).await.unwrap().is_empty());
}

//! Public search shows active and reserved listings of verified dealers, nothing else, ever.

use inventory::listing::ListingStatus;
use inventory::listing_draft::ListingChanges;
use inventory::search::ListingFilter;
use kernel::actor::Actor;
use kernel::id::ListingId;
use kernel::paging::PageRequest;
use test_databases::Backend;

use crate::lot::{Lot, corpus, dealer, site};

async fn public(lot: &Lot) -> u64 {
    let request = PageRequest {
        size: 1,
        ..PageRequest::default()
    };
    let page = lot
        .search
        .list(&Actor::System, &ListingFilter::default(), &request)
        .await
        .unwrap();
    page.count.unwrap()
}

async fn of_dealer(lot: &Lot, of: u32) -> u64 {
    let request = PageRequest {
        size: 1,
        ..PageRequest::default()
    };
    let filter = ListingFilter::default();
    let page = lot
        .search
        .own(&Actor::System, Some(dealer(of)), &filter, &request)
        .await
        .unwrap();
    assert!(page.items[0].staff.is_some());
    page.count.unwrap()
}

async fn first(lot: &Lot) -> ListingId {
    let page = lot
        .search
        .list(&Actor::System, &ListingFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    page.items[0].id
}

#[tokio::test]
async fn a_dealers_status_shows_and_hides_its_listings_at_once() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let lot = Lot::stocked(backend).await;
        let listing = first(&lot).await;
        assert_eq!(public(&lot).await, 360);
        lot.set_dealer(2, "suspended").await;
        assert_eq!(public(&lot).await, 240);
        assert_eq!(of_dealer(&lot, 2).await, 120);
        assert!(lot.search.detail(&Actor::Anonymous, listing).await.is_err());
        assert!(lot.search.detail(&Actor::System, listing).await.is_ok());
        assert!(lot.search.similar(listing).await.is_err());
        lot.set_dealer(2, "verified").await;
        assert_eq!(public(&lot).await, 360);
    }
}

#[tokio::test]
async fn drafts_sold_and_removed_listings_are_not_shown() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let lot = Lot::empty(backend).await;
        lot.import(1, site(1), &corpus(1), |options| {
            options.status = ListingStatus::Draft;
        })
        .await;
        assert_eq!((public(&lot).await, of_dealer(&lot, 1).await), (0, 120));
        lot.import(1, site(1), &corpus(2), |_| {}).await;
        let listing = first(&lot).await;
        lot.listings
            .change(
                &lot.act(),
                listing,
                &ListingChanges::status(ListingStatus::Removed),
            )
            .await
            .unwrap();
        assert_eq!(public(&lot).await, 119);
        // A write that goes past the product's own way still hides.
        let listing = first(&lot).await;
        for (status, shown) in [("reserved", 119), ("sold", 118)] {
            lot.run(async |tx| {
                let mut sql = tx.sql();
                sql.push("UPDATE listings SET status = ")
                    .bind(status)
                    .push(" WHERE id = ")
                    .bind(listing.uuid());
                tx.run(sql).await.unwrap();
            })
            .await;
            assert_eq!(public(&lot).await, shown);
        }
        assert!(lot.search.detail(&Actor::Anonymous, listing).await.is_err());
    }
}

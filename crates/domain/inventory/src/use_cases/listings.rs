//! The life of a listing, by its dealer's word.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::ListingId;
use kernel::ports::Ids;
use kernel::rights::Right;

use crate::error::Error;
use crate::listing::{Listed, PricePoint};
use crate::listing_draft::ListingChanges;
use crate::listing_rules::{CreateListing, NewIds, VehicleChoice, change, create};
use crate::ports::{ListedVehicle, ListingTarget, Listings, Stock};

/// Keeps listings. Where test drives are booked too, a change goes through the application's act instead, which calls off
/// the drives of what is taken down.
#[derive(Clone)]
pub struct KeepListings {
    /// Listings under lock.
    pub listings: Arc<dyn Listings>,
    /// Listings to look at.
    pub stock: Arc<dyn Stock>,
    /// Makes ids.
    pub ids: Ids,
}

impl KeepListings {
    /// Makes a listing, with its vehicle where that is new.
    pub async fn create(&self, act: &Act, request: &CreateListing) -> Result<Done<Listed>, Error> {
        let stranger = Common::Forbidden {
            right: Right::ManageListings.as_str(),
        };
        let dealer = act
            .actor
            .acting_dealer(Right::ManageListings, request.dealer, stranger)?;
        let ids = NewIds {
            listing: self.ids.next(),
            vehicle: self.ids.next(),
        };
        let target = ListingTarget {
            dealer,
            vehicle: match &request.vehicle {
                VehicleChoice::Existing(vehicle) => ListedVehicle::Existing(*vehicle),
                VehicleChoice::New(draft) => ListedVehicle::New(draft.vin()),
            },
            site: request.site,
        };
        self.listings
            .create(act, target, &|facts| create(act, dealer, ids, request, facts))
            .await
    }

    /// Changes a listing.
    pub async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        changes: &ListingChanges,
    ) -> Result<Done<Listed>, Error> {
        self.listings
            .change(act, listing, changes.site.value().copied(), &|facts| {
                change(act, changes, facts)
            })
            .await
    }

    /// A listing of one's own dealer, in any status.
    pub async fn find(&self, actor: &Actor, listing: ListingId) -> Result<Listed, Error> {
        let found = self.stock.find(listing).await?.ok_or(Common::absent("listing"))?;
        actor
            .may(Right::SeeInventory, Scope::Dealer(found.listing.dealer))
            .map_err(|refusal| refusal.of("listing"))?;
        Ok(found)
    }

    /// What a listing of one's own dealer asked over time, oldest first.
    pub async fn prices(&self, actor: &Actor, listing: ListingId) -> Result<Vec<PricePoint>, Error> {
        self.find(actor, listing).await?;
        self.stock.prices(listing).await
    }
}

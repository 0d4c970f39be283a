//! Photos of listings; pictures of people, cars and dealers.

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::{Common, Violations};
use kernel::id::{FileId, ListingId, PhotoId};

use super::Pictures;
use crate::album::{self, PhotoChanges, Placed};
use crate::error::Error;
use crate::portrait::Subject;
use crate::rules;

impl Pictures {
    /// Refuses who may not change the photos of a listing: before bytes are taken in.
    pub async fn may_add(&self, actor: &Actor, listing: ListingId) -> Result<(), Error> {
        let dealer = self.albums.dealer_of(listing).await?;
        let dealer = dealer.ok_or(Common::absent("listing"))?;
        Ok(rules::may_photograph(actor, dealer)?)
    }

    /// Refuses who may not set the picture of a thing: before bytes are taken in.
    pub async fn may_set(&self, actor: &Actor, subject: Subject) -> Result<(), Error> {
        let whose = self.portraits.whose(subject).await?;
        let whose = whose.ok_or(Common::absent(subject.kind()))?;
        Ok(rules::may_portray(actor, subject, whose)?)
    }

    /// Makes a file a photo of a listing.
    pub async fn add_photo(
        &self,
        act: &Act,
        listing: ListingId,
        file: FileId,
        alt_text: Option<&str>,
    ) -> Result<Done<Placed>, Error> {
        let mut wrong = Violations::new();
        let alt_text = wrong.take_opt("/alt_text", alt_text.map(album::alt_text));
        wrong.into_result()?;
        let id = self.ids.next();
        let decide = |facts: &_| rules::add_photo(act, id, alt_text.as_ref(), facts);
        self.albums.change(act, listing, Some(file), &decide).await
    }

    /// Changes a photo.
    pub async fn change_photo(
        &self,
        act: &Act,
        listing: ListingId,
        photo: PhotoId,
        changes: &PhotoChanges,
    ) -> Result<Placed, Error> {
        let decide = |facts: &_| rules::change_photo(act, photo, changes, facts);
        Ok(self.albums.change(act, listing, None, &decide).await?.value)
    }

    /// Removes a photo.
    pub async fn remove_photo(&self, act: &Act, listing: ListingId, photo: PhotoId) -> Result<(), Error> {
        let decide = |facts: &_| rules::remove_photo(act, photo, facts);
        self.albums.remove(act, listing, &decide).await?;
        Ok(())
    }

    /// Makes a file the picture of a thing.
    pub async fn set(&self, act: &Act, subject: Subject, file: FileId) -> Result<(), Error> {
        let decide = |facts: &_| rules::set_portrait(act, subject, facts);
        self.portraits.change(act, subject, Some(file), &decide).await?;
        Ok(())
    }

    /// Removes the picture of a thing.
    pub async fn clear(&self, act: &Act, subject: Subject) -> Result<(), Error> {
        let decide = |facts: &_| rules::remove_portrait(act, subject, facts);
        self.portraits.change(act, subject, None, &decide).await?;
        Ok(())
    }
}

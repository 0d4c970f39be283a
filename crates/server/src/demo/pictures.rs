//! Pictures of the cars.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use ::media::file::Picture;
use ::media::file_type::FileType;
use ::media::ports::{Drawn, Images, Unfit};
use ::media::purpose::Purpose;
use ::media::use_cases::Tidy;
use api::media::MediaServices;
use async_trait::async_trait;
use bytes::Bytes;
use kernel::act::Act;
use kernel::id::ListingId;

use super::{Stage, silhouette};

/// Takes the pictures, and has them drawn at once: who looks at the demo need not wait for a worker.
pub(super) struct Camera {
    media: MediaServices,
    tidy: Tidy,
    /// By body and colour.
    taken: HashMap<[String; 2], Bytes>,
}

impl Camera {
    pub(super) fn new(media: MediaServices, tidy: Tidy) -> Self {
        let images = Arc::new(Remembering {
            images: Arc::clone(&tidy.images),
            drawn: Mutex::default(),
        });
        Self {
            media,
            tidy: Tidy { images, ..tidy },
            taken: HashMap::new(),
        }
    }

    /// Takes a picture of the car, and shows it with the listing.
    pub(super) async fn take(
        &mut self,
        stage: &Stage<'_>,
        act: &Act,
        listing: ListingId,
        body: &str,
        color: &str,
    ) -> anyhow::Result<()> {
        let bytes = match self.taken.entry([body.to_owned(), color.to_owned()]) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(silhouette::png(body, color)?.into()).clone(),
        };
        let media = &self.media;
        let file = media
            .uploads
            .take(act, Purpose::ListingPhoto, None, "car.png", bytes)
            .await?;
        let shown = format!("The car from its left side: {}", color.to_lowercase());
        media
            .pictures
            .add_photo(act, listing, file.id, Some(&shown))
            .await?;
        Ok(self.tidy.draw(&stage.house(0), file.id).await?)
    }
}

/// Draws a picture once. Two hundred cars have a few bodies in a few colours, and drawing in all widths and types is slow.
struct Remembering {
    images: Arc<dyn Images>,
    drawn: Mutex<HashMap<Bytes, Drawn>>,
}

#[async_trait]
impl Images for Remembering {
    async fn measure(&self, of: FileType, bytes: Bytes) -> Result<Picture, Unfit> {
        self.images.measure(of, bytes).await
    }

    async fn redraw(&self, of: FileType, bytes: Bytes) -> Result<Bytes, Unfit> {
        self.images.redraw(of, bytes).await
    }

    async fn draw(&self, of: FileType, bytes: Bytes) -> Result<Drawn, Unfit> {
        let drawn = || self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = drawn().get(&bytes).cloned() {
            return Ok(known);
        }
        let new = self.images.draw(of, bytes.clone()).await?;
        drawn().insert(bytes, new.clone());
        Ok(new)
    }
}

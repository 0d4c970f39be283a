//! Pictures, decoded within bounds and drawn anew: whatever else a file held (metadata, places, programs) stays behind.
//!
//! A picture's measures are read before it is decoded, so that a small file that says it is huge takes no memory; pixels are counted in
//! all that are worked on at once ([`Studio`]). The work is done on threads that may be blocked.

mod draw;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use media::file::Picture;
use media::file_type::FileType;
use media::ports::{Drawn, Images, Unfit};
use tokio::sync::Semaphore;

/// Pixels on one side at most.
const MOST_SIDE: u32 = 16_384;
/// Pixels of one picture at most: what the cameras of telephones take, and some more.
const MOST_PIXELS: u64 = 64_000_000;
/// Pixels that one place of a studio stands for.
const PIXELS_A_PLACE: u64 = 1_000_000;
/// How long a picture waits for places.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where pictures are worked on: so many megapixels at once, and not more.
#[derive(Clone)]
pub struct Studio {
    places: Arc<Semaphore>,
}

impl Studio {
    /// Room for one picture of the largest size, or many small ones: some 500 MB of memory at the most.
    pub fn new() -> Self {
        let places = MOST_PIXELS.div_ceil(PIXELS_A_PLACE);
        Self {
            places: Arc::new(Semaphore::new(usize::try_from(places).unwrap_or(1))),
        }
    }

    async fn work<T: Send + 'static>(
        &self,
        of: FileType,
        bytes: Bytes,
        work: impl FnOnce(FileType, &[u8]) -> Result<T, Unfit> + Send + 'static,
    ) -> Result<T, Unfit> {
        let named = bytes.clone();
        // Even this may take its time: a PNG may bring megabytes of other things first.
        let measures = tokio::task::spawn_blocking(move || draw::announced(of, &named)).await;
        let (width, height) = measures.unwrap_or_else(|_| Err(broken()))?;
        let pixels = u64::from(width) * u64::from(height);
        if width > MOST_SIDE || height > MOST_SIDE || pixels > MOST_PIXELS {
            return Err(Unfit::TooLarge { width, height });
        }
        let places = u32::try_from(pixels.div_ceil(PIXELS_A_PLACE)).unwrap_or(u32::MAX);
        let waiting = Arc::clone(&self.places).acquire_many_owned(places.max(1));
        let taken = tokio::time::timeout(PATIENCE, waiting).await;
        let Ok(Ok(taken)) = taken else {
            return Err(Unfit::Busy);
        };
        let done = tokio::task::spawn_blocking(move || {
            let result = work(of, &bytes);
            drop(taken);
            result
        });
        // A decoder that breaks down has met bytes that are no picture.
        done.await.unwrap_or_else(|_| Err(broken()))
    }
}

fn broken() -> Unfit {
    Unfit::Broken("it can't be decoded".to_owned())
}

impl Default for Studio {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Images for Studio {
    async fn measure(&self, of: FileType, bytes: Bytes) -> Result<Picture, Unfit> {
        self.work(of, bytes, draw::measure).await
    }

    async fn redraw(&self, of: FileType, bytes: Bytes) -> Result<Bytes, Unfit> {
        self.work(of, bytes, draw::redraw).await
    }

    async fn draw(&self, of: FileType, bytes: Bytes) -> Result<Drawn, Unfit> {
        self.work(of, bytes, draw::all_widths).await
    }
}

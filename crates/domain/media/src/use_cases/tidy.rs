//! What the worker does: draw pictures, remove what nobody wants.

use kernel::act::Act;
use kernel::error::Common;
use kernel::id::FileId;

use super::Tidy;
use crate::error::Error;
use crate::file::Status;
use crate::key::{Area, Key};
use crate::ports::Unfit;
use crate::rules;

/// Files that are removed in one go.
const BATCH: usize = 200;

impl Tidy {
    /// Draws a picture in all widths, then forgets how it came. May be repeated.
    pub async fn draw(&self, act: &Act, id: FileId) -> Result<(), Error> {
        let original = Key::of(Area::Originals, id);
        let file = self.files.find(id).await?;
        if let Some(file) = file.filter(|file| file.status == Status::Stored) {
            let part = self.storage.read(&original, 0, file.size).await?;
            let part = part.ok_or_else(|| Common::internal(format!("the picture {id} is gone")))?;
            let drawn = self
                .images
                .draw(file.of, part.bytes)
                .await
                .map_err(|e| undrawn(&e))?;
            for (rendition, bytes) in drawn.pieces {
                let key = Key::public(id, rendition);
                self.storage.write(&key, rendition.of, None, bytes).await?;
            }
            let decide = |file: &_| rules::drawn(drawn.picture, file);
            self.files.change(act, id, &decide).await?;
        }
        Ok(self.storage.remove(&original).await?)
    }

    /// Removes the bytes of a discarded file, then its row. May be repeated.
    pub async fn remove(&self, id: FileId) -> Result<(), Error> {
        match self.files.find(id).await? {
            Some(file) if file.status == Status::Discarded => self.erase(&[id]).await,
            _ => Ok(()),
        }
    }

    /// Removes what nothing took into use within a day, and bytes that came where nobody waits for them; says how many files went.
    pub async fn sweep(&self) -> Result<u64, Error> {
        let mut gone = 0_u64;
        let before = rules::too_old(self.clock.now());
        loop {
            let unused = self.files.discard_unused(before, BATCH).await?;
            if unused.is_empty() {
                break;
            }
            self.erase(&unused).await?;
            gone = gone.saturating_add(u64::try_from(unused.len()).unwrap_or(0));
        }
        for area in [Area::Incoming, Area::Originals] {
            let old = self.storage.older(area, rules::too_old(self.wall.now())).await?;
            for some in old.chunks(BATCH) {
                let waiting = self.files.waiting(some).await?;
                for id in some.iter().filter(|id| !waiting.contains(id)) {
                    self.storage.remove(&Key::of(area, *id)).await?;
                }
            }
        }
        Ok(gone)
    }

    async fn erase(&self, files: &[FileId]) -> Result<(), Error> {
        for id in files {
            for key in Key::all(*id) {
                self.storage.remove(&key).await?;
            }
        }
        self.files.forget(files).await
    }
}

fn undrawn(unfit: &Unfit) -> Error {
    match unfit {
        Unfit::Busy => Common::Unavailable {
            internal: "too many pictures are being drawn".to_owned(),
        },
        Unfit::Broken(_) | Unfit::TooLarge { .. } => Common::internal(format!(
            "a picture that was read before can't be drawn: {unfit:?}"
        )),
    }
    .into()
}

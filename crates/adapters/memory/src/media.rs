//! Files in memory: their rows, no bytes.

use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, FileId, UserId};
use media::Error;
use media::file::{File, Status};
use media::ports::{AnnounceFacts, Files};

use crate::{Memory, State};

/// What is kept of files.
#[derive(Default)]
pub(crate) struct MediaState {
    pub(crate) files: BTreeMap<FileId, File>,
}

impl MediaState {
    /// Lets go of a file.
    pub(crate) fn discard(&mut self, file: FileId) {
        if let Some(file) = self.files.get_mut(&file) {
            file.status = Status::Discarded;
            file.attached_at = None;
        }
    }
}

fn unused(state: &State, by: UserId) -> usize {
    let of = |file: &&File| file.uploaded_by == by && file.attached_at.is_none();
    let files = state.media.files.values().filter(of);
    files.filter(|file| file.status != Status::Discarded).count()
}

#[async_trait]
impl Files for Memory {
    async fn announce(
        &self,
        act: &Act,
        by: UserId,
        dealer: Option<DealerId>,
        decide: Decide<'_, AnnounceFacts, File, File, Error>,
    ) -> Result<Done<File>, Error> {
        self.act(
            act,
            |state| {
                decide(&AnnounceFacts {
                    unused: unused(state, by),
                    dealer_known: dealer.is_none_or(|id| state.dealers.dealers.contains_key(&id)),
                })
            },
            |state, file| {
                state.media.files.insert(file.id, file);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        file: FileId,
        decide: Decide<'_, File, File, File, Error>,
    ) -> Result<Done<File>, Error> {
        self.act(
            act,
            |state| {
                let found = state.media.files.get(&file);
                decide(found.ok_or(Common::absent("file"))?)
            },
            |state, file| {
                state.media.files.insert(file.id, file);
                Ok(())
            },
        )
    }

    async fn find(&self, file: FileId) -> Result<Option<File>, Error> {
        Ok(self.lock().media.files.get(&file).cloned())
    }

    async fn waiting(&self, files: &[FileId]) -> Result<Vec<FileId>, Error> {
        let state = self.lock();
        let waits = |id: &&FileId| {
            let file = state.media.files.get(*id);
            file.is_some_and(|file| matches!(file.status, Status::Awaiting | Status::Stored))
        };
        Ok(files.iter().filter(waits).copied().collect())
    }

    async fn discard_unused(&self, before: Instant, limit: usize) -> Result<Vec<FileId>, Error> {
        let mut state = self.lock();
        let gone: Vec<FileId> = state
            .media
            .files
            .values()
            .filter(|file| file.attached_at.is_none())
            .filter(|file| file.created_at < before || file.status == Status::Discarded)
            .map(|file| file.id)
            .take(limit)
            .collect();
        for file in &gone {
            state.media.discard(*file);
        }
        Ok(gone)
    }

    async fn forget(&self, files: &[FileId]) -> Result<(), Error> {
        let mut state = self.lock();
        let kept = |id: &FileId, file: &File| !files.contains(id) || file.status != Status::Discarded;
        state.media.files.retain(|id, file| kept(id, file));
        Ok(())
    }
}

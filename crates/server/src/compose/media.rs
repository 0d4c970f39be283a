//! Files and pictures.

use std::path::Path;
use std::sync::Arc;

use ::media::ports::{Images, Signer, Storage};
use ::media::use_cases::{Pictures, Serve, Tidy, Uploads};
use anyhow::Context as _;
use api::media::MediaServices;
use database::media::{SqlAlbums, SqlFiles, SqlPortraits};
use images::Studio;
use kernel::ports::Clock;
use security::{HmacSigner, Keys};
use storage::Store;
use worker::{Handler, MediaHandler};

use super::Ground;
use crate::clock::SystemClock;

/// The use cases, and what the worker does, on one store.
pub(super) fn media(ground: &Ground) -> anyhow::Result<(MediaServices, Tidy)> {
    media_with(ground, Store::folder)
}

fn media_with(ground: &Ground, folder: Folder) -> anyhow::Result<(MediaServices, Tidy)> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    let signer: Arc<dyn Signer> = Arc::new(HmacSigner::new(&keys));
    let storage = store(ground, &signer, folder)?;
    let images: Arc<dyn Images> = Arc::new(Studio::new());
    let files = Arc::new(SqlFiles::new(ground.db.clone()));
    let services = MediaServices {
        uploads: Uploads {
            files: files.clone(),
            storage: Arc::clone(&storage),
            images: Arc::clone(&images),
            signer: Arc::clone(&signer),
            ids: ground.ids.clone(),
            clock: Arc::clone(&ground.clock),
        },
        serve: Serve {
            files: files.clone(),
            storage: Arc::clone(&storage),
            signer,
            clock: Arc::clone(&ground.clock),
        },
        pictures: Pictures {
            albums: Arc::new(SqlAlbums::new(ground.db.clone())),
            portraits: Arc::new(SqlPortraits::new(ground.db.clone())),
            ids: ground.ids.clone(),
        },
    };
    let tidy = Tidy {
        files,
        storage,
        images,
        clock: Arc::clone(&ground.clock),
        wall: Arc::new(SystemClock),
    };
    Ok((services, tidy))
}

/// The use cases, and what draws pictures, for who brings hundreds at once and can make them anew: no write waits for the disk.
pub(crate) fn hasty_media(ground: &Ground) -> anyhow::Result<(MediaServices, Tidy)> {
    media_with(ground, Store::hasty_folder)
}

/// What the worker does.
pub(super) fn handlers(tidy: &Tidy) -> impl Iterator<Item = Arc<dyn Handler>> {
    MediaHandler::KINDS.into_iter().map(|kind| {
        Arc::new(MediaHandler {
            tidy: tidy.clone(),
            kind,
        }) as Arc<dyn Handler>
    })
}

/// How a folder is opened as a store.
type Folder = fn(&Path, &str, Arc<dyn Signer>, Arc<dyn Clock>) -> std::io::Result<Store>;

/// A bucket where one is configured, else a folder.
fn store(ground: &Ground, signer: &Arc<dyn Signer>, folder: Folder) -> anyhow::Result<Arc<dyn Storage>> {
    let config = &ground.config;
    let clock = Arc::clone(&ground.clock);
    let store = match &config.s3 {
        Some(s3) => Store::s3(s3, clock).map_err(|error| anyhow::anyhow!("the store of files: {error}"))?,
        None => folder(&config.media_dir, &config.public_url, Arc::clone(signer), clock)
            .with_context(|| format!("media_dir: {} can't be used", config.media_dir.display()))?,
    };
    Ok(Arc::new(store))
}

//! Files as people get them.

use chrono::TimeDelta;
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::FileId;

use super::Serve;
use crate::error::Error;
use crate::file::File;
use crate::file_type::FileType;
use crate::grant::DownloadGrant;
use crate::key::{Area, Key, Rendition, USUAL_WIDTH, address};
use crate::ports::Part;
use crate::rules::{self, LINK_MINUTES};

/// Where bytes for everybody are had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicBytes {
    /// There.
    Elsewhere(String),
    /// Here: how many there are in all, and the key to read them by.
    Here(u64, Key),
}

impl Serve {
    /// Where the actor gets a file: a picture for everybody at its usual width, a private file by a link that is signed and soon over.
    pub async fn link(&self, actor: &Actor, id: FileId) -> Result<String, Error> {
        actor.person()?;
        let file = self.files.find(id).await?.ok_or(Common::absent("file"))?;
        rules::see(actor, &file)?;
        if file.purpose.is_public() {
            let usual = Rendition {
                width: USUAL_WIDTH,
                of: FileType::Jpeg,
            };
            return Ok(address(id, usual));
        }
        let until = self.clock.now() + TimeDelta::minutes(LINK_MINUTES);
        Ok(self.storage.download_link(&file, until).await?)
    }

    /// A picture for everybody.
    pub async fn public(&self, file: FileId, rendition: Rendition) -> Result<PublicBytes, Error> {
        let key = Key::public(file, rendition);
        if let Some(url) = self.storage.public_link(&key) {
            return Ok(PublicBytes::Elsewhere(url));
        }
        let size = self.storage.size(&key).await?.ok_or(Common::absent("picture"))?;
        Ok(PublicBytes::Here(size, key))
    }

    /// A private file, to whoever holds a link that this program signed: what it is, how long, and the key to read it by.
    pub async fn private(&self, grant: DownloadGrant, signature: &str) -> Result<(File, u64, Key), Error> {
        if !self.signer.signed(&grant.text(), signature) || !grant.holds(self.clock.now()) {
            return Err(Error::LinkInvalid);
        }
        let file = self.files.find(grant.file).await?.ok_or(Error::LinkInvalid)?;
        let key = Key::of(Area::Private, grant.file);
        let size = self.storage.size(&key).await?.ok_or(Common::absent("file"))?;
        Ok((file, size, key))
    }

    /// A part of the bytes behind a key.
    pub async fn read(&self, key: &Key, from: u64, length: u64) -> Result<Part, Error> {
        let part = self.storage.read(key, from, length).await?;
        Ok(part.ok_or(Common::absent("file"))?)
    }
}

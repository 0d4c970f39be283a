//! From the announcement to a file that can be used.

use bytes::Bytes;
use kernel::act::{Act, Done};
use kernel::error::Common;
use kernel::id::{DealerId, FileId};
use sha2::{Digest, Sha256};

use super::Uploads;
use crate::error::Error;
use crate::file::{File, Picture, Status};
use crate::file_type::FileType;
use crate::grant::{Granted, UploadGrant};
use crate::key::{Area, Key};
use crate::ports::{Unfit, UploadLink};
use crate::purpose::Purpose;
use crate::request::{CheckedFile, NewFile, clean_name, too_large, type_not_taken};
use crate::rules;

/// Bytes that were looked at, as they are kept.
struct Looked {
    bytes: Bytes,
    picture: Option<Picture>,
}

impl Uploads {
    /// Announces a file; tells where its bytes go.
    pub async fn announce(&self, act: &Act, new: NewFile) -> Result<(Done<File>, UploadLink), Error> {
        let done = self.keep(act, &new.check()?).await?;
        let link = self
            .storage
            .upload_link(&done.value, done.value.expires_at)
            .await?;
        Ok((done, link))
    }

    async fn keep(&self, act: &Act, new: &CheckedFile) -> Result<Done<File>, Error> {
        let by = act.actor.person()?.user;
        let dealer = rules::dealer_of(&act.actor, new.purpose, new.dealer)?;
        let id = self.ids.next();
        let decide = |facts: &_| rules::announce(act, id, new, dealer, facts);
        self.files.announce(act, by, dealer, &decide).await
    }

    /// Takes the bytes of an upload to this program itself.
    pub async fn receive(&self, granted: &Granted, bytes: Bytes) -> Result<(), Error> {
        let grant = &granted.0;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size != grant.size {
            return Err(size_mismatch(grant.size, size).into());
        }
        if let Some(announced) = &grant.sha256 {
            hashed(&bytes, announced)?;
        }
        let key = Key::of(Area::Incoming, grant.file);
        Ok(self.storage.write(&key, grant.of, None, bytes).await?)
    }

    /// Refuses an upload that was not granted, is over, or is complete: before its bytes are read.
    pub async fn expected(&self, grant: UploadGrant, signature: &str) -> Result<Granted, Error> {
        if !self.signer.signed(&grant.text(), signature) || !grant.holds(self.clock.now()) {
            return Err(Error::LinkInvalid);
        }
        let file = self.files.find(grant.file).await?.ok_or(Error::LinkInvalid)?;
        match file.status {
            Status::Awaiting => Ok(Granted(grant)),
            Status::Stored | Status::Ready => Err(Error::Complete),
            Status::Discarded => Err(Error::LinkInvalid),
        }
    }

    /// Looks at the bytes that came: their number, their hash, their type by content, and whether a picture is one. What is not as
    /// announced is removed and refused. Once is as good as twice.
    pub async fn complete(&self, act: &Act, id: FileId) -> Result<File, Error> {
        act.actor.person()?;
        let file = self.files.find(id).await?.ok_or(Common::absent("file"))?;
        rules::mine(&act.actor, &file)?;
        match file.status {
            Status::Awaiting => {}
            Status::Stored | Status::Ready => return Ok(file),
            Status::Discarded => return Err(Common::absent("file").into()),
        }
        let incoming = Key::of(Area::Incoming, id);
        let size = self.storage.size(&incoming).await?.ok_or(Error::NotUploaded)?;
        let looked = match self.fetch(&file, &incoming, size).await {
            Ok(bytes) => self.look(&file, bytes).await,
            Err(error) => Err(error),
        };
        let looked = match looked {
            Ok(looked) => looked,
            Err(error) => {
                if matches!(error, Error::Common(Common::Invalid(_))) {
                    self.storage.remove(&incoming).await?;
                }
                return Err(error);
            }
        };
        let file = self.store(act, &file, looked).await?;
        self.storage.remove(&incoming).await?;
        Ok(file)
    }

    /// Takes bytes that came with a form: announced, looked at and kept in one go. `named` is the dealer that an admin named.
    pub async fn take(
        &self,
        act: &Act,
        purpose: Purpose,
        named: Option<DealerId>,
        name: &str,
        bytes: Bytes,
    ) -> Result<File, Error> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let of = FileType::of(&bytes).filter(|of| purpose.types().contains(of));
        let of = of.ok_or_else(|| {
            let told = type_not_taken(purpose, "what these bytes are");
            Common::invalid("/file", "type_not_taken", told)
        })?;
        let limit = purpose.limit(of);
        if size > limit {
            return Err(Common::invalid("/file", "too_large", too_large(purpose, size, limit)).into());
        }
        let new = CheckedFile {
            name: clean_name(name),
            of,
            size,
            purpose,
            sha256: None,
            dealer: named,
        };
        // The key of the request is for the act that uses the file.
        let act = Act {
            claim: None,
            expected_version: None,
            ..act.clone()
        };
        let file = self.keep(&act, &new).await?.value;
        let looked = self.look(&file, bytes).await?;
        self.store(&act, &file, looked).await
    }

    async fn fetch(&self, file: &File, key: &Key, size: u64) -> Result<Bytes, Error> {
        if size != file.size {
            return Err(size_mismatch(file.size, size).into());
        }
        let part = self.storage.read(key, 0, size).await?;
        Ok(part.ok_or(Error::NotUploaded)?.bytes)
    }

    async fn look(&self, file: &File, bytes: Bytes) -> Result<Looked, Error> {
        if let Some(announced) = &file.sha256 {
            hashed(&bytes, announced)?;
        }
        let found = FileType::of(&bytes);
        if found != Some(file.of) {
            let found = found.map_or("of no type that is taken", FileType::content_type);
            let told = format!("the bytes are {found}, not {}", file.of.content_type());
            return Err(Common::invalid("/content_type", "type_mismatch", told).into());
        }
        if file.of == FileType::Pdf {
            return Ok(Looked { bytes, picture: None });
        }
        let picture = self.images.measure(file.of, bytes.clone()).await.map_err(unfit)?;
        let bytes = if file.purpose.is_public() {
            bytes
        } else {
            self.images.redraw(file.of, bytes).await.map_err(unfit)?
        };
        Ok(Looked {
            bytes,
            picture: Some(picture),
        })
    }

    async fn store(&self, act: &Act, file: &File, looked: Looked) -> Result<File, Error> {
        let area = if file.purpose.is_public() {
            Area::Originals
        } else {
            Area::Private
        };
        let size = u64::try_from(looked.bytes.len()).unwrap_or(u64::MAX);
        let key = Key::of(area, file.id);
        self.storage
            .write(&key, file.of, Some(&file.name), looked.bytes)
            .await?;
        let decide = |file: &_| rules::complete(act, size, looked.picture, file);
        Ok(self.files.change(act, file.id, &decide).await?.value)
    }
}

fn size_mismatch(announced: u64, came: u64) -> Common {
    let told = format!("{came} bytes came, {announced} were announced");
    Common::invalid("/size", "size_mismatch", told)
}

fn hashed(bytes: &[u8], announced: &str) -> Result<(), Common> {
    let found = hex::encode(Sha256::digest(bytes));
    if found == announced {
        Ok(())
    } else {
        let told = format!("the SHA-256 of the bytes is {found}, not {announced}");
        Err(Common::invalid("/sha256", "hash_mismatch", told))
    }
}

fn unfit(unfit: Unfit) -> Error {
    match unfit {
        Unfit::Broken(why) => Common::invalid(
            "/file",
            "not_a_picture",
            format!("the picture can't be read: {why}"),
        ),
        Unfit::TooLarge { width, height } => Common::invalid(
            "/file",
            "too_many_pixels",
            format!("{width} × {height} pixels are too many: make the picture smaller"),
        ),
        Unfit::Busy => Common::Unavailable {
            internal: "too many pictures are being looked at".to_owned(),
        },
    }
    .into()
}

//! The port, on whatever keeps objects.

use std::io::ErrorKind;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::TryStreamExt;
use kernel::Instant;
use kernel::error::Common;
use kernel::id::FileId;
use media::file::{File, attachment};
use media::file_type::FileType;
use media::grant::{DownloadGrant, UploadGrant};
use media::key::{Area, Key};
use media::ports::{Part, Storage, UploadLink};
use object_store::aws::AmazonS3;
use object_store::path::Path;
use object_store::signer::{HeaderName, HeaderValue, Method, SignedUrlOptions, Signer as _};
use object_store::{
    Attribute, Attributes, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutOptions, PutPayload,
};
use url::Url;

use crate::{Links, Store};

/// Binds the bytes' hash into a signature of S3.
const CHECKSUM: HeaderName = HeaderName::from_static("x-amz-checksum-sha256");
/// What probes are called.
const PROBE: &str = "probe";
const CONTENT_TYPE: HeaderName = HeaderName::from_static("content-type");

fn away(error: &Error) -> Common {
    Common::Unavailable {
        internal: format!("the store of files: {error}"),
    }
}

/// What was found, or that nothing is there.
fn found<T>(result: Result<T, Error>) -> Result<Option<T>, Common> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(away(&error)),
    }
}

impl Store {
    fn left(&self, until: Instant) -> Duration {
        (until - self.clock.now())
            .to_std()
            .unwrap_or(Duration::from_secs(1))
    }

    fn path(key: &Key) -> Path {
        Path::from(key.as_str())
    }
}

async fn upload_to_s3(
    store: &AmazonS3,
    key: &Key,
    file: &File,
    left: Duration,
) -> Result<UploadLink, Common> {
    let of = file.of.content_type();
    let mut headers = vec![("content-type", of.to_owned())];
    let mut options = SignedUrlOptions::new().with_signed_header(CONTENT_TYPE, HeaderValue::from_static(of));
    if let Some(hash) = file.sha256.as_deref().and_then(|digits| hex::decode(digits).ok()) {
        let hash = STANDARD.encode(hash);
        let value = HeaderValue::from_str(&hash).map_err(|e| Common::internal(e.to_string()))?;
        options = options.with_signed_header(CHECKSUM, value);
        headers.push(("x-amz-checksum-sha256", hash));
    }
    let url = store
        .signed_url_opts(Method::PUT, &Store::path(key), left, &options)
        .await
        .map_err(|e| away(&e))?;
    Ok(UploadLink {
        url: url.into(),
        headers,
    })
}

fn here(public_url: &str, path: &str, query: &[(&str, &str)]) -> Result<String, Common> {
    let url = Url::parse_with_params(&format!("{public_url}{path}"), query);
    Ok(url
        .map_err(|e| Common::internal(format!("{public_url}: {e}")))?
        .into())
}

#[async_trait]
impl Storage for Store {
    async fn upload_link(&self, file: &File, until: Instant) -> Result<UploadLink, Common> {
        let (public_url, signer) = match &self.links {
            Links::There { store, .. } => {
                let key = Key::of(Area::Incoming, file.id);
                return upload_to_s3(store, &key, file, self.left(until)).await;
            }
            Links::Here {
                public_url, signer, ..
            } => (public_url, signer),
        };
        let grant = UploadGrant {
            file: file.id,
            size: file.size,
            of: file.of,
            sha256: file.sha256.clone(),
            expires: until.timestamp(),
        };
        let (size, expires) = (grant.size.to_string(), grant.expires.to_string());
        let signature = signer.sign(&grant.text());
        let mut query = vec![("size", size.as_str()), ("type", grant.of.content_type())];
        query.extend(grant.sha256.as_deref().map(|hash| ("sha256", hash)));
        query.extend([("expires", expires.as_str()), ("signature", signature.as_str())]);
        Ok(UploadLink {
            url: here(public_url, &format!("/media/incoming/{}", file.id), &query)?,
            headers: vec![("content-type", file.of.content_type().to_owned())],
        })
    }

    async fn download_link(&self, file: &File, until: Instant) -> Result<String, Common> {
        let (public_url, signer) = match &self.links {
            Links::There { store, .. } => {
                let path = Self::path(&Key::of(Area::Private, file.id));
                let url = store.signed_url(Method::GET, &path, self.left(until)).await;
                return Ok(url.map_err(|e| away(&e))?.into());
            }
            Links::Here {
                public_url, signer, ..
            } => (public_url, signer),
        };
        let grant = DownloadGrant {
            file: file.id,
            expires: until.timestamp(),
        };
        let (expires, signature) = (grant.expires.to_string(), signer.sign(&grant.text()));
        let query = [("expires", expires.as_str()), ("signature", signature.as_str())];
        here(public_url, &format!("/media/private/{}", file.id), &query)
    }

    fn public_link(&self, key: &Key) -> Option<String> {
        match &self.links {
            Links::There {
                public_url: Some(url),
                ..
            } => Some(format!("{url}/{key}")),
            Links::There { public_url: None, .. } | Links::Here { .. } => None,
        }
    }

    async fn probe(&self) -> Result<(), Common> {
        let Links::Here { folder, .. } = &self.links else {
            // A bucket that is away, or closed to these credentials, can't be listed. Under this name nothing is ever put.
            let prefix = Path::from(PROBE);
            let mut objects = self.objects.list(Some(&prefix));
            return objects.try_next().await.map(|_| ()).map_err(|e| away(&e));
        };
        // A disk that is full or not there is noticed on writing alone. Nodes that share the folder may do so at once.
        let file = folder.join(format!("{PROBE}-{}", std::process::id()));
        let written = tokio::task::spawn_blocking(move || {
            std::fs::write(&file, PROBE)?;
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        });
        let written = written.await.map_err(|e| Common::internal(e.to_string()))?;
        written.map_err(|error| Common::Unavailable {
            internal: format!("the store of files: {error}"),
        })
    }

    async fn size(&self, key: &Key) -> Result<Option<u64>, Common> {
        let meta = found(self.objects.head(&Self::path(key)).await)?;
        Ok(meta.map(|meta| meta.size))
    }

    async fn read(&self, key: &Key, from: u64, length: u64) -> Result<Option<Part>, Common> {
        let range = GetRange::Bounded(from..from.saturating_add(length));
        let options = GetOptions {
            range: Some(range),
            ..GetOptions::default()
        };
        let Some(result) = found(self.objects.get_opts(&Self::path(key), options).await)? else {
            return Ok(None);
        };
        let total = result.meta.size;
        let bytes = result.bytes().await.map_err(|e| away(&e))?;
        Ok(Some(Part { total, bytes }))
    }

    async fn write(&self, key: &Key, of: FileType, name: Option<&str>, bytes: Bytes) -> Result<(), Common> {
        let mut attributes = Attributes::new();
        // A folder knows none: there, this program says what a file is.
        if let Links::There { .. } = &self.links {
            attributes.insert(Attribute::ContentType, of.content_type().into());
            match name {
                Some(name) => attributes.insert(Attribute::ContentDisposition, attachment(name).into()),
                None => attributes.insert(
                    Attribute::CacheControl,
                    "public, max-age=31536000, immutable".into(),
                ),
            };
        }
        let options = PutOptions {
            attributes,
            ..PutOptions::default()
        };
        let (path, payload) = (Self::path(key), PutPayload::from_bytes(bytes));
        self.objects
            .put_opts(&path, payload, options)
            .await
            .map_err(|e| away(&e))?;
        Ok(())
    }

    async fn remove(&self, key: &Key) -> Result<(), Common> {
        found(self.objects.delete(&Self::path(key)).await)?;
        Ok(())
    }

    async fn older(&self, area: Area, before: Instant) -> Result<Vec<FileId>, Common> {
        let prefix = Path::from(area.as_str());
        let objects: Vec<_> = self
            .objects
            .list(Some(&prefix))
            .try_collect()
            .await
            .map_err(|e| away(&e))?;
        Ok(objects
            .into_iter()
            .filter(|object| object.last_modified < before)
            .filter_map(|object| object.location.filename()?.parse().ok())
            .collect())
    }
}

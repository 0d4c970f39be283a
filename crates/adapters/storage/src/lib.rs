//! Where bytes lie: a folder of this machine, or a store that speaks S3 (AWS, MinIO, Ceph, …).
//!
//! Both are one [`Store`]: how bytes are read and written is the same, only links differ. In a folder, links lead to this program, which
//! knows its own signatures ([`Signer`]). In S3 they lead to the store, signed by its rules (AWS Signature Version 4),
//! with the type, and the hash where one was announced, bound into the signature. The number of bytes can't be bound there: it is checked
//! when the upload is complete.

mod profile;
mod store;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kernel::ports::Clock;
use media::ports::Signer;
use object_store::ObjectStore;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::local::LocalFileSystem;

/// A store of bytes.
#[derive(Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    links: Links,
    clock: Arc<dyn Clock>,
}

/// Where links lead to.
#[derive(Clone)]
enum Links {
    /// To this program.
    Here {
        folder: PathBuf,
        public_url: String,
        signer: Arc<dyn Signer>,
    },
    /// To the store.
    There {
        store: Arc<AmazonS3>,
        public_url: Option<String>,
    },
}

/// How an S3 store is reached. Credentials come from the environment (`AWS_ACCESS_KEY_ID`, …), the shared file
/// (`~/.aws/credentials`), or the role of the instance or container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3 {
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// Where the store is, when it is not AWS: `https://minio.example.com:9000`.
    pub endpoint: Option<String>,
    /// Where everybody finds what lies in `public/`, without a slash at the end; this program hands it on when there is none.
    pub public_url: Option<String>,
}

impl Store {
    /// In a folder, made when it is not there. Links start with `public_url`.
    pub fn folder(
        folder: &Path,
        public_url: &str,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        // A file that was acknowledged survives the machine too.
        Self::in_folder(folder, public_url, signer, clock, true)
    }

    /// As [`Store::folder`], without waiting for the disk: for what can be made anew, and is a lot at once.
    pub fn hasty_folder(
        folder: &Path,
        public_url: &str,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Self> {
        Self::in_folder(folder, public_url, signer, clock, false)
    }

    fn in_folder(
        folder: &Path,
        public_url: &str,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        lasting: bool,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let files = LocalFileSystem::new_with_prefix(folder).map_err(io::Error::other)?;
        Ok(Self {
            objects: Arc::new(files.with_automatic_cleanup(true).with_fsync(lasting)),
            links: Links::Here {
                folder: folder.to_owned(),
                public_url: public_url.to_owned(),
                signer,
            },
            clock,
        })
    }

    /// In an S3 store.
    pub fn s3(at: &S3, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&at.bucket)
            .with_region(&at.region);
        if let Some(endpoint) = &at.endpoint {
            builder = builder
                .with_endpoint(endpoint)
                .with_virtual_hosted_style_request(false)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        if std::env::var_os("AWS_ACCESS_KEY_ID").is_none()
            && let Some(profile) = profile::shared()?
        {
            builder = builder
                .with_access_key_id(profile.id)
                .with_secret_access_key(profile.secret);
            if let Some(token) = profile.token {
                builder = builder.with_token(token);
            }
        }
        let store = Arc::new(builder.build().map_err(|error| error.to_string())?);
        Ok(Self {
            objects: Arc::clone(&store) as Arc<dyn ObjectStore>,
            links: Links::There {
                store,
                public_url: at.public_url.clone(),
            },
            clock,
        })
    }
}

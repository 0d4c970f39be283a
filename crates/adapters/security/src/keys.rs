//! Keys: made at the first start, in one file that only its owner reads (mode 0600).
//!
//! Several signing keys may be there: the first signs, all are believed. So keys rotate: a new one goes to the front, and
//! tokens of the one before count until they expire. All nodes of one installation need the same file.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use kernel::ports::Random;
use serde::{Deserialize, Serialize};

/// Name of the file in the data folder.
const FILE: &str = "keys.json";
/// Signing keys that are kept: the one that signs, and those before it.
const KEPT: usize = 3;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can't be read or written.
    #[error("the key file {path} can't be used: {source}")]
    File {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file holds something else.
    #[error(
        "the key file {path} is damaged: restore it from a backup, or remove it to start with new keys: everybody is signed out, webhooks get other secrets, browsers must register anew for pushes, and nobody who has a second factor can sign in until its row in second_factors is removed"
    )]
    Damaged {
        /// Where it is.
        path: PathBuf,
    },
}

/// The keys of an installation.
#[derive(Clone)]
pub struct Keys {
    pub(crate) signing: Vec<[u8; 32]>,
    pub(crate) derivation: [u8; 32],
}

/// The file's form: keys in hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    /// Ed25519 seeds; the first one signs.
    signing: Vec<String>,
    /// For deriving codes, invitation tokens, secrets of webhooks, the key of pushes and that of second factors.
    derivation: String,
}

impl Keys {
    /// New keys, kept nowhere.
    pub fn random(random: &dyn Random) -> Self {
        Self {
            signing: vec![fresh(random)],
            derivation: fresh(random),
        }
    }

    /// The keys of a data folder; made there when there are none. Of two processes that start at once, one makes them.
    pub fn open(folder: &Path, random: &dyn Random) -> Result<Self, KeyError> {
        let path = folder.join(FILE);
        if !path.exists() {
            Self::random(random).write(&path, random, |temporary| match fs::hard_link(temporary, &path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                done => done,
            })?;
        }
        Self::read(&path)
    }

    /// Puts a new signing key in front. Running nodes take it up when they start again.
    pub fn rotate(folder: &Path, random: &dyn Random) -> Result<(), KeyError> {
        let path = folder.join(FILE);
        let mut keys = Self::open(folder, random)?;
        keys.signing.insert(0, fresh(random));
        keys.signing.truncate(KEPT);
        keys.write(&path, random, |temporary| fs::rename(temporary, &path))
    }

    fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let damaged = || KeyError::Damaged {
            path: path.to_owned(),
        };
        let text = fs::read_to_string(path).map_err(failed)?;
        let file: KeyFile = serde_json::from_str(&text).map_err(|_| damaged())?;
        let signing: Option<Vec<[u8; 32]>> = file.signing.iter().map(|key| bytes(key)).collect();
        match (signing, bytes(&file.derivation)) {
            (Some(signing), Some(derivation)) if !signing.is_empty() => Ok(Self { signing, derivation }),
            _ => Err(damaged()),
        }
    }

    /// Writes beside the place, to the disk, then `put`s it there: nobody ever sees half a file.
    fn write(
        &self,
        path: &Path,
        random: &dyn Random,
        put: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<(), KeyError> {
        let mut tag = [0u8; 8];
        random.fill(&mut tag);
        let temporary = path.with_extension(format!("{}.new", hex::encode(tag)));
        let file = KeyFile {
            signing: self.signing.iter().map(hex::encode).collect(),
            derivation: hex::encode(self.derivation),
        };
        let done = serde_json::to_vec_pretty(&file)
            .map_err(io::Error::other)
            .and_then(|text| {
                let mut options = fs::OpenOptions::new();
                let mut out = options
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&temporary)?;
                out.write_all(&text)?;
                out.sync_all()?;
                put(&temporary)
            });
        // After a rename it is gone already.
        drop(fs::remove_file(&temporary));
        done.map_err(|source| KeyError::File {
            path: path.to_owned(),
            source,
        })
    }
}

fn fresh(random: &dyn Random) -> [u8; 32] {
    let mut key = [0u8; 32];
    random.fill(&mut key);
    key
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(folder.path(), &OsRandom).unwrap();
        let again = Keys::open(folder.path(), &OsRandom).unwrap();
        assert_eq!(first.signing, again.signing);
        assert_eq!(first.derivation, again.derivation);
        let mode = fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn rotation_puts_a_new_key_in_front_and_keeps_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(folder.path(), &OsRandom).unwrap();
        for _ in 0..4 {
            Keys::rotate(folder.path(), &OsRandom).unwrap();
        }
        let last = Keys::open(folder.path(), &OsRandom).unwrap();
        assert_eq!(last.signing.len(), KEPT);
        assert_ne!(last.signing[0], first.signing[0]);
        assert_eq!(last.derivation, first.derivation);
    }

    #[test]
    fn a_damaged_file_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "{}").unwrap();
        assert!(matches!(
            Keys::open(folder.path(), &OsRandom),
            Err(KeyError::Damaged { .. })
        ));
        assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), "{}");
    }
}

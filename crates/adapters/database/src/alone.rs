//! One server at a time on a SQLite file.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::str::FromStr;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

/// Proof that no other server works on the same SQLite file. The operating system takes it back when the process ends, however it
/// ends, so that the next one knows at once that whoever held it is gone.
///
/// Readers and the command line need none: what they do in between is a transaction like any other.
#[derive(Debug)]
pub struct Alone {
    #[expect(dead_code, reason = "held for its lock")]
    lock: File,
}

impl Alone {
    /// Takes the file at the URL, which must be there. `None` on PostgreSQL, where any number of servers work together.
    pub fn take(url: &str) -> Result<Option<Self>, String> {
        if !url.starts_with("sqlite:") {
            return Ok(None);
        }
        let file = SqliteConnectOptions::from_str(url)
            .map_err(|e| e.to_string())?
            .get_filename()
            .to_owned();
        let file = file
            .canonicalize()
            .map_err(|e| format!("{}: {e}", file.display()))?;
        let mut name = OsString::from(&file);
        name.push(".lock");
        let beside = PathBuf::from(name);
        let lock = File::create(&beside).map_err(|e| format!("{}: {e}", beside.display()))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { lock })),
            Err(TryLockError::WouldBlock) => Err(format!(
                "another server works on {}: a SQLite file has one at a time. Stop the other, give this one a file of its own, or let both \
                 use PostgreSQL (DATABASE_URL=postgres://USER@HOST/NAME)",
                file.display()
            )),
            Err(TryLockError::Error(error)) => Err(format!("{}: {error}", beside.display())),
        }
    }
}

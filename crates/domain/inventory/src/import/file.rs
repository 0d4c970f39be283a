//! The staged file as records: parts are fetched, inflated where they are gzip, and cut into records, in bounded memory.

use std::io::Write;

use flate2::write::MultiGzDecoder;
use kernel::error::Violation;
use kernel::id::JobId;

use super::ports::Imports;
use crate::csv::records::{Record, Records};
use crate::error::Error;

/// Bytes of a file at most, inflated.
pub const LARGEST_FILE: u64 = 512 * 1024 * 1024;
/// Bytes that are inflated at once.
const SLICE: usize = 4 * 1024;

/// Reads the records of one staged file in order.
pub struct FileReader<'a> {
    imports: &'a dyn Imports,
    import: JobId,
    next_part: u32,
    inflate: Option<MultiGzDecoder<Vec<u8>>>,
    records: Records,
    size: u64,
    ended: bool,
}

/// Why reading stopped.
#[derive(Debug)]
pub enum Broken {
    /// The file is not what it should be.
    File(Box<Violation>),
    /// The parts can't be fetched.
    Port(Error),
}

impl<'a> FileReader<'a> {
    /// At the beginning of the file.
    pub const fn new(imports: &'a dyn Imports, import: JobId) -> Self {
        Self {
            imports,
            import,
            next_part: 0,
            inflate: None,
            records: Records::new(),
            size: 0,
            ended: false,
        }
    }

    /// The next record; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Record>, Broken> {
        loop {
            if let Some(record) = self.records.next() {
                return Ok(Some(record));
            }
            if self.ended {
                return Ok(None);
            }
            match self
                .imports
                .part(self.import, self.next_part)
                .await
                .map_err(Broken::Port)?
            {
                Some(bytes) => self.take(&bytes)?,
                None => self.end()?,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        if self.next_part == 0 && bytes.starts_with(&[0x1f, 0x8b]) {
            self.inflate = Some(MultiGzDecoder::new(Vec::new()));
        }
        self.next_part += 1;
        let Some(mut inflate) = self.inflate.take() else {
            return self.push(bytes);
        };
        for slice in bytes.chunks(SLICE) {
            inflate.write_all(slice).map_err(|e| not_gzip(&e))?;
            let plain = std::mem::take(inflate.get_mut());
            self.push(&plain)?;
        }
        self.inflate = Some(inflate);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Broken> {
        self.ended = true;
        if let Some(inflate) = self.inflate.take() {
            let plain = inflate.finish().map_err(|e| not_gzip(&e))?;
            self.push(&plain)?;
        }
        self.records
            .finish()
            .map_err(|e| broken("unreadable", e.to_string()))
    }

    fn push(&mut self, plain: &[u8]) -> Result<(), Broken> {
        self.size = self
            .size
            .saturating_add(u64::try_from(plain.len()).unwrap_or(u64::MAX));
        if self.size > LARGEST_FILE {
            let message = format!("the file has more than {LARGEST_FILE} bytes: divide it");
            return Err(broken("file_too_large", message));
        }
        self.records
            .push(plain)
            .map_err(|e| broken("unreadable", e.to_string()))
    }
}

fn not_gzip(error: &std::io::Error) -> Broken {
    broken(
        "unreadable",
        format!("the file begins as gzip but can't be inflated: {error}"),
    )
}

fn broken(code: &'static str, message: String) -> Broken {
    Broken::File(Box::new(Violation {
        pointer: "file".to_owned(),
        code: code.into(),
        message,
    }))
}

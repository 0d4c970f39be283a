//! Forms with files, as far as all that read them are alike.

use actix_multipart::Field;
use futures_util::StreamExt;
use kernel::error::Violation;

use crate::problem::ApiError;

/// Bytes of a field that is no file.
const LONGEST: usize = 16 * 1024;

/// The form can't be read.
pub(crate) fn malformed(detail: &str) -> ApiError {
    ApiError::shape(vec![Violation {
        pointer: String::new(),
        code: "malformed_form".into(),
        message: format!("the multipart form can't be read: {detail}"),
    }])
}

/// The text of a field that is no file.
pub(crate) async fn text(field: &mut Field) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|e| malformed(&e.to_string()))?;
        if bytes.len() + chunk.len() > LONGEST {
            return Err(malformed("a field that is no file has more than 16 KiB"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| malformed("a field is not UTF-8"))
}

/// Reads a field that nobody wants to its end: it may be anything, a file too.
pub(crate) async fn drain(field: &mut Field) -> Result<(), ApiError> {
    while let Some(chunk) = field.next().await {
        chunk.map_err(|e| malformed(&e.to_string()))?;
    }
    Ok(())
}

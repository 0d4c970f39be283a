//! Bytes on their way out: whole or in part, conditional, cached.

use std::str::FromStr;

use ::media::file::attachment;
use ::media::file_type::FileType;
use ::media::key::Key;
use ::media::use_cases::Serve;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, ByteRangeSpec, HeaderMap, HeaderName, Range};
use actix_web::{HttpRequest, HttpResponse};
use async_stream::try_stream;
use bytes::Bytes;

use crate::answer::none_match;
use crate::file::broken;
use crate::problem::ApiError;

/// Bytes that are read at once.
const PART: u64 = 1024 * 1024;

/// What is shown.
pub(super) struct Shown {
    /// Tells these bytes from all others.
    pub(super) tag: String,
    pub(super) of: FileType,
    pub(super) size: u64,
    pub(super) key: Key,
    /// What a private file is called on a disk; none for a picture that everybody may keep.
    pub(super) name: Option<String>,
}

/// Answers with the bytes, or the part of them that the request asks for.
pub(super) async fn served(
    request: &HttpRequest,
    serve: &Serve,
    shown: Shown,
) -> Result<HttpResponse, ApiError> {
    let etag = format!("\"{}\"", shown.tag);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::ETAG, etag.as_str()))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CONTENT_TYPE, shown.of.content_type()))
        // Whatever the bytes are, a browser takes them for nothing else, and runs nothing in them.
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        // Neither pictures nor documents become smaller, and a part must stay the part that was asked for.
        .insert_header((header::CONTENT_ENCODING, "identity"));
    match &shown.name {
        Some(name) => response
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .insert_header((header::CONTENT_DISPOSITION, attachment(name))),
        None => response
            .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header(("cross-origin-resource-policy", "cross-origin")),
    };
    let headers = request.headers();
    if none_match(request, &etag) {
        return Ok(response
            .status(actix_web::http::StatusCode::NOT_MODIFIED)
            .finish());
    }
    let (from, length) = match wanted(headers, &etag, shown.size) {
        Wanted::All => (0, shown.size),
        Wanted::Part(from, to) => {
            response
                .status(actix_web::http::StatusCode::PARTIAL_CONTENT)
                .insert_header((header::CONTENT_RANGE, format!("bytes {from}-{to}/{}", shown.size)));
            (from, (to - from).saturating_add(1))
        }
        Wanted::Nothing => {
            return Ok(HttpResponse::RangeNotSatisfiable()
                .insert_header((header::CONTENT_RANGE, format!("bytes */{}", shown.size)))
                .finish());
        }
    };
    let (serve, key) = (serve.clone(), shown.key);
    let parts = try_stream! {
        let mut at = from;
        let end = from.saturating_add(length);
        while at < end {
            let part = serve.read(&key, at, PART.min(end - at)).await.map_err(|e| broken(&e))?;
            if part.bytes.is_empty() {
                break;
            }
            at = at.saturating_add(u64::try_from(part.bytes.len()).unwrap_or(PART));
            yield part.bytes;
        }
    };
    let parts: std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Bytes, actix_web::Error>>>> =
        Box::pin(parts);
    Ok(response.body(SizedStream::new(length, parts)))
}

/// What of the bytes.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    /// From, up to and with.
    Part(u64, u64),
    Nothing,
}

/// One range is answered with it; several, and those that make no sense, with everything, as RFC 9110, 14.2 allows.
fn wanted(headers: &HeaderMap, etag: &str, size: u64) -> Wanted {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let unchanged = text(&header::IF_RANGE).is_none_or(|tag| tag == etag);
    let asked = text(&header::RANGE).filter(|_| unchanged);
    let Some(Ok(Range::Bytes(ranges))) = asked.map(Range::from_str) else {
        return Wanted::All;
    };
    let [range] = ranges.as_slice() else {
        return Wanted::All;
    };
    if let ByteRangeSpec::FromTo(from, to) = range
        && from > to
    {
        return Wanted::All;
    }
    match range.to_satisfiable_range(size) {
        Some((from, to)) => Wanted::Part(from, to),
        None => Wanted::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, size: u64) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().unwrap());
        wanted(&headers, "\"x\"", size)
    }

    #[test]
    fn a_range_is_what_the_standard_says() {
        assert_eq!(asked("bytes=0-9", 100), Wanted::Part(0, 9));
        assert_eq!(asked("bytes=90-", 100), Wanted::Part(90, 99));
        assert_eq!(asked("bytes=-10", 100), Wanted::Part(90, 99));
        assert_eq!(asked("bytes=-1000", 100), Wanted::Part(0, 99));
        assert_eq!(asked("bytes=50-1000", 100), Wanted::Part(50, 99));
        assert_eq!(asked("bytes=100-", 100), Wanted::Nothing);
        assert_eq!(asked("bytes=-0", 100), Wanted::Nothing);
        for nonsense in [
            "bytes=9-0",
            "bytes=0-1,5-6",
            "lines=1-2",
            "bytes",
            "bytes=a-b",
            "",
        ] {
            assert_eq!(asked(nonsense, 100), Wanted::All, "{nonsense}");
        }
        assert_eq!(asked("bytes=18446744073709551615-", 100), Wanted::Nothing);
    }

    #[test]
    fn a_part_of_other_bytes_than_these_is_not_wanted() {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, "bytes=0-9".parse().unwrap());
        headers.insert(header::IF_RANGE, "\"other\"".parse().unwrap());
        assert_eq!(wanted(&headers, "\"x\"", 100), Wanted::All);
    }
}

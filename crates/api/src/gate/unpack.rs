//! Bodies that come packed.

use std::io::Write;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::{Stream, StreamExt};

/// Bytes that a body may have once it is unpacked: those of the largest file that is taken, and a form around it.
const MOST: usize = 65 * 1024 * 1024;
/// Bytes that are unpacked in one go. They can become a thousand times as many (RFC 1951: 258 bytes of one and a half bits), so it
/// bounds the memory that is taken, too.
const STEP: usize = 2 * 1024;

/// Has the body read as what it was before it was packed.
pub(super) fn gzip(request: &mut ServiceRequest) {
    let packed = request.take_payload();
    request.set_payload(Payload::Stream {
        payload: Box::pin(unpacked(packed, MOST)),
    });
}

/// What was packed, in pieces; an error where it is none of it, or more than `most` bytes.
fn unpacked(
    mut packed: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    most: usize,
) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    async_stream::try_stream! {
        let mut decoder = MultiGzDecoder::new(Vec::new());
        let mut size = 0_usize;
        while let Some(chunk) = packed.next().await {
            for step in chunk?.chunks(STEP) {
                decoder.write_all(step).map_err(|_| PayloadError::EncodingCorrupted)?;
                let bytes = std::mem::take(decoder.get_mut());
                size = size.saturating_add(bytes.len());
                if size > most {
                    Err(PayloadError::Overflow)?;
                }
                if !bytes.is_empty() {
                    yield Bytes::from(bytes);
                }
            }
        }
        decoder.try_finish().map_err(|_| PayloadError::EncodingCorrupted)?;
        let rest = std::mem::take(decoder.get_mut());
        if size.saturating_add(rest.len()) > most {
            Err(PayloadError::Overflow)?;
        }
        if !rest.is_empty() {
            yield Bytes::from(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use futures_util::stream;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    async fn read(packed: &[u8], most: usize) -> (Vec<u8>, Option<PayloadError>) {
        let chunks: Vec<_> = packed
            .chunks(1_000)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let mut found = Vec::new();
        let mut stream = std::pin::pin!(unpacked(stream::iter(chunks), most));
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(bytes) => found.extend_from_slice(&bytes),
                Err(error) => return (found, Some(error)),
            }
        }
        (found, None)
    }

    #[actix_web::test]
    async fn what_was_packed_comes_out_whole() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let (found, error) = read(&packed(&text), text.len()).await;
        assert!(error.is_none() && found == text, "{error:?}");
    }

    #[actix_web::test]
    async fn what_would_be_too_much_is_never_unpacked_whole() {
        let bomb = packed(&vec![0; 20_000_000]);
        let (found, error) = read(&bomb, 1_000_000).await;
        assert!(matches!(error, Some(PayloadError::Overflow)), "{error:?}");
        assert!(found.len() <= 1_000_000, "{}", found.len());
    }

    #[actix_web::test]
    async fn what_is_broken_or_cut_off_is_told() {
        let whole = packed(b"one two three");
        for wrong in [&b"no gzip at all"[..], whole.get(..whole.len() - 6).unwrap()] {
            let (_, error) = read(wrong, 1_000).await;
            assert!(
                matches!(error, Some(PayloadError::EncodingCorrupted)),
                "{error:?}"
            );
        }
    }
}

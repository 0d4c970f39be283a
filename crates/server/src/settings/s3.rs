//! The S3 store, where there is one.

use ::storage::S3;

use super::Reader;

/// An address with nothing behind the host but, maybe, a path.
fn base(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let fits = matches!(url.scheme(), "http" | "https") && url.query().is_none() && !text.ends_with('/');
    fits.then(|| text.to_owned())
}

/// A name that a bucket can have (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
fn bucket(text: &str) -> Option<String> {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = (3..=63).contains(&text.len())
        && text.chars().all(|c| ends(c) || c == '.' || c == '-')
        && text.starts_with(ends)
        && text.ends_with(ends);
    fits.then(|| text.to_owned())
}

/// The store, if a bucket is named. What is given without one is pointed out.
pub(super) fn store(r: &mut Reader<'_>) -> Option<S3> {
    let endpoint = r.value("s3_endpoint", base);
    let public_url = r.value("s3_public_url", base);
    let region = r.text("s3_region")?;
    let named = r.raw.get("s3_bucket").is_some_and(|(text, _)| !text.is_empty());
    let Some(bucket) = r.value("s3_bucket", bucket) else {
        if named {
            return None;
        }
        if endpoint.is_some() || public_url.is_some() {
            r.wrong.push(
                "s3_bucket is missing: s3_endpoint and s3_public_url mean nothing without it".to_owned(),
            );
        }
        return None;
    };
    Some(S3 {
        bucket,
        region,
        endpoint,
        public_url,
    })
}

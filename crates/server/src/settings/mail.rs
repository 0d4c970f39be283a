//! How letters leave.

use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};

use super::Reader;

/// What is configured.
pub(super) struct Mail {
    pub(super) url: Option<SecretString>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) from: Option<String>,
}

/// Reads it. What only fails when both are used together is pointed out, too.
pub(super) fn read(r: &mut Reader<'_>) -> Mail {
    let url = r.value("smtp_url", |t| {
        ::mail::is_server(t).then(|| SecretString::from(t))
    });
    let ca_file = r.value("smtp_ca_file", |t| {
        let roots = std::fs::read(t).ok().filter(|pem| ::mail::are_roots(pem));
        roots.map(|roots| (PathBuf::from(t), roots))
    });
    let from = r.value("smtp_from", |t| ::mail::is_sender(t).then(|| t.to_owned()));
    if let (Some(url), Some((_, roots))) = (&url, &ca_file)
        && let Err(why) = ::mail::trusted(url.expose_secret(), roots)
    {
        r.wrong.push(format!("FORECOURT_SMTP_CA_FILE: {why}"));
    }
    Mail {
        url,
        ca_file: ca_file.map(|(path, _)| path),
        from,
    }
}

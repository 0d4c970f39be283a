//! A file that comes with the request, as a form, or that came before and is named.

use std::future::{Ready, ready};

use ::media::purpose::Purpose;
use ::media::use_cases::Uploads;
use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use kernel::act::{Act, Claim};
use kernel::error::Violations;
use kernel::id::{DealerId, FileId};
use sha2::{Digest, Sha256};

use super::dto::FileRefDto;
use crate::extract::CheckedBody;
use crate::multipart::{drain, malformed, text};
use crate::problem::ApiError;

/// What the request brings.
pub(super) enum Brought {
    /// The name of a file that came before.
    Named(FileRefDto),
    /// A form that holds one.
    Form(Multipart),
}

impl FromRequest for Brought {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let checked = request.extensions_mut().remove::<CheckedBody>();
        ready(match checked {
            Some(CheckedBody(value)) => serde_json::from_value(value)
                .map(Self::Named)
                .map_err(|error| malformed(&error.to_string())),
            None => Multipart::from_request(request, payload)
                .into_inner()
                .map(Self::Form)
                .map_err(|error| malformed(&error.to_string())),
        })
    }
}

/// A file that is whole, and how to use it.
pub(super) struct Usable {
    pub(super) file: FileId,
    pub(super) alt_text: Option<String>,
    /// The act that uses it. Its key is bound to what the form said.
    pub(super) act: Act,
}

struct Form {
    name: String,
    bytes: Bytes,
    alt_text: Option<String>,
    fingerprint: String,
}

impl Brought {
    /// The file, taken in where it comes with the request. Nothing of a form is read for who may bring no such file.
    pub(super) async fn take(
        self,
        uploads: &Uploads,
        act: &Act,
        purpose: Purpose,
        dealer: Option<DealerId>,
    ) -> Result<Usable, ApiError> {
        let form = match self {
            Self::Named(named) => {
                return Ok(Usable {
                    file: FileId::from_uuid(named.file_id),
                    alt_text: named.alt_text,
                    act: act.clone(),
                });
            }
            Self::Form(form) => {
                act.actor.person()?;
                ::media::rules::dealer_of(&act.actor, purpose, dealer)?;
                read(form, purpose).await?
            }
        };
        let file = uploads.take(act, purpose, dealer, &form.name, form.bytes).await?;
        let claim = act.claim.clone().map(|claim| Claim {
            fingerprint: form.fingerprint,
            ..claim
        });
        Ok(Usable {
            file: file.id,
            alt_text: form.alt_text,
            act: Act { claim, ..act.clone() },
        })
    }
}

async fn read(mut form: Multipart, purpose: Purpose) -> Result<Form, ApiError> {
    let most = usize::try_from(purpose.largest()).unwrap_or(usize::MAX);
    let (mut file, mut alt_text) = (None, None);
    let mut wrong = Violations::new();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|e| malformed(&e.to_string()))?;
        match field.name().unwrap_or_default() {
            "file" => {
                let given = field.content_disposition().and_then(|d| d.get_filename());
                let name = given.unwrap_or_default().to_owned();
                let mut bytes = BytesMut::new();
                while let Some(chunk) = field.next().await {
                    let chunk = chunk.map_err(|e| malformed(&e.to_string()))?;
                    if bytes.len() + chunk.len() > most {
                        let told = format!("the file has more than {most} bytes");
                        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", told));
                    }
                    bytes.extend_from_slice(&chunk);
                }
                wrong.check(file.is_none(), "/file", "repeated", || {
                    "is taken once: send one file a form".to_owned()
                });
                file = Some((name, bytes.freeze()));
            }
            "alt_text" if purpose == Purpose::ListingPhoto => {
                alt_text = Some(text(&mut field).await?).filter(|text| !text.trim().is_empty());
            }
            other => {
                let told = "is not a field of this form";
                wrong.add(format!("/{other}"), "unknown_field", told);
                drain(&mut field).await?;
            }
        }
    }
    wrong.check(
        file.as_ref().is_some_and(|(_, bytes)| !bytes.is_empty()),
        "/file",
        "required",
        || "send the file, with at least one byte".to_owned(),
    );
    if !wrong.is_empty() {
        return Err(ApiError::shape(wrong.as_slice().to_vec()));
    }
    let (name, bytes) = file.unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(&bytes);
    hash.update(alt_text.as_deref().unwrap_or_default());
    Ok(Form {
        name,
        bytes,
        alt_text,
        fingerprint: URL_SAFE_NO_PAD.encode(hash.finalize()),
    })
}

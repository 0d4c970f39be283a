//! The form of an import, read as it arrives: the file goes to the stage part by part, in bounded memory.

use ::inventory::csv::Mapping;
use ::inventory::import::{ImportListings, Mode, Options};
use ::inventory::listing::ListingStatus;
use actix_multipart::{Field, Multipart};
use actix_web::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use kernel::error::{Violation, Violations};
use kernel::id::{DealerId, JobId, SiteId};
use sha2::{Digest, Sha256};

use crate::multipart::{drain, malformed, text};
use crate::problem::ApiError;

/// Bytes of an uploaded file at most.
const LARGEST: usize = 64 * 1024 * 1024;
/// Bytes of one staged part.
const PART: usize = 256 * 1024;

/// What the form says; the file is staged.
pub(super) struct Form {
    /// Tells this form and its file from others.
    pub(super) fingerprint: String,
    pub(super) dealer: Option<DealerId>,
    pub(super) site: Option<SiteId>,
    pub(super) options: Options,
}

#[derive(Debug, Default)]
struct Texts {
    site: Option<String>,
    mode: Option<String>,
    map: Option<String>,
    defaults: Option<String>,
    dry_run: Option<String>,
    status: Option<String>,
    dealer: Option<String>,
}

/// Reads the form.
pub(super) async fn take(imports: &ImportListings, id: JobId, mut form: Multipart) -> Result<Form, ApiError> {
    let mut texts = Texts::default();
    let mut file = None;
    let mut wrong = Violations::new();
    while let Some(field) = form.next().await {
        let mut field = field.map_err(|e| malformed(&e.to_string()))?;
        let name = field.name().unwrap_or_default().to_owned();
        let place = match name.as_str() {
            "file" if file.is_some() => {
                wrong.add("/file", "repeated", "is taken once: send one file a form");
                drain(&mut field).await?;
                continue;
            }
            "file" => {
                file = Some(stage(imports, id, &mut field).await?);
                continue;
            }
            "site_id" => &mut texts.site,
            "mode" => &mut texts.mode,
            "map" => &mut texts.map,
            "defaults" => &mut texts.defaults,
            "dry_run" => &mut texts.dry_run,
            "status" => &mut texts.status,
            "dealer_id" => &mut texts.dealer,
            _ => {
                let message = "is none of file, site_id, mode, map, defaults, dry_run, status, dealer_id";
                wrong.add(format!("/{name}"), "unknown_field", message);
                drain(&mut field).await?;
                continue;
            }
        };
        *place = Some(text(&mut field).await?).filter(|text| !text.trim().is_empty());
    }
    wrong.check(file.is_some(), "/file", "required", || {
        "send the CSV file, or gzip of one".to_owned()
    });
    let fingerprint = fingerprint(&file.unwrap_or_default(), &texts);
    let form = texts.read(fingerprint, &mut wrong);
    if wrong.is_empty() {
        Ok(form)
    } else {
        Err(ApiError::shape(wrong.as_slice().to_vec()))
    }
}

/// A repeat of a request is known by what it says: its bytes differ, since each form has a boundary of its own.
fn fingerprint(file: &[u8], texts: &Texts) -> String {
    let mut hash = Sha256::new();
    hash.update(file);
    hash.update(format!("{texts:?}"));
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// Stages the file; gives its hash.
async fn stage(imports: &ImportListings, id: JobId, field: &mut Field) -> Result<Vec<u8>, ApiError> {
    let mut hash = Sha256::new();
    let mut part = Vec::with_capacity(PART);
    let (mut number, mut size) = (0_u32, 0_usize);
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|e| malformed(&e.to_string()))?;
        size += chunk.len();
        if size > LARGEST {
            let message = format!("the file has more than {LARGEST} bytes: send it as gzip, or divide it");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        hash.update(&chunk);
        part.extend_from_slice(&chunk);
        if part.len() >= PART {
            imports.imports.stage(id, number, &part).await?;
            number += 1;
            part.clear();
        }
    }
    imports.imports.stage(id, number, &part).await?;
    Ok(hash.finalize().to_vec())
}

impl Texts {
    fn read(self, fingerprint: String, wrong: &mut Violations) -> Form {
        let mapping = Mapping::parse(
            self.map.as_deref().unwrap_or_default(),
            self.defaults.as_deref().unwrap_or_default(),
        );
        let mapping = mapping.unwrap_or_else(|more| {
            wrong.extend(
                more.as_slice()
                    .iter()
                    .map(|v| Violation {
                        pointer: format!("/{}", v.pointer),
                        ..v.clone()
                    })
                    .collect(),
            );
            Mapping::default()
        });
        let mode = match self.mode.as_deref() {
            None | Some("partial") => Mode::Partial,
            Some("strict") => Mode::Strict,
            Some(other) => {
                wrong.add(
                    "/mode",
                    "unknown_mode",
                    format!("“{}” is neither partial nor strict", kernel::text::excerpt(other)),
                );
                Mode::Partial
            }
        };
        let status = match self.status.as_deref() {
            None | Some("draft") => ListingStatus::Draft,
            Some("active") => ListingStatus::Active,
            Some(other) => {
                wrong.add(
                    "/status",
                    "unknown_status",
                    format!("“{}” is neither draft nor active", kernel::text::excerpt(other)),
                );
                ListingStatus::Draft
            }
        };
        let dry_run = match self.dry_run.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(other) => {
                wrong.add(
                    "/dry_run",
                    "malformed_flag",
                    format!("“{}” is neither true nor false", kernel::text::excerpt(other)),
                );
                false
            }
        };
        let mut site = None;
        let mut dealer = None;
        if let Some(text) = &self.site {
            site = text.parse().ok();
            wrong.check(site.is_some(), "/site_id", "malformed_id", || {
                "is not an id".to_owned()
            });
        }
        if let Some(text) = &self.dealer {
            dealer = text.parse().ok();
            wrong.check(dealer.is_some(), "/dealer_id", "malformed_id", || {
                "is not an id".to_owned()
            });
        }
        Form {
            fingerprint,
            dealer,
            site,
            options: Options {
                mode,
                mapping,
                dry_run,
                status,
            },
        }
    }
}

//! Files and pictures as they come and go.

use ::media::album::{PhotoChanges, Placed};
use ::media::file::{File, Status};
use ::media::file_type::FileType;
use ::media::key::{self, Rendition, USUAL_WIDTH, WIDTHS};
use ::media::ports::UploadLink;
use ::media::purpose::Purpose;
use ::media::request::NewFile;
use chrono::{DateTime, Utc};
use kernel::id::{DealerId, FileId};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A file to bring.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "filename": "front.jpg", "content_type": "image/jpeg", "size": 482_113, "purpose": "listing_photo" }))]
pub(super) struct NewFileDto {
    /// What its owner calls it.
    #[schema(max_length = 1_000)]
    filename: String,
    /// `image/jpeg`, `image/png`, `image/gif`, `image/webp`; `application/pdf` for documents and receipts.
    #[schema(max_length = 100)]
    content_type: String,
    /// Bytes: exactly as many must come. Pictures have 10 MiB at most, documents and receipts as PDF 20.
    #[schema(minimum = 1, maximum = 20_971_520)]
    size: u64,
    #[schema(inline)]
    purpose: PurposeDto,
    /// SHA-256 of the bytes in hexadecimal digits: then no other bytes are taken.
    #[schema(min_length = 64, max_length = 64)]
    sha256: Option<String>,
    /// For which dealer: an admin says so, staff need not.
    dealer_id: Option<Uuid>,
}

impl From<NewFileDto> for NewFile {
    fn from(dto: NewFileDto) -> Self {
        Self {
            name: dto.filename,
            content_type: dto.content_type,
            size: dto.size,
            purpose: dto.purpose.into(),
            sha256: dto.sha256,
            dealer: dto.dealer_id.map(DealerId::from_uuid),
        }
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PurposeDto {
    Avatar,
    VehicleImage,
    ListingPhoto,
    DealerLogo,
    DealerDocument,
    ServiceReceipt,
}

impl From<PurposeDto> for Purpose {
    fn from(dto: PurposeDto) -> Self {
        match dto {
            PurposeDto::Avatar => Self::Avatar,
            PurposeDto::VehicleImage => Self::VehicleImage,
            PurposeDto::ListingPhoto => Self::ListingPhoto,
            PurposeDto::DealerLogo => Self::DealerLogo,
            PurposeDto::DealerDocument => Self::DealerDocument,
            PurposeDto::ServiceReceipt => Self::ServiceReceipt,
        }
    }
}

impl From<Purpose> for PurposeDto {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Avatar => Self::Avatar,
            Purpose::VehicleImage => Self::VehicleImage,
            Purpose::ListingPhoto => Self::ListingPhoto,
            Purpose::DealerLogo => Self::DealerLogo,
            Purpose::DealerDocument => Self::DealerDocument,
            Purpose::ServiceReceipt => Self::ServiceReceipt,
        }
    }
}

/// Where a file's bytes go.
#[derive(Serialize, ToSchema)]
pub(super) struct UploadDto {
    file_id: Uuid,
    /// Where to send the bytes.
    url: String,
    /// Always `PUT`.
    method: &'static str,
    /// Headers that must come with the bytes.
    headers: std::collections::BTreeMap<&'static str, String>,
    /// Where everybody finds the picture once it is complete and drawn; `null` for documents and receipts, which nobody finds.
    public_url: Option<String>,
    /// Until when the bytes may come.
    expires_at: DateTime<Utc>,
}

/// Where a picture is shown at its usual width.
pub(crate) fn usual_address(file: FileId) -> String {
    let usual = Rendition {
        width: USUAL_WIDTH,
        of: FileType::Jpeg,
    };
    key::address(file, usual)
}

impl UploadDto {
    pub(super) fn of(file: &File, link: UploadLink, server: &str) -> Self {
        let public = file
            .purpose
            .is_public()
            .then(|| format!("{server}{}", usual_address(file.id)));
        Self {
            file_id: file.id.uuid(),
            url: link.url,
            method: "PUT",
            headers: link.headers.into_iter().collect(),
            public_url: public,
            expires_at: file.expires_at,
        }
    }
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(super) struct FileDto {
    id: Uuid,
    #[schema(inline)]
    purpose: PurposeDto,
    filename: String,
    content_type: &'static str,
    /// Bytes, as they are kept.
    size: u64,
    /// `awaiting` its bytes, `stored` while pictures are drawn, `ready`.
    #[schema(inline)]
    status: FileStatusDto,
    /// Pixels across.
    width: Option<u32>,
    /// Pixels down.
    height: Option<u32>,
    created_at: DateTime<Utc>,
}

/// Where a file stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum FileStatusDto {
    Awaiting,
    Stored,
    Ready,
    Discarded,
}

impl From<Status> for FileStatusDto {
    fn from(status: Status) -> Self {
        match status {
            Status::Awaiting => Self::Awaiting,
            Status::Stored => Self::Stored,
            Status::Ready => Self::Ready,
            Status::Discarded => Self::Discarded,
        }
    }
}

impl From<&File> for FileDto {
    fn from(file: &File) -> Self {
        Self {
            id: file.id.uuid(),
            purpose: file.purpose.into(),
            filename: file.name.clone(),
            content_type: file.of.content_type(),
            size: file.size,
            status: file.status.into(),
            width: file.picture.map(|picture| picture.width),
            height: file.picture.map(|picture| picture.height),
            created_at: file.created_at,
        }
    }
}

/// A file that came before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "file_id": "01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10" }))]
pub(super) struct FileRefDto {
    pub(super) file_id: Uuid,
    /// What a photo shows, for those who can't see it.
    #[serde(default)]
    #[schema(max_length = 300)]
    pub(super) alt_text: Option<String>,
}

/// A photo to add.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the document; the form is read as it arrives")]
#[schema(example = json!({ "file": "the bytes of a picture", "alt_text": "Front left" }))]
pub(super) struct PhotoFormDto {
    /// JPEG, PNG, GIF or WebP, 10 MiB at most.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// What it shows, for those who can't see it.
    #[schema(max_length = 300)]
    alt_text: Option<String>,
}

/// A picture to set.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for the document; the form is read as it arrives")]
#[schema(example = json!({ "file": "the bytes of a picture" }))]
pub(super) struct PictureFormDto {
    /// JPEG, PNG, GIF or WebP, 10 MiB at most.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// What shall change of a photo.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "position": 1, "primary": true }))]
pub(super) struct PatchPhotoDto {
    /// Where it shall stand, from 1 on; behind the last one means last.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000)]
    #[serde(default)]
    position: Patch<u32>,
    #[schema(value_type = Option<String>, max_length = 300)]
    #[serde(default)]
    alt_text: Patch<String>,
    /// `true`: it stands for the listing, and the one that did does no more.
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    primary: Patch<bool>,
}

impl From<PatchPhotoDto> for PhotoChanges {
    fn from(dto: PatchPhotoDto) -> Self {
        Self {
            position: dto.position,
            alt_text: dto.alt_text,
            primary: dto.primary,
        }
    }
}

/// The picture of a person, a car or a dealer. Its addresses answer 404 for the moment that it takes to draw it.
#[derive(Serialize, ToSchema)]
pub(super) struct PictureDto {
    file_id: Uuid,
    /// At its usual width, beside the server's root.
    url: String,
    /// In all widths.
    sources: Vec<SourceDto>,
}

impl PictureDto {
    pub(super) fn of(file: FileId) -> Self {
        Self {
            file_id: file.uuid(),
            url: usual_address(file),
            sources: sources(file),
        }
    }
}

/// A photo of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingPhotoDto {
    id: Uuid,
    file_id: Uuid,
    /// From 1 on.
    position: u32,
    alt_text: Option<String>,
    /// Stands for the listing.
    primary: bool,
    /// `false` while it is being drawn: its addresses answer 404 until then.
    ready: bool,
    /// Pixels across, of the picture that came.
    width: Option<u32>,
    /// Pixels down.
    height: Option<u32>,
    /// At its usual width, beside the server's root.
    url: String,
    /// In all widths.
    sources: Vec<SourceDto>,
    /// An earlier photo of the listing that looks nearly the same. For the dealer's staff.
    similar_to: Option<Uuid>,
}

/// A picture in one width. A smaller picture keeps its own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceDto {
    width: u32,
    webp: String,
    jpeg: String,
}

fn sources(file: FileId) -> Vec<SourceDto> {
    WIDTHS
        .into_iter()
        .map(|width| SourceDto {
            width,
            webp: key::address(
                file,
                Rendition {
                    width,
                    of: FileType::Webp,
                },
            ),
            jpeg: key::address(
                file,
                Rendition {
                    width,
                    of: FileType::Jpeg,
                },
            ),
        })
        .collect()
}

impl From<&Placed> for ListingPhotoDto {
    fn from(placed: &Placed) -> Self {
        let photo = &placed.photo;
        Self {
            id: photo.id.uuid(),
            file_id: photo.file.uuid(),
            position: placed.position,
            alt_text: photo.alt_text.clone(),
            primary: photo.primary,
            ready: photo.ready,
            width: photo.picture.map(|picture| picture.width),
            height: photo.picture.map(|picture| picture.height),
            url: usual_address(photo.file),
            sources: sources(photo.file),
            similar_to: placed.alike.map(|photo| photo.uuid()),
        }
    }
}

impl ListingPhotoDto {
    /// As a listing's page shows its photo at this place, from 1 on; look-alikes are told to staff alone.
    pub(crate) fn of(photo: &inventory::search::views::DetailPhoto, position: u32, for_staff: bool) -> Self {
        Self {
            id: photo.id.uuid(),
            file_id: photo.file.uuid(),
            position,
            alt_text: photo.alt_text.clone(),
            primary: photo.primary,
            ready: photo.ready,
            width: photo.size.map(|(width, _)| width),
            height: photo.size.map(|(_, height)| height),
            url: usual_address(photo.file),
            sources: sources(photo.file),
            similar_to: photo.alike.filter(|_| for_staff).map(|photo| photo.uuid()),
        }
    }
}

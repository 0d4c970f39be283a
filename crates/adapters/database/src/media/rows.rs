//! Rows of files and photos.

use std::collections::HashMap;

use ::media::album::{Album, Photo};
use ::media::file::{File, Picture, Status};
use ::media::file_type::FileType;
use ::media::purpose::Purpose;
use ::media::rules::removal;
use kernel::act::Record;
use kernel::id::{FileId, Id, ListingId};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::rows::{Columns, corrupt, get, id, update};
use crate::tx::Tx;

/// The columns of a file, of the table alias `f`.
pub(super) const FILE: &str = "f.id, f.uploaded_by, f.dealer_id, f.purpose, f.name, f.content_type, f.size, f.sha256, f.status, \
     f.width, f.height, f.likeness, f.attached_at, f.created_at, f.expires_at";

fn picture(row: &QueryResult) -> Result<Option<Picture>, DbErr> {
    let pixels = |column: &str| -> Result<Option<u32>, DbErr> {
        get::<Option<i64>>(row, column)?
            .map(|n| u32::try_from(n).map_err(|_| corrupt(column, n)))
            .transpose()
    };
    let likeness: Option<i64> = get(row, "likeness")?;
    Ok(pixels("width")?
        .zip(pixels("height")?)
        .map(|(width, height)| Picture {
            width,
            height,
            likeness: likeness.map(i64::cast_unsigned),
        }))
}

/// Reads a file.
pub(super) fn file(row: &QueryResult) -> Result<File, DbErr> {
    let (purpose, status, of): (String, String, String) = (
        get(row, "purpose")?,
        get(row, "status")?,
        get(row, "content_type")?,
    );
    let size: i64 = get(row, "size")?;
    Ok(File {
        id: id(row, "id")?,
        uploaded_by: id(row, "uploaded_by")?,
        dealer: get::<Option<Uuid>>(row, "dealer_id")?.map(Id::from_uuid),
        purpose: Purpose::parse(&purpose).ok_or_else(|| corrupt("files.purpose", purpose))?,
        name: get(row, "name")?,
        of: FileType::named(&of).ok_or_else(|| corrupt("files.content_type", of))?,
        size: u64::try_from(size).map_err(|_| corrupt("files.size", size))?,
        sha256: get(row, "sha256")?,
        status: Status::parse(&status).ok_or_else(|| corrupt("files.status", status))?,
        picture: picture(row)?,
        attached_at: get(row, "attached_at")?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
    })
}

/// What can change of a file.
pub(super) fn changing(file: &File) -> Columns {
    let picture = file.picture;
    vec![
        ("dealer_id", file.dealer.map(|dealer| dealer.uuid()).into()),
        ("size", i64::try_from(file.size).unwrap_or(i64::MAX).into()),
        ("status", file.status.as_str().into()),
        ("width", picture.map(|p| i64::from(p.width)).into()),
        ("height", picture.map(|p| i64::from(p.height)).into()),
        (
            "likeness",
            picture.and_then(|p| p.likeness).map(u64::cast_signed).into(),
        ),
        ("attached_at", file.attached_at.into()),
    ]
}

/// All columns of a new file.
pub(super) fn new(file: &File) -> Columns {
    let mut columns: Columns = vec![
        ("id", file.id.uuid().into()),
        ("uploaded_by", file.uploaded_by.uuid().into()),
        ("purpose", file.purpose.as_str().into()),
        ("name", file.name.clone().into()),
        ("content_type", file.of.content_type().into()),
        ("sha256", file.sha256.clone().into()),
        ("created_at", file.created_at.into()),
        ("expires_at", file.expires_at.into()),
    ];
    columns.extend(changing(file));
    columns
}

/// Locks a file and reads it; it comes after all of the written order.
pub(crate) async fn locked_file(tx: &Tx, file_id: FileId) -> Result<Option<File>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(FILE)
        .push(" FROM files f WHERE f.id = ")
        .bind(file_id.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    tx.one(sql).await?.as_ref().map(file).transpose()
}

/// Takes a locked file into use, and lets go of another, which its removal is queued for.
pub(crate) async fn attach(tx: &Tx, attached: Option<&File>, discarded: Option<FileId>) -> Result<(), DbErr> {
    if let Some(file) = attached {
        update(tx, "files", changing(file), "id", file.id.uuid()).await?;
    }
    if let Some(file) = discarded {
        let columns = vec![
            ("status", Status::Discarded.as_str().into()),
            ("attached_at", None::<kernel::Instant>.into()),
        ];
        update(tx, "files", columns, "id", file.uuid()).await?;
    }
    Ok(())
}

/// Lets go of the files of what was removed, and queues their removal.
pub(crate) async fn discard(tx: &Tx, files: &[FileId], record: &mut Record) -> Result<(), DbErr> {
    if files.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    sql.push("UPDATE files SET attached_at = NULL, status = ")
        .bind(Status::Discarded.as_str());
    sql.push(" WHERE id IN (")
        .bind_all(files.iter().map(Id::uuid))
        .push(")");
    tx.run(sql).await?;
    record.jobs.extend(files.iter().copied().map(removal));
    Ok(())
}

/// The photos of these listings, in one statement.
pub(crate) async fn albums_of(tx: &Tx, listings: &[ListingId]) -> Result<HashMap<Uuid, Album>, DbErr> {
    let mut sql = tx.sql();
    sql.push(
        "SELECT p.id, p.listing_id, p.file_id, p.alt_text, p.is_primary, f.status, f.width, f.height, f.likeness \
         FROM listing_photos p JOIN files f ON f.id = p.file_id WHERE p.listing_id IN (",
    )
    .bind_all(listings.iter().map(Id::uuid))
    .push(") ORDER BY p.listing_id, p.position");
    let mut photos: HashMap<Uuid, Vec<Photo>> = HashMap::new();
    for row in tx.all(sql).await? {
        photos.entry(get(&row, "listing_id")?).or_default().push(Photo {
            id: id(&row, "id")?,
            file: id(&row, "file_id")?,
            alt_text: get(&row, "alt_text")?,
            primary: get(&row, "is_primary")?,
            ready: get::<String>(&row, "status")? == Status::Ready.as_str(),
            picture: picture(&row)?,
        });
    }
    Ok(photos
        .into_iter()
        .map(|(listing, photos)| (listing, Album::kept(photos)))
        .collect())
}

//! A folder as a store.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use forecourt_storage::Store;
use kernel::Instant;
use kernel::id::FileId;
use kernel::ports::Clock;
use media::file::{File, Status};
use media::file_type::FileType;
use media::grant::UploadGrant;
use media::key::{Area, Key, Rendition};
use media::ports::{Signer, Storage};
use media::purpose::Purpose;
use uuid::Uuid;

/// Half past two, always.
struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        "2026-06-08T14:30:00Z".parse().unwrap()
    }
}

/// Signs by turning round.
struct Turner;

impl Signer for Turner {
    fn sign(&self, text: &str) -> String {
        text.chars().rev().collect()
    }

    fn signed(&self, text: &str, signature: &str) -> bool {
        self.sign(text) == signature
    }
}

fn store(folder: &std::path::Path) -> Store {
    Store::folder(folder, "https://cars.example", Arc::new(Turner), Arc::new(Still)).unwrap()
}

fn file(n: u128) -> FileId {
    FileId::from_uuid(Uuid::from_u128(n))
}

#[tokio::test]
async fn what_is_put_there_is_there_whole_and_in_part_until_it_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let key = Key::of(Area::Private, file(1));
    assert_eq!(store.size(&key).await.unwrap(), None);
    assert_eq!(store.read(&key, 0, 10).await.unwrap(), None);
    store.remove(&key).await.unwrap();
    let bytes = Bytes::from_static(b"0123456789");
    store
        .write(&key, FileType::Pdf, Some("paper.pdf"), bytes.clone())
        .await
        .unwrap();
    assert_eq!(store.size(&key).await.unwrap(), Some(10));
    let part = store.read(&key, 2, 3).await.unwrap().unwrap();
    assert_eq!((part.total, part.bytes.as_ref()), (10, b"234".as_slice()));
    let end = store.read(&key, 8, 100).await.unwrap().unwrap();
    assert_eq!(end.bytes.as_ref(), b"89");
    store
        .write(&key, FileType::Pdf, None, Bytes::from_static(b"new"))
        .await
        .unwrap();
    assert_eq!(store.size(&key).await.unwrap(), Some(3), "the newest bytes count");
    store.remove(&key).await.unwrap();
    assert_eq!(store.size(&key).await.unwrap(), None);
}

#[tokio::test]
async fn what_came_before_is_found_by_its_area() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for (area, n) in [(Area::Incoming, 1), (Area::Incoming, 2), (Area::Originals, 3)] {
        let key = Key::of(area, file(n));
        store
            .write(&key, FileType::Png, None, Bytes::from_static(b"x"))
            .await
            .unwrap();
    }
    let rendition = Rendition::parse("800.webp").unwrap();
    store
        .write(
            &Key::public(file(4), rendition),
            FileType::Webp,
            None,
            Bytes::from_static(b"x"),
        )
        .await
        .unwrap();
    let tomorrow = Instant::MAX_UTC;
    let mut incoming = store.older(Area::Incoming, tomorrow).await.unwrap();
    incoming.sort_unstable();
    assert_eq!(incoming, [file(1), file(2)]);
    assert_eq!(store.older(Area::Originals, tomorrow).await.unwrap(), [file(3)]);
    let long_ago = Instant::UNIX_EPOCH + TimeDelta::days(1);
    assert_eq!(store.older(Area::Incoming, long_ago).await.unwrap(), []);
}

#[tokio::test]
async fn a_link_binds_all_that_was_announced() {
    let folder = tempfile::tempdir().unwrap();
    let announced = File {
        id: file(7),
        uploaded_by: kernel::id::Id::from_uuid(Uuid::from_u128(8)),
        dealer: None,
        purpose: Purpose::Avatar,
        name: "me.png".to_owned(),
        of: FileType::Png,
        size: 10,
        sha256: Some("ab".repeat(32)),
        status: Status::Awaiting,
        picture: None,
        attached_at: None,
        created_at: Still.now(),
        expires_at: Still.now() + TimeDelta::minutes(15),
    };
    let link = store(folder.path())
        .upload_link(&announced, announced.expires_at)
        .await
        .unwrap();
    assert_eq!(link.headers, [("content-type", "image/png".to_owned())]);
    let url = url::Url::parse(&link.url).unwrap();
    assert_eq!(url.path(), format!("/media/incoming/{}", announced.id));
    let given: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    let grant = UploadGrant {
        file: announced.id,
        size: 10,
        of: FileType::Png,
        sha256: announced.sha256.clone(),
        expires: announced.expires_at.timestamp(),
    };
    assert_eq!(given.get("signature").cloned(), Some(Turner.sign(&grant.text())));
    let others = [
        UploadGrant {
            size: 11,
            ..grant.clone()
        },
        UploadGrant {
            of: FileType::Jpeg,
            ..grant.clone()
        },
        UploadGrant {
            sha256: None,
            ..grant.clone()
        },
        UploadGrant {
            file: file(9),
            ..grant.clone()
        },
        UploadGrant {
            expires: grant.expires + 1,
            ..grant.clone()
        },
    ];
    for other in others {
        assert_ne!(other.text(), grant.text());
    }
}

#[tokio::test]
async fn a_folder_that_is_gone_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.probe().await.unwrap();
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "nothing of the probe is left");
    folder.close().unwrap();
    let told = format!("{:?}", store.probe().await.unwrap_err());
    assert!(told.contains("the store of files"), "{told}");
}

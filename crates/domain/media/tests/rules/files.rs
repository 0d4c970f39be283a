//! A file from its announcement to its use.

use chrono::TimeDelta;
use forecourt_media::error::Error;
use forecourt_media::file::{File, Picture, Status, attachment};
use forecourt_media::file_type::FileType;
use forecourt_media::ports::AnnounceFacts;
use forecourt_media::purpose::Purpose;
use forecourt_media::request::CheckedFile;
use forecourt_media::rules::{
    DRAW_JOB, MOST_UNUSED, UPLOAD_MINUTES, announce, complete, dealer_of, drawn, mine, too_old,
};
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::rights::Role;

use crate::{act, at, file, id, selling, somebody};

const PICTURE: Picture = Picture {
    width: 800,
    height: 600,
    likeness: Some(7),
};

fn new() -> CheckedFile {
    CheckedFile {
        name: "front.png".to_owned(),
        of: FileType::Png,
        size: 1_000,
        purpose: Purpose::ListingPhoto,
        sha256: Some("ab".repeat(32)),
        dealer: None,
    }
}

fn announced(unused: usize, dealer_known: bool) -> Result<File, Error> {
    let facts = AnnounceFacts { unused, dealer_known };
    announce(&selling(), id(1), &new(), Some(id(3)), &facts).map(|decision| decision.answer)
}

#[test]
fn an_announced_file_waits_a_quarter_of_an_hour_for_its_bytes() {
    let waiting = announced(MOST_UNUSED - 1, true).unwrap();
    assert_eq!(waiting.status, Status::Awaiting);
    assert_eq!((waiting.uploaded_by, waiting.dealer), (id(2), Some(id(3))));
    assert_eq!(waiting.expires_at, at() + TimeDelta::minutes(UPLOAD_MINUTES));
    assert_eq!((waiting.picture, waiting.attached_at), (None, None));
    assert_eq!(waiting.sha256, new().sha256);
}

#[test]
fn a_hundred_files_that_nothing_uses_are_enough() {
    let limit = Error::TooManyUnused { limit: MOST_UNUSED };
    assert_eq!(announced(MOST_UNUSED, true).unwrap_err(), limit);
    let nowhere = announced(0, false).unwrap_err();
    assert_eq!(nowhere, Error::Common(Common::absent("dealer")));
    let facts = AnnounceFacts {
        unused: 0,
        dealer_known: true,
    };
    let nobody = announce(&act(Actor::Anonymous), id(1), &new(), None, &facts).unwrap_err();
    assert_eq!(nobody, Error::Common(Common::Unauthenticated));
}

#[test]
fn bytes_are_taken_once_by_who_announced_them() {
    let waiting = announced(0, true).unwrap();
    let done = complete(&selling(), 990, Some(PICTURE), &waiting).unwrap();
    assert_eq!((done.answer.status, done.answer.size), (Status::Stored, 990));
    assert_eq!(done.answer.picture, Some(PICTURE));
    let kinds: Vec<&str> = done.record.jobs.iter().map(|job| job.kind).collect();
    assert_eq!(kinds, [DRAW_JOB], "what everybody sees is drawn");
    for status in [Status::Stored, Status::Ready] {
        let taken = File {
            status,
            ..waiting.clone()
        };
        assert_eq!(
            complete(&selling(), 990, None, &taken).unwrap_err(),
            Error::Complete
        );
    }
    let absent = Error::Common(Common::absent("file"));
    let gone = File {
        status: Status::Discarded,
        ..waiting.clone()
    };
    assert_eq!(complete(&selling(), 990, None, &gone).unwrap_err(), absent);
    let other = act(somebody(id(77), Some((id(3), Role::Owner))));
    assert_eq!(complete(&other, 990, None, &waiting).unwrap_err(), absent);
    assert_eq!(mine(&selling().actor, &waiting), Ok(id(2)));
}

#[test]
fn a_private_paper_is_ready_as_it_came() {
    let paper = File {
        status: Status::Awaiting,
        ..file(Purpose::ServiceReceipt)
    };
    let done = complete(&selling(), 990, None, &paper).unwrap();
    assert_eq!(done.answer.status, Status::Ready);
    assert!(done.record.jobs.is_empty());
}

#[test]
fn drawing_makes_a_stored_picture_ready_and_wakes_nothing_else() {
    for status in Status::ALL {
        let before = File {
            status,
            ..file(Purpose::ListingPhoto)
        };
        let after = drawn(PICTURE, &before).unwrap().answer;
        if status == Status::Stored {
            assert_eq!((after.status, after.picture), (Status::Ready, Some(PICTURE)));
        } else {
            assert_eq!(after, before);
        }
    }
}

#[test]
fn a_dealers_file_is_brought_by_those_who_may_use_it() {
    let sales = somebody(id(2), Some((id(3), Role::Sales)));
    let customer = somebody(id(2), None);
    let of = |actor: &Actor, purpose| dealer_of(actor, purpose, None);
    assert_eq!(of(&customer, Purpose::Avatar), Ok(None));
    assert_eq!(of(&sales, Purpose::ListingPhoto), Ok(Some(id(3))));
    for (actor, purpose) in [
        (&customer, Purpose::ListingPhoto),
        (&sales, Purpose::DealerDocument),
    ] {
        assert_eq!(of(actor, purpose).unwrap_err().code(), "forbidden", "{purpose:?}");
    }
    let mut admin = somebody(id(7), None);
    if let Actor::User(person) = &mut admin {
        person.admin = true;
    }
    assert_eq!(
        of(&admin, Purpose::ListingPhoto),
        Ok(None),
        "the listing says whose it is"
    );
    assert_eq!(
        dealer_of(&admin, Purpose::ListingPhoto, Some(id(4))),
        Ok(Some(id(4)))
    );
}

#[test]
fn a_paper_that_an_admin_brought_becomes_the_dealers() {
    let by_admin = File {
        dealer: None,
        ..file(Purpose::DealerDocument)
    };
    let taken = |file: &File| file.attached_for(id(3), id(2), Purpose::DealerDocument, at());
    assert_eq!(taken(&by_admin).unwrap().dealer, Some(id(3)));
    assert_eq!(taken(&file(Purpose::DealerDocument)).unwrap().dealer, Some(id(3)));
    let rivals = File {
        dealer: Some(id(4)),
        ..by_admin
    };
    assert_eq!(taken(&rivals).unwrap_err(), Error::OtherDealer);
}

#[test]
fn a_name_can_not_end_its_header() {
    assert_eq!(attachment("a b.pdf"), "attachment; filename*=UTF-8''a%20b.pdf");
    for name in ["\"; x=\"", "a\r\nSet-Cookie: x", "ä*'%.pdf", "\0"] {
        let header = attachment(name);
        let (_, value) = header.split_once("''").unwrap();
        let plain = |c: char| c.is_ascii_alphanumeric() || "%-_.".contains(c);
        assert!(value.chars().all(plain), "{header}");
    }
}

#[test]
fn words_are_read_back() {
    for status in Status::ALL {
        assert_eq!(Status::parse(status.as_str()), Some(status));
    }
    assert_eq!(Status::parse("lost"), None);
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
    }
    assert_eq!(too_old(at()), at() - TimeDelta::hours(24));
}

#[test]
fn each_failure_has_a_code_of_its_own() {
    let all = [
        Error::TooManyUnused { limit: 100 },
        Error::NotUploaded,
        Error::Complete,
        Error::Incomplete,
        Error::InUse,
        Error::OtherPurpose {
            is: Purpose::Avatar,
            wanted: Purpose::ListingPhoto,
        },
        Error::OtherDealer,
        Error::Sold,
        Error::LinkInvalid,
        Error::TooManyPhotos,
    ];
    let codes: std::collections::BTreeSet<&str> = all.iter().map(Failure::code).collect();
    assert_eq!(codes.len(), all.len());
}

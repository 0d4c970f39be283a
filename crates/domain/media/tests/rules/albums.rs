//! The photos of a listing.

use forecourt_media::album::{Album, MOST_PHOTOS, Photo, PhotoChanges};
use forecourt_media::error::Error;
use forecourt_media::file::{File, Picture, Status};
use forecourt_media::ports::AlbumFacts;
use forecourt_media::purpose::Purpose;
use forecourt_media::rules::{REMOVE_JOB, add_photo, change_photo, remove_photo};
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::id::{FileId, PhotoId};
use kernel::patch::Patch;
use kernel::rights::Role;
use proptest::prelude::*;

use crate::{act, at, file, id, selling, somebody};

fn photo(n: u128, likeness: Option<u64>) -> Photo {
    Photo {
        id: id(100 + n),
        file: id(200 + n),
        alt_text: None,
        primary: false,
        ready: true,
        picture: Some(Picture {
            width: 800,
            height: 600,
            likeness,
        }),
    }
}

fn album(photos: usize) -> Album {
    let numbers = (1..).take(photos);
    Album::kept(numbers.map(|n| photo(n, None)).collect())
}

fn facts(photos: usize) -> AlbumFacts {
    AlbumFacts {
        listing: id(10),
        dealer: id(3),
        sold: false,
        version: 4,
        album: album(photos),
        file: Some(file(Purpose::ListingPhoto)),
    }
}

fn order(album: &Album) -> Vec<PhotoId> {
    album.photos().iter().map(|photo| photo.id).collect()
}

fn primary(album: &Album) -> Option<PhotoId> {
    album.primary().map(|photo| photo.id)
}

fn to(position: u32) -> PhotoChanges {
    PhotoChanges {
        position: Patch::Value(position),
        ..PhotoChanges::default()
    }
}

#[test]
fn the_first_photo_stands_for_the_listing_and_tells_of_itself() {
    let mut facts = facts(0);
    let words = "From the left".to_owned();
    let first = add_photo(&selling(), id(101), Some(&words), &facts).unwrap();
    assert!(first.answer.photo.primary);
    assert_eq!((first.answer.position, first.answer.alike), (1, None));
    assert_eq!(first.answer.photo.alt_text.as_deref(), Some("From the left"));
    let attached = first.plan.attached.unwrap();
    assert_eq!((attached.id, attached.attached_at), (id(1), Some(at())));
    assert_eq!(first.plan.discarded, None);
    let [event] = &first.record.events[..] else {
        panic!("one event: {:?}", first.record.events);
    };
    assert_eq!(event.name, "listing.photos_changed");
    assert_eq!((event.subject, event.dealer), (facts.listing.uuid(), Some(id(3))));
    assert_eq!(event.payload["photos"], 1);
    assert_eq!(event.payload["primary_file_id"], id::<()>(1).to_string());
    let audit = first.record.audit.unwrap();
    assert_eq!((audit.action, audit.dealer), ("photo.add", Some(id(3))));

    facts.album = first.plan.album;
    let second = add_photo(&selling(), id(102), None, &facts).unwrap();
    assert!(!second.answer.photo.primary);
    assert_eq!(second.answer.position, 2);
    assert_eq!(primary(&second.plan.album), Some(id(101)));
}

#[test]
fn a_photo_is_shown_once_its_widths_are_drawn() {
    for (status, ready) in [(Status::Stored, false), (Status::Ready, true)] {
        let mut facts = facts(1);
        facts.file = Some(File {
            status,
            ..file(Purpose::ListingPhoto)
        });
        let added = add_photo(&selling(), id(150), None, &facts).unwrap();
        assert_eq!(added.answer.photo.ready, ready);
    }
}

#[test]
fn forty_photos_are_all_that_a_listing_shows() {
    let almost = add_photo(&selling(), id(150), None, &facts(MOST_PHOTOS - 1)).unwrap();
    assert_eq!(almost.plan.album.photos().len(), MOST_PHOTOS);
    let full = add_photo(&selling(), id(150), None, &facts(MOST_PHOTOS));
    assert_eq!(full.unwrap_err(), Error::TooManyPhotos);
}

#[test]
fn only_a_whole_file_of_ones_own_that_nothing_uses_becomes_a_photo() {
    let with = |file: Option<File>| {
        let facts = AlbumFacts { file, ..facts(1) };
        add_photo(&selling(), id(150), None, &facts).map(|_| ())
    };
    let own = file(Purpose::ListingPhoto);
    let absent = Err(Error::Common(Common::absent("file")));
    assert_eq!(with(None), absent);
    let others = File {
        uploaded_by: id(77),
        ..own.clone()
    };
    assert_eq!(with(Some(others)), absent);
    let of = |status: Status| File {
        status,
        ..own.clone()
    };
    assert_eq!(with(Some(of(Status::Discarded))), absent);
    assert_eq!(with(Some(of(Status::Awaiting))), Err(Error::Incomplete));
    let used = File {
        attached_at: Some(at()),
        ..own.clone()
    };
    assert_eq!(with(Some(used)), Err(Error::InUse));
    let other = Error::OtherPurpose {
        is: Purpose::Avatar,
        wanted: Purpose::ListingPhoto,
    };
    assert_eq!(with(Some(file(Purpose::Avatar))), Err(other));
    assert_eq!(with(Some(own)), Ok(()));
}

#[test]
fn who_sells_for_the_dealer_changes_its_photos_and_nobody_else() {
    let change = |actor: Actor| remove_photo(&act(actor), id(101), &facts(2)).map(|_| ());
    for role in [Role::Owner, Role::Manager, Role::Sales] {
        assert_eq!(change(somebody(id(5), Some((id(3), role)))), Ok(()), "{role:?}");
    }
    let refused = change(somebody(id(5), Some((id(3), Role::Mechanic)))).unwrap_err();
    assert_eq!(refused.code(), "forbidden");
    for stranger in [somebody(id(5), None), somebody(id(5), Some((id(4), Role::Owner)))] {
        assert_eq!(
            change(stranger).unwrap_err(),
            Error::Common(Common::absent("listing"))
        );
    }
    assert_eq!(
        change(Actor::Anonymous).unwrap_err(),
        Error::Common(Common::Unauthenticated)
    );
}

#[test]
fn a_sold_listing_and_one_that_changed_meanwhile_stay_as_they_are() {
    let sold = AlbumFacts {
        sold: true,
        ..facts(2)
    };
    assert_eq!(
        change_photo(&selling(), id(101), &to(2), &sold).unwrap_err(),
        Error::Sold
    );
    assert_eq!(remove_photo(&selling(), id(101), &sold).unwrap_err(), Error::Sold);
    assert_eq!(
        add_photo(&selling(), id(150), None, &sold).unwrap_err(),
        Error::Sold
    );
    let mut late = selling();
    late.expected_version = Some(3);
    let stale = Error::Common(Common::Stale { current: 4 });
    assert_eq!(
        change_photo(&late, id(101), &to(2), &facts(2)).unwrap_err(),
        stale
    );
    late.expected_version = Some(4);
    assert!(change_photo(&late, id(101), &to(2), &facts(2)).is_ok());
}

#[test]
fn a_photo_moves_and_behind_the_last_means_last() {
    let moved = |photo: u128, position: u32| {
        let changed = change_photo(&selling(), id(photo), &to(position), &facts(3)).unwrap();
        let placed = changed.answer.position;
        (order(&changed.plan.album), placed, primary(&changed.plan.album))
    };
    assert_eq!(moved(103, 1), (vec![id(103), id(101), id(102)], 1, Some(id(101))));
    assert_eq!(moved(101, 2), (vec![id(102), id(101), id(103)], 2, Some(id(101))));
    assert_eq!(moved(101, 3), (vec![id(102), id(103), id(101)], 3, Some(id(101))));
    assert_eq!(
        moved(102, u32::MAX),
        (vec![id(101), id(103), id(102)], 3, Some(id(101)))
    );
    let none = change_photo(&selling(), id(999), &to(1), &facts(3)).unwrap_err();
    assert_eq!(none, Error::Common(Common::absent("photo")));
}

#[test]
fn another_photo_stands_for_the_listing_and_none_can_not() {
    let primary_as = |photo: u128, primary: Patch<bool>| {
        let changes = PhotoChanges {
            primary,
            ..PhotoChanges::default()
        };
        change_photo(&selling(), id(photo), &changes, &facts(3))
    };
    let changed = primary_as(102, Patch::Value(true)).unwrap();
    assert_eq!(primary(&changed.plan.album), Some(id(102)));
    assert_eq!(order(&changed.plan.album), [id(101), id(102), id(103)]);
    assert_eq!(
        changed.record.events[0].payload["primary_file_id"],
        id::<()>(202).to_string()
    );
    assert!(
        primary_as(102, Patch::Value(false)).is_ok(),
        "it is not the one anyway"
    );
    for without in [Patch::Value(false), Patch::Null] {
        let refused = primary_as(101, without).unwrap_err();
        let wrong = refused.violations().unwrap().as_slice();
        assert_eq!(
            (wrong[0].pointer.as_str(), wrong[0].code.as_ref()),
            ("/primary", "primary_needed")
        );
    }
}

#[test]
fn everything_wrong_with_a_change_is_told_at_once() {
    let changes = PhotoChanges {
        position: Patch::Value(0),
        alt_text: Patch::Value("x".repeat(301)),
        primary: Patch::Null,
    };
    let refused = change_photo(&selling(), id(101), &changes, &facts(1)).unwrap_err();
    let wrong = refused.violations().unwrap().as_slice();
    let told: Vec<&str> = wrong.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(told, ["/primary", "/position", "/alt_text"]);
    let longest = PhotoChanges {
        alt_text: Patch::Value("é".repeat(300)),
        ..PhotoChanges::default()
    };
    let kept = change_photo(&selling(), id(101), &longest, &facts(1)).unwrap();
    assert_eq!(kept.answer.photo.alt_text, Some("é".repeat(300)));
    let silent = PhotoChanges {
        alt_text: Patch::Null,
        ..PhotoChanges::default()
    };
    let facts = AlbumFacts {
        album: kept.plan.album,
        ..facts(1)
    };
    let changed = change_photo(&selling(), id(101), &silent, &facts).unwrap();
    assert_eq!(changed.answer.photo.alt_text, None);
    let audit = changed.record.audit.unwrap();
    assert_eq!(
        (audit.action, audit.subject),
        ("photo.change", id::<()>(101).uuid())
    );
}

#[test]
fn a_photo_goes_with_its_file_and_the_next_takes_its_place() {
    let gone = remove_photo(&selling(), id(101), &facts(3)).unwrap();
    assert_eq!(gone.plan.discarded, Some(id::<_>(201)));
    assert_eq!(order(&gone.plan.album), [id(102), id(103)]);
    assert_eq!(primary(&gone.plan.album), Some(id(102)));
    let [job] = &gone.record.jobs[..] else {
        panic!("one job: {:?}", gone.record.jobs);
    };
    assert_eq!(job.kind, REMOVE_JOB);
    assert_eq!(job.payload["file"], id::<FileId>(201).to_string());
    let last = remove_photo(&selling(), id(101), &facts(1)).unwrap();
    assert_eq!(last.record.events[0].payload["photos"], 0);
    assert!(last.record.events[0].payload["primary_file_id"].is_null());
}

#[test]
fn pictures_that_look_alike_name_the_earlier_one() {
    let same = 0b1010_1010;
    let kept = Album::kept(vec![
        photo(1, Some(same)),
        photo(2, Some(!same)),
        photo(3, Some(same ^ 0b11_1111)),
        photo(4, Some(same ^ 0b111_1111)),
        photo(5, None),
        photo(6, None),
    ]);
    let alike: Vec<Option<PhotoId>> = kept.all_placed().into_iter().map(|placed| placed.alike).collect();
    // The fourth is seven bits from the first, and one from the third.
    assert_eq!(alike, [None, None, Some(id(101)), Some(id(103)), None, None]);
}

proptest! {
    #[test]
    fn exactly_one_stands_for_a_listing_that_has_photos(steps in prop::collection::vec((0_u8..4, 0_u32..50), 0..60)) {
        let mut album = Album::default();
        for (n, (step, place)) in (1_u128..).zip(steps) {
            let some = album.photos().get(place as usize % album.photos().len().max(1)).map(|photo| photo.id);
            let before = album.clone();
            let after = match (step, some) {
                (0, _) | (_, None) => album.with(photo(n, None)),
                (1, Some(id)) => album.without(id).map(|(album, _)| album),
                (2, Some(id)) => album.changed(id, &to(place + 1)),
                (_, Some(id)) => album.changed(id, &PhotoChanges { primary: Patch::Value(true), ..PhotoChanges::default() }),
            };
            album = after.unwrap_or(before);
            let primaries = album.photos().iter().filter(|photo| photo.primary).count();
            prop_assert_eq!(primaries, usize::from(!album.photos().is_empty()));
            prop_assert!(album.photos().len() <= MOST_PHOTOS);
        }
    }
}

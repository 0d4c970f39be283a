//! Who may, how many, what follows: pure decisions.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{DealerId, FileId, PhotoId, UserId};
use kernel::job::{Job, Lane};
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::album::{Album, Photo, PhotoChanges, Placed};
use crate::error::Error;
use crate::file::{File, Picture, Status};
use crate::portrait::{Subject, Whose};
use crate::ports::{AlbumFacts, AlbumPlan, AnnounceFacts, PortraitFacts, PortraitPlan};
use crate::purpose::Purpose;
use crate::request::CheckedFile;

/// Files of one person that nothing uses, at most.
pub const MOST_UNUSED: usize = 100;
/// Minutes in which announced bytes may come.
pub const UPLOAD_MINUTES: i64 = 15;
/// Minutes that a link to a private file holds.
pub const LINK_MINUTES: i64 = 5;
/// Hours after which what nothing uses is removed.
pub const UNUSED_HOURS: i64 = 24;

/// The kind of the jobs that draw a picture in all widths.
pub const DRAW_JOB: &str = "draw_picture";
/// The kind of the jobs that remove the bytes of a discarded file, then its row.
pub const REMOVE_JOB: &str = "remove_file";

/// Which file a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileJob {
    /// The file.
    pub file: FileId,
}

/// The job that removes the bytes of a file that is discarded.
pub fn removal(file: FileId) -> Job {
    Job::new(REMOVE_JOB, &FileJob { file }).in_lane(Lane::Long)
}

/// The dealer that a file is brought for, where its purpose is a dealer's. Who holds no such right is refused before a byte comes.
pub fn dealer_of(
    actor: &Actor,
    purpose: Purpose,
    named: Option<DealerId>,
) -> Result<Option<DealerId>, Common> {
    let Some(right) = purpose.dealer_right() else {
        return Ok(None);
    };
    let forbidden = Common::Forbidden {
        right: right.as_str(),
    };
    // A photo's listing says whose it is; an admin need not name the dealer twice.
    if actor.sees_all() && named.is_none() {
        return Ok(None);
    }
    actor.acting_dealer(right, named, forbidden).map(Some)
}

/// A file is announced, for the dealer that [`dealer_of`] said.
pub fn announce(
    act: &Act,
    id: FileId,
    new: &CheckedFile,
    dealer: Option<DealerId>,
    facts: &AnnounceFacts,
) -> Result<Decision<File, File>, Error> {
    let by = act.actor.person()?.user;
    if !facts.dealer_known {
        return Err(absent("dealer"));
    }
    if facts.unused >= MOST_UNUSED {
        return Err(Error::TooManyUnused { limit: MOST_UNUSED });
    }
    let file = File {
        id,
        uploaded_by: by,
        dealer,
        purpose: new.purpose,
        name: new.name.clone(),
        of: new.of,
        size: new.size,
        sha256: new.sha256.clone(),
        status: Status::Awaiting,
        picture: None,
        attached_at: None,
        created_at: act.at,
        expires_at: act.at + TimeDelta::minutes(UPLOAD_MINUTES),
    };
    let audit = Audit::new("file.announce", "file", id).with(json!({ "purpose": new.purpose.as_str() }));
    Ok(Decision::new(file.clone(), file, audit))
}

/// The bytes are there, and were looked at. Pictures for everybody are drawn next.
pub fn complete(
    act: &Act,
    size: u64,
    picture: Option<Picture>,
    file: &File,
) -> Result<Decision<File, File>, Error> {
    mine(&act.actor, file)?;
    match file.status {
        Status::Awaiting => {}
        Status::Stored | Status::Ready => return Err(Error::Complete),
        Status::Discarded => return Err(Common::absent("file").into()),
    }
    let drawn = file.purpose.is_public();
    let after = File {
        size,
        status: if drawn { Status::Stored } else { Status::Ready },
        picture,
        ..file.clone()
    };
    let audit = Audit::new("file.complete", "file", file.id).with(json!({ "size": size }));
    let draw = drawn.then(|| Job::new(DRAW_JOB, &FileJob { file: file.id }).in_lane(Lane::Long));
    Ok(Decision::new(after.clone(), after, audit).then_all(draw))
}

/// All widths are drawn.
pub fn drawn(picture: Picture, file: &File) -> Result<Decision<File, File>, Error> {
    let after = match file.status {
        Status::Stored => File {
            status: Status::Ready,
            picture: Some(picture),
            ..file.clone()
        },
        Status::Awaiting | Status::Ready | Status::Discarded => file.clone(),
    };
    Ok(Decision::nothing(after.clone(), after))
}

/// A file is its owner's until something uses it.
pub fn mine(actor: &Actor, file: &File) -> Result<UserId, Common> {
    let by = actor.person()?.user;
    if by == file.uploaded_by {
        Ok(by)
    } else {
        Err(Common::absent("file"))
    }
}

/// May the actor ask for this file? Who brought it may, and those of the dealer that it was brought for who keep its record, or see its
/// stock. A dealer's paper that is in use is the dealer's alone: who brought it may have left.
pub fn see(actor: &Actor, file: &File) -> Result<(), Common> {
    let by = actor.person()?.user;
    let absent = || Common::absent("file");
    match file.status {
        Status::Awaiting | Status::Discarded => Err(absent()),
        Status::Stored | Status::Ready if by == file.uploaded_by && !taken_over(file) => Ok(()),
        Status::Stored | Status::Ready => {
            let dealer = file.dealer.ok_or_else(absent)?;
            let right = match file.purpose {
                // What a car cost in the workshop is nothing to who runs the platform.
                Purpose::ServiceReceipt if actor.member_of(dealer).is_none() => return Err(absent()),
                Purpose::ServiceReceipt => Right::SeeInventory,
                Purpose::Avatar
                | Purpose::VehicleImage
                | Purpose::ListingPhoto
                | Purpose::DealerLogo
                | Purpose::DealerDocument => Right::EditDealer,
            };
            actor.may(right, Scope::Dealer(dealer)).map_err(|_| absent())
        }
    }
}

/// Has the file become a dealer's own?
fn taken_over(file: &File) -> bool {
    file.dealer.is_some() && file.attached_at.is_some() && !file.purpose.is_public()
}

/// May the actor change the photos of this dealer's listings?
pub fn may_photograph(actor: &Actor, dealer: DealerId) -> Result<(), Common> {
    actor
        .may(Right::ManageListings, Scope::Dealer(dealer))
        .map_err(|refusal| refusal.of("listing"))
}

fn changeable(act: &Act, facts: &AlbumFacts) -> Result<(), Error> {
    may_photograph(&act.actor, facts.dealer)?;
    act.expect_version(facts.version)?;
    if facts.sold {
        return Err(Error::Sold);
    }
    Ok(())
}

fn audit(action: &'static str, photo: PhotoId, facts: &AlbumFacts) -> Audit {
    Audit::new(action, "photo", photo).for_dealer(facts.dealer)
}

/// What is told of every change of a listing's photos: how many there are now, and which stands for it.
fn photos_changed(album: &Album, facts: &AlbumFacts) -> Event {
    let payload = json!({
        "listing_id": facts.listing,
        "photos": album.photos().len(),
        "primary_file_id": album.primary().map(|photo| photo.file),
    });
    Event::new("listing.photos_changed", facts.listing, payload).for_dealer(facts.dealer)
}

fn absent(what: &'static str) -> Error {
    Common::absent(what).into()
}

/// A file becomes a photo of a listing.
pub fn add_photo(
    act: &Act,
    id: PhotoId,
    alt_text: Option<&String>,
    facts: &AlbumFacts,
) -> Result<Decision<AlbumPlan, Placed>, Error> {
    changeable(act, facts)?;
    let by = act.actor.person()?.user;
    let file = facts.file.as_ref().ok_or_else(|| absent("file"))?;
    let attached = file.attached(by, Purpose::ListingPhoto, act.at)?;
    let album = facts.album.clone().with(Photo {
        id,
        file: file.id,
        alt_text: alt_text.cloned(),
        primary: false,
        ready: file.status == Status::Ready,
        picture: file.picture,
    })?;
    let placed = album.placed(id).ok_or_else(|| absent("photo"))?;
    let plan = AlbumPlan {
        album,
        attached: Some(attached),
        discarded: None,
        at: act.at,
    };
    let audit = audit("photo.add", id, facts).with(json!({ "position": placed.position }));
    let event = photos_changed(&plan.album, facts);
    Ok(Decision::new(plan, placed, audit).telling(event))
}

/// A photo moves, is told in other words, or stands for the listing.
pub fn change_photo(
    act: &Act,
    id: PhotoId,
    changes: &PhotoChanges,
    facts: &AlbumFacts,
) -> Result<Decision<AlbumPlan, Placed>, Error> {
    changeable(act, facts)?;
    let before = facts.album.placed(id).ok_or_else(|| absent("photo"))?;
    let album = facts.album.clone().changed(id, changes)?;
    let placed = album.placed(id).ok_or_else(|| absent("photo"))?;
    let told = |p: &Placed| json!({ "position": p.position, "primary": p.photo.primary, "alt_text": p.photo.alt_text });
    let audit = audit("photo.change", id, facts).between(&told(&before), &told(&placed));
    let plan = AlbumPlan {
        album,
        attached: None,
        discarded: None,
        at: act.at,
    };
    let event = photos_changed(&plan.album, facts);
    Ok(Decision::new(plan, placed, audit).telling(event))
}

/// A photo goes, with its file.
pub fn remove_photo(act: &Act, id: PhotoId, facts: &AlbumFacts) -> Result<Decision<AlbumPlan, ()>, Error> {
    changeable(act, facts)?;
    let (album, file) = facts.album.clone().without(id)?;
    let plan = AlbumPlan {
        album,
        attached: None,
        discarded: Some(file),
        at: act.at,
    };
    let event = photos_changed(&plan.album, facts);
    let decision = Decision::new(plan, (), audit("photo.remove", id, facts));
    Ok(decision.telling(event).then(removal(file)))
}

/// May the actor change the picture of this thing, which is theirs?
pub fn may_portray(actor: &Actor, subject: Subject, whose: Whose) -> Result<(), Common> {
    let (right, scope) = whose.rule(subject);
    actor
        .may(right, scope)
        .map_err(|refusal| refusal.of(subject.kind()))
}

fn portrayable(act: &Act, subject: Subject, facts: &PortraitFacts) -> Result<(), Error> {
    may_portray(&act.actor, subject, facts.whose)?;
    Ok(act.expect_version(facts.version)?)
}

fn portrayed(action: &'static str, subject: Subject, facts: &PortraitFacts) -> Audit {
    let audit = match subject {
        Subject::User(id) => Audit::new(action, "user", id),
        Subject::Vehicle(id) => Audit::new(action, "vehicle", id),
        Subject::Dealer(id) => Audit::new(action, "dealer", id),
    };
    match facts.whose.dealer() {
        Some(dealer) => audit.for_dealer(dealer),
        None => audit,
    }
}

/// A thing's picture is set.
pub fn set_portrait(
    act: &Act,
    subject: Subject,
    facts: &PortraitFacts,
) -> Result<Decision<Option<PortraitPlan>, Option<FileId>>, Error> {
    portrayable(act, subject, facts)?;
    let by = act.actor.person()?.user;
    let file = facts.file.as_ref().ok_or_else(|| absent("file"))?;
    let plan = PortraitPlan {
        attached: Some(file.attached(by, subject.purpose(), act.at)?),
        discarded: facts.current,
        at: act.at,
    };
    let audit = portrayed("picture.set", subject, facts);
    Ok(Decision::new(Some(plan), Some(file.id), audit).then_all(facts.current.map(removal)))
}

/// A thing's picture is removed; without one nothing is done.
pub fn remove_portrait(
    act: &Act,
    subject: Subject,
    facts: &PortraitFacts,
) -> Result<Decision<Option<PortraitPlan>, Option<FileId>>, Error> {
    portrayable(act, subject, facts)?;
    let Some(current) = facts.current else {
        return Ok(Decision::nothing(None, None));
    };
    let plan = PortraitPlan {
        attached: None,
        discarded: Some(current),
        at: act.at,
    };
    Ok(Decision::new(Some(plan), None, portrayed("picture.remove", subject, facts)).then(removal(current)))
}

/// The instant before which files that nothing uses are too old.
pub fn too_old(now: Instant) -> Instant {
    now - TimeDelta::hours(UNUSED_HOURS)
}

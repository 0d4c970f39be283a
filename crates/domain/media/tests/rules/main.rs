//! The rules of files and pictures, without a store and without a database.
#![expect(clippy::unwrap_used, reason = "tests")]

use forecourt_media::file::{File, Status};
use forecourt_media::file_type::FileType;
use forecourt_media::purpose::Purpose;
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, Id, UserId};
use kernel::rights::Role;
use uuid::Uuid;

mod albums;
mod files;
mod portraits;
mod seeing;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn at() -> Instant {
    "2026-06-08T14:00:00Z".parse().unwrap()
}

fn somebody(user: UserId, works: Option<(DealerId, Role)>) -> Actor {
    Actor::User(Principal {
        user,
        session: id(9),
        admin: false,
        factor_due: false,
        staff: works.map(|(dealer, role)| Membership {
            staff: id(8),
            dealer,
            role,
            sites: Vec::new(),
        }),
    })
}

/// What an actor does now.
fn act(actor: Actor) -> Act {
    Act {
        actor,
        ..Act::of_system(at(), "test")
    }
}

/// What user 2 sells for dealer 3.
fn selling() -> Act {
    act(somebody(id(2), Some((id(3), Role::Sales))))
}

/// A file that user 2 brought for dealer 3, and that nothing uses.
fn file(purpose: Purpose) -> File {
    File {
        id: id(1),
        uploaded_by: id(2),
        dealer: Some(id(3)),
        purpose,
        name: "licence.pdf".to_owned(),
        of: FileType::Pdf,
        size: 100,
        sha256: None,
        status: Status::Ready,
        picture: None,
        attached_at: None,
        created_at: at(),
        expires_at: at(),
    }
}

//! Who may ask for a file.
#![expect(clippy::unwrap_used, reason = "tests")]

use forecourt_media::file::{File, Status};
use forecourt_media::file_type::FileType;
use forecourt_media::purpose::Purpose;
use forecourt_media::rules::see;
use kernel::Instant;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, Id, UserId};
use kernel::rights::Role;
use uuid::Uuid;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
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

fn paper(attached_at: Option<Instant>) -> File {
    of(Purpose::DealerDocument, attached_at)
}

fn of(purpose: Purpose, attached_at: Option<Instant>) -> File {
    let at: Instant = "2026-06-08T14:00:00Z".parse().unwrap();
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
        attached_at,
        created_at: at,
        expires_at: at,
    }
}

#[test]
fn a_dealers_paper_in_use_is_seen_by_its_owners_and_not_by_who_left() {
    let (unused, used) = (paper(None), paper("2026-06-08T15:00:00Z".parse().ok()));
    let brought = used.uploaded_by;
    let owner = somebody(brought, Some((id(3), Role::Owner)));
    assert!(see(&owner, &unused).is_ok());
    assert!(see(&owner, &used).is_ok());
    let partner = somebody(id(5), Some((id(3), Role::Owner)));
    assert!(see(&partner, &used).is_ok());
    for (who, what) in [
        (somebody(brought, None), "left"),
        (somebody(brought, Some((id(3), Role::Sales))), "was demoted"),
        (somebody(brought, Some((id(4), Role::Owner))), "owns a rival"),
        (somebody(id(6), Some((id(3), Role::Manager))), "manages"),
        (Actor::Anonymous, "is nobody known"),
    ] {
        assert!(see(&who, &used).is_err(), "who {what}");
    }
}

#[test]
fn a_receipt_of_stock_is_seen_by_staff_who_see_stock_and_by_no_admin() {
    let used = of(Purpose::ServiceReceipt, "2026-06-08T15:00:00Z".parse().ok());
    let brought = used.uploaded_by;
    assert!(see(&somebody(id(6), Some((id(3), Role::Mechanic))), &used).is_ok());
    let mut admin = somebody(id(7), None);
    if let Actor::User(person) = &mut admin {
        person.admin = true;
    }
    for (who, what) in [
        (somebody(brought, None), "left"),
        (somebody(id(5), Some((id(4), Role::Owner))), "owns a rival"),
        (admin, "runs the platform"),
    ] {
        assert!(see(&who, &used).is_err(), "who {what}");
    }
    let own = File { dealer: None, ..used };
    assert!(see(&somebody(brought, None), &own).is_ok());
    assert!(see(&somebody(id(5), Some((id(3), Role::Owner))), &own).is_err());
}

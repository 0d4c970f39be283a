//! Who may ask for a file.
use forecourt_media::file::File;
use forecourt_media::purpose::Purpose;
use forecourt_media::rules::see;
use kernel::actor::Actor;
use kernel::rights::Role;

use crate::{at, file, id, somebody};

/// A paper that dealer 3 has in use, or that nothing uses yet.
fn of(purpose: Purpose, used: bool) -> File {
    File {
        attached_at: used.then(at),
        ..file(purpose)
    }
}

#[test]
fn a_dealers_paper_in_use_is_seen_by_its_owners_and_not_by_who_left() {
    let (unused, used) = (
        of(Purpose::DealerDocument, false),
        of(Purpose::DealerDocument, true),
    );
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
    let used = of(Purpose::ServiceReceipt, true);
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

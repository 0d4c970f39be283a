//! Who sees and keeps receipts: facts in, a decision out. Closed to admins too: what somebody paid, and where, is their own.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{FileId, ReceiptId};
use kernel::rights::Right;
use serde_json::json;

use crate::error::Error;
use crate::ports::ReceiptFacts;
use crate::receipt::{MOST_RECEIPTS, Receipt};
use crate::vehicle::Owner;

/// May the actor read what this owner keeps?
pub fn may_read(actor: &Actor, owner: Owner) -> Result<(), Common> {
    belongs(actor, owner, Right::SeeInventory, "receipt")
}

/// A person's own are theirs alone; a dealer's are its staff's and its programs'. To everybody else, admins among them, they are not
/// there.
fn belongs(actor: &Actor, owner: Owner, right: Right, what: &'static str) -> Result<(), Common> {
    if *actor == Actor::Anonymous {
        return Err(Common::Unauthenticated);
    }
    match owner {
        Owner::User(user) if actor.user() == Some(user) => Ok(()),
        Owner::Dealer(dealer) if works_for(actor, owner) => actor
            .may(right, Scope::Dealer(dealer))
            .map_err(|refusal| refusal.of(what)),
        Owner::User(_) | Owner::Dealer(_) => Err(Common::absent(what)),
    }
}

fn works_for(actor: &Actor, owner: Owner) -> bool {
    dealer_of(actor) == Some(owner)
}

fn dealer_of(actor: &Actor) -> Option<Owner> {
    let own = match actor {
        Actor::User(person) => person.staff.as_ref().map(|member| member.dealer),
        Actor::Key(key) => Some(key.dealer),
        Actor::Anonymous | Actor::Link(_) | Actor::System => None,
    };
    own.map(Owner::Dealer)
}

/// Whose receipts the actor reads: their own, and those of the dealer that they work for.
pub fn read_by(actor: &Actor) -> Vec<Owner> {
    let own = actor.user().map(Owner::User);
    let both = own.into_iter().chain(dealer_of(actor));
    both.filter(|owner| may_read(actor, *owner).is_ok()).collect()
}

/// A receipt is brought behind an entry, by who has the vehicle now. Taking its file into use is for whoever keeps files.
pub fn add(
    act: &Act,
    id: ReceiptId,
    file: FileId,
    facts: &ReceiptFacts,
) -> Result<Decision<Receipt, Receipt>, Error> {
    let owner = facts.vehicle.owner;
    belongs(&act.actor, owner, Right::ManageListings, "service record")?;
    // What an owner before left behind is not to be told of, not even by a number.
    let kept = facts.receipts.iter().filter(|receipt| receipt.owner == owner);
    if kept.count() >= MOST_RECEIPTS {
        return Err(Error::TooManyReceipts);
    }
    let receipt = Receipt {
        id,
        record: facts.record.id,
        owner,
        file,
        brought_at: act.at,
    };
    let audit = line("receipt.add", &receipt);
    Ok(Decision::new(receipt.clone(), receipt, audit))
}

/// A receipt goes, whoever has the vehicle by then. The plan is what goes: its file is let go by whoever keeps files.
pub fn remove(act: &Act, id: ReceiptId, facts: &ReceiptFacts) -> Result<Decision<Receipt, ()>, Error> {
    let receipt = facts.receipts.iter().find(|receipt| receipt.id == id);
    let receipt = receipt.ok_or(Common::absent("receipt"))?;
    belongs(&act.actor, receipt.owner, Right::ManageListings, "receipt")?;
    act.expect_version(Receipt::VERSION)?;
    Ok(Decision::new(
        receipt.clone(),
        (),
        line("receipt.remove", receipt),
    ))
}

fn line(action: &'static str, receipt: &Receipt) -> Audit {
    let audit = Audit::new(action, "receipt", receipt.id)
        .with(json!({ "service_record_id": receipt.record, "file_id": receipt.file }));
    match receipt.owner {
        Owner::Dealer(dealer) => audit.for_dealer(dealer),
        Owner::User(_) => audit,
    }
}

#[cfg(test)]
mod tests {
    use kernel::actor::{KeyHolder, Membership, Principal};
    use kernel::error::{Failure, Kind};
    use kernel::id::{DealerId, Id, UserId};
    use kernel::rights::Role;
    use uuid::Uuid;

    use super::*;
    use crate::service_record::{RecordStatus, ServiceRecord};
    use crate::vehicle::{Vehicle, VehicleDetails};

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    const fn at() -> kernel::Instant {
        chrono::DateTime::UNIX_EPOCH
    }

    fn somebody(user: UserId, works: Option<(DealerId, Role)>) -> Act {
        let actor = Actor::User(Principal {
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
        });
        Act {
            actor,
            ..Act::of_system(at(), "test")
        }
    }

    fn admin() -> Act {
        let mut act = somebody(id(99), None);
        if let Actor::User(person) = &mut act.actor {
            person.admin = true;
        }
        act
    }

    fn key(dealer: DealerId) -> Actor {
        Actor::Key(KeyHolder {
            id: id(7),
            dealer,
            rights: vec![Right::SeeInventory],
        })
    }

    /// Behind an entry of a car of `owner` lie so many receipts of `keeper`.
    fn facts(owner: Owner, keeper: Owner, receipts: usize) -> ReceiptFacts {
        let kept = |n: u128| Receipt {
            id: id(1_000 + n),
            record: id(20),
            owner: keeper,
            file: id(2_000 + n),
            brought_at: at(),
        };
        ReceiptFacts {
            vehicle: Vehicle::new(id(10), owner, VehicleDetails::of_an_accord(), at()),
            record: ServiceRecord {
                id: id(20),
                vehicle: id(10),
                description: "Brakes".to_owned(),
                location: None,
                appointment: None,
                completion_date: None,
                odometer: None,
                cost: None,
                status: RecordStatus::Completed,
                past_history: false,
                created_at: at(),
                updated_at: at(),
                version: 1,
            },
            receipts: (0..).map(kept).take(receipts).collect(),
        }
    }

    fn kind_of<T>(result: Result<T, Error>) -> Option<Kind> {
        result.err().map(|error| error.kind())
    }

    #[test]
    fn a_person_keeps_receipts_of_their_own_car_and_nobody_else_does() {
        let ann = Owner::User(id(1));
        let facts = facts(ann, ann, 1);
        let add_by = |act: &Act| kind_of(add(act, id(3), id(4), &facts));
        let remove_by = |act: &Act| kind_of(remove(act, id(1_000), &facts));
        assert_eq!(add_by(&somebody(id(1), None)), None);
        assert_eq!(remove_by(&somebody(id(1), None)), None);
        let stranger = somebody(id(2), None);
        let works = somebody(id(2), Some((id(5), Role::Owner)));
        for act in [&stranger, &works, &admin()] {
            assert_eq!(add_by(act), Some(Kind::Absent));
            assert_eq!(remove_by(act), Some(Kind::Absent));
            assert!(may_read(&act.actor, ann).is_err());
        }
        let nobody = Act {
            actor: Actor::Anonymous,
            ..stranger
        };
        assert_eq!(add_by(&nobody), Some(Kind::Unauthenticated));
        assert_eq!(may_read(&key(id(5)), ann), Err(Common::absent("receipt")));
    }

    #[test]
    fn receipts_of_stock_are_for_the_dealers_staff_by_their_rights() {
        let oak = Owner::Dealer(id(5));
        let facts = facts(oak, oak, 1);
        let add_by = |act: &Act| kind_of(add(act, id(3), id(4), &facts));
        let by_role = |dealer: u128, role| somebody(id(2), Some((id(dealer), role)));
        assert_eq!(add_by(&by_role(5, Role::Sales)), None);
        assert_eq!(add_by(&by_role(5, Role::Mechanic)), Some(Kind::Forbidden));
        assert!(may_read(&by_role(5, Role::Mechanic).actor, oak).is_ok());
        assert_eq!(add_by(&by_role(6, Role::Owner)), Some(Kind::Absent));
        assert_eq!(add_by(&admin()), Some(Kind::Absent));
        assert_eq!(
            read_by(&by_role(5, Role::Sales).actor),
            [Owner::User(id(2)), oak],
            "their own car's, too"
        );
        assert_eq!(read_by(&key(id(5))), [oak]);
        assert_eq!(read_by(&admin().actor), [Owner::User(id(99))]);
        assert_eq!(read_by(&Actor::System), []);
    }

    #[test]
    fn what_an_owner_before_left_is_theirs_and_does_not_count() {
        let (ann, bob) = (Owner::User(id(1)), Owner::User(id(2)));
        let sold_on = facts(bob, ann, MOST_RECEIPTS);
        assert_eq!(kind_of(add(&somebody(id(2), None), id(3), id(4), &sold_on)), None);
        assert_eq!(
            kind_of(add(&somebody(id(1), None), id(3), id(4), &sold_on)),
            Some(Kind::Absent)
        );
        let removed = |user| kind_of(remove(&somebody(id(user), None), id(1_000), &sold_on));
        assert_eq!((removed(1), removed(2)), (None, Some(Kind::Absent)));
    }

    #[test]
    fn an_entry_has_twenty_at_most() {
        let ann = Owner::User(id(1));
        let add_to = |n| add(&somebody(id(1), None), id(3), id(4), &facts(ann, ann, n)).err();
        assert_eq!(add_to(MOST_RECEIPTS - 1), None);
        assert_eq!(add_to(MOST_RECEIPTS), Some(Error::TooManyReceipts));
    }

    #[test]
    fn one_of_another_version_was_never_there_to_remove() {
        let ann = Owner::User(id(1));
        let act = Act {
            expected_version: Some(7),
            ..somebody(id(1), None)
        };
        let refused = remove(&act, id(1_000), &facts(ann, ann, 1));
        assert_eq!(refused.err(), Some(Error::Common(Common::Stale { current: 1 })));
    }
}

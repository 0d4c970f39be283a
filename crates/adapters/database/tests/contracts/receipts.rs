//! Receipts behind entries of the log, with their files.

use std::sync::Arc;

use application::error::Error;
use application::service_receipts::KeepReceipts;
use forecourt_database::inventory::{SqlReceipts, SqlServiceRecords};
use forecourt_database::media::SqlFiles;
use inventory::receipt::{MOST_RECEIPTS, Receipt};
use inventory::service_record::ServiceRecord;
use inventory::service_rules::RecordChanges;
use inventory::use_cases::ReadReceipts;
use inventory::vehicle::Owner;
use kernel::act::Act;
use kernel::error::{Failure, Kind};
use kernel::id::{FileId, VehicleId};
use kernel::paging::{PageRequest, Position, Sort};
use kernel::patch::Patch;
use kernel::rights::Role;
use media::file::Status;
use media::file_type::FileType;
use media::ports::Files;
use media::purpose::Purpose;
use media::request::CheckedFile;
use media::rules as file_rules;

use crate::world::{World, given_account, given_row, try_row};
use crate::yard::{VIN, Yard, accord};

/// A yard, and what keeps receipts there.
struct Drawer {
    yard: Yard,
    keep: KeepReceipts,
    read: ReadReceipts,
    files: Arc<dyn Files>,
}

impl Drawer {
    async fn on(world: World) -> Self {
        let ids = world.ids.clone();
        match world.database().cloned() {
            None => {
                let port = Arc::new(world.memory.clone());
                Self {
                    keep: KeepReceipts {
                        receipts: port.clone(),
                        ids,
                    },
                    read: ReadReceipts {
                        receipts: port.clone(),
                        log: port.clone(),
                    },
                    files: port,
                    yard: Yard::on(world).await,
                }
            }
            Some(db) => {
                let receipts = Arc::new(SqlReceipts::new(db.clone()));
                Self {
                    keep: KeepReceipts {
                        receipts: receipts.clone(),
                        ids,
                    },
                    read: ReadReceipts {
                        receipts,
                        log: Arc::new(SqlServiceRecords::new(db.clone())),
                    },
                    files: Arc::new(SqlFiles::new(db)),
                    yard: Yard::on(world).await,
                }
            }
        }
    }

    /// Somebody with an account.
    async fn known(&self, act: Act, name: &str) -> Act {
        if self.yard.world.database().is_some() {
            let (user, email) = (act.actor.user().unwrap(), format!("{name}@example.com"));
            given_account(&self.yard.world, user, &email, [name, "Lee"]).await;
        }
        act
    }

    async fn customer(&self, name: &str) -> Act {
        self.known(self.yard.customer(), name).await
    }

    /// A car of theirs with an entry in its log.
    async fn entry(&self, act: &Act) -> ServiceRecord {
        let car = self.yard.garage.enter(act, &accord(VIN)).await.unwrap().value;
        self.entry_of(act, car.id).await
    }

    async fn entry_of(&self, act: &Act, vehicle: VehicleId) -> ServiceRecord {
        let brakes = RecordChanges {
            description: Patch::Value("Brakes".into()),
            ..RecordChanges::default()
        };
        self.yard.log.add(act, vehicle, &brakes).await.unwrap().value
    }

    /// A whole file.
    async fn file(&self, act: &Act) -> FileId {
        let new = CheckedFile {
            name: "invoice.pdf".to_owned(),
            of: FileType::Pdf,
            size: 2_000,
            purpose: Purpose::ServiceReceipt,
            sha256: None,
            dealer: None,
        };
        let (by, id) = (act.actor.user().unwrap(), self.yard.world.ids.next());
        let announce = |facts: &_| file_rules::announce(act, id, &new, None, facts);
        self.files.announce(act, by, None, &announce).await.unwrap();
        let complete = |file: &_| file_rules::complete(act, 2_000, None, file);
        self.files.change(act, id, &complete).await.unwrap().value.id
    }

    async fn brought(&self, act: &Act, entry: &ServiceRecord) -> Receipt {
        let file = self.file(act).await;
        self.keep.add(act, entry.id, file).await.unwrap().value
    }

    async fn is_gone(&self, file: FileId) -> bool {
        let found = self.files.find(file).await.unwrap().unwrap();
        found.status == Status::Discarded && found.attached_at.is_none()
    }
}

pub(crate) async fn a_receipt_is_read_back_as_it_was_written(world: World) {
    let drawer = Drawer::on(world).await;
    let ann = drawer.customer("ann").await;
    let entry = drawer.entry(&ann).await;
    let receipt = drawer.brought(&ann, &entry).await;
    assert_eq!(receipt.owner, Owner::User(ann.actor.user().unwrap()));
    let find = async || drawer.read.find(&ann.actor, entry.id, receipt.id).await;
    assert_eq!(find().await.unwrap(), receipt);
    let used = drawer.files.find(receipt.file).await.unwrap().unwrap();
    assert_eq!((used.attached_at, used.dealer), (Some(ann.at), None));
    let other = drawer.entry_of(&ann, entry.vehicle).await;
    let elsewhere = drawer.read.find(&ann.actor, other.id, receipt.id).await;
    assert_eq!(elsewhere.unwrap_err().kind(), Kind::Absent);

    drawer.keep.remove(&ann, entry.id, receipt.id).await.unwrap();
    assert_eq!(find().await.unwrap_err().kind(), Kind::Absent);
    assert!(drawer.is_gone(receipt.file).await);
    drawer.files.forget(&[receipt.file]).await.unwrap();
    assert_eq!(
        drawer.files.find(receipt.file).await.unwrap(),
        None,
        "nothing holds the row of its file"
    );
    let again = drawer.keep.remove(&ann, entry.id, receipt.id).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Absent);
    let nowhere = drawer.file(&ann).await;
    let nowhere = drawer.keep.add(&ann, drawer.yard.world.ids.next(), nowhere).await;
    assert_eq!(nowhere.unwrap_err().kind(), Kind::Absent);
}

pub(crate) async fn an_entry_keeps_twenty_receipts_however_many_come_at_once(world: World) {
    let drawer = Arc::new(Drawer::on(world).await);
    let ann = drawer.customer("ann").await;
    let entry = Arc::new(drawer.entry(&ann).await);
    let mut files = Vec::new();
    for _ in 0..2 * MOST_RECEIPTS {
        files.push(drawer.file(&ann).await);
    }
    let mut running = tokio::task::JoinSet::new();
    for file in files {
        let (drawer, ann, entry) = (Arc::clone(&drawer), ann.clone(), Arc::clone(&entry));
        running.spawn(async move { drawer.keep.add(&ann, entry.id, file).await });
    }
    let ends = running.join_all().await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), MOST_RECEIPTS);
    let refused = Error::Inventory(inventory::error::Error::TooManyReceipts);
    assert!(
        ends.iter()
            .filter_map(|end| end.as_ref().err())
            .all(|e| *e == refused)
    );
}

pub(crate) async fn one_file_is_one_receipt_however_often_it_is_brought_at_once(world: World) {
    let drawer = Arc::new(Drawer::on(world).await);
    let ann = drawer.customer("ann").await;
    let first = drawer.entry(&ann).await;
    let mut other = accord("1M8GDM9AXKP042788");
    other.make = "Other".into();
    let other = drawer.yard.garage.enter(&ann, &other).await.unwrap().value;
    let other = drawer.entry_of(&ann, other.id).await;
    let file = drawer.file(&ann).await;
    let mut running = tokio::task::JoinSet::new();
    // Behind entries of two cars: the lock of one is not that of the other.
    for entry in [first.id, other.id].repeat(8) {
        let (drawer, ann) = (Arc::clone(&drawer), ann.clone());
        running.spawn(async move { drawer.keep.add(&ann, entry, file).await });
    }
    let ends = running.join_all().await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    let in_use = Error::Media(media::Error::InUse);
    assert!(
        ends.iter()
            .filter_map(|end| end.as_ref().err())
            .all(|e| *e == in_use)
    );
}

pub(crate) async fn receipts_go_with_their_entry_and_with_their_vehicle(world: World) {
    let drawer = Drawer::on(world).await;
    let ann = drawer.customer("ann").await;
    let (first, second) = {
        let first = drawer.entry(&ann).await;
        let second = drawer.entry_of(&ann, first.vehicle).await;
        (first, second)
    };
    let (of_first, of_second) = (
        drawer.brought(&ann, &first).await,
        drawer.brought(&ann, &second).await,
    );
    drawer.yard.log.erase(&ann, first.id).await.unwrap();
    assert!(drawer.is_gone(of_first.file).await);
    assert!(!drawer.is_gone(of_second.file).await);
    let found = drawer.read.find(&ann.actor, first.id, of_first.id).await;
    assert_eq!(found.unwrap_err().kind(), Kind::Absent);
    drawer.yard.garage.erase(&ann, first.vehicle).await.unwrap();
    assert!(drawer.is_gone(of_second.file).await);
    let found = drawer
        .read
        .list(&ann.actor, second.id, &PageRequest::default())
        .await;
    assert_eq!(found.unwrap_err().kind(), Kind::Absent);
}

pub(crate) async fn receipts_of_stock_are_the_dealers(world: World) {
    let drawer = Drawer::on(world).await;
    let car = drawer.yard.publish().await.vehicle;
    let sales = drawer.known(drawer.yard.sales(), "sam").await;
    let entry = drawer.entry_of(&sales, car.id).await;
    let receipt = drawer.brought(&sales, &entry).await;
    assert_eq!(receipt.owner, Owner::Dealer(drawer.yard.dealer));
    let file = drawer.files.find(receipt.file).await.unwrap().unwrap();
    assert_eq!(file.dealer, Some(drawer.yard.dealer), "its staff reads it");
    let page = PageRequest::default();
    let mechanic = drawer.yard.by(drawer.yard.world.ids.next(), Some(Role::Mechanic));
    let seen = drawer.read.list(&mechanic.actor, entry.id, &page).await.unwrap();
    assert_eq!(seen.items, std::slice::from_ref(&receipt));
    let removed = drawer.keep.remove(&mechanic, entry.id, receipt.id).await;
    assert_eq!(removed.unwrap_err().kind(), Kind::Forbidden);
    let stranger = drawer.yard.customer();
    let seen = drawer.read.list(&stranger.actor, entry.id, &page).await;
    assert_eq!(seen.unwrap_err().kind(), Kind::Absent);
    let system = drawer
        .read
        .list(&drawer.yard.world.act().actor, entry.id, &page)
        .await;
    assert!(
        system.unwrap().items.is_empty(),
        "who sees all sees none of these"
    );
    drawer.keep.remove(&sales, entry.id, receipt.id).await.unwrap();
}

pub(crate) async fn receipts_are_paged_the_newest_first(world: World) {
    let drawer = Drawer::on(world).await;
    let mut ann = drawer.customer("ann").await;
    let entry = drawer.entry(&ann).await;
    let mut all = Vec::new();
    for _ in 0..5 {
        ann.at += chrono::TimeDelta::seconds(1);
        all.insert(0, drawer.brought(&ann, &entry).await);
    }
    let mut seen = Vec::new();
    let mut position = Position::Page(1);
    loop {
        let part = PageRequest {
            size: 2,
            position,
            ..PageRequest::default()
        };
        let found = drawer.read.list(&ann.actor, entry.id, &part).await.unwrap();
        assert_eq!(found.count, Some(5));
        seen.extend(found.items);
        match found.next {
            Some(next) => position = next,
            None => break,
        }
    }
    assert_eq!(seen, all);
}

pub(crate) async fn the_database_holds_what_receipts_must_be(world: World) {
    let drawer = Drawer::on(world).await;
    let ann = drawer.customer("ann").await;
    let entry = drawer.entry(&ann).await;
    let brought = drawer.brought(&ann, &entry).await;
    let second = drawer.file(&ann).await;
    let world = &drawer.yard.world;
    let row = |file: FileId, kind: &str, record: uuid::Uuid| {
        vec![
            ("id", world.ids.uuid().into()),
            ("record_id", record.into()),
            ("owner_kind", kind.into()),
            ("owner_id", ann.actor.user().unwrap().uuid().into()),
            ("file_id", file.uuid().into()),
            ("brought_at", ann.at.into()),
        ]
    };
    let of = entry.id.uuid();
    for (wrong, why) in [
        (row(brought.file, "user", of), "a file twice"),
        (row(second, "nobody", of), "another kind of owner"),
        (row(second, "user", world.ids.uuid()), "behind no entry"),
    ] {
        assert!(try_row(world, "service_receipts", wrong).await.is_err(), "{why}");
    }
    given_row(world, "service_receipts", row(second, "user", of)).await;
    let sorted = PageRequest {
        sort: Sort::parse_list("price"),
        ..PageRequest::default()
    };
    assert!(drawer.read.list(&ann.actor, entry.id, &sorted).await.is_err());
}

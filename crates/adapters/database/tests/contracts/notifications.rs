//! Who is told what.

use std::collections::BTreeSet;
use std::sync::Arc;

use application::notify::{Audiences, Subject};
use application::relay::{Effects, Outbox};
use chrono::TimeDelta;
use forecourt_database::notifications::{SqlAudiences, SqlNotices, SqlOptOuts, SqlPreferences};
use forecourt_database::{Db, SqlOutbox};
use kernel::act::Act;
use kernel::actor::Actor;
use kernel::id::{DealerId, EventId, Id, SiteId, UserId, kind};
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use notifications::channel::Channel;
use notifications::contact::Ways;
use notifications::kind::Whom;
use notifications::notice::{NewNotice, Notice};
use notifications::ports::{NoticeQueries, Notices, PreferenceStore};
use notifications::preferences::Change;
use notifications::use_cases::Notifications;
use serde_json::json;

use crate::stage::Stage;
use crate::world::World;

fn notice(world: &World, user: UserId, event: EventId) -> NewNotice {
    NewNotice {
        event,
        notice: Notice {
            id: world.ids.next(),
            user,
            kind: "booking_approved".to_owned(),
            title: "Your test drive is confirmed".to_owned(),
            subject_kind: "booking".to_owned(),
            subject: world.ids.uuid(),
            dealer: None,
            created_at: world.clock.now(),
            read_at: None,
        },
    }
}

async fn given_notices(db: &Db, world: &World, notices: Vec<NewNotice>) {
    let mut effects = Effects::of("test");
    for notice in notices {
        effects.notice(notice);
    }
    let outbox = SqlOutbox::new(db.clone());
    outbox.write(effects, world.clock.now()).await.unwrap();
}

pub(crate) async fn a_notice_is_there_once_and_is_read_by_its_person_alone(world: World) {
    let stage = Stage::new(world).await;
    let (ann, bob) = (
        stage.customer().await.user().unwrap(),
        stage.customer().await.user().unwrap(),
    );
    let (world, db) = (&stage.world, stage.world.db());
    let event = world.ids.next();
    for _ in 0..2 {
        given_notices(
            db,
            world,
            vec![notice(world, ann, event), notice(world, bob, event)],
        )
        .await;
    }
    given_notices(db, world, vec![notice(world, ann, world.ids.next())]).await;
    let notices = SqlNotices::new(db.clone());
    let page = PageRequest::default();
    let mine = notices.list(ann, None, &page).await.unwrap();
    assert_eq!(
        (mine.count, notices.unread(bob).await.unwrap()),
        (Some(2), 1),
        "written twice it is there once"
    );
    let first = mine.items.first().unwrap();
    assert!(notices.read(&world.act(), bob, first.id).await.is_err());
    let read = notices.read(&world.act(), ann, first.id).await.unwrap().value;
    assert_eq!(read.read_at, Some(world.clock.now()));
    world.clock.advance(60);
    let again = notices.read(&world.act(), ann, first.id).await.unwrap().value;
    assert_eq!(again.read_at, read.read_at, "the first time counts");
    let unread = notices.list(ann, Some(true), &page).await.unwrap();
    assert_eq!(unread.items.len(), 1);
    assert_eq!(notices.read_all(&world.act(), ann).await.unwrap().value, 1);
    assert_eq!(notices.unread(ann).await.unwrap(), 0);
    assert_eq!(notices.unread(bob).await.unwrap(), 1);
}

pub(crate) async fn choices_made_at_the_same_moment_are_all_kept(world: World) {
    let stage = Stage::new(world).await;
    let actor = stage.customer().await;
    let db = stage.world.db().clone();
    let notices = Arc::new(SqlNotices::new(db.clone()));
    let preferences = Arc::new(SqlPreferences::new(db));
    let people = Notifications {
        notices: notices.clone(),
        queries: notices,
        preferences: preferences.clone(),
        contacts: Arc::new(SqlOptOuts::new(stage.world.db().clone())),
        ways: Ways::ALL,
    };
    let kinds = [
        "booking_requested",
        "booking_approved",
        "booking_declined",
        "booking_cancelled",
        "booking_expired",
    ];
    let calls = kinds.map(|kind| {
        let (people, act): (_, Act) = (people.clone(), stage.act(&actor));
        tokio::spawn(async move {
            let change = Change {
                choices: [(kind.to_owned(), [(Channel::Email, false)].into())].into(),
                ..Change::default()
            };
            people.choose(&act, change).await.unwrap()
        })
    });
    for call in calls {
        call.await.unwrap();
    }
    let chosen = preferences.preferences(actor.user().unwrap()).await.unwrap();
    assert_eq!((chosen.choices.len(), chosen.version), (5, 5));
}

pub(crate) async fn an_audience_is_those_whom_it_concerns(world: World) {
    let stage = Stage::new(world).await;
    let customer = stage.customer().await;
    let car = stage.car().await;
    let drive = stage.book(&customer, car, crate::stage::NINE).await.unwrap();
    let user = customer.user().unwrap();
    let audiences = SqlAudiences::new(stage.world.db().clone());
    let nobody: Id<kind::User> = stage.world.ids.next();
    let (here, elsewhere): (SiteId, SiteId) = (stage.site, stage.world.ids.next());
    let stranger: DealerId = stage.world.ids.next();
    let whom: BTreeSet<Whom> = [
        Whom::User(user),
        Whom::User(nobody),
        Whom::Sales(stage.dealer, Some(here)),
        Whom::Sales(stage.dealer, Some(elsewhere)),
        Whom::Sales(stranger, None),
        Whom::Caller(drive.id),
    ]
    .into();
    let people = audiences.people(&whom).await.unwrap();
    let one = |whom| people.get(&whom).unwrap();
    assert_eq!(one(Whom::User(user)).first().unwrap().user, Some(user));
    assert!(one(Whom::User(nobody)).is_empty());
    assert!(one(Whom::Sales(stranger, None)).is_empty());
    let seller = match &stage.sales {
        Actor::User(principal) => principal.user,
        Actor::Anonymous | Actor::Key(_) | Actor::Link(_) | Actor::System => unreachable!("staff are people"),
    };
    let there = one(Whom::Sales(stage.dealer, Some(here)));
    assert!(there.iter().any(|r| r.user == Some(seller)));
    assert!(there.iter().any(|r| r.user.is_none()), "the dealer's mailbox");
    let others = one(Whom::Sales(stage.dealer, Some(elsewhere)));
    assert!(others.len() <= there.len());
    let (gone, booked) = (
        Subject::Booking(stage.world.ids.uuid()),
        Subject::Booking(drive.id.uuid()),
    );
    let said = audiences.particulars(&[gone, booked].into()).await.unwrap();
    assert_eq!(said.len(), 1, "what is gone is left out");
    assert_eq!(
        said.get(&booked).unwrap().get("booking_id"),
        Some(&json!(drive.id))
    );
    let later = stage.world.clock.now() + TimeDelta::days(366);
    let upkeep = forecourt_database::SqlUpkeep::new(stage.world.db().clone());
    given_notices(
        stage.world.db(),
        &stage.world,
        vec![notice(&stage.world, user, stage.world.ids.next())],
    )
    .await;
    application::upkeep::Upkeep::prune(&upkeep, &application::upkeep::Before::at(later))
        .await
        .unwrap();
    let left = SqlNotices::new(stage.world.db().clone());
    assert_eq!(
        left.unread(user).await.unwrap(),
        0,
        "what was told a year ago is gone"
    );
}

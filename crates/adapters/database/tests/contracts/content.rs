//! Pages of the platform's own words.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use content::Error;
use content::page::Page;
use content::ports::{Renderer, VersionQueries, Versions};
use content::request::{NewVersion, VersionChanges};
use content::use_cases::{ReadPages, WritePages};
use content::version::{Version, day};
use forecourt_database::Stop;
use forecourt_database::content::{SqlVersionQueries, SqlVersions};
use futures_util::future::join_all;
use kernel::act::Record;
use kernel::error::{Common, Failure, Kind};
use kernel::paging::{PageRequest, Position};
use kernel::patch::Patch;
use kernel::ports::Clock as _;

use crate::world::World;

/// Shows words as they are.
struct Plain;

impl Renderer for Plain {
    fn html(&self, markdown: &str) -> String {
        markdown.to_owned()
    }
}

pub(crate) fn press(world: &World) -> (ReadPages, WritePages) {
    let (versions, queries): (Arc<dyn Versions>, Arc<dyn VersionQueries>) = match world.database() {
        None => (Arc::new(world.memory.clone()), Arc::new(world.memory.clone())),
        Some(db) => (
            Arc::new(SqlVersions::new(db.clone())),
            Arc::new(SqlVersionQueries::new(db.clone())),
        ),
    };
    let read = ReadPages {
        queries: Arc::clone(&queries),
        renderer: Arc::new(Plain),
    };
    let write = WritePages {
        versions,
        queries,
        ids: world.ids.clone(),
    };
    (read, write)
}

/// So many days from now.
fn ahead(world: &World, days: i64) -> NaiveDate {
    day(world.clock.now()) + TimeDelta::days(days)
}

pub(crate) fn new(content: &str, effective_date: Option<NaiveDate>) -> NewVersion {
    NewVersion {
        content: content.to_owned(),
        effective_date,
    }
}

async fn says(world: &World, read: &ReadPages) -> Option<String> {
    let shown = read.in_force(Page::AboutUs, world.clock.now(), None).await;
    shown.ok().map(|shown| shown.html)
}

pub(crate) async fn a_version_is_in_force_from_its_day_on_and_what_was_in_force_can_be_told(world: World) {
    let (read, write) = press(&world);
    let page = Page::AboutUs;
    let before = world.clock.now();
    assert_eq!(says(&world, &read).await, None);
    world.clock.advance(3_600);
    let first = write
        .write(&world.act(), page, &new("First", None))
        .await
        .unwrap()
        .value;
    let other = new("Other", None);
    write
        .write(&world.act(), Page::PrivacyPolicy, &other)
        .await
        .unwrap();
    let next = new("Next", Some(ahead(&world, 2)));
    let next = write.write(&world.act(), page, &next).await.unwrap().value;
    assert_eq!(write.find(&world.act(), page, next.id).await.unwrap(), next);
    assert_eq!(says(&world, &read).await.as_deref(), Some("First"));
    world.clock.advance(86_400);
    assert_eq!(says(&world, &read).await.as_deref(), Some("First"));
    world.clock.advance(86_400);
    assert_eq!(says(&world, &read).await.as_deref(), Some("Next"));
    let at = |instant| read.in_force(page, world.clock.now(), Some(instant));
    assert_eq!(at(first.created_at).await.unwrap().version, first);
    assert_eq!(
        at(next.in_force_from() - TimeDelta::seconds(1))
            .await
            .unwrap()
            .version,
        first
    );
    assert_eq!(at(next.in_force_from()).await.unwrap().version, next);
    assert_eq!(
        at(before).await.unwrap_err().kind(),
        Kind::Absent,
        "nothing is dated back"
    );
    let ahead = world.clock.now() + TimeDelta::seconds(1);
    assert_eq!(at(ahead).await.unwrap_err().kind(), Kind::Invalid);
}

pub(crate) async fn what_is_to_come_can_be_changed_and_erased_and_what_was_in_force_cannot(world: World) {
    let (read, write) = press(&world);
    let page = Page::AboutUs;
    let act = world.act();
    let draft = write
        .write(&act, page, &new("Draft", Some(ahead(&world, 5))))
        .await
        .unwrap()
        .value;
    let replaced = new("Better", Some(ahead(&world, 6)));
    let better = write.replace(&act, (page, draft.id), &replaced).await.unwrap();
    assert_eq!((better.content.as_str(), better.version), ("Better", 2));
    let soon = VersionChanges {
        effective_date: Patch::Null,
        ..VersionChanges::default()
    };
    let absent = write
        .change(&act, (Page::PrivacyPolicy, draft.id), &soon)
        .await
        .unwrap_err();
    assert_eq!(absent.kind(), Kind::Absent);
    let now = write.change(&act, (page, draft.id), &soon).await.unwrap();
    assert_eq!(says(&world, &read).await.as_deref(), Some("Better"));
    for refused in [
        write.change(&act, (page, now.id), &soon).await.unwrap_err(),
        write
            .replace(&act, (page, now.id), &new("Never", None))
            .await
            .unwrap_err(),
        write.erase(&act, page, now.id).await.unwrap_err(),
    ] {
        assert_eq!(refused, Error::KeptForEver);
    }
    let gone = write
        .write(&act, page, &new("Gone", Some(ahead(&world, 1))))
        .await
        .unwrap()
        .value;
    write.erase(&act, page, gone.id).await.unwrap();
    assert_eq!(
        write.find(&act, page, gone.id).await.unwrap_err().kind(),
        Kind::Absent
    );
    world.clock.advance(3 * 86_400);
    assert_eq!(says(&world, &read).await.as_deref(), Some("Better"));
}

pub(crate) async fn of_two_versions_of_one_day_at_once_one_wins(world: World) {
    let (_, write) = press(&world);
    let (act, page, date) = (world.act(), Page::TermsAndConditions, ahead(&world, 3));
    let tries = (0..20).map(|n| {
        let (act, write) = (&act, &write);
        async move {
            write
                .write(act, page, &new(&format!("Try {n}"), Some(date)))
                .await
        }
    });
    let ends = join_all(tries).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(
        ends.iter().filter(|end| **end == Err(Error::DayTaken)).count(),
        19
    );
    // Two that move to one day at once, as well.
    let mut drafts: Vec<Version> = Vec::new();
    for days in [4, 5] {
        let draft = new("Draft", Some(ahead(&world, days)));
        drafts.push(write.write(&act, page, &draft).await.unwrap().value);
    }
    let to_one_day = VersionChanges {
        effective_date: Patch::Value(ahead(&world, 9)),
        ..VersionChanges::default()
    };
    let moves = drafts
        .iter()
        .map(|draft| write.change(&act, (page, draft.id), &to_one_day));
    let ends = join_all(moves).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
}

pub(crate) async fn the_versions_of_a_page_are_paged(world: World) {
    let (_, write) = press(&world);
    for days in 0..5 {
        let version = new(&format!("Day {days}"), Some(ahead(&world, days)));
        write.write(&world.act(), Page::AboutUs, &version).await.unwrap();
    }
    let mut request = PageRequest {
        size: 2,
        position: Position::Cursor(String::new()),
        ..PageRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = write.list(&world.act(), Page::AboutUs, &request).await.unwrap();
        seen.extend(page.items.into_iter().map(|version| version.content));
        let Some(next) = page.next else { break };
        request.position = next;
    }
    assert_eq!(seen, ["Day 4", "Day 3", "Day 2", "Day 1", "Day 0"]);
}

pub(crate) async fn the_database_itself_keeps_what_was_in_force(world: World) {
    let (_, write) = press(&world);
    let kept = write
        .write(&world.act(), Page::AboutUs, &new("Kept", None))
        .await
        .unwrap()
        .value;
    let draft = new("Draft", Some(ahead(&world, 1)));
    let draft = write
        .write(&world.act(), Page::AboutUs, &draft)
        .await
        .unwrap()
        .value;
    let run = async |statement: &str, version: &Version| {
        let act = world.act();
        let (act, id) = (&act, version.id.uuid());
        let done = world.db().act(act, |tx| async move {
            let mut sql = tx.sql();
            sql.push(statement).push(" WHERE id = ").bind(id);
            let ran = tx.run(sql).await.map(|_| ((), Record::default()));
            (tx, ran.map_err(Stop::<Error>::from))
        });
        done.await.map(|_| ())
    };
    for statement in [
        "DELETE FROM content_versions",
        "UPDATE content_versions SET content = 'x'",
        "UPDATE content_versions SET withdrawn = TRUE",
        "UPDATE content_versions SET effective_date = '2030-01-01'",
    ] {
        assert_eq!(
            run(statement, &kept).await,
            Err(Error::KeptForEver),
            "{statement}"
        );
    }
    // Not by saying that it is long ago, either.
    let past = "UPDATE content_versions SET content = 'x', updated_at = '2020-01-01T00:00:00+00:00'";
    assert_eq!(run(past, &kept).await, Err(Error::KeptForEver));
    assert_eq!(
        run("DELETE FROM content_versions", &draft).await,
        Err(Error::KeptForEver)
    );
    let back = run(
        "UPDATE content_versions SET effective_date = '2026-06-04'",
        &draft,
    )
    .await;
    assert!(
        matches!(back, Err(Error::Common(Common::Internal { .. }))),
        "{back:?}"
    );
    assert!(
        run("UPDATE content_versions SET content = 'x'", &draft)
            .await
            .is_ok()
    );
}

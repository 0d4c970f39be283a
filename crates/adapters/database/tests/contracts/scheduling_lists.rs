//! Test drives in lists and calendars.

use kernel::error::Failure;
use kernel::paging::{PageRequest, Position};
use kernel::ports::Clock;
use scheduling::booking::Status;
use scheduling::ports::DriveFilter;

use crate::stage::{NINE, Stage, TEN, at};
use crate::world::World;

#[expect(clippy::too_many_lines, reason = "one walk through a list")]
pub(crate) async fn lists_page_both_ways_and_keep_their_filters(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let mut booked = Vec::new();
    for hour in 13..20 {
        let start = format!("2026-06-08T{hour}:00:00Z");
        booked.push(stage.book(&stage.customer().await, car, &start).await.unwrap());
    }
    let approved = booked.get(2).unwrap().id;
    stage
        .drives
        .approve(&stage.act(&stage.sales), approved)
        .await
        .unwrap();
    let ids: Vec<_> = booked.iter().map(|drive| drive.id).collect();
    for first in [Position::Page(1), Position::Cursor(String::new())] {
        let mut request = PageRequest {
            size: 3,
            position: first,
            ..PageRequest::default()
        };
        let mut seen = Vec::new();
        let all = DriveFilter::default();
        loop {
            let found = stage.drives.of_dealer(&stage.sales, None, &all, &request);
            let page = found.await.unwrap();
            assert_eq!(page.count, Some(7));
            seen.extend(page.items.iter().map(|drive| drive.id));
            let Some(next) = page.next else { break };
            request.position = next;
        }
        assert_eq!(seen, ids);
    }
    let count = async |filter: DriveFilter| {
        let page = PageRequest::default();
        let found = stage
            .drives
            .of_dealer(&stage.sales, None, &filter, &page)
            .await
            .unwrap();
        found.items.len()
    };
    let all = DriveFilter::default();
    let day = |text: &str| Some(text.parse().unwrap());
    for (filter, expected) in [
        (
            DriveFilter {
                statuses: vec![Status::Approved],
                ..all.clone()
            },
            1,
        ),
        (
            DriveFilter {
                statuses: vec![Status::Approved, Status::Requested],
                ..all.clone()
            },
            7,
        ),
        (
            DriveFilter {
                sites: vec![stage.site],
                ..all.clone()
            },
            7,
        ),
        (
            DriveFilter {
                sites: vec![stage.world.ids.next()],
                ..all.clone()
            },
            0,
        ),
        (
            DriveFilter {
                listings: vec![car],
                ..all.clone()
            },
            7,
        ),
        (
            DriveFilter {
                staff: vec![stage.staff],
                ..all.clone()
            },
            1,
        ),
        (
            DriveFilter {
                from: day("2026-06-08"),
                to: day("2026-06-08"),
                ..all.clone()
            },
            7,
        ),
        (
            DriveFilter {
                from: day("2026-06-09"),
                ..all.clone()
            },
            0,
        ),
        (
            DriveFilter {
                to: day("2026-06-07"),
                ..all.clone()
            },
            0,
        ),
    ] {
        assert_eq!(count(filter.clone()).await, expected, "{filter:?}");
    }
}

pub(crate) async fn ones_own_list_shows_what_is_to_come_first(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let starts = [TEN, NINE, "2026-06-09T13:00:00Z"];
    for start in starts {
        stage.book(&ann, car, start).await.unwrap();
    }
    stage.world.clock.set(at("2026-06-08T14:30:00Z"));
    for start in ["2026-06-09T15:00:00Z"] {
        stage.book(&ann, car, start).await.unwrap();
    }
    stage.world.clock.set(at("2026-06-08T15:00:00Z"));
    let mut request = PageRequest {
        size: 1,
        position: Position::Cursor(String::new()),
        ..PageRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let found = stage
            .drives
            .mine(&ann, &[], stage.world.clock.now(), &request)
            .await
            .unwrap();
        assert_eq!(found.count, Some(4));
        seen.extend(found.items.iter().map(|drive| drive.slot.start_at));
        let Some(next) = found.next else { break };
        request.position = next;
    }
    assert_eq!(
        seen,
        [
            at("2026-06-09T13:00:00Z"),
            at("2026-06-09T15:00:00Z"),
            at(TEN),
            at(NINE)
        ]
    );
    let all = PageRequest::default();
    let one = stage
        .drives
        .mine(&ann, &[Status::Approved], stage.world.clock.now(), &all);
    assert_eq!(one.await.unwrap().items, []);
}

pub(crate) async fn a_sites_calendar_has_its_drives(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let drive = stage.book(&ann, car, NINE).await.unwrap();
    let declined = stage.book(&ann, car, TEN).await.unwrap();
    stage
        .drives
        .decline(&stage.act(&stage.sales), declined.id, "the car is away")
        .await
        .unwrap();
    let now = stage.world.clock.now();
    let calendar = stage
        .drives
        .calendar(&stage.sales, stage.site, now)
        .await
        .unwrap();
    assert_eq!(
        (calendar.name.as_str(), calendar.dealer),
        ("Main Street", stage.dealer)
    );
    let drives: Vec<_> = calendar.drives.into_iter().map(|filed| filed.drive).collect();
    assert_eq!(drives, [drive]);
    let token = stage.drives.feed_token(&stage.sales, stage.site).await.unwrap();
    let feed = stage
        .drives
        .calendar_by_token(stage.site, &token, now)
        .await
        .unwrap();
    assert_eq!(feed.drives.len(), 1);
    let none = stage
        .drives
        .calendar(&stage.sales, stage.world.ids.next(), now)
        .await;
    assert_eq!(none.unwrap_err().code(), "not_found");
}

//! The audit log and its chain.

use std::sync::Arc;

use application::error::Error;
use audit::chain::{Flaw, Head};
use audit::line::LineFilter;
use audit::ports::AuditLog as _;
use audit::use_cases::{SealLog, VerifyLog};
use forecourt_database::audit::{SqlAuditLog, SqlChain};
use forecourt_database::{Db, Stop};
use kernel::act::{Act, Audit, Origin, Record};
use kernel::actor::{Actor, KeyHolder};
use kernel::id::{DealerId, Id, UserId};
use kernel::paging::PageRequest;
use kernel::ports::Clock as _;
use memory::SeededRandom;
use serde_json::json;

use crate::world::World;

/// An act that leaves a line.
async fn line(world: &World, n: u32, dealer: Option<DealerId>) {
    line_of(world, Actor::System, n, dealer).await;
}

async fn line_of(world: &World, actor: Actor, n: u32, dealer: Option<DealerId>) {
    let act = Act {
        actor,
        origin: Origin {
            ip: Some(format!("192.0.2.{n}")),
            user_agent: Some("curl/8".to_owned()),
        },
        ..world.act()
    };
    let subject: UserId = Id::from_uuid(uuid::Uuid::from_u128(u128::from(n)));
    // Keys in an order that a database may change, and a number that is no integer.
    let mut audit = Audit::new("thing.changed", "user", subject)
        .with(json!({ "zeta": { "from": 1.50, "to": null }, "alpha": ["é", n] }))
        .because(Some("because".to_owned()));
    audit.dealer = dealer;
    let record = Record {
        audit: Some(audit),
        ..Record::default()
    };
    let record = &record;
    let done = world.db().act(&act, |tx| async move {
        let told: Result<_, Stop<Error>> = Ok(((), record.clone()));
        (tx, told)
    });
    done.await.unwrap();
}

fn sealing(world: &World) -> SealLog {
    SealLog {
        chain: Arc::new(SqlChain::new(world.db().clone())),
        random: Arc::new(SeededRandom::new(7)),
    }
}

fn verifying(world: &World) -> VerifyLog {
    VerifyLog {
        chain: Arc::new(SqlChain::new(world.db().clone())),
    }
}

/// What somebody does who gets round the program.
async fn tampered(db: &Db, statement: &str) -> Result<u64, String> {
    let mut sql = db.sql();
    sql.push(statement);
    db.run(sql).await.map_err(|error| format!("{error:?}"))
}

/// Takes the triggers away, as who owns the database can.
async fn unguarded(db: &Db) {
    let triggers = [
        "audit_log_no_delete",
        "audit_log_no_update",
        "audit_log_sealed_once",
        "audit_log_origin_erased_only",
    ];
    for trigger in triggers {
        let on = if db.sql().is_postgres() {
            " ON audit_log"
        } else {
            ""
        };
        tampered(db, &format!("DROP TRIGGER {trigger}{on}"))
            .await
            .unwrap();
    }
}

pub(crate) async fn nothing_in_the_audit_log_can_be_changed_or_removed(world: World) {
    line(&world, 1, None).await;
    let _ = sealing(&world).run(world.clock.now()).await.unwrap();
    line(&world, 2, None).await;
    let db = world.db();
    for statement in [
        "DELETE FROM audit_log",
        "UPDATE audit_log SET action = 'thing.unchanged'",
        "UPDATE audit_log SET at = at",
        "UPDATE audit_log SET detail = NULL",
        "UPDATE audit_log SET reason = NULL",
        "UPDATE audit_log SET user_id = NULL",
        "UPDATE audit_log SET seq = 7 WHERE seq IS NOT NULL",
        "UPDATE audit_log SET ip = '192.0.2.99' WHERE seq IS NOT NULL",
    ] {
        let refused = tampered(db, statement).await.unwrap_err();
        assert!(
            refused.contains("audit_log_append_only"),
            "{statement}: {refused}"
        );
    }
    let erase = "UPDATE audit_log SET ip = NULL, user_agent = NULL, origin_salt = NULL WHERE seq = 1";
    assert_eq!(tampered(db, erase).await, Ok(1), "a person's data can go");
    let report = verifying(&world).run(None).await.unwrap();
    assert_eq!((report.flaw, report.erased, report.unsealed), (None, 1, 1));
}

pub(crate) async fn what_was_changed_removed_or_reordered_is_found(world: World) {
    for n in 1..=7 {
        line(&world, n, None).await;
    }
    let sealing = sealing(&world);
    assert_eq!(sealing.run(world.clock.now()).await.unwrap(), 7);
    assert_eq!(sealing.run(world.clock.now()).await.unwrap(), 0, "once");
    for n in 8..=9 {
        line(&world, n, None).await;
    }
    assert_eq!(sealing.run(world.clock.now()).await.unwrap(), 2);
    let verify = verifying(&world);
    let whole = verify.run(None).await.unwrap();
    assert_eq!((whole.flaw, whole.head.seq, whole.unsealed), (None, 9, 0));
    assert_eq!(verify.run(Some(whole.head)).await.unwrap().flaw, None);

    let db = world.db();
    unguarded(db).await;
    let found = async |seq: u64| {
        verify.run(None).await.unwrap().flaw.is_some_and(|flaw| {
        matches!(flaw, Flaw::Altered { seq: at, .. } | Flaw::Missing { seq: at } | Flaw::OriginAltered { seq: at, .. } if at == seq)
    })
    };
    let change = "UPDATE audit_log SET reason = 'other' WHERE seq = 5";
    let mend = "UPDATE audit_log SET reason = 'because' WHERE seq = 5";
    assert_eq!(tampered(db, change).await, Ok(1));
    assert!(found(5).await, "changed");
    assert_eq!(tampered(db, mend).await, Ok(1));
    assert!(!found(5).await);
    let move_call = "UPDATE audit_log SET ip = '192.0.2.250' WHERE seq = 4";
    assert_eq!(tampered(db, move_call).await, Ok(1));
    assert!(found(4).await, "another origin");
    for (from, to) in [(2, -2), (3, 2), (-2, 3)] {
        let swap = format!("UPDATE audit_log SET seq = {to} WHERE seq = {from}");
        assert_eq!(tampered(db, &swap).await, Ok(1));
    }
    assert!(found(2).await, "reordered");
    assert_eq!(tampered(db, "DELETE FROM audit_log WHERE seq = 1").await, Ok(1));
    assert!(found(1).await, "removed");
}

pub(crate) async fn an_end_that_was_cut_off_is_found(world: World) {
    for n in 1..=4 {
        line(&world, n, None).await;
    }
    let _ = sealing(&world).run(world.clock.now()).await.unwrap();
    let verify = verifying(&world);
    let kept = verify.run(None).await.unwrap().head;
    let db = world.db();
    unguarded(db).await;
    assert_eq!(tampered(db, "DELETE FROM audit_log WHERE seq > 2").await, Ok(2));
    let cut = Some(Flaw::CutOff { found: 2, head: 4 });
    assert_eq!(verify.run(None).await.unwrap().flaw, cut, "the head tells");
    let shorter = verify.chain.sealed(1, 1).await.unwrap().remove(0).link;
    let hex = shorter.seal.to_string();
    let literal = if db.sql().is_postgres() {
        format!("'\\x{hex}'")
    } else {
        format!("x'{hex}'")
    };
    let head = format!("UPDATE audit_head SET seq = 2, seal = {literal}");
    assert_eq!(tampered(db, &head).await, Ok(1));
    assert_eq!(
        verify.run(None).await.unwrap().flaw,
        None,
        "the head was mended too"
    );
    assert_eq!(
        verify.run(Some(kept)).await.unwrap().flaw,
        cut,
        "but one was kept elsewhere"
    );
    let other = Head {
        seq: 2,
        seal: kept.seal,
    };
    assert_eq!(
        verify.run(Some(other)).await.unwrap().flaw,
        Some(Flaw::Remade { seq: 2 })
    );
}

pub(crate) async fn two_who_seal_at_once_make_one_chain(world: World) {
    for n in 1..=60 {
        line(&world, n % 200, None).await;
    }
    let runs = (0..6).map(|_| {
        let (sealing, now) = (sealing(&world), world.clock.now());
        tokio::spawn(async move { sealing.run(now).await.unwrap() })
    });
    let mut sealed = 0;
    for run in runs.collect::<Vec<_>>() {
        sealed += run.await.unwrap();
    }
    assert_eq!(sealed, 60);
    let report = verifying(&world).run(None).await.unwrap();
    assert_eq!((report.flaw, report.head.seq), (None, 60));
}

pub(crate) async fn the_audit_log_is_narrowed_and_paged(world: World) {
    let (ours, theirs): (DealerId, DealerId) = (world.ids.next(), world.ids.next());
    for n in 1..=5 {
        line(&world, n, Some(ours)).await;
        line(&world, n + 100, Some(theirs)).await;
        line(&world, n + 200, None).await;
    }
    let log = SqlAuditLog::new(world.db().clone());
    let pick = async |filter: LineFilter| log.page(&filter, &PageRequest::default()).await.unwrap();
    let everything = pick(LineFilter::default()).await;
    assert_eq!(everything.items.len(), 15);
    assert!(
        everything
            .items
            .is_sorted_by_key(|logged| std::cmp::Reverse(logged.line.id))
    );
    let of_ours = pick(LineFilter {
        dealer: Some(ours),
        ..LineFilter::default()
    });
    let subjects: Vec<u128> = of_ours
        .await
        .items
        .iter()
        .map(|logged| logged.line.subject.as_u128())
        .collect();
    assert_eq!(subjects, [5, 4, 3, 2, 1]);
    let one = pick(LineFilter {
        subject: Some(uuid::Uuid::from_u128(103)),
        ..LineFilter::default()
    });
    let one = one.await.items.remove(0).line;
    assert_eq!(one.origin.ip.as_deref(), Some("192.0.2.103"));
    assert_eq!(
        one.detail,
        json!({ "alpha": ["é", 103], "zeta": { "from": 1.5, "to": null } })
    );
    assert_eq!(one.reason.as_deref(), Some("because"));
    let hidden = pick(LineFilter {
        origins_of: Some(ours),
        dealer: Some(ours),
        ..LineFilter::default()
    });
    assert!(
        hidden
            .await
            .items
            .iter()
            .all(|logged| logged.line.origin == Origin::default())
    );
    let key = KeyHolder {
        id: world.ids.next(),
        dealer: ours,
        rights: Vec::new(),
    };
    line_of(&world, Actor::Key(key.clone()), 7, Some(ours)).await;
    let of_key = pick(LineFilter {
        key: Some(key.id),
        dealer: Some(ours),
        origins_of: Some(ours),
        ..LineFilter::default()
    });
    let of_key = of_key.await.items.remove(0).line;
    assert_eq!((of_key.key(), of_key.user), (Some(key.id), None));
    assert_eq!(
        of_key.origin.ip.as_deref(),
        Some("192.0.2.7"),
        "the dealer's own program"
    );
    sealing(&world).run(world.clock.now()).await.unwrap();
    assert_eq!(verifying(&world).run(None).await.unwrap().flaw, None);
    let now = world.clock.now();
    let later = LineFilter {
        since: Some(now + chrono::TimeDelta::seconds(1)),
        ..LineFilter::default()
    };
    assert!(pick(later).await.items.is_empty());
    let none = LineFilter {
        action: Some("thing.made".to_owned()),
        ..LineFilter::default()
    };
    assert!(pick(none).await.items.is_empty());
}

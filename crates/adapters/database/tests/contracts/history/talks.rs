//! Talks about a car, offer by offer.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::id::{NegotiationId, UserId};
use negotiation::state::Status;
use sea_orm::Value;
use uuid::Uuid;

use super::{Bid, Car, Chance, Shop, Talk};
use crate::world::{World, given_row};

/// Offers of both sides in turn, each answered by the next; what becomes of the last is as the state says.
fn bids(chance: &Chance, shop: &Shop, talk: &Talk) -> Vec<Bid> {
    let (most, mut at) = (1 + chance.below(5), talk.created_at);
    let first = chance.one(&[0, 1]);
    let maybe = [
        Status::Lapsed,
        Status::Cancelled,
        Status::Rejected,
        Status::Superseded,
    ];
    let agreed = [Status::Accepted, Status::Completed].contains(&talk.status)
        || (maybe.contains(&talk.status) && chance.percent(40));
    let waiting = [Status::AwaitingDealer, Status::AwaitingBuyer, Status::OnHold];
    let mut bids = Vec::new();
    for n in 0..most {
        let side = if (n + first) % 2 == 0 { "buyer" } else { "dealer" };
        let status = if n + 1 < most {
            "countered"
        } else if agreed {
            "accepted"
        } else if waiting.contains(&talk.status) {
            "pending"
        } else if talk.status == Status::Rejected {
            "rejected"
        } else {
            "expired"
        };
        let answered = ["countered", "accepted", "rejected"].contains(&status);
        let created_at = at;
        at += TimeDelta::milliseconds(1 + chance.below(2 * 24 * 3_600_000));
        let by = match side {
            "buyer" => chance.percent(80).then(|| chance.one(&shop.staff).1),
            _ => Some(talk.buyer),
        };
        bids.push(Bid {
            side,
            status,
            answered_at: answered.then_some(at),
            by: by.filter(|_| answered),
            minor: talk.asking.minor() * (70 + chance.below(35)) / 100,
            created_at,
        });
    }
    bids
}

pub(super) async fn talk(
    world: &World,
    chance: &Chance,
    shop: &Shop,
    car: &Car,
    buyer: UserId,
    now: Instant,
) -> Talk {
    let id: NegotiationId = world.ids.next();
    let status = chance.one(&[
        Status::AwaitingDealer,
        Status::AwaitingBuyer,
        Status::OnHold,
        Status::Accepted,
        Status::Completed,
        Status::Rejected,
        Status::Cancelled,
        Status::Expired,
        Status::Superseded,
        Status::Lapsed,
    ]);
    let mut talk = Talk {
        dealer: shop.id,
        buyer,
        status,
        created_at: chance.ago(now, 90),
        bids: Vec::new(),
        asking: car.asking,
    };
    talk.bids = bids(chance, shop, &talk);
    let turns = [
        (Status::AwaitingDealer, "dealer"),
        (Status::OnHold, "dealer"),
        (Status::AwaitingBuyer, "buyer"),
    ];
    let turn = turns.iter().find(|(of, _)| *of == status).map(|(_, turn)| *turn);
    let reserved = (status == Status::Accepted).then_some(now);
    let row: Vec<(&str, Value)> = vec![
        ("id", id.uuid().into()),
        ("listing_id", car.listing.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("buyer_id", buyer.uuid().into()),
        ("status", status.as_str().into()),
        ("turn", turn.into()),
        ("asking_minor", talk.asking.minor().into()),
        ("currency", talk.asking.currency().code().into()),
        ("counter_allowed", true.into()),
        ("reserved_until", reserved.into()),
        ("created_at", talk.created_at.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "negotiations", row).await;
    for (seq, bid) in (1_i64..).zip(&talk.bids) {
        let row: Vec<(&str, Value)> = vec![
            ("id", world.ids.uuid().into()),
            ("negotiation_id", id.uuid().into()),
            ("seq", seq.into()),
            ("side", bid.side.into()),
            ("amount_minor", bid.minor.into()),
            ("status", bid.status.into()),
            ("created_at", bid.created_at.into()),
            ("answered_at", bid.answered_at.into()),
        ];
        given_row(world, "offers", row).await;
        if let Some(at) = bid.answered_at {
            answered(world, shop, id, bid, at).await;
        }
    }
    talk
}

/// The line of the audit log that says who answered.
async fn answered(world: &World, shop: &Shop, talk: NegotiationId, bid: &Bid, at: Instant) {
    let user: Option<Uuid> = bid.by.map(|user| user.uuid());
    let row: Vec<(&str, Value)> = vec![
        ("id", world.ids.uuid().into()),
        ("at", at.into()),
        ("actor", if user.is_some() { "user" } else { "system" }.into()),
        ("user_id", user.into()),
        ("request_id", "chance".into()),
        ("action", format!("negotiation.{}", bid.status).into()),
        ("subject_kind", "negotiation".into()),
        ("subject", talk.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
    ];
    given_row(world, "audit_log", row).await;
}

//! What is told when a negotiation moves: an event, a line of the audit log, and the job that looks again when time is up.

use kernel::act::Audit;
use kernel::event::Event;
use kernel::id::NegotiationId;
use kernel::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::negotiation::Negotiation;
use crate::state::{Move, Side};

/// Something that happened to a negotiation, and that both sides hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The first offer was made, by this side.
    Opened(Side),
    /// It moved on.
    Moved(Move),
}

impl Occasion {
    /// Every occasion.
    pub fn all() -> impl Iterator<Item = Self> {
        let opened = Side::ALL.iter().copied().map(Self::Opened);
        opened.chain(Move::ALL.iter().copied().map(Self::Moved))
    }

    /// Name of the event, and of the audit line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened(_) => "negotiation.opened",
            Self::Moved(step) => match step {
                Move::Counter(_) => "negotiation.countered",
                Move::Accept(_) => "negotiation.accepted",
                Move::Reject => "negotiation.rejected",
                Move::Cancel => "negotiation.cancelled",
                Move::Expire => "negotiation.expired",
                Move::Hold => "negotiation.held",
                Move::Wake => "negotiation.resumed",
                Move::Supersede => "negotiation.superseded",
                Move::Complete => "negotiation.completed",
                Move::Lapse => "negotiation.lapsed",
            },
        }
    }

    /// Who did it; none for what happened by itself.
    pub const fn by(self) -> Option<Side> {
        match self {
            Self::Opened(side) => Some(side),
            Self::Moved(step) => step.by(),
        }
    }
}

/// What goes out when a negotiation moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// For whoever listens.
    pub event: Event,
    /// Looks again when time is up.
    pub due: Option<Job>,
    /// For the audit log.
    pub audit: Audit,
}

impl Notice {
    /// What goes out on this occasion: before it the negotiation was not there, or was as `before`, and now it is as `talk`.
    pub fn of(occasion: Occasion, before: Option<&Negotiation>, talk: &Negotiation) -> Self {
        let standing = talk.standing();
        // Version 1 of the payload of every `negotiation.*` event. No name in it, nothing that somebody wrote, and nothing of what the
        // dealer said beforehand.
        let payload = json!({
            "id": talk.id,
            "listing_id": talk.listing,
            "dealer_id": talk.dealer,
            "buyer_id": talk.buyer.user,
            "status": talk.state.status(),
            "turn": talk.state.turn(),
            "by": occasion.by(),
            "offer": standing.map(|offer| json!({
                "id": offer.id,
                "seq": offer.seq,
                "side": offer.side,
                "amount": { "amount": offer.amount.amount(), "currency": offer.amount.currency().code() },
                "status": offer.status,
            })),
            "expires_at": talk.expires_at(),
            "reserved_until": talk.reserved_until,
            "version": talk.version,
        });
        Self {
            event: Event::new(occasion.name(), talk.id, payload).for_dealer(talk.dealer),
            due: due(talk),
            audit: audit(occasion, before, talk),
        }
    }
}

fn audit(occasion: Occasion, before: Option<&Negotiation>, talk: &Negotiation) -> Audit {
    let line = Audit::new(occasion.name(), "negotiation", talk.id).for_dealer(talk.dealer);
    let mut line = match before {
        Some(before) => line.between(&logged(before), &logged(talk)),
        None => line.with(logged(talk)),
    };
    if let Some(detail) = line.detail.as_object_mut() {
        detail.insert("by".to_owned(), json!(occasion.by()));
    }
    // What a customer says is theirs, and goes with them; the log is for ever.
    line.because(talk.reason.clone().filter(|_| occasion.by() != Some(Side::Buyer)))
}

/// What the audit log shows of a negotiation: nothing that somebody wrote, and nothing of what the dealer said beforehand.
fn logged(talk: &Negotiation) -> Value {
    json!({
        "status": talk.state.status(),
        "amount": talk.standing().map(|offer| offer.amount.to_string()),
        "asking": talk.asking.to_string(),
        "reserved_until": talk.reserved_until,
    })
}

/// The kind of the jobs that look again at a negotiation when its time is up.
pub const DUE_JOB: &str = "negotiation_due";

/// What such a job knows. It looks at the negotiation before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The negotiation whose offer may have expired, or whose reservation may have lapsed.
    pub negotiation_id: NegotiationId,
}

fn due(talk: &Negotiation) -> Option<Job> {
    let at = talk.due_at()?;
    let job = Job::new(
        DUE_JOB,
        &Due {
            negotiation_id: talk.id,
        },
    );
    Some(job.at(at).once(format!("{}:{}", talk.id, talk.version)))
}

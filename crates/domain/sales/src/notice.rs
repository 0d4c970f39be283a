//! What is told of a sale: an event, by which the buyer is told too, a line of the audit log, and the letter that asks a buyer known by
//! e-mail alone whether the car is theirs.

use kernel::act::{Audit, Decision};
use kernel::event::Event;
use kernel::job::Job;
use kernel::letter::Letter;
use serde_json::{Value, json};

use crate::sale::Sale;

/// Something that happened to a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It was closed.
    Closed,
    /// It was mended.
    Amended,
    /// The buyer confirmed it.
    Confirmed,
    /// It was taken back.
    Voided,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: &[Self] = &[Self::Closed, Self::Amended, Self::Confirmed, Self::Voided];

    /// Name of the event, and of the audit line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "sale.closed",
            Self::Amended => "sale.amended",
            Self::Confirmed => "sale.confirmed",
            Self::Voided => "sale.voided",
        }
    }
}

/// What goes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// For whoever listens.
    pub event: Event,
    /// Asks the buyer.
    pub letters: Vec<Job>,
    /// For the audit log.
    pub audit: Audit,
}

impl Notice {
    /// A decision that tells this.
    pub fn deciding<P, T>(self, plan: P, answer: T) -> Decision<P, T> {
        Decision::new(plan, answer, self.audit)
            .telling(self.event)
            .then_all(self.letters)
    }
}

/// What goes out when a sale is closed. `seller` is what the buyer knows the seller by.
pub fn closed(sale: &Sale, seller: &str) -> Notice {
    let mut notice = telling(Occasion::Closed, sale);
    notice.audit = notice.audit.with(payload(sale));
    let question = sale.purchase.and_then(|_| question(sale, seller));
    notice.letters.extend(question);
    notice
}

/// What goes out when a sale has become another.
pub fn of(occasion: Occasion, before: &Sale, sale: &Sale) -> Notice {
    let mut notice = telling(occasion, sale);
    notice.audit = notice.audit.between(&payload(before), &payload(sale));
    notice
}

fn telling(occasion: Occasion, sale: &Sale) -> Notice {
    let mut event = Event::new(occasion.name(), sale.id, payload(sale));
    let mut audit = Audit::new(occasion.name(), "sale", sale.id);
    if let Some(closing) = sale.closing() {
        event = event.for_dealer(closing.dealer);
        audit = audit.for_dealer(closing.dealer);
    }
    Notice {
        event,
        letters: Vec::new(),
        audit,
    }
}

/// Asks a buyer known by e-mail alone whether the car is theirs now.
pub fn question(sale: &Sale, seller: &str) -> Option<Job> {
    let to = sale.buyer.email.as_ref()?;
    let params = json!({
        "sale_id": sale.id,
        "purchase_id": sale.purchase,
        "name": sale.buyer.name,
        "seller": seller,
        "vehicle": sale.vehicle.title(),
        "price": sale.price.to_string(),
        "sale_date": sale.sale_date,
    });
    Some(Letter::job(to, "sale_confirm", params))
}

/// The payload of every `sale.*` event, version 1: ids and money, no name, address or number.
fn payload(sale: &Sale) -> Value {
    let closing = sale.closing();
    let money = |amount: kernel::money::Money| json!({"amount": amount.amount(), "currency": amount.currency().code()});
    json!({
        "id": sale.id,
        "dealer_id": closing.map(|c| c.dealer),
        "listing_id": closing.map(|c| c.listing),
        "site_id": closing.and_then(|c| c.site),
        "vehicle_id": sale.vehicle.id,
        "buyer_id": sale.buyer.user,
        "sold_by": closing.map(|c| c.sold_by),
        "negotiation_id": closing.and_then(|c| c.negotiation),
        "price": money(sale.price),
        "commission": closing.map(|c| money(c.commission)),
        "sale_date": sale.sale_date,
        "payment_method": sale.payment_method,
        "status": sale.state.as_str(),
        "version": sale.version,
    })
}

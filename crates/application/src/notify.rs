//! Tells people what happened: the reader of events behind notices, letters, messages and pushes.
//!
//! The rules are those of `notifications`: whom an event concerns, what each of them wants, when it may come. Here the people are
//! looked up, the words are found, and each notice, letter, message and push becomes an effect under a key of its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use kernel::Instant;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{Id, UserId};
use kernel::letter::{Letter, Unsubscribe};
use kernel::message::{Message, Network};
use kernel::ports::Ids;
use kernel::push::Push;
use kernel::zone::Zone;
use notifications::channel::Channel;
use notifications::contact::Ways;
use notifications::kind::{Class, Kind, Whom, concerns, useful_until};
use notifications::notice::{NewNotice, Notice};
use notifications::plan::{Delivery, Recipient, plan};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::letters::Words;
use crate::relay::{Effects, Reader, Told};

/// What something happened to, as far as its words lie in our tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A test drive.
    Booking(Uuid),
    /// A negotiation.
    Negotiation(Uuid),
    /// A dealer.
    Dealer(Uuid),
    /// A paper of a dealer's.
    Document(Uuid),
    /// A car on offer.
    Listing(Uuid),
    /// A sale.
    Sale(Uuid),
    /// A place in the line for a slot.
    Waitlist(Uuid),
    /// A person, with the names of the searches that they keep.
    Watcher(Uuid),
    /// An endpoint that hears of events.
    Webhook(Uuid),
    /// A key of a dealer's program.
    ApiKey(Uuid),
}

impl Subject {
    /// What an event happened to; none where its words need nothing.
    fn of(event: &Event) -> Option<Self> {
        if event.name == "dealer.document_reviewed" {
            let document = event.payload.get("document_id")?.as_str()?;
            return document.parse().ok().map(Self::Document);
        }
        match event.name.split('.').next() {
            Some("booking") => Some(Self::Booking(event.subject)),
            Some("negotiation") => Some(Self::Negotiation(event.subject)),
            Some("dealer") => Some(Self::Dealer(event.subject)),
            Some("staff") => event.dealer.map(|dealer| Self::Dealer(dealer.uuid())),
            Some("listing") => Some(Self::Listing(event.subject)),
            Some("sale") => Some(Self::Sale(event.subject)),
            Some("waitlist") => Some(Self::Waitlist(event.subject)),
            Some("digest") => Some(Self::Watcher(event.subject)),
            Some("api_key") => Some(Self::ApiKey(event.subject)),
            Some("webhook") => Some(Self::Webhook(event.subject)),
            _ => None,
        }
    }
}

/// Looks up people and words: one query for each kind of thing, however many there are. From the database that is written to.
#[async_trait]
pub trait Audiences: Send + Sync {
    /// The people behind each, with what they chose. Closed accounts are left out.
    async fn people(&self, whom: &BTreeSet<Whom>) -> Result<BTreeMap<Whom, Vec<Recipient>>, Common>;

    /// What templates say about each, as it now is. What is gone is left out.
    async fn particulars(
        &self,
        subjects: &BTreeSet<Subject>,
    ) -> Result<HashMap<Subject, Map<String, Value>>, Common>;
}

/// The reader.
pub struct Notifier {
    /// Who and what.
    pub audiences: Arc<dyn Audiences>,
    /// The words.
    pub words: Arc<dyn Words>,
    /// Names notices.
    pub ids: Ids,
    /// The ways to telephones that there are.
    pub ways: Ways,
}

#[async_trait]
impl Reader for Notifier {
    fn name(&self) -> &'static str {
        "notifier"
    }

    fn wants(&self, event: &str) -> bool {
        Kind::any_of(event)
    }

    async fn read(&self, events: &[Told], now: Instant) -> Result<Effects, Common> {
        let concerned: Vec<(&Told, &'static Kind, Whom)> = events
            .iter()
            .flat_map(|told| {
                concerns(&told.event)
                    .into_iter()
                    .map(move |(kind, whom)| (told, kind, whom))
            })
            .collect();
        let whom = concerned.iter().map(|(_, _, whom)| *whom).collect();
        let subjects = concerned
            .iter()
            .filter_map(|(told, _, _)| Subject::of(&told.event))
            .collect();
        let people = self.audiences.people(&whom).await?;
        let particulars = self.audiences.particulars(&subjects).await?;
        let mut effects = Effects::of(self.name());
        for (told, kind, whom) in concerned {
            let mut params = match Subject::of(&told.event) {
                None => Map::new(),
                Some(subject) => match particulars.get(&subject) {
                    Some(found) => found.clone(),
                    // It was erased since: nobody needs to hear of it.
                    None => continue,
                },
            };
            add_event(&mut params, &told.event);
            let recipients = people.get(&whom).map_or(&[][..], Vec::as_slice);
            let rings = recipients.iter().any(|recipient| !recipient.devices.is_empty());
            let telling = self.telling(told, kind, params, rings)?;
            let until = useful_until(&told.event);
            // Of what is about security they hear in any case: it may not have been they.
            let known = whom.at_work() && kind.class != Class::Security;
            let knows = |to: &Recipient| known && to.user.is_some() && to.user == told.actor;
            for recipient in recipients.iter().filter(|to| !knows(to)) {
                let own = match own_time(&telling.params, recipient) {
                    None => None,
                    Some(time) => {
                        let mut params = telling.params.clone();
                        params.insert("own_time".to_owned(), json!(time));
                        Some(self.telling(told, kind, params, rings)?)
                    }
                };
                for delivery in plan(kind, recipient, self.ways, now, until) {
                    self.tell(
                        &mut effects,
                        own.as_ref().unwrap_or(&telling),
                        recipient,
                        delivery,
                    );
                }
            }
        }
        Ok(effects)
    }
}

/// One event as one kind, in words.
struct Telling<'a> {
    told: &'a Told,
    kind: &'static Kind,
    title: String,
    summary: String,
    params: Map<String, Value>,
}

impl Notifier {
    fn telling<'a>(
        &self,
        told: &'a Told,
        kind: &'static Kind,
        params: Map<String, Value>,
        rings: bool,
    ) -> Result<Telling<'a>, Common> {
        Ok(Telling {
            told,
            kind,
            title: self.words.title(kind.name, &params)?,
            // The words of the other letters need what their acts alone know.
            summary: if rings && kind.letter {
                self.words.summary(kind.name, &params)?
            } else {
                String::new()
            },
            params,
        })
    }

    fn tell(&self, effects: &mut Effects, telling: &Telling<'_>, to: &Recipient, delivery: Delivery) {
        let Telling {
            told,
            kind,
            title,
            summary,
            params,
        } = telling;
        // The dealer's mailbox, or a caller: one of them a kind.
        let who = to
            .user
            .map_or_else(|| "house".to_owned(), |user| user.to_string());
        let part = format!("{}:{who}:{}", kind.name, delivery.channel.as_str());
        match delivery.channel {
            Channel::InApp => {
                if let Some(user) = to.user {
                    effects.notice(self.notice(telling, user));
                }
            }
            Channel::Email => {
                if let (Some(email), true) = (&to.email, kind.letter) {
                    let letter = Letter {
                        to: email.clone(),
                        template: kind.name.to_owned(),
                        params: Value::Object(params.clone()),
                        unsubscribe: to.user.map(|user| Unsubscribe {
                            user,
                            kind: kind.name.to_owned(),
                        }),
                    };
                    effects.job(told, &part, letter.into_job().at(delivery.due));
                }
            }
            Channel::Sms | Channel::Whatsapp => {
                if let Some(phone) = &to.phone {
                    let message = Message {
                        to: phone.clone(),
                        network: match delivery.channel {
                            Channel::Whatsapp => Network::Whatsapp,
                            Channel::Sms | Channel::InApp | Channel::Email | Channel::Push => Network::Sms,
                        },
                        text: title.clone(),
                        kind: kind.name.to_owned(),
                    };
                    effects.job(told, &part, message.into_job().at(delivery.due));
                }
            }
            Channel::Push => {
                for device in &to.devices {
                    let push = Push {
                        device: *device,
                        title: title.clone(),
                        text: summary.clone(),
                        path: path(&told.event),
                        urgent: kind.class == Class::Security,
                    };
                    let part = format!("{part}:{device}");
                    effects.job(told, &part, push.into_job().at(delivery.due));
                }
            }
        }
    }

    fn notice(&self, telling: &Telling<'_>, user: UserId) -> NewNotice {
        let event = &telling.told.event;
        let subject_kind = event.name.split('.').next().unwrap_or_default();
        NewNotice {
            event: telling.told.id,
            notice: Notice {
                id: Id::from_uuid(self.ids.uuid()),
                user,
                kind: telling.kind.name.to_owned(),
                title: telling.title.clone(),
                subject_kind: subject_kind.to_owned(),
                subject: event.subject,
                dealer: event.dealer,
                created_at: telling.told.at,
                read_at: None,
            },
        }
    }
}

/// Where people look at what an event is about, as the links in letters have it; the product's first page where it has none.
fn path(event: &Event) -> String {
    match Subject::of(event) {
        Some(Subject::Booking(id)) => format!("/bookings/{id}"),
        Some(Subject::Negotiation(id)) => format!("/negotiations/{id}"),
        Some(Subject::Dealer(id)) => format!("/dealers/{id}"),
        // The event is its dealer's.
        Some(Subject::Document(_)) => format!("/dealers/{}", event.subject),
        Some(Subject::Listing(id)) => format!("/listings/{id}"),
        Some(Subject::Sale(id)) => format!("/sales/{id}"),
        Some(Subject::Waitlist(id)) => format!("/bookings/waitlist/{id}"),
        Some(Subject::Webhook(id)) => format!("/webhooks/{id}"),
        Some(Subject::Watcher(_) | Subject::ApiKey(_)) | None => "/".to_owned(),
    }
}

/// When a drive starts in the recipient's own wall time, where it is another than the showroom's.
fn own_time(params: &Map<String, Value>, to: &Recipient) -> Option<String> {
    let said = |name: &str| params.get(name).and_then(Value::as_str);
    let start: Instant = said("start_at")?.parse().ok()?;
    let there: Zone = said("timezone")?.parse().ok()?;
    let own = to.preferences.quiet?.zone().words(start);
    (own != there.words(start)).then_some(own)
}

/// What an event says in words that a letter takes as they are.
const AS_TOLD: &[&str] = &[
    "role",
    "rights",
    "matches",
    "searches",
    "price_drops",
    "why",
    "failing_since",
];

/// Adds what the event itself says: prices, and until when, in the wall time of the place.
fn add_event(params: &mut Map<String, Value>, event: &Event) {
    let payload = &event.payload;
    for (name, place) in [
        ("amount", "/offer/amount"),
        ("price", "/asking_price"),
        ("previous_price", "/previous_price"),
    ] {
        let of = |part: &str| payload.pointer(place)?.get(part)?.as_str();
        if let Some((currency, amount)) = of("currency").zip(of("amount")) {
            params.insert(name.to_owned(), json!(format!("{currency} {amount}")));
        }
    }
    for name in AS_TOLD {
        if let Some(said) = payload.get(name) {
            params.insert((*name).to_owned(), said.clone());
        }
    }
    let zone = params
        .get("timezone")
        .and_then(Value::as_str)
        .and_then(|zone| zone.parse::<Zone>().ok());
    for name in ["expires_at", "reserved_until", "offered_until"] {
        let at = payload.get(name).and_then(Value::as_str);
        let at = at.and_then(|at| at.parse::<Instant>().ok());
        let wall = at.zip(zone).map(|(at, zone)| zone.words(at));
        params.insert(name.to_owned(), json!(wall));
    }
}

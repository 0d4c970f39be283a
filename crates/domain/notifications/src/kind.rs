//! What people are told: one line for each event and each side that it concerns.

use kernel::Instant;
use kernel::error::Malformed;
use kernel::event::Event;
use kernel::id::{BookingId, DealerId, Id, ListingId, SaleId, SiteId, UserId};
use kernel::money::{Currency, Money};
use serde_json::Value;
use uuid::Uuid;

use crate::channel::Channel;

/// How much a person may say about a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// About what the person does with the product: each channel can be turned on and off, and quiet hours hold.
    Service,
    /// About who may use the account: its channels can't be turned off, and it comes at any hour.
    Security,
}

/// Which part of those whom an event concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The customer of a test drive, with or without an account.
    Customer,
    /// The buyer of a negotiation or a sale, who has an account.
    Buyer,
    /// The buyer of a sale, with or without an account.
    Purchaser,
    /// Those who saved a listing, when its price fell.
    Savers,
    /// Whoever has cars that are new for a search, by the digest of the day.
    Searcher,
    /// The owners of the dealer that an endpoint belongs to; for the platform's, the admins.
    Keepers,
    /// The dealer's owner, managers and salespeople of the site, and the dealer's mailbox. Who did it themselves need no word of it.
    Sales,
    /// The dealer's owners, but for the one who did it; of what is about security that one as well.
    Owners,
    /// The account itself.
    Account,
}

/// Something that people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name, and that of its template.
    pub name: &'static str,
    /// The event that it tells of.
    pub event: &'static str,
    /// Whom it concerns.
    pub side: Side,
    /// The part of the negotiation that needs no word of what it did itself.
    pub not_by: Option<&'static str>,
    /// How much a person may say about it.
    pub class: Class,
    /// The channels that it takes by itself. What takes the product itself rings on devices too: see [`Kind::takes`].
    pub channels: &'static [Channel],
    /// Does its letter go out from here? The letters of the account's own acts do not: they are sent by the act, to the address of
    /// that moment.
    pub letter: bool,
}

/// Whom to tell, as far as the event itself knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whom {
    /// This person.
    User(UserId),
    /// Who called to book this drive, without an account.
    Caller(BookingId),
    /// The sales side of a dealer, those of one site where it is known, and the dealer's mailbox.
    Sales(DealerId, Option<SiteId>),
    /// The owners of a dealer.
    Owners(DealerId),
    /// The buyer of this sale, without an account.
    Purchaser(SaleId),
    /// Those who saved this listing, as long as everybody may see it, and do not work for its dealer.
    Savers(ListingId),
    /// Those who run the platform.
    Admins,
}

impl Whom {
    /// Are these people at work, who need no word of what they did themselves?
    pub const fn at_work(self) -> bool {
        match self {
            Self::Sales(..) | Self::Owners(_) | Self::Admins => true,
            Self::User(_) | Self::Caller(_) | Self::Purchaser(_) | Self::Savers(_) => false,
        }
    }
}

const BOTH: &[Channel] = &[Channel::InApp, Channel::Email];
const IN_APP: &[Channel] = &[Channel::InApp];
const EMAIL: &[Channel] = &[Channel::Email];
const NONE: &[Channel] = &[];

const fn kind(name: &'static str, event: &'static str, side: Side, channels: &'static [Channel]) -> Kind {
    Kind {
        name,
        event,
        side,
        not_by: None,
        class: Class::Service,
        channels,
        letter: true,
    }
}

/// Told to the side that did not do it.
const fn answer(name: &'static str, event: &'static str, side: Side, not_by: &'static str) -> Kind {
    let channels = match side {
        Side::Sales => IN_APP,
        Side::Customer
        | Side::Buyer
        | Side::Purchaser
        | Side::Savers
        | Side::Searcher
        | Side::Keepers
        | Side::Owners
        | Side::Account => BOTH,
    };
    Kind {
        not_by: Some(not_by),
        ..kind(name, event, side, channels)
    }
}

const fn security(name: &'static str, event: &'static str) -> Kind {
    Kind {
        class: Class::Security,
        letter: false,
        ..kind(name, event, Side::Account, BOTH)
    }
}

/// Every kind, in the order in which preferences show them.
pub const KINDS: &[Kind] = &[
    kind("booking_requested", "booking.requested", Side::Customer, BOTH),
    kind("booking_approved", "booking.approved", Side::Customer, BOTH),
    kind("booking_declined", "booking.declined", Side::Customer, BOTH),
    kind("booking_rescheduled", "booking.rescheduled", Side::Customer, BOTH),
    kind("booking_cancelled", "booking.cancelled", Side::Customer, BOTH),
    kind("booking_expired", "booking.expired", Side::Customer, BOTH),
    kind("slot_free_again", "booking.slot_free_again", Side::Customer, BOTH),
    kind("booking_reminder", "booking.reminder", Side::Customer, BOTH),
    kind("waitlist_offered", "waitlist.offered", Side::Customer, BOTH),
    kind("price_dropped", "listing.price_changed", Side::Savers, IN_APP),
    kind("search_matched", "digest.composed", Side::Searcher, IN_APP),
    kind("daily_digest", "digest.composed", Side::Account, EMAIL),
    kind("sale_closed", "sale.closed", Side::Buyer, BOTH),
    kind("sale_voided", "sale.voided", Side::Purchaser, BOTH),
    answer("negotiation_opened", "negotiation.opened", Side::Buyer, "buyer"),
    answer(
        "negotiation_countered",
        "negotiation.countered",
        Side::Buyer,
        "buyer",
    ),
    answer(
        "negotiation_accepted",
        "negotiation.accepted",
        Side::Buyer,
        "buyer",
    ),
    kind("negotiation_rejected", "negotiation.rejected", Side::Buyer, BOTH),
    kind("negotiation_expired", "negotiation.expired", Side::Buyer, BOTH),
    kind("negotiation_held", "negotiation.held", Side::Buyer, BOTH),
    kind("negotiation_resumed", "negotiation.resumed", Side::Buyer, BOTH),
    kind(
        "negotiation_superseded",
        "negotiation.superseded",
        Side::Buyer,
        BOTH,
    ),
    kind("negotiation_lapsed", "negotiation.lapsed", Side::Buyer, BOTH),
    kind(
        "booking_requested_dealer",
        "booking.requested",
        Side::Sales,
        IN_APP,
    ),
    kind("booking_approved_dealer", "booking.approved", Side::Sales, NONE),
    kind("booking_declined_dealer", "booking.declined", Side::Sales, NONE),
    kind(
        "booking_rescheduled_dealer",
        "booking.rescheduled",
        Side::Sales,
        IN_APP,
    ),
    kind(
        "booking_cancelled_dealer",
        "booking.cancelled",
        Side::Sales,
        IN_APP,
    ),
    kind("booking_expired_dealer", "booking.expired", Side::Sales, IN_APP),
    answer(
        "negotiation_opened_dealer",
        "negotiation.opened",
        Side::Sales,
        "dealer",
    ),
    answer(
        "negotiation_countered_dealer",
        "negotiation.countered",
        Side::Sales,
        "dealer",
    ),
    answer(
        "negotiation_accepted_dealer",
        "negotiation.accepted",
        Side::Sales,
        "dealer",
    ),
    kind(
        "negotiation_cancelled_dealer",
        "negotiation.cancelled",
        Side::Sales,
        IN_APP,
    ),
    kind(
        "negotiation_expired_dealer",
        "negotiation.expired",
        Side::Sales,
        IN_APP,
    ),
    kind(
        "negotiation_lapsed_dealer",
        "negotiation.lapsed",
        Side::Sales,
        IN_APP,
    ),
    kind("dealer_verified", "dealer.verified", Side::Owners, BOTH),
    kind("dealer_rejected", "dealer.rejected", Side::Owners, BOTH),
    kind("dealer_suspended", "dealer.suspended", Side::Owners, BOTH),
    kind("dealer_reinstated", "dealer.reinstated", Side::Owners, BOTH),
    kind(
        "dealer_document_reviewed",
        "dealer.document_reviewed",
        Side::Owners,
        BOTH,
    ),
    kind("staff_joined", "staff.added", Side::Account, BOTH),
    Kind {
        class: Class::Security,
        ..kind("api_key_created", "api_key.created", Side::Owners, BOTH)
    },
    kind("webhook_off", "webhook.switched_off", Side::Keepers, BOTH),
    security("password_changed", "user.password_changed"),
    security("email_changed", "user.email_changed"),
    security("totp_enabled", "user.totp_enabled"),
    security("totp_disabled", "user.totp_disabled"),
    security("recovery_code_used", "user.recovery_code_used"),
];

impl Kind {
    /// Reads a name.
    pub fn parse(name: &str) -> Result<&'static Self, Malformed> {
        KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
            let told = format!(
                "“{}” is no kind of notice: GET /me/notification-preferences lists them",
                kernel::text::excerpt(name)
            );
            Malformed::new("unknown_kind", told)
        })
    }

    /// Does it take a channel by itself? A push is a line in the product that rings: whoever registers a device asks for it.
    pub fn takes(&self, channel: Channel) -> bool {
        let stands_in = match channel {
            Channel::Push => Channel::InApp,
            own => own,
        };
        self.channels.contains(&stands_in)
    }

    /// Is any kind told of events with this name?
    pub fn any_of(event: &str) -> bool {
        KINDS.iter().any(|kind| kind.event == event)
    }

    /// Whom an event concerns as this kind; none where it does not, or lacks what says whom.
    fn whom(&self, event: &Event) -> Option<Whom> {
        let field = |name: &str| event.payload.get(name);
        let id = |name: &str| -> Option<Uuid> { field(name)?.as_str()?.parse().ok() };
        if self.event != event.name
            || (self.not_by.is_some() && field("by").and_then(Value::as_str) == self.not_by)
        {
            return None;
        }
        match self.side {
            Side::Customer => Some(
                id("customer_id").map_or(Whom::Caller(Id::from_uuid(event.subject)), |user| {
                    Whom::User(Id::from_uuid(user))
                }),
            ),
            Side::Buyer => id("buyer_id").map(|user| Whom::User(Id::from_uuid(user))),
            Side::Purchaser => Some(
                id("buyer_id").map_or(Whom::Purchaser(Id::from_uuid(event.subject)), |user| {
                    Whom::User(Id::from_uuid(user))
                }),
            ),
            Side::Savers => fell(event).then_some(Whom::Savers(Id::from_uuid(event.subject))),
            Side::Searcher if field("matches").and_then(Value::as_u64).unwrap_or(0) == 0 => None,
            Side::Keepers => Some(event.dealer.map_or(Whom::Admins, Whom::Owners)),
            Side::Searcher | Side::Account => id("user_id").map(|user| Whom::User(Id::from_uuid(user))),
            Side::Sales => event
                .dealer
                .map(|dealer| Whom::Sales(dealer, id("site_id").map(Id::from_uuid))),
            Side::Owners => event.dealer.map(Whom::Owners),
        }
    }
}

/// Is less asked than before?
fn fell(event: &Event) -> bool {
    let price = |name: &str| -> Option<Money> {
        let price = event.payload.get(name)?;
        let currency = Currency::parse(price.get("currency")?.as_str()?).ok()?;
        Money::parse(price.get("amount")?.as_str()?, currency).ok()
    };
    price("previous_price")
        .zip(price("asking_price"))
        .is_some_and(|(before, now)| before.currency() == now.currency() && now.minor() < before.minor())
}

/// Until when it is of use to hear of an event; none where it stays so. A test drive that is near, a slot that is kept.
pub fn useful_until(event: &Event) -> Option<Instant> {
    let name = match event.name.as_str() {
        "booking.reminder" => "start_at",
        "waitlist.offered" => "offered_until",
        _ => return None,
    };
    event.payload.get(name)?.as_str()?.parse().ok()
}

/// All that people are told of an event.
pub fn concerns(event: &Event) -> Vec<(&'static Kind, Whom)> {
    KINDS
        .iter()
        .filter_map(|kind| kind.whom(event).map(|whom| (kind, whom)))
        .collect()
}

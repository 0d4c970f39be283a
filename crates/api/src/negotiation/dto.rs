//! Negotiations as the API shows and takes them.

use ::negotiation::negotiation::{Offer, OfferStatus};
use ::negotiation::ports::{Seen, Stats, StatusCount, TalkFilter};
use ::negotiation::request::{NewNegotiation, Price};
use ::negotiation::state::{Side, Status};
use chrono::{DateTime, Utc};
use kernel::error::{Common, Violations};
use kernel::id::Id;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::dto::MoneyDto;

/// Where a negotiation stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum NegotiationStatusDto {
    /// The dealer has to answer.
    AwaitingDealer,
    /// The buyer has to answer.
    AwaitingBuyer,
    /// The car is kept for another, or its dealer is stopped: the clock stands still.
    OnHold,
    /// Agreed; the car is kept for the buyer.
    Accepted,
    /// Sold to the buyer.
    Completed,
    /// The dealer said no.
    Rejected,
    /// The buyer withdrew.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// Sold to another, or the listing is gone.
    Superseded,
    /// Agreed, and not sold in time.
    Lapsed,
}

impl From<Status> for NegotiationStatusDto {
    fn from(status: Status) -> Self {
        match status {
            Status::AwaitingDealer => Self::AwaitingDealer,
            Status::AwaitingBuyer => Self::AwaitingBuyer,
            Status::OnHold => Self::OnHold,
            Status::Accepted => Self::Accepted,
            Status::Completed => Self::Completed,
            Status::Rejected => Self::Rejected,
            Status::Cancelled => Self::Cancelled,
            Status::Expired => Self::Expired,
            Status::Superseded => Self::Superseded,
            Status::Lapsed => Self::Lapsed,
        }
    }
}

impl From<NegotiationStatusDto> for Status {
    fn from(status: NegotiationStatusDto) -> Self {
        match status {
            NegotiationStatusDto::AwaitingDealer => Self::AwaitingDealer,
            NegotiationStatusDto::AwaitingBuyer => Self::AwaitingBuyer,
            NegotiationStatusDto::OnHold => Self::OnHold,
            NegotiationStatusDto::Accepted => Self::Accepted,
            NegotiationStatusDto::Completed => Self::Completed,
            NegotiationStatusDto::Rejected => Self::Rejected,
            NegotiationStatusDto::Cancelled => Self::Cancelled,
            NegotiationStatusDto::Expired => Self::Expired,
            NegotiationStatusDto::Superseded => Self::Superseded,
            NegotiationStatusDto::Lapsed => Self::Lapsed,
        }
    }
}

/// A party.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SideDto {
    /// Who wants the car.
    Buyer,
    /// Who sells it.
    Dealer,
}

impl From<Side> for SideDto {
    fn from(side: Side) -> Self {
        match side {
            Side::Buyer => Self::Buyer,
            Side::Dealer => Self::Dealer,
        }
    }
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OfferStatusDto {
    /// It stands.
    Pending,
    /// It was taken.
    Accepted,
    /// The dealer ended the talk while it stood.
    Rejected,
    /// It was answered with another.
    Countered,
    /// Its time ran out, or the talk ended some other way while it stood.
    Expired,
}

impl From<OfferStatus> for OfferStatusDto {
    fn from(status: OfferStatus) -> Self {
        match status {
            OfferStatus::Pending => Self::Pending,
            OfferStatus::Accepted => Self::Accepted,
            OfferStatus::Rejected => Self::Rejected,
            OfferStatus::Countered => Self::Countered,
            OfferStatus::Expired => Self::Expired,
        }
    }
}

/// Who wants the car.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BuyerDto {
    /// The user.
    id: Uuid,
    name: String,
}

/// One price put in a negotiation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfferDto {
    id: Uuid,
    /// Counts the negotiation's offers, from 1.
    seq: u32,
    /// Who made it.
    #[schema(inline)]
    side: SideDto,
    amount: MoneyDto,
    message: Option<String>,
    #[schema(inline)]
    status: OfferStatusDto,
    created_at: DateTime<Utc>,
    /// Until when it can be answered; `null` while the clock stands still.
    expires_at: Option<DateTime<Utc>>,
}

impl From<Offer> for OfferDto {
    fn from(offer: Offer) -> Self {
        Self {
            id: offer.id.uuid(),
            seq: offer.seq,
            side: offer.side.into(),
            amount: offer.amount.into(),
            message: offer.message,
            status: offer.status.into(),
            created_at: offer.created_at,
            expires_at: offer.expires_at,
        }
    }
}

/// The talk about one listing between one buyer and its dealer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NegotiationDto {
    id: Uuid,
    listing_id: Uuid,
    dealer_id: Uuid,
    buyer: BuyerDto,
    #[schema(inline)]
    status: NegotiationStatusDto,
    /// Who has to answer; `null` while nobody can.
    #[schema(inline)]
    turn: Option<SideDto>,
    /// What the listing asks now.
    asking_price: MoneyDto,
    /// In the order they were made.
    offers: Vec<OfferDto>,
    /// False where the dealer's offer can only be accepted or let go.
    counter_allowed: bool,
    /// Until when the car is kept for the buyer.
    reserved_until: Option<DateTime<Utc>>,
    /// Why it ended.
    reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Rises with each change.
    version: i64,
}

impl From<Seen> for NegotiationDto {
    fn from(seen: Seen) -> Self {
        let talk = seen.talk;
        Self {
            id: talk.id.uuid(),
            listing_id: talk.listing.uuid(),
            dealer_id: talk.dealer.uuid(),
            status: talk.state.status().into(),
            turn: talk.state.turn().map(SideDto::from),
            buyer: BuyerDto {
                id: talk.buyer.user.uuid(),
                name: talk.buyer.name,
            },
            asking_price: seen.asking.into(),
            offers: talk.offers.into_iter().map(OfferDto::from).collect(),
            counter_allowed: talk.counter_allowed,
            reserved_until: talk.reserved_until,
            reason: talk.reason,
            created_at: talk.created_at,
            updated_at: talk.updated_at,
            version: talk.version,
        }
    }
}

/// A negotiation to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNegotiationDto {
    /// The car's listing.
    listing_id: Uuid,
    /// The first offer, in the listing's currency.
    amount: MoneyDto,
    #[schema(max_length = 1_000)]
    message: Option<String>,
}

/// A price to put on the table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CounterOfferDto {
    /// In the listing's currency.
    amount: MoneyDto,
    #[schema(max_length = 1_000)]
    message: Option<String>,
}

impl NewNegotiationDto {
    pub(super) fn read(self) -> Result<NewNegotiation, Common> {
        Ok(NewNegotiation {
            listing: Id::from_uuid(self.listing_id),
            price: price(&self.amount, self.message)?,
        })
    }
}

impl CounterOfferDto {
    pub(super) fn read(self) -> Result<Price, Common> {
        price(&self.amount, self.message)
    }
}

fn price(amount: &MoneyDto, message: Option<String>) -> Result<Price, Common> {
    let mut wrong = Violations::new();
    let amount = wrong.take("/amount", amount.read());
    wrong.into_result()?;
    let amount = amount.ok_or_else(|| Common::internal("an amount without violations is whole"))?;
    Ok(Price { amount, message })
}

/// Why the dealer says no.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RejectNegotiationDto {
    /// The buyer reads it.
    #[schema(min_length = 1, max_length = 500, example = "We have a better offer.")]
    pub(super) reason: String,
}

/// Why the buyer withdraws.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CancelNegotiationDto {
    /// The dealer reads it.
    #[schema(max_length = 500, example = "I found another car.")]
    pub(super) reason: Option<String>,
}

/// Which negotiations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NegotiationFilter {
    /// In any of these states.
    #[serde(default)]
    #[param(inline)]
    status: Vec<NegotiationStatusDto>,
    /// About any of these listings.
    #[serde(default)]
    listing: Vec<Uuid>,
    /// Only those that wait for the caller's side.
    awaiting_me: Option<bool>,
    /// For admins: whose.
    pub(super) dealer: Option<Uuid>,
}

impl NegotiationFilter {
    /// The filter in the domain's words.
    pub(super) fn read(&self) -> TalkFilter {
        TalkFilter {
            statuses: self.status.iter().copied().map(Status::from).collect(),
            listings: self.listing.iter().copied().map(Id::from_uuid).collect(),
            awaiting_me: self.awaiting_me.unwrap_or_default(),
        }
    }
}

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DealerParam {
    /// For admins: which dealer's.
    pub(super) dealer: Option<Uuid>,
}

/// Whose figures, and since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StatsParams {
    /// For admins: which dealer's.
    pub(super) dealer: Option<Uuid>,
    /// Only negotiations opened at this instant or later.
    pub(super) since: Option<DateTime<Utc>>,
}

/// How many negotiations are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusCountDto {
    #[schema(inline)]
    status: NegotiationStatusDto,
    count: u64,
}

impl From<StatusCount> for StatusCountDto {
    fn from(entry: StatusCount) -> Self {
        Self {
            status: entry.status.into(),
            count: entry.count,
        }
    }
}

/// What is known of a party's negotiations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NegotiationStatsDto {
    /// States with none are left out.
    by_status: Vec<StatusCountDto>,
    /// Of those that are no longer talked about, the share that was agreed: 0 to 1; `null` while there are none.
    acceptance_rate: Option<f64>,
    /// How far agreed prices lie below the asking price, on average.
    average_discount_percent: Option<f64>,
    /// Offers in an agreed negotiation, of both sides: the median.
    median_rounds: Option<f64>,
    /// Seconds from a buyer's offer to the dealer's answer: the median.
    median_answer_seconds: Option<f64>,
}

impl From<Stats> for NegotiationStatsDto {
    fn from(stats: Stats) -> Self {
        Self {
            by_status: stats.by_status.into_iter().map(StatusCountDto::from).collect(),
            acceptance_rate: stats.acceptance_rate,
            average_discount_percent: stats.average_discount_percent,
            median_rounds: stats.median_rounds,
            median_answer_seconds: stats.median_answer_seconds,
        }
    }
}

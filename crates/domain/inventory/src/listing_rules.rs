//! What may happen to a listing: facts in, a decision out.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::{DealerId, ListingId, SiteId, VehicleId};
use kernel::money::Money;
use kernel::patch::Patch;
use kernel::rights::Right;
use serde_json::{Value, json};

use crate::error::Error;
use crate::history::{Happened, HistoryEntry};
use crate::listing::{Listed, Listing, ListingStatus, PricePoint};
use crate::listing_draft::{ListingChanges, ListingDraft, Terms};
use crate::ports::{ListingFacts, ListingPlan, NewListingFacts, NewListingPlan};
use crate::vehicle::{Owner, Vehicle, VehicleStatus};
use crate::vehicle_draft::VehicleDraft;
use crate::warnings::as_violations;

/// The vehicle of a new listing, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VehicleChoice {
    /// One that the dealer has.
    Existing(VehicleId),
    /// One that is entered with the listing.
    New(Box<VehicleDraft>),
}

/// A listing to make, as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateListing {
    /// Who sells: an admin says so, staff need not.
    pub dealer: Option<DealerId>,
    /// What is sold.
    pub vehicle: VehicleChoice,
    /// Where it stands; needed to be active.
    pub site: Option<SiteId>,
    /// Its terms.
    pub draft: ListingDraft,
    /// Shown in the carousel: a manager's to say.
    pub featured: bool,
    /// Opened to everybody at once? Else it is a draft.
    pub publish: bool,
}

/// Ids that are made before the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewIds {
    /// Of the listing.
    pub listing: ListingId,
    /// Of the vehicle, where it is entered with the listing.
    pub vehicle: VehicleId,
}

/// An amount as the public documents show it.
pub(crate) fn shown(money: Money) -> Value {
    json!({"amount": money.amount(), "currency": money.currency().code()})
}

/// An event about a listing as it now is, with what it was: version 1 of the payload of every `listing.*` event.
pub(crate) fn event(name: &str, listed: &Listed, before: Option<&Listing>) -> Event {
    let listing = &listed.listing;
    let asking = listing.prices.asking();
    let old = before.map(|b| b.prices.asking()).filter(|old| *old != asking);
    let payload = json!({
        "listing_id": listing.id,
        "vehicle_id": listing.vehicle,
        "status": listing.status.as_str(),
        "previous_status": before.map(|b| b.status.as_str()),
        "asking_price": shown(asking),
        "previous_price": old.map(shown),
    });
    Event::new(name, listing.id, payload).for_dealer(listing.dealer)
}

/// Makes a listing, with its vehicle where that is new.
pub fn create(
    act: &Act,
    dealer: DealerId,
    ids: NewIds,
    request: &CreateListing,
    facts: &NewListingFacts,
) -> Result<Decision<NewListingPlan, Listed>, Error> {
    if !facts.dealer_exists {
        return Err(Common::absent("dealer").into());
    }
    act.actor
        .may(Right::ManageListings, Scope::Dealer(dealer))
        .map_err(|refusal| refusal.of("dealer"))?;
    if request.featured {
        act.actor
            .may(Right::RunInventory, Scope::Dealer(dealer))
            .map_err(|refusal| refusal.of("dealer"))?;
    }
    let (terms, vehicle) = checked(act, dealer, ids, request, facts)?;
    let is_new = matches!(request.vehicle, VehicleChoice::New(_));
    let mut text = terms.text;
    if text.title.is_empty() {
        text.title = vehicle.title();
    }
    let draft = Listing {
        id: ids.listing,
        dealer,
        vehicle: vehicle.id,
        site: request.site,
        status: ListingStatus::Draft,
        condition: terms.condition,
        prices: terms.prices,
        text,
        featured: request.featured,
        listed_at: None,
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let listing = if request.publish {
        draft.sent_to(ListingStatus::Active, act.at)?
    } else {
        draft
    };
    let listed = Listed {
        listing: listing.clone(),
        vehicle: vehicle.clone(),
    };
    let mut history: Vec<HistoryEntry> = Vec::new();
    if is_new {
        history.extend(vehicle.details.odometer.map(|reading| HistoryEntry {
            at: act.at,
            happened: Happened::Odometer { reading },
        }));
    }
    history.extend(opened(None, &listing, act));
    let asking = listing.prices.asking();
    let plan = NewListingPlan {
        vehicle: is_new.then_some(vehicle),
        history,
        price: PricePoint { at: act.at, asking },
        listing,
    };
    let audit = Audit::new("listing.create", "listing", ids.listing)
        .for_dealer(dealer)
        .with(json!({"vehicle_id": listed.vehicle.id, "status": listed.listing.status}));
    let told = event("listing.created", &listed, None);
    let published =
        (listed.listing.status == ListingStatus::Active).then(|| event("listing.published", &listed, None));
    let mut decision = Decision::new(plan, listed, audit).telling(told);
    decision.record.events.extend(published);
    Ok(decision)
}

/// The terms and the vehicle of a new listing, or everything that is wrong with the request.
fn checked(
    act: &Act,
    dealer: DealerId,
    ids: NewIds,
    request: &CreateListing,
    facts: &NewListingFacts,
) -> Result<(Terms, Vehicle), Error> {
    let mut wrong = Violations::new();
    let terms = request.draft.check(&mut wrong);
    if request.site.is_some() && !facts.site_is_ours {
        wrong.add("/site_id", "unknown_site", "is none of your dealer's sites");
    }
    if request.publish && request.site.is_none() {
        wrong.add(
            "/site_id",
            "site_required",
            "an active listing needs one of the dealer's sites: name it, or make a draft",
        );
    }
    let vehicle = match &request.vehicle {
        VehicleChoice::New(draft) => {
            let details = draft.check("/vehicle", act.at.date_naive(), &mut wrong);
            if let Some(details) = details.as_ref().filter(|_| facts.strict_vin) {
                wrong.extend(as_violations(details, "/vehicle"));
            }
            details.map(|d| Vehicle::new(ids.vehicle, Owner::Dealer(dealer), d, act.at))
        }
        VehicleChoice::Existing(_) => {
            let vehicle = facts.vehicle.clone().filter(|v| v.owner == Owner::Dealer(dealer));
            if vehicle.is_none() {
                wrong.add(
                    "/vehicle_id",
                    "unknown_vehicle",
                    "is none of your dealer's vehicles",
                );
            }
            vehicle
        }
    };
    wrong.into_result()?;
    let (Some(terms), Some(vehicle)) = (terms, vehicle) else {
        return Err(Common::internal("a checked listing without terms or vehicle").into());
    };
    if facts.vin_held_by.is_some() {
        return Err(Error::VinTaken {
            vehicle: facts.vin_held_by,
        });
    }
    if facts.open_listing.is_some() {
        return Err(Error::AlreadyListed {
            listing: facts.open_listing,
        });
    }
    for_sale(&vehicle)?;
    Ok((terms, vehicle))
}

/// Changes a listing. A change that changes nothing writes nothing.
pub fn change(
    act: &Act,
    changes: &ListingChanges,
    facts: &ListingFacts,
) -> Result<Decision<Option<ListingPlan>, Listed>, Error> {
    let before = &facts.listed.listing;
    let scope = Scope::Dealer(before.dealer);
    act.actor
        .may(Right::ManageListings, scope)
        .map_err(|refusal| refusal.of("listing"))?;
    if changes
        .featured
        .value()
        .is_some_and(|wanted| *wanted != before.featured)
    {
        act.actor
            .may(Right::RunInventory, scope)
            .map_err(|refusal| refusal.of("listing"))?;
    }
    act.expect_version(before.version)?;
    let (edited, wanted) = applied(changes, facts)?;
    let same_status = wanted.is_none_or(|status| status == before.status);
    if edited == *before && same_status {
        return Ok(Decision::nothing(None, facts.listed.clone()));
    }
    before.changeable()?;
    let mut listing = match wanted {
        Some(status) => edited.sent_to(status, act.at)?,
        None => edited,
    };
    // A reserved one too: it becomes active again when the agreement falls through.
    if listing.status.is_public() && listing.site.is_none() {
        return Err(Error::SiteRequired);
    }
    let (was, is) = (
        before.prices.asking().currency(),
        listing.prices.asking().currency(),
    );
    if before.status.is_public() && was != is {
        return Err(Error::CurrencyFixed { currency: was });
    }
    if listing.status.is_open() && !before.status.is_open() {
        if facts.other_open_listing.is_some() {
            return Err(Error::AlreadyListed {
                listing: facts.other_open_listing,
            });
        }
        for_sale(&facts.listed.vehicle)?;
    }
    listing.version += 1;
    listing.updated_at = act.at;
    Ok(told(act, facts, listing))
}

/// The listing with the change laid on, and the status that is wanted.
fn applied(
    changes: &ListingChanges,
    facts: &ListingFacts,
) -> Result<(Listing, Option<ListingStatus>), Error> {
    let before = &facts.listed.listing;
    let mut wrong = Violations::new();
    let mut edited = before.clone();
    crate::given::keep(&mut wrong, "/featured", changes.featured, &mut edited.featured);
    match changes.site {
        Patch::Absent => {}
        Patch::Null => edited.site = None,
        Patch::Value(site) if facts.site_is_ours => edited.site = Some(site),
        Patch::Value(_) => wrong.add("/site_id", "unknown_site", "is none of your dealer's sites"),
    }
    let mut word = before.status.as_str().to_owned();
    crate::given::keep(&mut wrong, "/status", changes.status.clone(), &mut word);
    let wanted = ListingStatus::parse(&word);
    wrong.check(wanted.is_some(), "/status", "unknown_status", || {
        format!(
            "“{}” is none of draft, active, removed",
            kernel::text::excerpt(&word)
        )
    });
    let terms = changes.clone().onto(before, &mut wrong);
    wrong.into_result()?;
    let terms = terms.ok_or_else(|| Common::internal("a checked listing without terms"))?;
    edited.condition = terms.condition;
    edited.prices = terms.prices;
    edited.text = terms.text;
    if edited.text.title.is_empty() {
        edited.text.title = facts.listed.vehicle.title();
    }
    Ok((edited, wanted))
}

/// What is written and told of a changed listing.
fn told(act: &Act, facts: &ListingFacts, listing: Listing) -> Decision<Option<ListingPlan>, Listed> {
    let before = &facts.listed.listing;
    let listed = Listed {
        listing: listing.clone(),
        vehicle: facts.listed.vehicle.clone(),
    };
    let (old, new) = (before.prices.asking(), listing.prices.asking());
    let mut events = vec![event("listing.updated", &listed, Some(before))];
    if old != new {
        events.push(event("listing.price_changed", &listed, Some(before)));
    }
    if before.status != listing.status {
        let name = match listing.status {
            ListingStatus::Active => Some("listing.published"),
            ListingStatus::Removed => Some("listing.removed"),
            ListingStatus::Draft | ListingStatus::Reserved | ListingStatus::Sold => None,
        };
        events.extend(name.map(|name| event(name, &listed, Some(before))));
    }
    let audit = Audit::new("listing.update", "listing", listing.id)
        .for_dealer(listing.dealer)
        .between(&json!(before), &json!(listing));
    let plan = ListingPlan {
        price: (old != new).then_some(PricePoint {
            at: act.at,
            asking: new,
        }),
        history: opened(Some(before.status), &listing, act),
        listing,
    };
    let mut decision = Decision::new(Some(plan), listed, audit);
    decision.record.events = events;
    decision
}

/// The line that the vehicle's timeline gets when a listing opens to everybody.
fn opened(before: Option<ListingStatus>, listing: &Listing, act: &Act) -> Vec<HistoryEntry> {
    let opens = listing.status == ListingStatus::Active
        && !matches!(before, Some(ListingStatus::Active | ListingStatus::Reserved));
    opens
        .then_some(HistoryEntry {
            at: act.at,
            happened: Happened::Listed { listing: listing.id },
        })
        .into_iter()
        .collect()
}

fn for_sale(vehicle: &Vehicle) -> Result<(), Error> {
    match vehicle.status {
        VehicleStatus::Active | VehicleStatus::InService | VehicleStatus::Inactive => Ok(()),
        VehicleStatus::Sold => Err(Error::NotForSale {
            status: vehicle.status,
        }),
    }
}

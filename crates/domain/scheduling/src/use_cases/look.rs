//! Looking: what is free, one drive, lists, a site's calendar.

use chrono::{Days, NaiveDate, NaiveTime};
use kernel::Instant;
use kernel::actor::{Actor, Scope};
use kernel::days;
use kernel::error::Common;
use kernel::id::{BookingId, DealerId, ListingId, SiteId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::{Right, Role};
use kernel::zone::Zone;

use super::TestDrives;
use crate::booking::{Slot, Status, TestDrive};
use crate::error::Error;
use crate::hold::blocking;
use crate::notice::Filed;
use crate::ports::{CarTimes, DriveFilter};
use crate::rules;
use crate::slots::{free, slots_on};

/// What can be booked on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvailableSlots {
    /// The day, by the showroom's calendar.
    pub date: NaiveDate,
    /// The showroom's clock; none while the car stands in no showroom.
    pub zone: Option<Zone>,
    /// The free slots, in order.
    pub slots: Vec<Slot>,
    /// Until how many minutes before the start a customer may cancel or move it.
    pub cancel_until_minutes: u32,
}

impl TestDrives {
    /// The free slots of a car on one day; what others hold is left out. A car that the actor can't see is absent; one that can't be driven has none.
    pub async fn available(
        &self,
        actor: &Actor,
        listing: ListingId,
        date: NaiveDate,
        now: Instant,
    ) -> Result<AvailableSlots, Error> {
        let times = self.slots.times(listing, around(date), now).await?;
        let CarTimes { car, taken, holds } = times
            .filter(|times| rules::sees(actor, &times.car))
            .ok_or(Common::absent("listing"))?;
        let all = rules::bookable_by(&car, actor.user()).map_or_else(
            |_| Vec::new(),
            |place| slots_on(&place.calendar, &place.rules, date, now),
        );
        Ok(AvailableSlots {
            date,
            zone: car.place.as_ref().map(|place| place.calendar.zone),
            slots: free(&all, &blocking(&taken, &holds, &[actor.user()]), 1),
            cancel_until_minutes: car.place.map_or(0, |place| place.rules.cutoff_minutes),
        })
    }

    /// One drive, for its customer and the staff of its site.
    pub async fn find(&self, actor: &Actor, id: BookingId) -> Result<Filed, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let filed = self.queries.find(id).await?.ok_or(Common::absent("booking"))?;
        rules::side(actor, &filed.drive)?;
        Ok(filed)
    }

    /// One's own drives in one of `statuses` (none means all): what is to come first.
    pub async fn mine(
        &self,
        actor: &Actor,
        statuses: &[Status],
        now: Instant,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        let person = actor.person()?;
        actor
            .may(Right::BookTestDrive, Scope::Person(person.user))
            .map_err(|refusal| refusal.of("booking"))?;
        self.queries.mine(person.user, statuses, now, page).await
    }

    /// A dealer's drives, for its staff: of their own sites, where they are bound to some.
    pub async fn of_dealer(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &DriveFilter,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        let stranger = Common::Forbidden {
            right: Right::ManageBookings.as_str(),
        };
        let dealer = actor.acting_dealer(Right::ManageBookings, dealer, stranger)?;
        days::in_order(filter.from, filter.to)?;
        let visible: &[SiteId] = match actor.member_of(dealer) {
            Some(member) if !member.role.includes(Role::Manager) => &member.sites,
            Some(_) | None => &[],
        };
        self.queries.of_dealer(dealer, visible, filter, page).await
    }
}

/// All moments that a slot of this day may have, whatever the showroom's clock: zones lie 14 hours apart from UTC at most, and no
/// slot is longer than a day.
fn around(date: NaiveDate) -> Slot {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    Slot {
        start_at: midnight.checked_sub_days(Days::new(1)).unwrap_or(midnight),
        end_at: midnight.checked_add_days(Days::new(3)).unwrap_or(midnight),
    }
}

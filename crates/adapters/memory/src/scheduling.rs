//! Test drives, and what they need to know of cars and customers.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::actor::{LinkHolder, Membership};
use kernel::error::Common;
use kernel::id::{
    BookingId, DealerId, ListingId, SiteId, SlotHoldId, StaffId, UserId, VehicleId, WaitlistEntryId,
};
use kernel::paging::{Page, PageRequest};
use scheduling::booking::{Slot, Status, TestDrive};
use scheduling::error::Error;
use scheduling::hold::SlotHold;
use scheduling::notice::Filed;
use scheduling::ports::{
    BookableVehicle, BookingFacts, BookingQueries, BookingTarget, Bookings, CarTimes, DriveFilter, Feed,
    FeedTokens, ManageTokens, MoveFacts, NewHold, Patron, Placed, SiteCalendar, Slots,
};
use scheduling::waitlist::WaitlistEntry;

use crate::pages::page_of;
use crate::{Memory, State};

mod holds;
mod waitlist;

/// What this module keeps.
#[derive(Default)]
pub(crate) struct Scheduling {
    cars: BTreeMap<ListingId, BookableVehicle>,
    patrons: BTreeMap<UserId, Patron>,
    drives: BTreeMap<BookingId, TestDrive>,
    holds: BTreeMap<SlotHoldId, SlotHold>,
    line: BTreeMap<WaitlistEntryId, WaitlistEntry>,
    members: BTreeMap<StaffId, Membership>,
}

impl Memory {
    /// Puts a car on offer, or changes it.
    pub fn given_bookable(&self, car: BookableVehicle) {
        self.lock().scheduling.cars.insert(car.listing, car);
    }

    /// Makes a member known, or changes them.
    pub fn given_member(&self, member: Membership) {
        self.lock().scheduling.members.insert(member.staff, member);
    }

    /// Makes a user known who may want to drive, or changes them.
    pub fn given_patron(&self, patron: Patron) {
        self.lock().scheduling.patrons.insert(patron.user, patron);
    }
}

impl Scheduling {
    fn filed(&self, id: BookingId) -> Result<Filed, Error> {
        let drive = self.drives.get(&id).ok_or(Common::absent("booking"))?;
        Ok(self.file(drive))
    }

    fn file(&self, drive: &TestDrive) -> Filed {
        let car = self.cars.get(&drive.listing);
        let place = car.and_then(|car| car.place.as_ref());
        let account = |user| self.patrons.get(&user).is_some_and(|patron| patron.active);
        Filed {
            customer_active: drive.customer.user.is_some_and(account),
            drive: drive.clone(),
            details: match (car, place) {
                (Some(car), Some(place)) => car.details(place),
                _ => scheduling::notice::Details {
                    vehicle: car.map(|car| car.name.clone()).unwrap_or_default(),
                    dealer: car.map(|car| car.dealer_name.clone()).unwrap_or_default(),
                    site: String::new(),
                    address: String::new(),
                },
            },
        }
    }

    fn car(&self, listing: ListingId) -> Result<BookableVehicle, Error> {
        Ok(self
            .cars
            .get(&listing)
            .cloned()
            .ok_or(Common::absent("listing"))?)
    }

    fn live(&self) -> impl Iterator<Item = &TestDrive> {
        self.drives.values().filter(|drive| drive.status.is_live())
    }

    fn taken(&self, vehicle: VehicleId, within: Slot, but: Option<BookingId>) -> Vec<Slot> {
        self.live()
            .filter(|drive| drive.vehicle == vehicle && Some(drive.id) != but)
            .map(|drive| drive.slot)
            .filter(|slot| slot.overlaps(&within))
            .collect()
    }

    fn theirs(&self, user: Option<UserId>, at: Instant, but: Option<BookingId>) -> Vec<Slot> {
        self.live()
            .filter(|drive| user.is_some() && drive.customer.user == user && Some(drive.id) != but)
            .filter(|drive| drive.is_open(at))
            .map(|drive| drive.slot)
            .collect()
    }

    fn held(&self, vehicle: VehicleId, within: Slot, at: Instant) -> Vec<SlotHold> {
        self.holds
            .values()
            .filter(|hold| hold.vehicle == vehicle && at < hold.expires_at)
            .filter(|hold| hold.slot.overlaps(&within))
            .cloned()
            .collect()
    }

    fn booking_facts(&self, target: &BookingTarget, at: Instant) -> Result<BookingFacts, Error> {
        let car = self.car(target.listing)?;
        let within = day_after(target.start_at);
        Ok(BookingFacts {
            taken: self.taken(car.vehicle, within, None),
            holds: self.held(car.vehicle, within, at),
            theirs: self.theirs(target.customer, at, None),
            customer: target.customer.and_then(|user| self.patrons.get(&user).cloned()),
            car,
        })
    }

    fn place(&mut self, placed: Placed) -> Result<(), Error> {
        self.put(placed.drive)?;
        for used in &placed.used {
            self.holds.remove(used);
        }
        Ok(())
    }

    fn keep(&mut self, new: NewHold) -> Result<(), Error> {
        let at = new.hold.created_at;
        let in_the_way = self.held(new.hold.vehicle, new.hold.slot, at);
        if in_the_way.iter().any(|hold| !new.instead_of.contains(&hold.id)) {
            return Err(Error::SlotTaken);
        }
        self.holds
            .retain(|id, hold| at < hold.expires_at && !new.instead_of.contains(id));
        self.holds.insert(new.hold.id, new.hold);
        Ok(())
    }

    /// The live drives of a dealer.
    pub(crate) fn live_of(&self, dealer: DealerId) -> Vec<Filed> {
        let own = self.live().filter(|drive| drive.dealer == dealer);
        own.map(|drive| self.file(drive)).collect()
    }

    /// Those of these drives that were called off, are to come, and whose slot nobody has taken since.
    pub(crate) fn free_again(&self, drives: &[BookingId], at: Instant) -> Vec<Filed> {
        let off = drives.iter().filter_map(|id| self.drives.get(id));
        let off = off.filter(|drive| drive.slot.start_at > at);
        let free = off.filter(|drive| self.taken(drive.vehicle, drive.slot, None).is_empty());
        free.map(|drive| self.file(drive)).collect()
    }

    /// The backstop that a database has in its constraints.
    pub(crate) fn put(&mut self, drive: TestDrive) -> Result<(), Error> {
        let before = self.drives.get(&drive.id).map_or(0, |old| old.version);
        if before + 1 != drive.version {
            return Err(Common::internal("two acts changed one drive at once").into());
        }
        if drive.status.is_live() {
            for other in self
                .live()
                .filter(|other| other.id != drive.id && other.slot.overlaps(&drive.slot))
            {
                if other.vehicle == drive.vehicle {
                    return Err(Error::SlotTaken);
                }
                if drive.customer.user.is_some() && other.customer.user == drive.customer.user {
                    return Err(Error::OverlappingDrive {
                        with: Some(other.slot),
                    });
                }
            }
        }
        self.drives.insert(drive.id, drive);
        Ok(())
    }
}

/// The day after a wanted start: what can be in the way begins in it.
fn day_after(start_at: Instant) -> Slot {
    Slot {
        start_at,
        end_at: start_at + TimeDelta::days(1),
    }
}

#[async_trait]
impl Bookings for Memory {
    async fn book(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, BookingFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.act(
            act,
            |state| decide(&state.scheduling.booking_facts(target, act.at)?),
            |state: &mut State, placed| state.scheduling.place(placed),
        )
    }

    async fn transition(
        &self,
        act: &Act,
        id: BookingId,
        decide: Decide<'_, Filed, Option<TestDrive>, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.act(
            act,
            |state| decide(&state.scheduling.filed(id)?),
            |state, next| next.map_or(Ok(()), |drive| state.scheduling.put(drive)),
        )
    }

    async fn reschedule(
        &self,
        act: &Act,
        id: BookingId,
        start_at: Instant,
        decide: Decide<'_, MoveFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.act(
            act,
            |state| {
                let own = &state.scheduling;
                let filed = own.filed(id)?;
                let car = own.car(filed.drive.listing)?;
                decide(&MoveFacts {
                    taken: own.taken(car.vehicle, day_after(start_at), Some(id)),
                    holds: own.held(car.vehicle, day_after(start_at), act.at),
                    theirs: own.theirs(filed.drive.customer.user, act.at, Some(id)),
                    filed,
                    car,
                })
            },
            |state, placed| state.scheduling.place(placed),
        )
    }
}

#[async_trait]
impl Slots for Memory {
    async fn times(&self, listing: ListingId, within: Slot, now: Instant) -> Result<Option<CarTimes>, Error> {
        let state = self.lock();
        let car = state.scheduling.cars.get(&listing).cloned();
        Ok(car.map(|car| CarTimes {
            taken: state.scheduling.taken(car.vehicle, within, None),
            holds: state.scheduling.held(car.vehicle, within, now),
            car,
        }))
    }
}

#[async_trait]
impl BookingQueries for Memory {
    async fn find(&self, id: BookingId) -> Result<Option<Filed>, Error> {
        Ok(self.lock().scheduling.filed(id).ok())
    }

    async fn mine(
        &self,
        user: UserId,
        statuses: &[Status],
        now: Instant,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        let mut own: Vec<TestDrive> = {
            let state = self.lock();
            let drives = state.scheduling.drives.values();
            drives
                .filter(|drive| drive.customer.user == Some(user))
                .filter(|drive| statuses.is_empty() || statuses.contains(&drive.status))
                .cloned()
                .collect()
        };
        own.sort_by_key(|drive| {
            let over = drive.slot.end_at <= now;
            (over, (drive.slot.start_at - now).abs(), drive.id)
        });
        Ok(page_of(own, page)?)
    }

    async fn of_dealer(
        &self,
        dealer: DealerId,
        visible: &[SiteId],
        filter: &DriveFilter,
        page: &PageRequest,
    ) -> Result<Page<TestDrive>, Error> {
        fn within<T: PartialEq>(wanted: &[T], value: &T) -> bool {
            wanted.is_empty() || wanted.contains(value)
        }
        let mut found: Vec<TestDrive> = {
            let state = self.lock();
            let drives = state.scheduling.drives.values();
            drives
                .filter(|drive| drive.dealer == dealer && within(visible, &drive.site))
                .filter(|drive| within(&filter.statuses, &drive.status))
                .filter(|drive| within(&filter.sites, &drive.site))
                .filter(|drive| within(&filter.listings, &drive.listing))
                .filter(|drive| {
                    filter.staff.is_empty() || drive.staff.is_some_and(|staff| filter.staff.contains(&staff))
                })
                .filter(|drive| {
                    let day = drive.local_date();
                    filter.from.is_none_or(|from| from <= day) && filter.to.is_none_or(|to| day <= to)
                })
                .cloned()
                .collect()
        };
        found.sort_by_key(|drive| (drive.slot.start_at, drive.id));
        Ok(page_of(found, page)?)
    }

    async fn calendar(&self, site: SiteId, since: Instant) -> Result<Option<SiteCalendar>, Error> {
        let state = self.lock();
        let own = &state.scheduling;
        let places = || {
            own.cars
                .values()
                .filter_map(|car| Some((car.dealer, car.place.as_ref()?)))
        };
        let Some((dealer, place)) = places().find(|(_, place)| place.site == site) else {
            return Ok(None);
        };
        let mut drives: Vec<Filed> = own
            .drives
            .values()
            .filter(|drive| drive.site == site && drive.slot.end_at > since)
            .filter(|drive| drive.status != Status::Declined)
            .map(|drive| own.file(drive))
            .collect();
        drives.sort_by_key(|filed| (filed.drive.slot.start_at, filed.drive.id));
        Ok(Some(SiteCalendar {
            dealer,
            name: place.name.clone(),
            drives,
        }))
    }

    async fn dealer_of(&self, site: SiteId) -> Result<Option<DealerId>, Error> {
        let state = self.lock();
        let mut cars = state.scheduling.cars.values();
        let there = cars.find(|car| car.place.as_ref().is_some_and(|place| place.site == site));
        Ok(there.map(|car| car.dealer))
    }

    async fn member(&self, staff: StaffId) -> Result<Option<Membership>, Error> {
        Ok(self.lock().scheduling.members.get(&staff).cloned())
    }
}

/// Tokens that anybody could make: for tests alone.
impl FeedTokens for Memory {
    fn issue(&self, feed: Feed) -> String {
        format!("{}.{}", feed.site, feed.staff)
    }

    fn read(&self, token: &str) -> Option<Feed> {
        let (site, staff) = token.split_once('.')?;
        Some(Feed {
            site: site.parse().ok()?,
            staff: staff.parse().ok()?,
        })
    }
}

/// Tokens that anybody could make: for tests alone.
impl ManageTokens for Memory {
    fn manage_token(&self, holder: LinkHolder) -> String {
        let customer = holder.customer.map(|user| user.to_string());
        format!("{}.{}", holder.booking, customer.unwrap_or_default())
    }

    fn read_manage(&self, token: &str) -> Option<LinkHolder> {
        let (booking, customer) = token.split_once('.')?;
        let customer = match customer {
            "" => None,
            user => Some(user.parse().ok()?),
        };
        Some(LinkHolder {
            booking: booking.parse().ok()?,
            customer,
        })
    }
}

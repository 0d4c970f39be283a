//! A history of several dealers that chance makes: cars, drives, talks, sales and what they earn, written as rows and kept as they are.

use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::id::{DealerId, ListingId, SiteId, StaffId, UserId, VehicleId};
use kernel::money::Money;
use kernel::ports::Random;
use kernel::zone::Zone;
use memory::SeededRandom;
use negotiation::state::Status;

use crate::world::World;

mod lots;
mod sales;
mod talks;

/// Where the dealers are: on both sides of the line where a day begins.
const ZONES: [&str; 3] = ["America/New_York", "Pacific/Auckland", "Europe/Berlin"];
/// Cars of each.
const CARS: usize = 14;

/// A dealer with one site.
pub(crate) struct Shop {
    pub(crate) id: DealerId,
    pub(crate) zone: Zone,
    pub(crate) staff: Vec<(StaffId, UserId)>,
    site: SiteId,
}

pub(crate) struct Car {
    pub(crate) dealer: DealerId,
    pub(crate) status: &'static str,
    pub(crate) asking: Money,
    pub(crate) listed_at: Option<Instant>,
    listing: ListingId,
    vehicle: VehicleId,
}

pub(crate) struct Drive {
    pub(crate) dealer: DealerId,
    pub(crate) listing: ListingId,
    pub(crate) user: UserId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) status: &'static str,
    pub(crate) start_at: Instant,
    pub(crate) day: NaiveDate,
}

pub(crate) struct Talk {
    pub(crate) dealer: DealerId,
    pub(crate) buyer: UserId,
    pub(crate) status: Status,
    pub(crate) created_at: Instant,
    pub(crate) bids: Vec<Bid>,
    asking: Money,
}

impl Talk {
    /// What was asked and what was agreed, in minor units.
    pub(crate) fn agreed(&self) -> Option<(i64, i64)> {
        let taken = self.bids.iter().find(|bid| bid.status == "accepted")?;
        Some((self.asking.minor(), taken.minor))
    }
}

pub(crate) struct Bid {
    pub(crate) side: &'static str,
    pub(crate) status: &'static str,
    pub(crate) answered_at: Option<Instant>,
    /// Who answered; none for what happened by itself.
    pub(crate) by: Option<UserId>,
    minor: i64,
    created_at: Instant,
}

impl Bid {
    /// Whole seconds from the offer to its answer.
    pub(crate) fn seconds(&self) -> Option<i64> {
        Some(self.answered_at?.timestamp() - self.created_at.timestamp())
    }
}

pub(crate) struct Sale {
    pub(crate) dealer: DealerId,
    pub(crate) listing: ListingId,
    pub(crate) sold_by: StaffId,
    pub(crate) buyer: Option<UserId>,
    pub(crate) price: Money,
    pub(crate) day: NaiveDate,
    pub(crate) closed: bool,
    pub(crate) created_at: Instant,
}

/// A line of the ledger.
pub(crate) struct Entry {
    pub(crate) staff: StaffId,
    pub(crate) kind: &'static str,
    pub(crate) amount: Money,
    pub(crate) day: NaiveDate,
}

/// All of it.
pub(crate) struct History {
    pub(crate) shops: Vec<Shop>,
    pub(crate) buyers: Vec<UserId>,
    pub(crate) cars: Vec<Car>,
    pub(crate) drives: Vec<Drive>,
    pub(crate) talks: Vec<Talk>,
    pub(crate) sales: Vec<Sale>,
    pub(crate) entries: Vec<Entry>,
}

struct Chance(SeededRandom);

impl Chance {
    fn below(&self, end: i64) -> i64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        let drawn = u64::from_le_bytes(bytes) % u64::try_from(end).unwrap();
        i64::try_from(drawn).unwrap()
    }

    fn one<T: Copy>(&self, of: &[T]) -> T {
        let place = self.below(i64::try_from(of.len()).unwrap());
        of[usize::try_from(place).unwrap()]
    }

    /// So many times in a hundred.
    fn percent(&self, hundredths: i64) -> bool {
        self.below(100) < hundredths
    }

    /// An instant of the last so many days, to the millisecond.
    fn ago(&self, now: Instant, days: i64) -> Instant {
        now - TimeDelta::milliseconds(self.below(days * 24 * 3_600_000))
    }
}

impl History {
    /// Writes one.
    pub(crate) async fn by_chance(world: &World, seed: u64, now: Instant) -> Self {
        let chance = Chance(SeededRandom::new(seed));
        let mut history = Self {
            shops: Vec::new(),
            buyers: Vec::new(),
            cars: Vec::new(),
            drives: Vec::new(),
            talks: Vec::new(),
            sales: Vec::new(),
            entries: Vec::new(),
        };
        for _ in 0..4 {
            history.buyers.push(lots::person(world).await);
        }
        for (n, zone) in ZONES.iter().enumerate() {
            let shop = lots::shop(world, n, zone, now).await;
            for _ in 0..CARS {
                let car = lots::car(world, &chance, &shop, now).await;
                history.around(world, &chance, &shop, &car, now).await;
                history.cars.push(car);
            }
            history.shops.push(shop);
        }
        history
    }

    /// What happened to one car.
    async fn around(&mut self, world: &World, chance: &Chance, shop: &Shop, car: &Car, now: Instant) {
        for _ in 0..chance.below(4) {
            let nth = i64::try_from(self.drives.len()).unwrap();
            // No two touch, so that any two may be live.
            let start_at = now - TimeDelta::hours(nth * 17);
            let buyer = chance.one(&self.buyers);
            let drive = lots::drive(world, chance, shop, car, buyer, start_at).await;
            self.drives.push(drive);
        }
        if chance.percent(80) {
            let buyer = chance.one(&self.buyers);
            self.talks
                .push(talks::talk(world, chance, shop, car, buyer, now).await);
        }
        for _ in 0..chance.below(3) {
            let standing = |sale: &Sale| sale.closed && sale.listing == car.listing;
            let void = self.sales.iter().any(standing) || chance.percent(30);
            self.given_sale(world, chance, shop, car, !void, now).await;
        }
    }
}

//! The rows to load: read from CSV files, or made here, the same each time.

use std::path::Path;

use anyhow::Context as _;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use kernel::Instant;
use kernel::vocabulary::{BodyType, FuelType, Transmission};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The day on which the bookings to come begin. The loader moves them to days that can be booked.
pub(crate) const FIRST_DAY: &str = "2030-01-07";
/// The password of every user made here: `Bench-Passw0rd-1`, as in the peer's files.
const PASSWORD: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Rm9yZWNvdXJ0QmVuY2gwMQ$vR+9JM9rOV47OaAdgytW8cdogHV8nP5eq3ivtI+N4tY";

/// A car on offer, or sold.
#[derive(Debug, Deserialize)]
pub(crate) struct Car {
    pub(crate) vin: String,
    pub(crate) make: String,
    pub(crate) model: String,
    pub(crate) year: i32,
    pub(crate) trim: String,
    pub(crate) body_type: String,
    pub(crate) fuel_type: String,
    pub(crate) transmission: String,
    pub(crate) color: String,
    pub(crate) mileage: i64,
    /// Dollars.
    pub(crate) price: String,
    /// `SOLD`, or still there.
    pub(crate) status: String,
    pub(crate) description: String,
    pub(crate) created_at: Instant,
}

/// Somebody with an account.
#[derive(Debug, Deserialize)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) full_name: String,
    pub(crate) phone: String,
    pub(crate) password_hash: String,
    pub(crate) created_at: Instant,
}

/// A test drive. Cars and customers are numbered from 1.
#[derive(Debug, Deserialize)]
pub(crate) struct Drive {
    pub(crate) car_id: usize,
    pub(crate) customer_id: usize,
    pub(crate) start_at: Instant,
    pub(crate) end_at: Instant,
    pub(crate) status: String,
    pub(crate) created_at: Instant,
}

/// Everything to load.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) cars: Vec<Car>,
    pub(crate) people: Vec<Person>,
    pub(crate) drives: Vec<Drive>,
}

impl Data {
    /// From the files of a folder.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            cars: rows(&folder.join("cars.csv"))?,
            people: rows(&folder.join("users.csv"))?,
            drives: rows(&folder.join("bookings.csv"))?,
        })
    }

    /// So many cars, with 2,000 users and two drives for every five cars.
    pub(crate) fn made(cars: u32) -> anyhow::Result<Self> {
        let mut dice = Dice(20_260_613);
        let start = midnight(NaiveDate::from_ymd_opt(2024, 1, 1).context("a day")?);
        let made: Vec<Car> = (1..=cars).map(|n| car(&mut dice, n, start)).collect();
        let people = (1..=2_000_u32)
            .map(|n| Person {
                email: format!("user{n:05}@example.com"),
                full_name: format!("{} {}", dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES)),
                phone: format!("+1555{n:07}"),
                password_hash: PASSWORD.to_owned(),
                created_at: start + TimeDelta::minutes(i64::from(n)),
            })
            .collect();
        let first: NaiveDate = FIRST_DAY.parse()?;
        let mut drives = Vec::new();
        for _ in 0..u64::from(cars) * 2 / 5 {
            let car = dice.below(u64::from(cars.max(1)));
            if (car + 1).is_multiple_of(20) {
                continue;
            }
            let past = dice.below(10) < 3;
            let base = if past {
                first.checked_sub_days(Days::new(1_460))
            } else {
                Some(first)
            };
            let day = base
                .and_then(|day| day.checked_add_days(Days::new(dice.below(90))))
                .context("a day")?;
            let hour = i64::try_from(9 + dice.below(8))?;
            let start_at = midnight(day) + TimeDelta::hours(hour);
            let statuses: &[&str] = if past {
                &["COMPLETED", "COMPLETED", "COMPLETED", "NO_SHOW", "CANCELLED"]
            } else {
                &["APPROVED", "APPROVED", "APPROVED", "PENDING", "CANCELLED"]
            };
            drives.push(Drive {
                car_id: usize::try_from(car)? + 1,
                customer_id: usize::try_from(51 + dice.below(1_950))?,
                start_at,
                end_at: start_at + TimeDelta::hours(1),
                status: dice.pick(statuses).to_owned(),
                created_at: start_at - TimeDelta::days(3),
            });
        }
        Ok(Self {
            cars: made,
            people,
            drives,
        })
    }
}

fn rows<T: DeserializeOwned>(file: &Path) -> anyhow::Result<Vec<T>> {
    csv::Reader::from_path(file)
        .and_then(|mut reader| reader.deserialize().collect())
        .with_context(|| file.display().to_string())
}

pub(crate) fn midnight(day: NaiveDate) -> Instant {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn car(dice: &mut Dice, n: u32, start: Instant) -> Car {
    let make = dice.pick(MAKES);
    let model = dice.pick(MODELS);
    let age = i64::try_from(dice.below(18)).unwrap_or(0);
    let mileage = thousands(dice, 3, 18) + age * thousands(dice, 6, 15);
    let price = (thousands(dice, 4, 85) - age * 1_300).max(1_500);
    let words: Vec<&str> = (0..24).map(|_| dice.pick(EXTRAS)).collect();
    Car {
        vin: vin(dice, n),
        make: make.to_owned(),
        model: format!("{model} {}{}", make.chars().next().unwrap_or('X'), n % 10),
        year: 2025 - i32::try_from(age).unwrap_or(0),
        trim: dice.pick(TRIMS).to_owned(),
        body_type: words_of(BodyType::ALL, dice, BodyType::as_str),
        fuel_type: words_of(FuelType::ALL, dice, FuelType::as_str),
        transmission: words_of(Transmission::ALL, dice, Transmission::as_str),
        color: dice.pick(COLORS).to_owned(),
        mileage,
        price: format!("{price}.00"),
        status: if n.is_multiple_of(20) { "SOLD" } else { "AVAILABLE" }.to_owned(),
        description: words.join(" "),
        created_at: start + TimeDelta::minutes(20 * i64::from(n)),
    }
}

fn thousands(dice: &mut Dice, from: u64, to: u64) -> i64 {
    i64::try_from(from * 1_000 + dice.below((to - from) * 20) * 50).unwrap_or(0)
}

fn words_of<T: Copy>(all: &[T], dice: &mut Dice, word: fn(T) -> &'static str) -> String {
    let at = usize::try_from(dice.below(all.len() as u64)).unwrap_or(0);
    all.get(at).map_or("other", |value| word(*value)).to_owned()
}

/// Seventeen characters; nobody checks the ninth of a number from Europe.
fn vin(dice: &mut Dice, n: u32) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
    let mut vin = String::from("WBN");
    for _ in 0..8 {
        let at = usize::try_from(dice.below(LETTERS.len() as u64)).unwrap_or(0);
        vin.push(char::from(LETTERS.get(at).copied().unwrap_or(b'A')));
    }
    vin + &format!("{n:06}")
}

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.below(of.len() as u64)).unwrap_or(0);
        of.get(at).copied().unwrap_or_default()
    }
}

const MAKES: &[&str] = &[
    "Toyota",
    "Honda",
    "Ford",
    "Chevrolet",
    "Nissan",
    "Hyundai",
    "Kia",
    "Subaru",
    "Mazda",
    "Volkswagen",
    "BMW",
    "Audi",
    "Lexus",
    "Acura",
    "Infiniti",
    "Volvo",
    "Jeep",
    "Ram",
    "GMC",
    "Dodge",
    "Chrysler",
    "Buick",
    "Cadillac",
    "Lincoln",
    "Tesla",
    "Porsche",
    "Jaguar",
    "Mini",
    "Fiat",
    "Genesis",
    "Mitsubishi",
    "Suzuki",
    "Peugeot",
    "Renault",
    "Skoda",
    "Seat",
    "Opel",
    "Citroën",
    "Dacia",
    "Cupra",
];
const MODELS: &[&str] = &[
    "Aurora", "Brook", "Corsa", "Dune", "Ember", "Fern", "Gale", "Harbor", "Iris", "Juniper",
];
const TRIMS: &[&str] = &[
    "Base", "S", "SE", "SEL", "Sport", "Limited", "Touring", "Platinum",
];
const COLORS: &[&str] = &[
    "white", "black", "silver", "grey", "blue", "red", "green", "brown",
];
const EXTRAS: &[&str] = &[
    "one",
    "owner",
    "full",
    "service",
    "history",
    "heated",
    "seats",
    "sunroof",
    "parking",
    "sensors",
    "camera",
    "alloy",
    "wheels",
    "lane",
    "assist",
    "navigation",
    "leather",
    "interior",
    "garage",
    "kept",
    "tow",
    "bar",
];
const FIRST_NAMES: &[&str] = &[
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jon",
];
const LAST_NAMES: &[&str] = &[
    "Berg", "Costa", "Dietz", "Fonseca", "Grant", "Hansen", "Ibarra", "Kaya", "Lopez",
];

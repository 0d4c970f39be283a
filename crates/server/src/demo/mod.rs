//! `forecourt demo`: a believable dealer group in an empty database, made by the same acts that its people would use.
//!
//! What the acts are told of the time lies in the past where the story does: cars were listed over the last four months, some
//! were sold since, test drives were driven last week, and prices are talked about since this morning.

mod cars;
mod dealers;
mod drives;
mod licence;
mod negotiations;
mod people;
mod pictures;
mod sales;
mod silhouette;
mod stock;

use std::io::Write;

use ::dealers::ports::DealerFilter;
use api::Services;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::UserId;
use kernel::paging::PageRequest;
use serde::Serialize;

use crate::compose::{self, Ground};

use dealers::{House, Shop};
use people::Accounts;
use pictures::Camera;

/// A sign-in of the demo.
#[derive(Clone, Debug, Serialize)]
struct SignInLine {
    email: String,
    password: String,
    roles: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dealer_id: Option<uuid::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    site_ids: Option<Vec<uuid::Uuid>>,
    #[serde(skip)]
    name: String,
}

#[derive(Clone, Debug, Serialize)]
struct DealerLine {
    id: uuid::Uuid,
    name: String,
}

#[derive(Clone, Debug, Serialize)]
struct SiteLine {
    id: uuid::Uuid,
    dealer_id: uuid::Uuid,
    name: String,
    timezone: String,
}

/// What the demo made.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    users: Vec<SignInLine>,
    dealers: Vec<DealerLine>,
    sites: Vec<SiteLine>,
    #[serde(skip)]
    cars: usize,
    #[serde(skip)]
    bookings: usize,
    #[serde(skip)]
    sales: usize,
    #[serde(skip)]
    negotiations: usize,
}

/// Where the acts of the demo come from.
struct Stage<'a> {
    ground: &'a Ground,
    services: &'a Services,
    now: Instant,
}

impl Stage<'_> {
    /// An act of the command line, so many hours ago.
    fn house(&self, hours_ago: i64) -> Act {
        Act::of_system(self.now - TimeDelta::hours(hours_ago), "demo")
    }

    /// An act of a person, so many hours ago.
    fn by(&self, user: UserId, staff: Option<Membership>, hours_ago: i64) -> Act {
        Act {
            actor: Actor::User(Principal {
                user,
                session: self.ground.ids.next(),
                admin: false,
                factor_due: false,
                staff,
            }),
            ..self.house(hours_ago)
        }
    }
}

/// Fills the database. Refuses one that has dealers, and a production configuration.
pub async fn fill(ground: &Ground) -> anyhow::Result<Report> {
    anyhow::ensure!(
        !ground.config.production,
        "the demo is not for production: its people are inventions"
    );
    let product = compose::product(ground, None)?;
    let services = &product.services;
    let stage = Stage {
        ground,
        services,
        now: ground.clock.now(),
    };
    let known = services
        .dealers
        .dealers
        .list(&Actor::System, DealerFilter::default(), &PageRequest::default())
        .await?;
    anyhow::ensure!(
        known.items.is_empty(),
        "the database has dealers already: the demo fills an empty one (give another DATABASE_URL or FORECOURT_DATA_DIR)"
    );
    let mut accounts = Accounts::new(&stage);
    accounts.admin().await?;
    let mut houses: Vec<House> = Vec::new();
    for shop in Shop::all() {
        houses.push(dealers::open(&stage, &mut accounts, shop).await?);
    }
    let customers = accounts.customers().await?;
    let (media, tidy) = compose::hasty_media(ground)?;
    let mut camera = Camera::new(media, tidy);
    let mut cars = Vec::new();
    for (n, house) in houses.iter().enumerate() {
        cars.extend(stock::fill(&stage, &mut camera, house, n).await?);
    }
    let sales = sales::close(&stage, &houses, &mut cars).await?;
    let negotiations = negotiations::open(&stage, &houses, &customers, &mut cars).await?;
    let bookings = drives::book(&stage, &houses, &customers, &cars).await?;
    Ok(Report {
        users: accounts.lines,
        dealers: houses.iter().map(House::line).collect(),
        sites: houses.iter().flat_map(House::site_lines).collect(),
        cars: cars.len(),
        bookings,
        sales,
        negotiations,
    })
}

impl Report {
    /// Tells a person what there is now.
    pub fn tell(&self, out: &mut impl Write) -> std::io::Result<()> {
        for dealer in &self.dealers {
            writeln!(out, "{}  {}", dealer.id, dealer.name)?;
            for site in self.sites.iter().filter(|s| s.dealer_id == dealer.id) {
                writeln!(out, "{}    {} ({})", site.id, site.name, site.timezone)?;
            }
        }
        writeln!(
            out,
            "{} cars with pictures, {} sold, {} test drives, {} negotiations.",
            self.cars, self.sales, self.bookings, self.negotiations
        )?;
        writeln!(out)?;
        writeln!(out, "{:<12} {:<34} {:<26} NAME", "ROLE", "E-MAIL", "PASSWORD")?;
        for user in &self.users {
            let role = user.roles.first().copied().unwrap_or("customer");
            writeln!(
                out,
                "{role:<12} {:<34} {:<26} {}",
                user.email, user.password, user.name
            )?;
        }
        Ok(())
    }
}

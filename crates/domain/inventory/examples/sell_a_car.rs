//! A dealer enters a car, opens it to everybody and lowers the price: on ports in memory, without database or server.
//!
//! `cargo run -p forecourt-inventory --example sell_a_car`

use std::error::Error;
use std::sync::Arc;

use forecourt_inventory::given::MoneyText;
use forecourt_inventory::listing_draft::{ListingChanges, ListingDraft};
use forecourt_inventory::listing_rules::{CreateListing, VehicleChoice};
use forecourt_inventory::use_cases::KeepListings;
use forecourt_inventory::vehicle_draft::VehicleDraft;
use kernel::act::Act;
use kernel::patch::Patch;
use kernel::ports::{Clock, Ids};
use memory::{FixedClock, Memory, SeededRandom, Seller};

fn usd(amount: &str) -> MoneyText {
    MoneyText {
        amount: amount.to_owned(),
        currency: "USD".to_owned(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let memory = Memory::new();
    let clock = FixedClock::at("2026-03-31T09:00:00Z".parse()?);
    let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)));
    let (dealer, site) = (ids.next(), ids.next());
    let seller = Seller {
        verified: true,
        strict_vin: false,
        sites: [site].into(),
    };
    memory.given_seller(dealer, seller);
    let port = Arc::new(memory.clone());
    let listings = KeepListings {
        listings: port.clone(),
        stock: port,
        ids,
    };

    let act = Act::of_system(clock.now(), "example");
    let request = CreateListing {
        dealer: Some(dealer),
        vehicle: VehicleChoice::New(Box::new(VehicleDraft {
            vin: "1HGCM82633A004352".to_owned(),
            make: "Ford".to_owned(),
            model: "Accord".to_owned(),
            year: 2003,
            ..VehicleDraft::default()
        })),
        site: Some(site),
        draft: ListingDraft {
            condition: "used".to_owned(),
            asking_price: usd("6500.00"),
            msrp: None,
            floor_price: Some(usd("5800.00")),
            cost: None,
            title: None,
            description: None,
            features: vec!["Sunroof".to_owned()],
        },
        featured: false,
        publish: true,
    };
    let listed = listings.create(&act, &request).await?.value;
    let listing = &listed.listing;
    println!(
        "{} is {} for {}",
        listing.text.title,
        listing.status,
        listing.prices.asking()
    );
    for warning in listed.vehicle.warnings() {
        println!("  warning {}: {}", warning.code.as_str(), warning.message);
    }
    for amount in ["5000.00", "5999.00"] {
        let lower = ListingChanges {
            asking_price: Patch::Value(usd(amount)),
            ..ListingChanges::default()
        };
        match listings.change(&act, listing.id, &lower).await {
            Ok(done) => println!("now {}", done.value.listing.prices.asking()),
            Err(refused) => println!("refused: {refused}"),
        }
    }
    for event in memory.events() {
        println!("told {}", event.name);
    }
    Ok(())
}

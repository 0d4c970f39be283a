//! Vehicles and the listings that sell them.
//!
//! A [`vehicle::Vehicle`] is a physical car that somebody owns: a person's garage and a dealer's stock hold the same thing.
//! Its number ([`kernel::vin::Vin`]) is unique for each owner, so nobody can squat on a car or learn whose it is; what the
//! number says about year and maker ([`vin_decoder`]) is held against what the owner says ([`warnings`]). The odometer never
//! goes down but by a correction that stays in the [`history`].
//!
//! A [`listing::Listing`] is an offer to sell one vehicle. Its life is [`listing::ListingStatus`]: the dealer moves it
//! between draft, active and removed; acceptance, sale and void do the rest. A vehicle has one open listing at most.
//!
//! | module | holds |
//! | --- | --- |
//! | [`vehicle`], [`listing`], [`service_record`], [`receipt`], [`saved`], [`history`] | the things |
//! | [`vehicle_draft`], [`listing_draft`], [`given`] | the same as they come from outside, unchecked; merge patches |
//! | [`vehicle_rules`], [`listing_rules`], [`bulk`], [`service_rules`], [`receipt_rules`] | pure decisions: facts in, a decision out |
//! | [`search`], [`words`], [`deal_rating`] | finding listings, and whether the price is good |
//! | [`csv`], [`import`] | stock as a file, in and out |
//! | [`saved`], [`digest`] | what people keep an eye on, and what they are told of it once a day |
//! | [`ports`] | what is needed from outside |
//! | [`use_cases`] | what can be done |
//!
//! ```
//! use forecourt_inventory::{vehicle_draft::VehicleDraft, vin_decoder};
//! use kernel::error::Violations;
//!
//! let honda = vin_decoder::decode(&"1HGCM82633A004352".parse().unwrap(), 2026);
//! assert_eq!(honda.manufacturer, Some("Honda"));
//! assert_eq!(honda.model_year, Some(2003));
//!
//! let draft = VehicleDraft { vin: "1hgcm82633a004352".into(), make: "Ford".into(), model: "Accord".into(), year: 2003, ..Default::default() };
//! let details = draft.check("", "2026-06-08".parse().unwrap(), &mut Violations::new()).unwrap();
//! let warnings = forecourt_inventory::warnings::contradictions(&details);
//! assert_eq!(warnings[0].code.as_str(), "vin_make"); // the number was given out to Honda
//! ```

pub mod bulk;
pub mod csv;
pub mod deal_rating;
pub mod digest;
pub mod error;
pub mod given;
pub mod handover;
pub mod history;
pub mod import;
pub mod listing;
pub mod listing_draft;
pub mod listing_rules;
pub mod listing_steps;
pub mod ports;
pub mod receipt;
pub mod receipt_rules;
pub mod saved;
pub mod search;
pub mod service_record;
pub mod service_rules;
pub mod use_cases;
pub mod vehicle;
pub mod vehicle_draft;
pub mod vehicle_rules;
mod vin_countries;
pub mod vin_decoder;
pub mod warnings;
pub mod words;

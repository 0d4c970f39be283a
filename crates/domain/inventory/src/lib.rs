//! Vehicles and the listings that sell them
pub mod error;
pub mod history;
pub mod listing;
pub mod ports;
pub mod saved;
pub mod service_record;
pub mod vehicle;
mod vin_countries;
pub mod vin_decoder;
pub mod warnings;

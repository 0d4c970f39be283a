//! Rows of vehicles and listings: what several ports of this module need.

mod columns;
mod facts;
mod read;
mod write;

pub(crate) use columns::{new_history, new_listing, new_price, new_vehicle};
pub(crate) use facts::{
    holder, locked_listing, locked_listings, locked_vehicle, open_listing, reserved_of_dealer, site_is_of,
    strict_vin,
};
pub(crate) use read::{LISTING, VEHICLE, distance, listed, owner, select_listed, select_vehicle, vehicle};
pub(crate) use write::{
    insert_listing, insert_vehicle, update_listing, update_vehicle, write_listing, write_vehicle,
};

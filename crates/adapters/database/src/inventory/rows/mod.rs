//! Rows of vehicles and listings: what several ports of this module need.

mod columns;
mod facts;
mod read;
mod table;
mod write;

pub(crate) use columns::{new_history, new_listing, new_price, new_vehicle};
pub(crate) use facts::{holder, locked_listing, locked_vehicle, open_listing, site_is_of, strict_vin};
pub(crate) use read::{
    LISTING, VEHICLE, corrupt, currency, distance, get, id, json_of, listed, select_listed, select_vehicle,
    vehicle,
};
pub(crate) use table::{Columns, insert, insert_all, update};
pub(crate) use write::{
    insert_listing, insert_vehicle, update_listing, update_vehicle, write_listing, write_vehicle,
};

//! The acts that cross contexts, and nothing else; and the words in which work is queued.
//!
//! Each crossing act calls every crate's own transition on the locked facts and puts the parts into one plan, which one
//! port writes in one transaction. So no state machine is ever retyped in SQL or in a rival's crate.

pub mod accept_invitation;
pub mod back_on_offer;
pub mod bulk_status;
pub mod change_standing;
pub mod close_account;
pub mod close_sale;
pub mod dealer_documents;
pub mod error;
pub mod events;
pub mod invite_staff;
pub mod jobs;
pub mod letters;
pub mod negotiate;
pub mod notify;
pub mod relay;
pub mod remove_listing;
pub mod service_receipts;
pub mod suspend_dealer;
pub mod tell_webhooks;
pub mod upkeep;
pub mod void_sale;

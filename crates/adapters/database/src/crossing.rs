//! What broken invariants mean to the acts that cross contexts.

use application::error::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "users_email",
            sqlite: "users.email_folded",
            means: || Self::Identity(identity::Error::EmailTaken),
        },
        Constraint {
            name: "staff_one_dealer",
            sqlite: "staff.user_id",
            means: || Self::Dealers(dealers::Error::WorksElsewhere),
        },
        Constraint {
            name: "dealer_documents_file",
            sqlite: "dealer_documents.file_id",
            means: || Self::Media(media::Error::InUse),
        },
        Constraint {
            name: "service_receipts_file",
            sqlite: "service_receipts.file_id",
            means: || Self::Media(media::Error::InUse),
        },
        Constraint {
            name: "listings_open_of_vehicle",
            sqlite: "listings.vehicle_id",
            means: || Self::Inventory(inventory::error::Error::AlreadyListed { listing: None }),
        },
        Constraint {
            name: "negotiations_live",
            sqlite: "negotiations.listing_id, negotiations.buyer_id",
            means: || Self::Negotiation(negotiation::Error::AlreadyOpen),
        },
        Constraint {
            name: "negotiations_agreed",
            sqlite: "negotiations.listing_id",
            means: || {
                Self::Negotiation(negotiation::Error::NotNegotiable {
                    why: "it is reserved for somebody else",
                })
            },
        },
        Constraint {
            name: "sales_standing",
            sqlite: "sales.listing_id",
            means: || Self::Sales(sales::Error::AlreadySold),
        },
        Constraint {
            name: "vehicles_vin_of_owner",
            sqlite: "vehicles.owner_kind, vehicles.owner_id, vehicles.vin",
            means: || Self::Inventory(inventory::error::Error::VinTaken { vehicle: None }),
        },
    ];
}

//! What is a person's own: cars, saved things, notices, devices.

use super::{Blank, Erase, Holding, Kind};
use Blank::{Null, Reason, Text as Words};
use Erase::{Overwrite, Remove};
use Kind::{Bool, Date, Id, Instant, Int, Json, Text};

/// A car of theirs that nobody ever sold or offered here: nothing of it is business.
const PRIVATE_CAR: &str = "owner_kind = 'user' AND owner_id = ? AND NOT EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = vehicles.id)
    AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.vehicle_id = vehicles.id)";
const OF_PRIVATE_CAR: &str =
    "vehicle_id IN (SELECT id FROM vehicles WHERE owner_kind = 'user' AND owner_id = ?
    AND NOT EXISTS (SELECT 1 FROM sales s WHERE s.vehicle_id = vehicles.id)
    AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.vehicle_id = vehicles.id))";
const OF_CAR: &str = "vehicle_id IN (SELECT id FROM vehicles WHERE owner_kind = 'user' AND owner_id = ?)";

/// Receipts that go with a person: their own, wherever the car is by now, and those of others behind entries that go.
pub(in crate::persons) const GOING_RECEIPTS: &str =
    "(owner_kind = 'user' AND owner_id = ?) OR record_id IN (SELECT s.id FROM service_records s JOIN vehicles v ON v.id = s.vehicle_id
    WHERE v.owner_kind = 'user' AND v.owner_id = ?)";

pub(super) const ALL: &[Holding] = &[
    Holding {
        table: "service_receipts",
        name: "service_receipts",
        of: "owner_kind = 'user' AND owner_id = ?",
        told: &[
            ("id", Id),
            ("record_id", Id),
            ("file_id", Id),
            ("brought_at", Instant),
        ],
        untold: &["owner_kind", "owner_id"],
        erase: Remove,
    },
    Holding {
        table: "service_receipts",
        name: "service_receipts",
        of: GOING_RECEIPTS,
        told: &[],
        untold: &[],
        erase: Remove,
    },
    Holding {
        table: "service_records",
        name: "service_records",
        of: OF_CAR,
        told: &[
            ("id", Id),
            ("vehicle_id", Id),
            ("description", Text),
            ("location", Text),
            ("appointment", Instant),
            ("completion_date", Date),
            ("odometer_value", Int),
            ("odometer_unit", Text),
            ("cost_minor", Int),
            ("cost_currency", Text),
            ("status", Text),
            ("past_history", Bool),
            ("created_at", Instant),
        ],
        untold: &["owner_kind", "owner_id", "updated_at", "version"],
        erase: Remove,
    },
    Holding {
        table: "vehicle_history",
        name: "vehicle_history",
        of: OF_CAR,
        told: &[
            ("id", Id),
            ("vehicle_id", Id),
            ("at", Instant),
            ("kind", Text),
            ("entry", Json),
        ],
        untold: &[],
        erase: Overwrite(&[("entry", Reason)]),
    },
    Holding {
        table: "vehicle_history",
        name: "vehicle_history",
        of: OF_PRIVATE_CAR,
        told: &[],
        untold: &[],
        erase: Remove,
    },
    Holding {
        table: "vehicles",
        name: "vehicles",
        of: "owner_kind = 'user' AND owner_id = ?",
        told: &[
            ("id", Id),
            ("vin", Text),
            ("make", Text),
            ("model", Text),
            ("trim", Text),
            ("year", Int),
            ("body_type", Text),
            ("fuel_type", Text),
            ("transmission", Text),
            ("drivetrain", Text),
            ("exterior_color", Text),
            ("odometer_value", Int),
            ("odometer_unit", Text),
            ("license_plate", Text),
            ("date_of_purchase", Date),
            ("location", Text),
            ("additional_info", Text),
            ("status", Text),
            ("created_at", Instant),
            ("picture_file_id", Id),
        ],
        untold: &["owner_kind", "owner_id", "updated_at", "version"],
        erase: Overwrite(&[
            ("license_plate", Null),
            ("date_of_purchase", Null),
            ("location", Null),
            ("additional_info", Null),
            ("picture_file_id", Null),
            ("status", Words("inactive")),
        ]),
    },
    Holding {
        table: "vehicles",
        name: "vehicles",
        of: PRIVATE_CAR,
        told: &[],
        untold: &[],
        erase: Remove,
    },
    Holding {
        table: "saved_listings",
        name: "saved_listings",
        of: "user_id = ?",
        told: &[
            ("listing_id", Id),
            ("saved_at", Instant),
            ("known_minor", Int),
            ("known_currency", Text),
        ],
        untold: &["user_id"],
        erase: Remove,
    },
    Holding {
        table: "digest_matches",
        name: "search_matches",
        of: "search_id IN (SELECT id FROM saved_searches WHERE user_id = ?)",
        told: &[("search_id", Id), ("listing_id", Id), ("told_at", Instant)],
        untold: &[],
        erase: Remove,
    },
    Holding {
        table: "saved_searches",
        name: "saved_searches",
        of: "user_id = ?",
        told: &[
            ("id", Id),
            ("name", Text),
            ("filters", Json),
            ("created_at", Instant),
        ],
        untold: &["user_id"],
        erase: Remove,
    },
    Holding {
        table: "digests",
        name: "digests",
        of: "user_id = ?",
        told: &[("since", Instant), ("next_at", Instant)],
        untold: &["user_id", "planned"],
        erase: Remove,
    },
    Holding {
        table: "notifications",
        name: "notifications",
        of: "user_id = ?",
        told: &[
            ("id", Id),
            ("kind", Text),
            ("title", Text),
            ("subject_kind", Text),
            ("subject", Id),
            ("dealer_id", Id),
            ("created_at", Instant),
            ("read_at", Instant),
        ],
        untold: &["user_id", "event_id"],
        erase: Remove,
    },
    Holding {
        table: "notification_preferences",
        name: "notification_preferences",
        of: "user_id = ?",
        told: &[("choices", Json), ("quiet", Json), ("updated_at", Instant)],
        untold: &["user_id", "version"],
        erase: Remove,
    },
    Holding {
        table: "devices",
        name: "devices",
        of: "user_id = ?",
        told: &[
            ("id", Id),
            ("name", Text),
            ("service", Text),
            ("created_at", Instant),
        ],
        untold: &["user_id", "endpoint", "p256dh", "auth", "updated_at", "version"],
        erase: Remove,
    },
];

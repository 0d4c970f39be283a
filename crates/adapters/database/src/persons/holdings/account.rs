//! How a person signs in, and what they did.

use super::{Blank, Erase, Holding, Kind};
use Blank::{Address, False, Now, Null};
use Erase::{Overwrite, Remove};
use Kind::{Bool, Id, Instant, Int, Text};

pub(super) const ALL: &[Holding] = &[
    Holding {
        table: "audit_log",
        name: "acts",
        // Whoever signs in, registers or enters a code is nobody known yet.
        of: "user_id = ? OR (user_id IS NULL AND (subject = ? OR subject IN (SELECT id FROM sessions WHERE user_id = ?)
            OR subject IN (SELECT id FROM one_time_codes WHERE user_id = ?)))",
        told: &[
            ("id", Id),
            ("at", Instant),
            ("action", Text),
            ("subject_kind", Text),
            ("subject", Id),
            ("ip", Text),
            ("user_agent", Text),
        ],
        // Details are the record of the dealer that an act was for.
        untold: &[
            "actor",
            "user_id",
            "request_id",
            "dealer_id",
            "detail",
            "reason",
            "seq",
            "seal",
            "origin_salt",
            "origin_digest",
        ],
        erase: Overwrite(&[("ip", Null), ("user_agent", Null), ("origin_salt", Null)]),
    },
    Holding {
        table: "refresh_tokens",
        name: "refresh_tokens",
        of: "session_id IN (SELECT id FROM sessions WHERE user_id = ?)",
        told: &[("session_id", Id), ("expires_at", Instant), ("rotated", Bool)],
        untold: &["hash"],
        erase: Remove,
    },
    Holding {
        table: "sessions",
        name: "sessions",
        of: "user_id = ?",
        told: &[
            ("id", Id),
            ("device_id", Text),
            ("ip", Text),
            ("user_agent", Text),
            ("created_at", Instant),
            ("last_used_at", Instant),
            ("expires_at", Instant),
            ("ended_at", Instant),
            ("end_reason", Text),
        ],
        untold: &["user_id"],
        erase: Remove,
    },
    Holding {
        table: "one_time_codes",
        name: "one_time_codes",
        of: "user_id = ?",
        told: &[
            ("created_at", Instant),
            ("purpose", Text),
            ("sent_to", Text),
            ("expires_at", Instant),
            ("state", Text),
        ],
        untold: &["id", "user_id", "wrong_tries"],
        erase: Remove,
    },
    Holding {
        table: "second_factors",
        name: "second_factor",
        of: "user_id = ?",
        told: &[("created_at", Instant), ("confirmed_at", Instant)],
        untold: &["user_id", "secret", "last_step", "recovery"],
        erase: Remove,
    },
    Holding {
        table: "throttles",
        name: "failed_sign_ins",
        of: "subject = (SELECT 'account:' || email_folded FROM users WHERE id = ?) OR (subject LIKE 'pair:%'
            AND SUBSTR(subject, LENGTH(subject) - (SELECT LENGTH(email_folded) FROM users WHERE id = ?))
                = (SELECT ':' || email_folded FROM users WHERE id = ?))",
        told: &[("last_at", Instant), ("failures", Int)],
        untold: &["subject", "forgotten_at"],
        erase: Remove,
    },
    Holding {
        table: "invitations",
        name: "invitations",
        of: "accepted_by = ? OR email_folded = (SELECT email_folded FROM users WHERE id = ? AND email_verified)",
        told: &[
            ("created_at", Instant),
            ("email", Text),
            ("platform_role", Text),
            ("dealer_id", Id),
            ("expires_at", Instant),
            ("state", Text),
            ("accepted_at", Instant),
        ],
        untold: &["id", "email_folded", "staff_id", "invited_by", "accepted_by"],
        // One that is still open must not bring somebody in under this address.
        erase: Overwrite(&[("email", Address), ("email_folded", Address), ("expires_at", Now)]),
    },
    Holding {
        table: "staff",
        name: "work",
        of: "user_id = ? OR (user_id IS NULL AND email_folded = (SELECT email_folded FROM users WHERE id = ? AND email_verified))",
        told: &[
            ("id", Id),
            ("dealer_id", Id),
            ("email", Text),
            ("role", Text),
            ("active", Bool),
            ("created_at", Instant),
        ],
        untold: &["user_id", "email_folded", "sites", "version", "updated_at"],
        erase: Overwrite(&[("email", Address), ("email_folded", Address), ("active", False)]),
    },
];

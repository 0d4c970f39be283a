//! Accounts: users, sessions with their refresh tokens, one-time codes, counts of failures, invitations.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_identity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(USERS).await?;
        schema.both(SESSIONS).await?;
        schema.both(CODES).await?;
        schema.both(INVITATIONS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = "DROP TABLE invitations;\nDROP TABLE throttles;\nDROP TABLE one_time_codes;\n\
                      DROP TABLE refresh_tokens;\nDROP TABLE sessions;\nDROP TABLE users;\n";
        Schema::on(manager).both(tables).await
    }
}

/// `email_folded` is in lower case: what makes an address unique. `search_text` holds names and address in lower case without
/// accents. `password` is a slow hash with its parameters; empty for a person who has none yet.
const USERS: &str = "
CREATE TABLE users (
    id {uuid} PRIMARY KEY,
    email {text} NOT NULL,
    email_folded {text} NOT NULL,
    email_verified {bool} NOT NULL,
    password {text},
    first_name {text} NOT NULL,
    last_name {text} NOT NULL,
    last_name_folded {text} NOT NULL,
    search_text {text} NOT NULL,
    phone {text},
    date_of_birth {date},
    address {text},
    zip_code {text},
    location {text},
    platform_role {text} NOT NULL,
    referral_code {text} NOT NULL,
    referred_by {uuid} REFERENCES users (id),
    terms_version {text},
    terms_at {instant},
    active {bool} NOT NULL,
    version {int} NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT users_platform_role CHECK (platform_role IN ('customer', 'admin')),
    CONSTRAINT users_terms CHECK ((terms_version IS NULL) = (terms_at IS NULL))
);
CREATE UNIQUE INDEX users_email ON users (email_folded);
CREATE UNIQUE INDEX users_referral_code ON users (referral_code);
CREATE INDEX users_by_age ON users (created_at, id);
CREATE INDEX users_by_email ON users (email_folded, id);
CREATE INDEX users_by_last_name ON users (last_name_folded, id);
";

/// A rotated refresh token is kept until it expires: that is how its reuse is known.
const SESSIONS: &str = "
CREATE TABLE sessions (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES users (id),
    device_id {text},
    ip {text},
    user_agent {text},
    created_at {instant} NOT NULL,
    last_used_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    ended_at {instant},
    end_reason {text},
    CONSTRAINT sessions_end CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX sessions_open ON sessions (user_id, last_used_at, id) WHERE ended_at IS NULL;
CREATE INDEX sessions_familiar ON sessions (user_id, ip, created_at);
CREATE INDEX sessions_expired ON sessions (expires_at);
CREATE TABLE refresh_tokens (
    hash {text} PRIMARY KEY,
    session_id {uuid} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at {instant} NOT NULL,
    rotated {bool} NOT NULL
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expired ON refresh_tokens (expires_at);
";

/// A code is derived from its id; here is no digit of it.
const CODES: &str = "
CREATE TABLE one_time_codes (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES users (id),
    purpose {text} NOT NULL,
    sent_to {text} NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    state {text} NOT NULL,
    wrong_tries {int} NOT NULL,
    CONSTRAINT one_time_codes_purpose CHECK (purpose IN ('verify_email', 'password_reset', 'email_change')),
    CONSTRAINT one_time_codes_state CHECK (state IN ('live', 'used', 'killed'))
);
CREATE UNIQUE INDEX one_time_codes_one_live ON one_time_codes (user_id, purpose) WHERE state = 'live';
CREATE INDEX one_time_codes_newest ON one_time_codes (user_id, purpose, created_at, id);
CREATE INDEX one_time_codes_expired ON one_time_codes (expires_at);
CREATE TABLE throttles (
    subject {text} PRIMARY KEY,
    failures {int} NOT NULL,
    last_at {instant} NOT NULL,
    forgotten_at {instant} NOT NULL
);
CREATE INDEX throttles_forgotten ON throttles (forgotten_at);
";

/// An invitation is to the platform, or to a place on a dealer's staff.
const INVITATIONS: &str = "
CREATE TABLE invitations (
    id {uuid} PRIMARY KEY,
    email {text} NOT NULL,
    email_folded {text} NOT NULL,
    platform_role {text},
    staff_id {uuid},
    dealer_id {uuid},
    invited_by {uuid} REFERENCES users (id),
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL,
    state {text} NOT NULL,
    accepted_at {instant},
    accepted_by {uuid} REFERENCES users (id),
    CONSTRAINT invitations_state CHECK (state IN ('open', 'accepted', 'withdrawn')),
    CONSTRAINT invitations_platform_role CHECK (platform_role IN ('customer', 'admin')),
    CONSTRAINT invitations_grant CHECK ((platform_role IS NULL) = (staff_id IS NOT NULL) AND (staff_id IS NULL) = (dealer_id IS NULL)),
    CONSTRAINT invitations_accepted CHECK ((state = 'accepted') = (accepted_at IS NOT NULL) AND (accepted_at IS NULL) = (accepted_by IS NULL))
);
CREATE INDEX invitations_open_of_address ON invitations (email_folded) WHERE state = 'open';
CREATE INDEX invitations_open_of_staff ON invitations (staff_id) WHERE state = 'open';
";

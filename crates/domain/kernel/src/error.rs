//! How things fail: a closed list of kinds that the edges map, stable codes, and violations with pointers.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a failure means to the caller. Edges map the kind (to an HTTP status, an exit code), never the single error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The input is wrong; `violations` tell where.
    Invalid,
    /// No credentials, or bad ones.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// Not there, or another tenant's.
    Absent,
    /// The state of things forbids it.
    Conflict,
    /// The version that the caller expected has passed.
    Stale,
    /// The idempotency key was used for another request.
    KeyReused,
    /// Too often; `retry_after` tells when.
    TooMany,
    /// Something that is needed is away; trying again later may help.
    Unavailable,
    /// A defect of ours. Its detail is for the log alone.
    Internal,
}

/// One thing wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// JSON Pointer (RFC 6901) into the body; the bare name of a query parameter.
    pub pointer: String,
    /// Stable code, snake case.
    pub code: Cow<'static, str>,
    /// What was wrong, with which value, what would be right.
    pub message: String,
}

/// Collects violations, so that a caller hears all of them at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// A list of one.
    pub fn one(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let mut list = Self::new();
        list.add(pointer, code, message);
        list
    }

    /// Adds one.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(Violation {
            pointer: pointer.into(),
            code: Cow::Borrowed(code),
            message: message.into(),
        });
    }

    /// Adds one unless `holds`.
    pub fn check(
        &mut self,
        holds: bool,
        pointer: &str,
        code: &'static str,
        message: impl FnOnce() -> String,
    ) {
        if !holds {
            self.add(pointer, code, message());
        }
    }

    /// The value of a parse, or its error noted under `pointer`.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, Malformed>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(malformed) => {
                self.add(pointer, malformed.code, malformed.message);
                None
            }
        }
    }

    /// As [`Violations::take`], for an optional field: absent stays absent.
    pub fn take_opt<T>(&mut self, pointer: &str, parsed: Option<Result<T, Malformed>>) -> Option<T> {
        parsed.and_then(|result| self.take(pointer, result))
    }

    /// Puts another list's entries behind these.
    pub fn extend(&mut self, other: Violations) {
        self.0.extend(other.0);
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in the order found.
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// `Ok` when there is none, else [`Common::Invalid`].
    pub fn into_result(self) -> Result<(), Common> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Common::Invalid(self))
        }
    }
}

impl FromIterator<Violation> for Violations {
    fn from_iter<I: IntoIterator<Item = Violation>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, violation) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", violation.pointer, violation.message)?;
        }
        Ok(())
    }
}

/// A text that is not a value of the wanted type. [`Violations::take`] gives it a pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// Stable code.
    pub code: &'static str,
    /// What was wrong, with which value, what would be right.
    pub message: String,
}

impl Malformed {
    /// A new one.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// The failures that any act can meet. Each domain crate's error holds it as a variant (`#[from]`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Common {
    /// The input is wrong.
    #[error("the input is invalid: {0}")]
    Invalid(Violations),
    /// No credentials, or bad ones.
    #[error("sign in first: send a valid access token")]
    Unauthenticated,
    /// The caller's role, or the API key, does not hold the right.
    #[error("your role, or the API key that you call with, does not hold the right {right}")]
    Forbidden {
        /// Name of the missing right.
        right: &'static str,
    },
    /// A program with an API key, where a person has to act.
    #[error(
        "an API key acts for no person, and this is a person's own: sign in as somebody, and send their access token"
    )]
    PersonRequired,
    /// An admin, but without the second factor that admins need.
    #[error("admins need a second factor: set one up (POST /me/totp) and confirm it (POST /me/totp/confirm)")]
    FactorDue,
    /// Not there, or another tenant's: the caller can't tell which.
    #[error("there is no such {what}")]
    Absent {
        /// The kind of thing, in the spec's words.
        what: &'static str,
    },
    /// `If-Match` named an older version.
    #[error("the version you expected has passed; the current one is {current}: read it again")]
    Stale {
        /// The version as it is now.
        current: i64,
    },
    /// The key came before, with another request.
    #[error("this idempotency key was used for another request: use a new key")]
    KeyReused,
    /// Too often.
    #[error("too many tries: wait {retry_after} s")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// Something that is needed is away.
    #[error("the service is not available for the moment: try again")]
    Unavailable {
        /// For the log alone.
        internal: String,
    },
    /// A defect of ours.
    #[error("something went wrong on our side")]
    Internal {
        /// For the log alone.
        internal: String,
    },
}

impl Common {
    /// A single violation.
    pub fn invalid(pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(Violations::one(pointer, code, message))
    }

    /// There is no such thing.
    pub const fn absent(what: &'static str) -> Self {
        Self::Absent { what }
    }

    /// A defect, with what the log should know.
    pub fn internal(internal: impl Into<String>) -> Self {
        Self::Internal {
            internal: internal.into(),
        }
    }
}

/// What every error of a domain crate tells the edges.
pub trait Failure: std::error::Error + Send + Sync {
    /// What it means to the caller.
    fn kind(&self) -> Kind;
    /// Stable, documented code, snake case.
    fn code(&self) -> &'static str;
    /// The shared failure inside, if it is one. Violations, waiting time and what the log should know come from it.
    fn common(&self) -> Option<&Common>;

    /// What was wrong in detail, each with its pointer. A conflict can have such a list too.
    fn violations(&self) -> Option<&Violations> {
        match self.common() {
            Some(Common::Invalid(violations)) => Some(violations),
            _ => None,
        }
    }
}

impl Failure for Common {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) => Kind::Invalid,
            Self::Unauthenticated => Kind::Unauthenticated,
            Self::Forbidden { .. } | Self::PersonRequired | Self::FactorDue => Kind::Forbidden,
            Self::Absent { .. } => Kind::Absent,
            Self::Stale { .. } => Kind::Stale,
            Self::KeyReused => Kind::KeyReused,
            Self::TooMany { .. } => Kind::TooMany,
            Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden { .. } => "forbidden",
            Self::PersonRequired => "person_required",
            Self::FactorDue => "totp_setup_required",
            Self::Absent { .. } => "not_found",
            Self::Stale { .. } => "stale_version",
            Self::KeyReused => "idempotency_key_reused",
            Self::TooMany { .. } => "too_many_requests",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal { .. } => "internal",
        }
    }

    fn common(&self) -> Option<&Common> {
        Some(self)
    }
}

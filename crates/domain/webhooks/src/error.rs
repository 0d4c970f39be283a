//! How webhooks can fail.

use kernel::error::{Common, Failure, Kind};

/// What can go wrong. The codes are stable and documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// One owner keeps as many as one may.
    #[error("there are {limit} webhooks already, and no more are allowed: remove one first")]
    TooMany {
        /// How many are allowed.
        limit: usize,
    },
    /// Nothing is sent to an endpoint that is off.
    #[error("this webhook is off: switch it on first (`active`: true)")]
    Off,
    /// The endpoint was sent this message before.
    #[error("this message is on its way to the webhook already")]
    Known,
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::TooMany { .. } | Self::Off | Self::Known => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::TooMany { .. } => "too_many_webhooks",
            Self::Off => "webhook_off",
            Self::Known => "message_known",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            Self::TooMany { .. } | Self::Off | Self::Known => None,
        }
    }
}

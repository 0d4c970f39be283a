//! How an act that crosses contexts can fail: as one of the contexts that it touches does.

use kernel::error::{Common, Failure, Kind, Violations};

/// What can go wrong. Kind, code and violations are those of the context that refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// What accounts refuse.
    #[error(transparent)]
    Identity(#[from] identity::Error),
    /// What dealers and their staff refuse.
    #[error(transparent)]
    Dealers(#[from] dealers::Error),
    /// What files refuse.
    #[error(transparent)]
    Media(#[from] media::Error),
    /// What listings refuse.
    #[error(transparent)]
    Inventory(#[from] inventory::error::Error),
    /// What test drives refuse.
    #[error(transparent)]
    Scheduling(#[from] scheduling::error::Error),
    /// What negotiations refuse.
    #[error(transparent)]
    Negotiation(#[from] negotiation::Error),
    /// What sales refuse.
    #[error(transparent)]
    Sales(#[from] sales::Error),
}

impl Error {
    /// The refusal inside.
    fn inner(&self) -> &dyn Failure {
        match self {
            Self::Common(error) => error,
            Self::Identity(error) => error,
            Self::Dealers(error) => error,
            Self::Media(error) => error,
            Self::Inventory(error) => error,
            Self::Scheduling(error) => error,
            Self::Negotiation(error) => error,
            Self::Sales(error) => error,
        }
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        self.inner().kind()
    }

    fn code(&self) -> &'static str {
        self.inner().code()
    }

    fn common(&self) -> Option<&Common> {
        self.inner().common()
    }

    fn violations(&self) -> Option<&Violations> {
        self.inner().violations()
    }
}

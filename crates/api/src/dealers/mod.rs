//! Dealers, their documents, sites and staff.

mod dealer_dto;
mod dealers;
mod document_dto;
mod documents;
mod hours_dto;
mod place_dto;
mod rules_dto;
mod site_dto;
mod sites;
mod staff;
mod staff_dto;

use ::dealers::use_cases::{DealerActs, DocumentActs, SiteActs, StaffActs};
use application::dealer_documents::KeepDocuments;
use application::invite_staff::InviteStaff;
use application::suspend_dealer::SuspendDealer;
use kernel::actor::Actor;
use kernel::id::DealerId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::answer::Answer;

/// What the endpoints of dealers, documents, sites and staff are built on.
#[derive(Clone)]
pub struct DealerServices {
    /// Acts on dealers.
    pub dealers: DealerActs,
    /// Suspending, which reaches further than the dealer.
    pub suspend: SuspendDealer,
    /// Acts on documents.
    pub documents: DocumentActs,
    /// Bringing and removing documents, which takes files.
    pub papers: KeepDocuments,
    /// Acts on sites.
    pub sites: SiteActs,
    /// Acts on staff.
    pub staff: StaffActs,
    /// Adding staff, which may take an invitation.
    pub invite: InviteStaff,
}

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(documents::routes)
        .configure(dealers::routes)
        .configure(sites::routes)
        .configure(staff::routes);
}

/// Names the dealer that an admin acts for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfDealer {
    /// The dealer that is meant: for admins, who work for none.
    dealer: Option<Uuid>,
}

impl OfDealer {
    pub(crate) fn id(&self) -> Option<DealerId> {
        self.dealer.map(DealerId::from_uuid)
    }
}

/// An answer that strangers share; who is known may see more, and gets an answer of their own.
fn shared(answer: Answer, actor: &Actor) -> Answer {
    match actor {
        Actor::Anonymous => answer.public(10),
        Actor::User(_) | Actor::Key(_) | Actor::Link(_) | Actor::System => answer,
    }
}

//! The platform's own pages: what is in force, for everybody; versions, for admins.

mod dto;
mod pages;
mod versions;

use ::content::use_cases::{ReadPages, WritePages};
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct ContentServices {
    /// For everybody.
    pub read: ReadPages,
    /// For admins.
    pub write: WritePages,
}

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(pages::show_privacy_policy)
        .service(pages::show_terms_and_conditions)
        .service(pages::show_about_us)
        .service(versions::list_content_versions)
        .service(versions::write_content_version)
        .service(versions::show_content_version)
        .service(versions::replace_content_version)
        .service(versions::change_content_version)
        .service(versions::erase_content_version);
}

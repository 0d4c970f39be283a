//! Files and pictures.

mod bytes;
mod dto;
mod files;
mod form;
mod photos;
mod portraits;

use ::media::use_cases::{Pictures, Serve, Uploads};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use self::dto::{ListingPhotoDto, usual_address};

/// What these endpoints are built on.
#[derive(Clone)]
pub struct MediaServices {
    /// Bringing files.
    pub uploads: Uploads,
    /// Showing them.
    pub serve: Serve,
    /// Photos of listings; pictures of people, cars and dealers.
    pub pictures: Pictures,
}

/// Endpoints under `/api/v1`. They stand before those whose paths begin with `/dealers/{id}`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(files::announce_file)
        .service(files::complete_file)
        .service(files::get_file)
        .service(photos::add_photo)
        .service(photos::change_photo)
        .service(photos::remove_photo)
        .service(portraits::set_avatar)
        .service(portraits::remove_avatar)
        .service(portraits::set_vehicle_image)
        .service(portraits::remove_vehicle_image)
        .service(portraits::set_dealer_logo)
        .service(portraits::remove_dealer_logo);
}

/// What the links to files lead to, outside `/api/v1`.
pub(crate) fn root_routes(config: &mut ServiceConfig<'_>) {
    config
        .service(files::bring_file)
        .service(files::get_private_file)
        .service(files::get_picture);
}

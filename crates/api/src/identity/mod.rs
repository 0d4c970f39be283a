//! Accounts: registration, sign-in, codes, the own account, users.

use std::sync::Arc;

use ::identity::Identity;
use ::identity::use_cases::KeepApiKeys;
use actix_web::web;
use application::accept_invitation::AcceptInvitation;
use application::change_standing::ChangeStanding;
use application::close_account::{CloseAccount, Persons};
use utoipa_actix_web::service_config::ServiceConfig;

mod api_keys;
mod dto;
mod keys;
mod me;
mod own_data;
mod passwords;
mod sign_in;
mod sign_up;
mod totp;
mod users;

/// What the endpoints of accounts are built on.
#[derive(Clone)]
pub struct IdentityServices {
    /// Accounts.
    pub identity: Identity,
    /// Keys of dealers' programs.
    pub keys: KeepApiKeys,
    /// Accepting invitations.
    pub accept: AcceptInvitation,
    /// Closing the own account.
    pub close: CloseAccount,
    /// Changing somebody's standing.
    pub standing: ChangeStanding,
    /// All that is kept of a person.
    pub persons: Arc<dyn Persons>,
}

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_up::register)
        .service(sign_up::verify_email)
        .service(sign_up::resend_verification)
        .service(sign_up::accept_invitation)
        .service(sign_in::login)
        .service(sign_in::refresh_tokens)
        .service(sign_in::verify_token)
        .service(sign_in::logout)
        .service(passwords::forgot_password)
        .service(passwords::verify_reset_code)
        .service(passwords::reset_password)
        .service(passwords::change_password)
        .service(me::show_me)
        .service(me::change_me)
        .service(me::change_email)
        .service(me::confirm_email)
        .service(own_data::export_me)
        .service(own_data::close_me)
        .service(me::list_sessions)
        .service(me::end_session)
        .service(totp::show_totp)
        .service(totp::set_up_totp)
        .service(totp::confirm_totp)
        .service(totp::drop_totp)
        .service(api_keys::list_api_keys)
        .service(api_keys::make_api_key)
        .service(api_keys::show_api_key)
        .service(api_keys::revoke_api_key)
        .service(users::list_users)
        .service(users::invite_user)
        .service(users::show_invitation)
        .service(users::show_user)
        .service(users::change_user);
}

/// Endpoints at the root.
pub(crate) fn root_routes(config: &mut ServiceConfig<'_>) {
    config.service(keys::show_keys);
}

/// Hands the handlers what they need.
pub(crate) fn data(services: &IdentityServices, config: &mut web::ServiceConfig) {
    config.app_data(web::Data::new(services.clone()));
}

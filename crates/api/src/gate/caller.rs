//! Who calls: the token's holder, the key's, or an address of the network.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{self, HeaderMap};
use kernel::actor::Actor;
use kernel::error::Common;

use crate::Core;
use crate::operation::Operation;
use crate::problem::ApiError;

/// Who calls.
pub(super) struct Caller {
    /// A token that does not hold is an error, told once the call has been counted.
    pub(super) actor: Result<Actor, ApiError>,
    /// Where the call comes from.
    pub(super) ip: Option<IpAddr>,
}

impl Caller {
    /// Who calls the operation. One that asks nobody reads no token.
    pub(super) async fn of(core: &Core, operation: &Operation, request: &ServiceRequest) -> Self {
        let actor = match bearer(request.headers()) {
            Some(token) if operation.personal => actor(core, token, !request.method().is_safe()).await,
            _ => Ok(Actor::Anonymous),
        };
        Self {
            actor,
            ip: address(&core.settings.trusted_proxies, request),
        }
    }

    /// The name that calls are counted under, and that idempotency keys belong to.
    pub(super) fn name(&self) -> String {
        match &self.actor {
            Ok(Actor::User(principal)) => principal.user.to_string(),
            Ok(Actor::Key(key)) => key.id.to_string(),
            Ok(Actor::Anonymous | Actor::Link(_) | Actor::System) | Err(_) => {
                self.ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string())
            }
        }
    }
}

async fn actor(core: &Core, token: &str, changes: bool) -> Result<Actor, ApiError> {
    let found = core.authenticate.actor(token, changes).await?;
    found.ok_or_else(|| Common::Unauthenticated.into())
}

/// The token of an `Authorization` header. A header of another scheme is a token that does not hold.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token.trim()
    } else {
        ""
    })
}

/// The caller's address: the peer's, or what a trusted proxy says it is.
fn address(trusted: &[IpAddr], request: &ServiceRequest) -> Option<IpAddr> {
    let mut address = request.peer_addr()?.ip();
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .collect();
    for hop in forwarded.iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        address = hop.parse().ok()?;
    }
    Some(address)
}

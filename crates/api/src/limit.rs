//! Rate limits, per caller and class of operation, by the generic cell rate algorithm (the governor crate). They are kept in
//! this process: of `n` nodes behind a balancer each allows its own share.

use std::num::NonZeroU32;
use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use kernel::error::Common;

use crate::operation::Class;

type Limiter = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The limits of all classes.
pub(crate) struct Limits(Option<[(Class, u32, Arc<Limiter>); 3]>);

/// How a caller stands after this call.
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
}

/// Calls a minute, of a class, from one caller.
const fn per_minute(class: Class) -> u32 {
    match class {
        Class::Credentials => 30,
        Class::Read => 1_200,
        Class::Write => 300,
    }
}

impl Limits {
    pub(crate) fn new(on: bool) -> Self {
        if !on {
            return Self(None);
        }
        Self(Some([Class::Credentials, Class::Read, Class::Write].map(
            |class| {
                let calls = per_minute(class);
                let quota = Quota::per_minute(NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN));
                (
                    class,
                    calls,
                    Arc::new(RateLimiter::dashmap(quota).with_middleware()),
                )
            },
        )))
    }

    /// Counts a call; refuses it when it is one too many.
    pub(crate) fn count(&self, class: Class, caller: &str) -> Result<Option<Standing>, Common> {
        let Some((_, limit, limiter)) = self
            .0
            .as_ref()
            .and_then(|all| all.iter().find(|(of, ..)| *of == class))
        else {
            return Ok(None);
        };
        match limiter.check_key(&caller.to_owned()) {
            Ok(state) => Ok(Some(Standing {
                limit: *limit,
                remaining: state.remaining_burst_capacity(),
            })),
            Err(until) => Err(Common::TooMany {
                retry_after: until.wait_time_from(DefaultClock::default().now()).as_secs() + 1,
            }),
        }
    }

    /// Forgets callers who have not called for long. To be called now and then.
    pub(crate) fn forget(&self) {
        for (_, _, limiter) in self.0.iter().flatten() {
            limiter.retain_recent();
        }
    }
}

impl Standing {
    /// As headers of the IETF draft “RateLimit header fields for HTTP”.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("ratelimit-limit", self.limit),
            ("ratelimit-remaining", self.remaining),
            ("ratelimit-reset", 60),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

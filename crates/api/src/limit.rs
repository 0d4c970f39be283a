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
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    limit: u32,
    remaining: u32,
    /// Seconds until the caller may call again, when this call was one too many.
    retry_after: Option<u64>,
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

    /// Counts a call; `None` where nobody is limited.
    pub(crate) fn count(&self, class: Class, caller: &str) -> Option<Standing> {
        let all = self.0.as_ref()?;
        let (_, limit, limiter) = all.iter().find(|(of, ..)| *of == class)?;
        let (remaining, retry_after) = match limiter.check_key(&caller.to_owned()) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                (0, Some(wait.as_secs() + 1))
            }
        };
        Some(Standing {
            limit: *limit,
            remaining,
            retry_after,
        })
    }

    /// Forgets callers who have not called for long. To be called now and then.
    pub(crate) fn forget(&self) {
        for (_, _, limiter) in self.0.iter().flatten() {
            limiter.retain_recent();
        }
    }
}

impl Standing {
    /// Why the call is refused, when it was one too many.
    pub(crate) fn refusal(&self) -> Option<Common> {
        self.retry_after
            .map(|retry_after| Common::TooMany { retry_after })
    }

    /// Seconds until there are as many calls again as there can be; when there is none left, until there is one.
    fn reset(&self) -> u64 {
        let missing = if self.remaining == 0 {
            1
        } else {
            self.limit.saturating_sub(self.remaining)
        };
        let seconds = (u64::from(missing) * 60).div_ceil(u64::from(self.limit.max(1)));
        self.retry_after.unwrap_or(seconds)
    }

    /// As headers of the IETF draft “RateLimit header fields for HTTP”, refused or not.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", u64::from(self.remaining)),
            ("ratelimit-reset", self.reset()),
        ] {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(standing: &Standing) -> [String; 3] {
        let mut headers = HeaderMap::new();
        standing.tell(&mut headers);
        ["limit", "remaining", "reset"].map(|name| {
            let value = headers.get(format!("ratelimit-{name}"));
            value.and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        })
    }

    #[test]
    fn the_call_that_is_one_too_many_is_told_how_it_stands() {
        let limits = Limits::new(true);
        let call = || limits.count(Class::Credentials, "ann").unwrap();
        let first = call();
        assert!(first.refusal().is_none());
        assert_eq!(told(&first), ["30", "29", "2"]);
        let refused = (0..40)
            .map(|_| call())
            .find(|standing| standing.refusal().is_some());
        let refused = refused.unwrap();
        let Some(Common::TooMany { retry_after }) = refused.refusal() else {
            panic!("{refused:?}");
        };
        assert!((1..=3).contains(&retry_after), "{retry_after}");
        assert_eq!(told(&refused), ["30", "0", retry_after.to_string().as_str()]);
        // Others are none the wiser.
        assert_eq!(limits.count(Class::Credentials, "ben").unwrap().remaining, 29);
        assert_eq!(Limits::new(false).count(Class::Read, "ann"), None);
    }

    #[test]
    fn the_reset_is_when_there_are_all_calls_again_or_one() {
        let reset = |limit, remaining| {
            let standing = Standing {
                limit,
                remaining,
                retry_after: None,
            };
            standing.reset()
        };
        assert_eq!(reset(300, 299), 1);
        assert_eq!(reset(300, 150), 30);
        assert_eq!(reset(30, 1), 58);
        assert_eq!(reset(30, 0), 2);
    }
}

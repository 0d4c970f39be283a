//! Runs journeys: async functions that take a [`Backend`], each a test on every backend that it is for.
//!
//! A table lists them all; a test finds any that is not listed.

use std::future::Future;
use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};
use test_databases::{Backend, all_listed};

pub use crate::journey;

/// A journey, and where it goes.
pub struct Journey {
    /// `module::function`.
    pub name: &'static str,
    /// The backends that it is for.
    pub backends: &'static [Backend],
    /// Goes it.
    pub run: fn(Backend) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// One line a journey: `journey!(module::function)`, or `journey!(module::function, Backend::Sqlite)` for one backend alone.
#[macro_export]
macro_rules! journey {
    ($module:ident :: $name:ident) => {
        journey!(@ $module :: $name, &test_databases::Backend::ALL)
    };
    ($module:ident :: $name:ident, $backend:expr) => {
        journey!(@ $module :: $name, &[$backend])
    };
    (@ $module:ident :: $name:ident, $backends:expr) => {
        $crate::journeys::Journey {
            name: concat!(stringify!($module), "::", stringify!($name)),
            backends: $backends,
            run: |backend| Box::pin($module::$name(backend)),
        }
    };
}

/// A runtime to go on.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs the journeys of a test binary whose modules lie in `folder`, and its other tests.
pub fn run(folder: &'static str, journeys: &'static [Journey], others: Vec<Trial>) {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("every_journey_is_listed", move || {
        let known: Vec<&str> = journeys.iter().map(|journey| journey.name).collect();
        all_listed(folder, "backend: Backend", &known).map_err(Into::into)
    })];
    for journey in journeys {
        for backend in journey.backends.iter().copied() {
            trials.push(Trial::test(
                format!("{}::{}", backend.name(), journey.name),
                move || {
                    runtime().block_on((journey.run)(backend));
                    Ok(())
                },
            ));
        }
    }
    trials.extend(others);
    libtest_mimic::run(&arguments, trials).exit();
}

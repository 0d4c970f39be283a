//! Runs journeys: async functions that take a [`Backend`], each a test on every backend that it is for.
//!
//! A table lists them all; a test finds any that is not listed.

use std::future::Future;
use std::pin::Pin;

use libtest_mimic::{Arguments, Trial};
use test_databases::Backend;

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
        every_journey_is_listed(folder, journeys).map_err(Into::into)
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

fn every_journey_is_listed(folder: &str, journeys: &[Journey]) -> Result<(), String> {
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(folder)
        .map_err(|e| e.to_string())?
        .filter_map(Result::ok)
    {
        let module = entry
            .path()
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
        for line in source
            .lines()
            .filter_map(|line| line.strip_prefix("pub(crate) async fn "))
        {
            let full = format!("{module}::{}", line.split(['(', '<']).next().unwrap_or_default());
            if line.contains("(backend: Backend)") && !journeys.iter().any(|j| j.name == full) {
                missing.push(full);
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("not in the table: {}", missing.join(", ")))
    }
}

//! The forecourt program.

use std::process::ExitCode;

use clap::Parser;
use forecourt_server::command::Cli;

/// Under load the allocator of the system keeps ten times as much as is in use. This one gives back what was not used for a second
/// (`.cargo/config.toml`).
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // Before any thread starts: setting variables is not safe later. A missing .env is fine.
    drop(dotenvy::dotenv());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // Help and version are told as errors too. A wrong word is 1: of an import, 2 says that rows were refused.
            drop(told.print());
            return if told.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match cli.run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("forecourt: {error:#}");
            ExitCode::FAILURE
        }
    }
}

//! The forecourt program.

use std::process::ExitCode;

use clap::Parser;
use forecourt_server::command::Cli;

fn main() -> ExitCode {
    // Before any thread starts: setting variables is not safe later. A missing .env is fine.
    drop(dotenvy::dotenv());
    match Cli::parse().run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("forecourt: {error:#}");
            ExitCode::FAILURE
        }
    }
}

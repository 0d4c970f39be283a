//! `forecourt admin`.

use std::io::IsTerminal as _;

use clap::Subcommand;
use identity::secret::Secret;
use identity::use_cases::CreateAccount;
use identity::user::PlatformRole;
use kernel::act::Act;

use super::{close, open, print};
use crate::compose;
use crate::settings::Config;

/// Looks after the platform's admins.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an admin. The password is asked for, or read from the standard input.
    Create {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// Given name.
        #[arg(long, default_value = "Platform")]
        first_name: String,
        /// Family name.
        #[arg(long, default_value = "Admin")]
        last_name: String,
    },
    /// Take the second factor away from an account whose holder lost it, with all recovery codes. They are told by mail.
    DropTotp {
        /// The address of the account.
        #[arg(long)]
        email: String,
    },
}

/// What is to be done, with all that had to be asked for.
pub(super) enum Task {
    Create(CreateAccount),
    DropTotp(String),
}

impl AdminCommand {
    /// Asks for what it needs beside the configuration: the password of a new admin.
    pub(super) fn ready(self) -> anyhow::Result<Task> {
        Ok(match self {
            Self::Create {
                email,
                first_name,
                last_name,
            } => Task::Create(CreateAccount {
                email,
                password: read_password()?,
                first_name,
                last_name,
                platform_role: PlatformRole::Admin,
            }),
            Self::DropTotp { email } => Task::DropTotp(email),
        })
    }
}

/// From the terminal, unseen, or the first line of the standard input.
fn read_password() -> anyhow::Result<Secret> {
    let stdin = std::io::stdin();
    let password = if stdin.is_terminal() {
        rpassword::prompt_password("Password: ")?
    } else {
        let mut line = String::new();
        stdin.read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Ok(Secret::new(password))
}

pub(super) async fn run(config: Config, task: Task) -> anyhow::Result<u8> {
    let ground = open(config).await?;
    let identity = compose::identity::identity(&ground)?.identity;
    let act = Act::of_system(ground.clock.now(), "command-line");
    let told = match task {
        Task::Create(form) => {
            let admin = identity.create_account(&act, &form).await?;
            format!("{} can sign in as an admin.", admin.email)
        }
        Task::DropTotp(email) => {
            let user = identity.drop_lost_factor(&act, &email).await?;
            format!("{} signs in with the password alone from now on.", user.email)
        }
    };
    close(ground).await?;
    print(&told)
}

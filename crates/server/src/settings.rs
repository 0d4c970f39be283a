//! Configuration: environment variables and a TOML file, one table of everything there is.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use kernel::money::Currency;
use kernel::vocabulary::DistanceUnit;
use secrecy::SecretString;

/// One setting: what it is called, what it is for, what holds when it is not given.
pub struct Setting {
    /// Its key in the TOML file.
    pub key: &'static str,
    /// Its environment variable, which wins over the file.
    pub variable: &'static str,
    /// What holds when it is not given. Empty: nothing.
    pub default: &'static str,
    /// What it is for, with the values it takes.
    pub help: &'static str,
    /// Never shown.
    pub secret: bool,
}

/// A line of the table.
const fn setting(
    key: &'static str,
    variable: &'static str,
    default: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        variable,
        default,
        help,
        secret: false,
    }
}

/// A line of the table whose value is never shown.
const fn secret(key: &'static str, variable: &'static str, help: &'static str) -> Setting {
    Setting {
        key,
        variable,
        default: "",
        help,
        secret: true,
    }
}

/// Every setting. `docs/configuration.md` is made from this table.
pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "FORECOURT_LISTEN",
        "127.0.0.1:8080",
        "Address and port to serve on.",
    ),
    setting(
        "public_url",
        "FORECOURT_PUBLIC_URL",
        "",
        "Where the world reaches the program, without a slash at the end; links in lists and letters start with it. Default: `http://` and the address it listens on.",
    ),
    secret(
        "database_url",
        "DATABASE_URL",
        "`sqlite://FILE` or `postgres://USER@HOST/NAME`. Default: `sqlite://` and `forecourt.db` in the data folder.",
    ),
    secret(
        "database_replica_url",
        "FORECOURT_DATABASE_REPLICA_URL",
        "A PostgreSQL replica for reads.",
    ),
    setting(
        "database_connections",
        "FORECOURT_DATABASE_CONNECTIONS",
        "10",
        "Connections at most, 2 to 1000.",
    ),
    setting(
        "database_wait_ms",
        "FORECOURT_DATABASE_WAIT_MS",
        "2000",
        "How long a request waits for the database before it is answered 503, 100 to 60000.",
    ),
    setting(
        "data_dir",
        "FORECOURT_DATA_DIR",
        "./data",
        "Folder for keys and, by default, the database.",
    ),
    setting(
        "environment",
        "FORECOURT_ENVIRONMENT",
        "development",
        "`development` or `production`. Production has no `/dev` pages and no manual clock, and needs `smtp_url`.",
    ),
    setting(
        "require_email_verification",
        "FORECOURT_REQUIRE_EMAIL_VERIFICATION",
        "true",
        "Whether an account counts only once its address is verified: `true` or `false`.",
    ),
    setting(
        "terms_version",
        "FORECOURT_TERMS_VERSION",
        "1",
        "The version of the terms that a registration accepts.",
    ),
    setting(
        "rate_limit",
        "FORECOURT_RATE_LIMIT",
        "on",
        "`on` or `off` (for load tests).",
    ),
    setting(
        "trusted_proxies",
        "FORECOURT_TRUSTED_PROXIES",
        "",
        "Addresses of proxies whose `X-Forwarded-For` is believed, separated by commas.",
    ),
    setting(
        "allowed_origins",
        "FORECOURT_ALLOWED_ORIGINS",
        "http://localhost:3000,http://localhost:3001,http://127.0.0.1:3000",
        "Origins that browsers may call from, separated by commas.",
    ),
    setting(
        "currency",
        "FORECOURT_CURRENCY",
        "USD",
        "The platform's currency (ISO 4217).",
    ),
    setting(
        "distance_unit",
        "FORECOURT_DISTANCE_UNIT",
        "mi",
        "The platform's unit of distance: `mi` or `km`.",
    ),
    secret(
        "smtp_url",
        "FORECOURT_SMTP_URL",
        "SMTP server for letters: `smtp://HOST:PORT`, `smtps://USER:PASSWORD@HOST`, `smtp://HOST?tls=required`. Default: the log and `/dev/mailbox`.",
    ),
    setting(
        "smtp_ca_file",
        "FORECOURT_SMTP_CA_FILE",
        "",
        "PEM file with certificates that an SMTP server may be known by, beside those that the world trusts.",
    ),
    setting(
        "smtp_from",
        "FORECOURT_SMTP_FROM",
        "Forecourt <noreply@forecourt.example>",
        "Sender of letters.",
    ),
    secret(
        "metrics_token",
        "FORECOURT_METRICS_TOKEN",
        "Bearer token for `/metrics`. Default: no `/metrics`.",
    ),
    setting(
        "shutdown_pause_ms",
        "FORECOURT_SHUTDOWN_PAUSE_MS",
        "",
        "How long requests are still taken after the signal to stop, while `/health/ready` says no, so that a load balancer notices; milliseconds, 0 to 5000. Default: 3000 in production, 0 in development.",
    ),
    setting(
        "threads",
        "FORECOURT_THREADS",
        "",
        "HTTP worker threads, 1 to 256. Default: one a core.",
    ),
    setting(
        "log",
        "FORECOURT_LOG",
        "info",
        "What to log: a level, or targets with levels (`info,forecourt_api=debug`).",
    ),
    setting("log_format", "FORECOURT_LOG_FORMAT", "text", "`text` or `json`."),
];

/// The configuration, read and checked.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "each field is a line of SETTINGS, which tells what it is for"
)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub database_url: SecretString,
    pub database_replica_url: Option<SecretString>,
    pub database_connections: u32,
    pub database_wait_ms: u64,
    pub data_dir: PathBuf,
    pub production: bool,
    pub require_email_verification: bool,
    pub terms_version: String,
    pub rate_limit: bool,
    pub trusted_proxies: Vec<IpAddr>,
    pub allowed_origins: Vec<String>,
    pub currency: Currency,
    pub distance_unit: DistanceUnit,
    pub smtp_url: Option<SecretString>,
    pub smtp_ca_file: Option<PathBuf>,
    pub smtp_from: String,
    pub metrics_token: Option<SecretString>,
    pub shutdown_pause_ms: u64,
    pub threads: Option<usize>,
    pub log: String,
    pub log_json: bool,
}

/// Where raw values come from: the TOML file, then the environment, which wins.
pub struct Raw(BTreeMap<&'static str, (String, String)>);

impl Raw {
    /// Reads the file named by `FORECOURT_CONFIG`, if any, and the environment. Unknown keys and variables are refused by name.
    pub fn read() -> Result<Self, String> {
        let variables: Vec<(String, String)> = std::env::vars().collect();
        let file = match variables.iter().find(|(name, _)| name == "FORECOURT_CONFIG") {
            Some((_, path)) => Some(
                std::fs::read_to_string(path)
                    .map_err(|e| format!("FORECOURT_CONFIG: can't read “{path}”: {e}"))?,
            ),
            None => None,
        };
        Self::from_sources(file.as_deref(), variables)
    }

    /// As [`Raw::read`], from given sources.
    pub fn from_sources(
        file: Option<&str>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        let mut wrong = Vec::new();
        let table: toml::Table = file
            .unwrap_or_default()
            .parse()
            .map_err(|e| format!("the configuration file is no TOML: {e}"))?;
        for (key, value) in table {
            let Some(known) = SETTINGS.iter().find(|s| s.key == key) else {
                wrong.push(format!("the configuration file has “{key}”, which is no setting"));
                continue;
            };
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Array(items) => items
                    .iter()
                    .map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
                    .collect::<Vec<_>>()
                    .join(","),
                other => other.to_string(),
            };
            values.insert(known.key, (text, format!("{key} in the configuration file")));
        }
        for (name, value) in variables {
            if let Some(known) = SETTINGS.iter().find(|s| s.variable == name) {
                values.insert(known.key, (value, name));
            } else if name.starts_with("FORECOURT_") && name != "FORECOURT_CONFIG" {
                wrong.push(format!("{name} is no setting"));
            }
        }
        if wrong.is_empty() {
            Ok(Self(values))
        } else {
            Err(wrong.join("\n"))
        }
    }

    fn get(&self, key: &str) -> Option<(&str, &str)> {
        if let Some((value, source)) = self.0.get(key) {
            return Some((value.as_str(), source.as_str()));
        }
        SETTINGS
            .iter()
            .find(|s| s.key == key && !s.default.is_empty())
            .map(|s| (s.default, s.variable))
    }

    /// Sets a value from the command line, which wins over everything.
    pub fn set(&mut self, key: &'static str, value: String) {
        self.0.insert(key, (value, "the command line".to_owned()));
    }
}

/// Reads values and collects what is wrong with them.
struct Reader<'a> {
    raw: &'a Raw,
    wrong: Vec<String>,
}

impl Reader<'_> {
    /// The value of `key`, read by `read`; a wrong one is noted with its source, the value (unless secret), and what would be right.
    fn value<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let (text, source) = self.raw.get(key).filter(|(text, _)| !text.is_empty())?;
        let value = read(text);
        if value.is_none() {
            let about = SETTINGS.iter().find(|s| s.key == key);
            let shown = if about.is_some_and(|s| s.secret) {
                "(not shown)"
            } else {
                text
            };
            self.wrong.push(format!(
                "{source}: “{shown}” is not right. {}",
                about.map_or("", |s| s.help)
            ));
        }
        value
    }

    fn text(&mut self, key: &'static str) -> Option<String> {
        self.value(key, |text| Some(text.to_owned()))
    }

    fn secret(&mut self, key: &'static str) -> Option<SecretString> {
        self.value(key, |text| Some(SecretString::from(text)))
    }

    fn choice(&mut self, key: &'static str, yes: &str, no: &str) -> Option<bool> {
        self.value(key, |text| {
            if text == yes {
                Some(true)
            } else {
                (text == no).then_some(false)
            }
        })
    }
}

impl Config {
    /// Checks everything; all that is wrong is told at once.
    pub fn read(raw: &Raw) -> Result<Self, String> {
        let mut r = Reader {
            raw,
            wrong: Vec::new(),
        };
        let list = |text: &str| {
            text.split(',')
                .map(str::trim)
                .filter(|t| !t.is_empty())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let listen = r.value("listen", |t| t.parse::<SocketAddr>().ok());
        let public_url = r.value("public_url", |t| {
            let fits =
                url::Url::parse(t).is_ok_and(|u| matches!(u.scheme(), "http" | "https")) && !t.ends_with('/');
            fits.then(|| t.to_owned())
        });
        let data_dir = r.text("data_dir").map(PathBuf::from);
        let database_url = r.value("database_url", |t| {
            (t.starts_with("sqlite:") || t.starts_with("postgres://") || t.starts_with("postgresql://"))
                .then(|| SecretString::from(t))
        });
        let config = (|| {
            let data_dir = data_dir?;
            let listen = listen?;
            let embedded = || {
                SecretString::from(format!(
                    "sqlite://{}?mode=rwc",
                    data_dir.join("forecourt.db").display()
                ))
            };
            let production = r.choice("environment", "production", "development")?;
            Some(Self {
                listen,
                public_url: public_url.unwrap_or_else(|| format!("http://{listen}")),
                database_url: database_url.unwrap_or_else(embedded),
                database_replica_url: r.secret("database_replica_url"),
                database_connections: r.value("database_connections", |t| {
                    t.parse().ok().filter(|n| (2..=1000).contains(n))
                })?,
                database_wait_ms: r.value("database_wait_ms", |t| {
                    t.parse().ok().filter(|n| (100..=60_000).contains(n))
                })?,
                production,
                require_email_verification: r.choice("require_email_verification", "true", "false")?,
                terms_version: r.text("terms_version")?,
                rate_limit: r.choice("rate_limit", "on", "off")?,
                trusted_proxies: r
                    .value("trusted_proxies", |t| {
                        list(t).iter().map(|ip| ip.parse().ok()).collect()
                    })
                    .unwrap_or_default(),
                allowed_origins: r.value("allowed_origins", |t| Some(list(t))).unwrap_or_default(),
                currency: r.value("currency", |t| Currency::parse(t).ok())?,
                distance_unit: r.value("distance_unit", |t| t.parse().ok())?,
                smtp_url: r.secret("smtp_url"),
                smtp_ca_file: r.text("smtp_ca_file").map(PathBuf::from),
                smtp_from: r.text("smtp_from")?,
                metrics_token: r.secret("metrics_token"),
                shutdown_pause_ms: r
                    .value("shutdown_pause_ms", |t| t.parse().ok().filter(|ms| *ms <= 5_000))
                    .unwrap_or(if production { 3_000 } else { 0 }),
                threads: r.value("threads", |t| t.parse().ok().filter(|n| (1..=256).contains(n))),
                log: r.text("log")?,
                log_json: r.choice("log_format", "json", "text")?,
                data_dir,
            })
        })();
        if let Some(config) = &config
            && config.production
            && config.smtp_url.is_none()
        {
            r.wrong.push(
                "smtp_url is missing: production has no development mailbox, so letters need an SMTP server"
                    .to_owned(),
            );
        }
        match config {
            Some(config) if r.wrong.is_empty() => Ok(config),
            _ => Err(r.wrong.join("\n")),
        }
    }
}

/// The table of settings in Markdown.
pub fn table() -> String {
    let mut text = String::from(
        "| environment variable | key in the file | default | what it is for |\n| --- | --- | --- | --- |\n",
    );
    for s in SETTINGS {
        let default = if s.default.is_empty() {
            String::new()
        } else {
            format!("`{}`", s.default)
        };
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {default} | {} |",
            s.variable, s.key, s.help
        );
    }
    text
}

//! Configuration: environment variables and a TOML file, one table of everything there is.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use kernel::money::Currency;
use kernel::vocabulary::DistanceUnit;
use kernel::zone::Zone;
use secrecy::SecretString;

mod listed;
mod s3;
mod twilio;

pub use listed::{SETTINGS, Setting, table};

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
    pub media_dir: PathBuf,
    pub s3: Option<::storage::S3>,
    pub production: bool,
    pub require_email_verification: bool,
    pub admin_totp: bool,
    pub rate_limit: bool,
    pub trusted_proxies: Vec<IpAddr>,
    pub allowed_origins: Vec<String>,
    pub currency: Currency,
    pub distance_unit: DistanceUnit,
    pub time_zone: Zone,
    pub smtp_url: Option<SecretString>,
    pub smtp_ca_file: Option<PathBuf>,
    pub smtp_from: String,
    pub twilio: Option<::twilio::Account>,
    pub webhook_private: bool,
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
    /// Threads that serve: as configured, else one a processor.
    pub fn serving_threads(&self) -> usize {
        self.threads
            .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

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
                admin_totp: r.choice("admin_totp", "required", "optional")?,
                rate_limit: r.choice("rate_limit", "on", "off")?,
                trusted_proxies: r
                    .value("trusted_proxies", |t| {
                        list(t).iter().map(|ip| ip.parse().ok()).collect()
                    })
                    .unwrap_or_default(),
                allowed_origins: r.value("allowed_origins", |t| Some(list(t))).unwrap_or_default(),
                currency: r.value("currency", |t| Currency::parse(t).ok())?,
                distance_unit: r.value("distance_unit", |t| t.parse().ok())?,
                time_zone: r.value("time_zone", |t| t.parse().ok())?,
                smtp_url: r.secret("smtp_url"),
                smtp_ca_file: r.text("smtp_ca_file").map(PathBuf::from),
                smtp_from: r.text("smtp_from")?,
                media_dir: r
                    .text("media_dir")
                    .map_or_else(|| data_dir.join("media"), PathBuf::from),
                s3: s3::store(&mut r),
                twilio: twilio::account(&mut r),
                webhook_private: r.choice("webhook_private", "allow", "refuse")?,
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

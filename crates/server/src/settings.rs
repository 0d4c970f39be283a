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
mod log;
mod mail;
mod origin;
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
            self.wrong.push(not_right(key, source, text));
        }
        value
    }

    /// The values of `key`, separated by commas, each read by `read`. Each wrong one is noted by itself.
    fn values<T>(&mut self, key: &'static str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let Some((text, source)) = self.raw.get(key) else {
            return Vec::new();
        };
        let given = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let mut values = Vec::new();
        for part in given {
            match read(part) {
                Some(value) => values.push(value),
                None => self.wrong.push(not_right(key, source, part)),
            }
        }
        values
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

/// What is told of a wrong value: where it comes from, what it is (unless that is secret), and what would be right.
fn not_right(key: &str, source: &str, value: &str) -> String {
    let about = SETTINGS.iter().find(|s| s.key == key);
    let shown = if about.is_some_and(|s| s.secret) {
        "(not shown)"
    } else {
        value
    };
    let help = about.map_or("", |s| s.help);
    format!("{source}: “{shown}” is not right. {help}")
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
        // Read outside, so that what is wrong with them is told along with whatever else is wrong.
        let mail = mail::read(&mut r);
        let log = r.value("log", log::read);
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
                trusted_proxies: r.values("trusted_proxies", |t| t.parse().ok()),
                allowed_origins: r.values("allowed_origins", origin::read),
                currency: r.value("currency", |t| Currency::parse(t).ok())?,
                distance_unit: r.value("distance_unit", |t| t.parse().ok())?,
                time_zone: r.value("time_zone", |t| t.parse().ok())?,
                smtp_url: mail.url,
                smtp_ca_file: mail.ca_file,
                smtp_from: mail.from?,
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
                log: log?,
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

#[cfg(test)]
mod tests {
    use super::{Config, Raw};

    fn read(name: &str, value: &str) -> Result<Config, String> {
        let given = [(format!("FORECOURT_{name}"), value.to_owned())];
        Config::read(&Raw::from_sources(None, given)?)
    }

    #[test]
    fn what_is_right_is_taken() {
        for (name, value) in [
            (
                "ALLOWED_ORIGINS",
                "https://cars.example.com, http://localhost:3000",
            ),
            ("ALLOWED_ORIGINS", "http://[::1]:3000"),
            ("ALLOWED_ORIGINS", ""),
            ("LOG", "warn"),
            ("LOG", "OFF"),
            ("LOG", "info,sqlx=warn,forecourt_api::gate=debug"),
            ("SMTP_FROM", "desk@cars.example.com"),
            ("SMTP_FROM", "The Desk <desk@cars.example.com>"),
            ("SMTP_URL", "smtp://127.0.0.1:2525"),
            ("SMTP_URL", "smtps://desk:secret@mail.example.com"),
            ("SMTP_URL", "smtp://mail.example.com?tls=required"),
            ("S3_BUCKET", "forecourt-files.2026"),
        ] {
            assert!(
                read(name, value).is_ok(),
                "{name}={value}: {:?}",
                read(name, value).err()
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_setting_its_value_and_what_would_be_right() {
        for (name, value, right) in [
            ("LISTEN", "8080", "127.0.0.1:8080"),
            ("CURRENCY", "Dollar", "EUR"),
            ("TIME_ZONE", "Berlin", "Europe/Berlin"),
            ("ALLOWED_ORIGINS", "foo", "https://cars.example.com"),
            ("ALLOWED_ORIGINS", "http://a.com/", "SCHEME://HOST"),
            ("ALLOWED_ORIGINS", "http://a.com/path", "SCHEME://HOST"),
            ("ALLOWED_ORIGINS", "https://a.com:443", "SCHEME://HOST"),
            ("ALLOWED_ORIGINS", "*", "name each"),
            ("TRUSTED_PROXIES", "proxy", "Addresses"),
            ("LOG", "blah", "`info`"),
            ("LOG", "!!!", "`info`"),
            ("LOG", "info,", "`info`"),
            ("LOG", "info,forecourt_api=loud", "`info`"),
            ("SMTP_FROM", "nobody", "noreply@forecourt.example"),
            ("SMTP_CA_FILE", "/nope", "PEM"),
            ("SMTP_CA_FILE", "Cargo.toml", "PEM"),
            ("S3_BUCKET", "BAD_bucket!", "small letters"),
            ("S3_BUCKET", "-files", "small letters"),
        ] {
            let told = read(name, value).unwrap_err();
            let begins = format!("FORECOURT_{name}: “{value}” is not right.");
            assert!(
                told.contains(right) && told.starts_with(&begins),
                "{name}={value}: {told}"
            );
            assert_eq!(told.lines().count(), 1, "{told}");
        }
    }

    #[test]
    fn a_mail_server_that_can_be_none_is_told_without_its_password() {
        for value in [
            "http://x",
            "smtp://",
            "mail.example.com",
            "smtp://u:hush@h?tls=hush",
        ] {
            let told = read("SMTP_URL", value).unwrap_err();
            assert!(
                told.starts_with("FORECOURT_SMTP_URL: “(not shown)”") && told.contains("smtp://HOST:PORT"),
                "{value}: {told}"
            );
            assert!(!told.contains("hush"), "{told}");
        }
    }

    #[test]
    fn of_a_list_the_wrong_ones_are_told() {
        let told = read("ALLOWED_ORIGINS", "https://a.com,foo,https://b.com,*").unwrap_err();
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(told.contains("“foo”") && told.contains("“*”"), "{told}");
    }
}

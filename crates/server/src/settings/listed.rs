//! The list of settings.

use std::fmt::Write as _;

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
        "Address and port to serve on, such as `127.0.0.1:8080`, or `0.0.0.0:80` for all the world.",
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
        "Folder for keys and, by default, the database and the files.",
    ),
    setting(
        "media_dir",
        "FORECOURT_MEDIA_DIR",
        "",
        "Folder for files and pictures, where no S3 store keeps them; all nodes need the same. Default: `media` in the data folder.",
    ),
    setting(
        "s3_bucket",
        "FORECOURT_S3_BUCKET",
        "",
        "Bucket of an S3 store that keeps files and pictures in place of a folder: 3 to 63 small letters, digits, dots and hyphens, such as `forecourt-files`. Credentials come from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, from the shared credentials file (`AWS_PROFILE`), or from the role of the instance.",
    ),
    setting("s3_region", "FORECOURT_S3_REGION", "us-east-1", "Its region."),
    setting(
        "s3_endpoint",
        "FORECOURT_S3_ENDPOINT",
        "",
        "Where the S3 store is, when it is not AWS: `https://minio.example.com:9000`, without a slash at the end.",
    ),
    setting(
        "s3_public_url",
        "FORECOURT_S3_PUBLIC_URL",
        "",
        "Where everybody finds what lies under `public/` in the bucket, without a slash at the end: a CDN, or the bucket itself. Default: this program hands pictures on.",
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
        "admin_totp",
        "FORECOURT_ADMIN_TOTP",
        "optional",
        "Whether admins need a second factor: `required` or `optional`. Where it is required, an admin without one has no rights of an admin, and is told `totp_setup_required`, until they have set one up.",
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
        "Origins that browsers may call from, separated by commas, each as `SCHEME://HOST` or `SCHEME://HOST:PORT` without anything behind: `https://cars.example.com`. There is no `*`: name each of them.",
    ),
    setting(
        "currency",
        "FORECOURT_CURRENCY",
        "USD",
        "The platform's currency (ISO 4217), such as `EUR`: prices in it come first. Another one has listings ordered anew at the next start.",
    ),
    setting(
        "distance_unit",
        "FORECOURT_DISTANCE_UNIT",
        "mi",
        "The platform's unit of distance: `mi` or `km`.",
    ),
    setting(
        "time_zone",
        "FORECOURT_TIME_ZONE",
        "America/New_York",
        "The platform's zone (IANA), such as `Europe/Berlin`: the daily digest goes by it for whoever has no quiet hours and saved no car of a showroom.",
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
        "PEM file, readable for this program, with certificates that an SMTP server may be known by, beside those that the world trusts.",
    ),
    setting(
        "smtp_from",
        "FORECOURT_SMTP_FROM",
        "Forecourt <noreply@forecourt.example>",
        "Sender of letters: an address, or a name and an address as in `Forecourt <noreply@forecourt.example>`.",
    ),
    setting(
        "twilio_account_sid",
        "FORECOURT_TWILIO_ACCOUNT_SID",
        "",
        "The account with Twilio that text and WhatsApp messages leave by: `AC` and 32 hexadecimal digits. Default: the log and `/dev/mailbox`, and none in production.",
    ),
    secret(
        "twilio_auth_token",
        "FORECOURT_TWILIO_AUTH_TOKEN",
        "The secret of that account. Replies to `/api/v1/twilio/inbound` are signed with it, too.",
    ),
    setting(
        "twilio_sms_from",
        "FORECOURT_TWILIO_SMS_FROM",
        "",
        "Who sends text messages: a number such as `+12125550100`, a short code, or a messaging service (`MG` and 32 hexadecimal digits). Default: there are no text messages.",
    ),
    setting(
        "twilio_whatsapp_from",
        "FORECOURT_TWILIO_WHATSAPP_FROM",
        "",
        "The number that sends WhatsApp messages, such as `+12125550100`. Default: there are none.",
    ),
    setting(
        "twilio_whatsapp_templates",
        "FORECOURT_TWILIO_WHATSAPP_TEMPLATES",
        "",
        "Approved content templates that WhatsApp messages take, by the kind of notice, such as `booking_approved=HX…,*=HX…`; `*` stands for every other kind. Each has one place, `{{1}}`, for the words of the notice. Default: free words, which WhatsApp takes within 24 hours of a person's last message alone.",
    ),
    setting(
        "twilio_url",
        "FORECOURT_TWILIO_URL",
        "https://api.twilio.com",
        "Where Twilio's API is, for what stands in for it: `https`, or `http` to this machine.",
    ),
    setting(
        "webhook_private",
        "FORECOURT_WEBHOOK_PRIVATE",
        "refuse",
        "Whether webhooks and pushes may reach addresses in private networks, and do without TLS: `refuse` or `allow`. Whoever may register a webhook or a device may then call what this program can reach.",
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
        "What to log: a level (`error`, `warn`, `info`, `debug`, `trace` or `off`), or targets with levels (`info,forecourt_api=debug`).",
    ),
    setting("log_format", "FORECOURT_LOG_FORMAT", "text", "`text` or `json`."),
];

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

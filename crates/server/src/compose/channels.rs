//! The ways to telephones and browsers.

use std::sync::Arc;

use ::notifications::contact::Ways;
use ::notifications::ports::{Carrier, PushService, Try, Unsent};
use ::notifications::use_cases::{HearReply, KeepDevices, SendMessages, SendPushes};
use anyhow::Context as _;
use api::notifications::Replies;
use async_trait::async_trait;
use database::notifications::{SqlDevices, SqlOptOuts};
use kernel::email::Email;
use kernel::message::Message;
use kernel::target::Reach;
use mail::Mailbox;
use outbound::TIME_OUT;
use security::{Keys, push_key_candidates};
use twilio::{Signatures, Twilio};
use web_push::{Vapid, WebPush};
use worker::{MessageHandler, PushHandler};

use super::Ground;
use crate::clock::SystemClock;
use crate::settings::Config;

/// How far what is sent to where others say may go.
pub(super) const fn reach(config: &Config) -> Reach {
    if config.webhook_private {
        Reach::Anywhere
    } else {
        Reach::Public
    }
}

/// The ways to telephones: Twilio's, else the development mailbox.
pub(super) fn ways(config: &Config) -> Ways {
    match &config.twilio {
        Some(account) => Ways {
            sms: account.sms.is_some(),
            whatsapp: account.whatsapp.is_some(),
        },
        None => Ways {
            sms: !config.production,
            whatsapp: !config.production,
        },
    }
}

/// No way to telephones: what was planned while there was one is kept as a dead letter.
struct NoWay;

#[async_trait]
impl Carrier for NoWay {
    async fn send(&self, _: Try<'_>, _: &Message) -> Result<(), Unsent> {
        Err(Unsent::Never(
            "nothing is configured that sends messages".to_owned(),
        ))
    }
}

fn hear(ground: &Ground) -> HearReply {
    HearReply {
        opt_outs: Arc::new(SqlOptOuts::new(ground.db.clone())),
        ids: ground.ids.clone(),
    }
}

/// What hears replies, where messages leave by Twilio.
pub(super) fn replies(ground: &Ground) -> Option<Replies> {
    let account = ground.config.twilio.as_ref()?;
    Some(Replies {
        hear: hear(ground),
        signatures: Arc::new(Signatures::new(&account.token)),
    })
}

/// What the worker does with messages.
pub(super) fn messages(ground: &Ground, mailbox: &Mailbox) -> anyhow::Result<MessageHandler> {
    let carrier: Arc<dyn Carrier> = match &ground.config.twilio {
        Some(account) => {
            Arc::new(Twilio::new(account.clone(), TIME_OUT).context("messages can't be sent by Twilio")?)
        }
        None if ground.config.production => Arc::new(NoWay),
        None => Arc::new(mailbox.clone()),
    };
    Ok(MessageHandler {
        messages: SendMessages {
            carrier,
            replies: hear(ground),
            clock: Arc::clone(&ground.clock),
        },
    })
}

/// What people do with devices.
pub(super) fn devices(ground: &Ground) -> anyhow::Result<KeepDevices> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    let vapid =
        Vapid::new(push_key_candidates(&keys), contact(&ground.config)).context("no key for pushes")?;
    let reach = reach(&ground.config);
    let service = WebPush::new(reach, vapid, Arc::new(SystemClock)).context("pushes can't be sent")?;
    Ok(KeepDevices {
        devices: Arc::new(SqlDevices::new(ground.db.clone())),
        service: Arc::new(service) as Arc<dyn PushService>,
        ids: ground.ids.clone(),
        reach,
    })
}

/// What the worker does with pushes.
pub(super) fn pushes(ground: &Ground, devices: &KeepDevices) -> PushHandler {
    PushHandler {
        pushes: SendPushes {
            devices: Arc::clone(&devices.devices),
            service: Arc::clone(&devices.service),
            clock: Arc::clone(&ground.clock),
            public_url: ground.config.public_url.clone(),
        },
    }
}

/// Whom a push service can turn to (RFC 8292, 2.1): who sends the letters, else where the world reaches the program.
fn contact(config: &Config) -> String {
    let from = &config.smtp_from;
    let address = from
        .rsplit_once('<')
        .map_or(from.as_str(), |(_, rest)| rest.trim_end().trim_end_matches('>'));
    match address.trim().parse::<Email>() {
        Ok(address) => format!("mailto:{}", address.as_str()),
        Err(_) => config.public_url.clone(),
    }
}

//! What is sent to telephones and devices, and what comes back from them.

use std::sync::Arc;

use kernel::act::Act;
use kernel::error::Common;
use kernel::message::{Message, Network};
use kernel::phone::Phone;
use kernel::ports::{Clock, Ids};
use kernel::push::Push;

use crate::device::gone;
use crate::opt_out::{Wish, heard};
use crate::ports::{Carrier, Devices, OptOuts, PushService, Try, Unsent};
use crate::push::message;

/// How sending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It left.
    Yes,
    /// There is nobody to send it to any more: the number said STOP, or the device is gone.
    Nobody,
}

/// Hears what people write to us.
#[derive(Clone)]
pub struct HearReply {
    /// Numbers that want no messages.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Makes ids.
    pub ids: Ids,
}

impl HearReply {
    /// A number has a wish. True when that was news; whoever calls has made sure that the number said it.
    pub async fn hear(
        &self,
        act: &Act,
        number: &Phone,
        network: Network,
        wish: Wish,
    ) -> Result<bool, Common> {
        let id = self.ids.next();
        let done = self
            .opt_outs
            .change(act, number, network, &|known| {
                Ok(heard(act, id, number, network, wish, known.as_ref()))
            })
            .await?;
        Ok(done.value)
    }
}

/// Sends short messages.
#[derive(Clone)]
pub struct SendMessages {
    /// Who carries.
    pub carrier: Arc<dyn Carrier>,
    /// Numbers that want none.
    pub replies: HearReply,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

impl SendMessages {
    /// Sends one, unless its number said STOP by now. What the network knows of a STOP, we know from then on.
    pub async fn send(&self, attempt: Try<'_>, message: &Message) -> Result<Sent, Unsent> {
        let Message { to, network, .. } = message;
        if self.replies.opt_outs.of(to, *network).await?.is_some() {
            return Ok(Sent::Nobody);
        }
        match self.carrier.send(attempt, message).await {
            Ok(()) => Ok(Sent::Yes),
            Err(Unsent::Ended) => {
                let act = Act::of_system(self.clock.now(), attempt.id);
                self.replies.hear(&act, to, *network, Wish::Stop).await?;
                Ok(Sent::Nobody)
            }
            Err(other) => Err(other),
        }
    }
}

/// Sends pushes.
#[derive(Clone)]
pub struct SendPushes {
    /// The devices.
    pub devices: Arc<dyn Devices>,
    /// Who carries to them.
    pub service: Arc<dyn PushService>,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// What links begin with.
    pub public_url: String,
}

impl SendPushes {
    /// Sends one, if its device is there. A device that its push service does not know any more is forgotten.
    pub async fn send(&self, attempt: Try<'_>, push: &Push) -> Result<Sent, Unsent> {
        let Some(subscription) = self.devices.subscription(push.device).await? else {
            return Ok(Sent::Nobody);
        };
        let message = message(attempt.id, push, &self.public_url);
        match self.service.send(&subscription, &message).await {
            Ok(()) => Ok(Sent::Yes),
            Err(Unsent::Ended) => {
                let act = Act::of_system(self.clock.now(), attempt.id);
                match self
                    .devices
                    .forget(&act, push.device, &|device| Ok(gone(device)))
                    .await
                {
                    // Its owner may have been faster.
                    Ok(_) | Err(Common::Absent { .. }) => Ok(Sent::Nobody),
                    Err(error) => Err(error.into()),
                }
            }
            Err(other) => Err(other),
        }
    }
}

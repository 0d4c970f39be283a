//! Sending, and switching off what has failed for long.

use kernel::Instant;
use kernel::act::Act;
use kernel::error::{Failure as _, Kind};
use kernel::id::DeliveryId;

use super::Deliver;
use crate::delivery::{Delivery, Due};
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::message;
use crate::ports::Request;
use crate::rules::{self, Tell, Verdict};

impl Deliver {
    /// Puts an event on its way to an endpoint, once. Who was removed, was switched off or asks for something else by now is not
    /// told.
    pub async fn tell(&self, tell: &Tell, request_id: &str) -> Result<(), Error> {
        let act = Act::of_system(self.clock.now(), request_id);
        let id: DeliveryId = self.ids.next();
        let decide = |endpoint: &_| rules::tell(&act, id, &tell.message, endpoint);
        match self.deliveries.post(&act, tell.webhook_id, &decide).await {
            Err(Error::Known | Error::Off) => Ok(()),
            end => gone_is_fine(end.map(drop)),
        }
    }

    /// Makes one try, and writes down what came of it. Harmless for a try that was made before, and for a delivery that is gone;
    /// killed between the two, the same message is sent again under the same id.
    pub async fn send(&self, due: Due, request_id: &str) -> Result<(), Error> {
        let Some((endpoint, delivery)) = self.deliveries.to_send(due.delivery_id).await? else {
            return Ok(());
        };
        if !delivery.awaits(due) {
            return Ok(());
        }
        let began = self.clock.now();
        if endpoint.off.is_some() {
            let act = Act::of_system(began, request_id);
            let decide = |parcel: &_| Ok(rules::cancel(&act, due, parcel));
            return gone_is_fine(self.deliveries.settle(&act, due.delivery_id, &decide).await);
        }
        let exchange = self.sender.send(&self.request(&endpoint, &delivery, began)).await;
        let act = Act::of_system(self.clock.now(), request_id);
        let decide = |parcel: &_| Ok(rules::settle(&act, due, began, &exchange, parcel));
        gone_is_fine(self.deliveries.settle(&act, due.delivery_id, &decide).await)
    }

    /// Switches an endpoint off that had no success in five days.
    pub async fn judge(&self, verdict: Verdict, request_id: &str) -> Result<(), Error> {
        let act = Act::of_system(self.clock.now(), request_id);
        let decide = |endpoint: &_| Ok(rules::judge(&act, verdict, endpoint));
        gone_is_fine(self.webhooks.judge(&act, verdict.webhook_id, &decide).await)
    }

    /// The request of a try, signed by every secret that counts.
    fn request(&self, endpoint: &Endpoint, delivery: &Delivery, at: Instant) -> Request {
        let content = message::signed_content(delivery.message, at, &delivery.body);
        let signatures: Vec<String> = endpoint
            .secrets
            .valid_at(at)
            .map(|number| self.secrets.sign(endpoint.id, number, &content))
            .collect();
        Request {
            url: endpoint.url.clone(),
            headers: message::headers(delivery.message, at, &signatures),
            body: delivery.body.clone(),
        }
    }
}

/// What was removed meanwhile needs no end.
fn gone_is_fine(end: Result<(), Error>) -> Result<(), Error> {
    match end {
        Err(error) if error.kind() == Kind::Absent => Ok(()),
        end => end,
    }
}

//! Webhooks and deliveries.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, DeliveryId, UserId, WebhookId};
use kernel::paging::{Page, PageRequest};
use webhooks::Error;
use webhooks::delivery::Delivery;
use webhooks::endpoint::{Endpoint, Owner};
use webhooks::ports::{Deliveries, DeliveryFilter, KeepFacts, Parcel, Settled, Webhooks};

use crate::pages::page_of;
use crate::{Memory, State};

/// What is kept of webhooks.
#[derive(Default)]
pub(crate) struct WebhooksState {
    endpoints: BTreeMap<WebhookId, Endpoint>,
    deliveries: BTreeMap<DeliveryId, Delivery>,
}

impl WebhooksState {
    fn endpoint(&self, webhook: WebhookId) -> Result<&Endpoint, Common> {
        self.endpoints.get(&webhook).ok_or(Common::absent("webhook"))
    }

    fn keep(&mut self, endpoint: Endpoint) {
        self.endpoints.insert(endpoint.id, endpoint);
    }
}

fn parcel(state: &State, delivery: DeliveryId) -> Result<Parcel, Error> {
    let delivery = state.webhooks.deliveries.get(&delivery);
    let delivery = delivery.ok_or(Common::absent("delivery"))?.clone();
    Ok(Parcel {
        endpoint: state.webhooks.endpoint(delivery.webhook)?.clone(),
        delivery,
    })
}

#[async_trait]
impl Webhooks for Memory {
    async fn add(
        &self,
        act: &Act,
        owner: Owner,
        by: Option<UserId>,
        decide: Decide<'_, KeepFacts, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error> {
        self.act(
            act,
            |state| {
                let ours = |endpoint: &&Endpoint| {
                    endpoint.owner == owner && (owner != Owner::Platform || endpoint.created_by == by)
                };
                let known = |dealer| state.dealers.dealers.contains_key(&dealer);
                decide(&KeepFacts {
                    owner_known: owner.dealer().is_none_or(known),
                    kept: state.webhooks.endpoints.values().filter(ours).count(),
                })
            },
            |state, endpoint| {
                state.webhooks.keep(endpoint);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error> {
        self.act(
            act,
            |state| decide(state.webhooks.endpoint(webhook)?),
            |state, endpoint| {
                state.webhooks.keep(endpoint);
                Ok(())
            },
        )
    }

    async fn remove(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(state.webhooks.endpoint(webhook)?),
            |state, ()| {
                state.webhooks.endpoints.remove(&webhook);
                state
                    .webhooks
                    .deliveries
                    .retain(|_, delivery| delivery.webhook != webhook);
                Ok(())
            },
        )
    }

    async fn judge(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Option<Endpoint>, (), Error>,
    ) -> Result<(), Error> {
        let done = self.act(
            act,
            |state| decide(state.webhooks.endpoint(webhook)?),
            |state, endpoint| {
                if let Some(endpoint) = endpoint {
                    state.webhooks.keep(endpoint);
                }
                Ok(())
            },
        );
        done.map(|done| done.value)
    }

    async fn find(&self, webhook: WebhookId) -> Result<Option<Endpoint>, Error> {
        Ok(self.lock().webhooks.endpoints.get(&webhook).cloned())
    }

    async fn listening(&self, dealers: &[DealerId]) -> Result<Vec<Endpoint>, Error> {
        let state = self.lock();
        let hears = |endpoint: &&Endpoint| {
            endpoint.off.is_none()
                && endpoint
                    .owner
                    .dealer()
                    .is_none_or(|dealer| dealers.contains(&dealer))
        };
        Ok(state.webhooks.endpoints.values().filter(hears).cloned().collect())
    }

    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Endpoint>, Error> {
        let mut found: Vec<Endpoint> = {
            let state = self.lock();
            let endpoints = state.webhooks.endpoints.values();
            endpoints
                .filter(|endpoint| endpoint.owner == owner)
                .cloned()
                .collect()
        };
        found.sort_by_key(|endpoint| Reverse((endpoint.created_at, endpoint.id)));
        Ok(page_of(found, page)?)
    }
}

#[async_trait]
impl Deliveries for Memory {
    async fn post(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error> {
        self.act(
            act,
            |state| {
                let decision = decide(state.webhooks.endpoint(webhook)?)?;
                let key = |delivery: &Delivery| (delivery.webhook, delivery.message);
                let planned = key(&decision.plan);
                if state
                    .webhooks
                    .deliveries
                    .values()
                    .any(|known| key(known) == planned)
                {
                    return Err(Error::Known);
                }
                Ok(decision)
            },
            |state, delivery| {
                state.webhooks.deliveries.insert(delivery.id, delivery);
                Ok(())
            },
        )
    }

    async fn resend(
        &self,
        act: &Act,
        webhook: WebhookId,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error> {
        self.act(
            act,
            |state| {
                let parcel = parcel(state, delivery)?;
                if parcel.delivery.webhook != webhook {
                    return Err(Common::absent("delivery").into());
                }
                decide(&parcel)
            },
            |state, delivery| {
                state.webhooks.deliveries.insert(delivery.id, delivery);
                Ok(())
            },
        )
    }

    async fn settle(
        &self,
        act: &Act,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Settled, (), Error>,
    ) -> Result<(), Error> {
        let done = self.act(
            act,
            |state| decide(&parcel(state, delivery)?),
            |state, settled| {
                let delivery = settled.delivery;
                state.webhooks.deliveries.insert(delivery.id, delivery);
                if let Some(endpoint) = settled.endpoint {
                    state.webhooks.keep(endpoint);
                }
                Ok(())
            },
        );
        done.map(|done| done.value)
    }

    async fn to_send(&self, delivery: DeliveryId) -> Result<Option<(Endpoint, Delivery)>, Error> {
        let state = self.lock();
        let found = state.webhooks.deliveries.get(&delivery).cloned();
        Ok(found.and_then(|found| {
            let endpoint = state.webhooks.endpoints.get(&found.webhook)?;
            Some((endpoint.clone(), found))
        }))
    }

    async fn find(&self, webhook: WebhookId, delivery: DeliveryId) -> Result<Option<Delivery>, Error> {
        let found = self.lock().webhooks.deliveries.get(&delivery).cloned();
        Ok(found.filter(|found| found.webhook == webhook))
    }

    async fn list(
        &self,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        let fits = |delivery: &&Delivery| {
            let status = delivery.state.status();
            delivery.webhook == webhook
                && (filter.statuses.is_empty() || filter.statuses.contains(&status))
                && filter.event.as_ref().is_none_or(|event| *event == delivery.event)
        };
        let mut found: Vec<Delivery> = {
            let state = self.lock();
            state.webhooks.deliveries.values().filter(fits).cloned().collect()
        };
        found.sort_by_key(|delivery| Reverse((delivery.created_at, delivery.id)));
        Ok(page_of(found, page)?)
    }
}

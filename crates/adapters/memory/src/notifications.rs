//! Devices, and numbers that want no messages.

use std::collections::BTreeMap;

use ::notifications::device::{Device, DeviceFacts, DevicePlan, PushKeys, Registered, Subscription};
use ::notifications::opt_out::{Change, OptOut};
use ::notifications::ports::{Devices, OptOuts, PushService, Unsent};
use ::notifications::push::PushMessage;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DeviceId, OptOutId, UserId};
use kernel::message::Network;
use kernel::phone::Phone;
use kernel::target::Target;

use crate::Memory;

/// What is kept of how people are reached.
#[derive(Default)]
pub(crate) struct NotificationsState {
    devices: BTreeMap<DeviceId, (Device, Subscription)>,
    opt_outs: BTreeMap<OptOutId, OptOut>,
}

impl NotificationsState {
    /// A person's devices, those registered longest ago first.
    fn of_user(&self, user: UserId) -> Vec<&(Device, Subscription)> {
        let mut own: Vec<_> = self
            .devices
            .values()
            .filter(|(device, _)| device.user == user)
            .collect();
        own.sort_by_key(|(device, _)| (device.updated_at, device.id));
        own
    }

    fn of_number(&self, number: &Phone, network: Network) -> Option<OptOut> {
        let mut known = self.opt_outs.values();
        known
            .find(|out| out.number == *number && out.network == network)
            .cloned()
    }
}

#[async_trait]
impl Devices for Memory {
    async fn register(
        &self,
        act: &Act,
        user: UserId,
        endpoint: &Target,
        decide: Decide<'_, DeviceFacts, DevicePlan, Registered, Common>,
    ) -> Result<Done<Registered>, Common> {
        self.act(
            act,
            |state| {
                let own = state.notifications.of_user(user);
                let (known, others): (Vec<_>, Vec<_>) =
                    own.into_iter().partition(|(_, to)| to.endpoint == *endpoint);
                decide(&DeviceFacts {
                    known: known.first().map(|(device, _)| device.clone()),
                    others: others.into_iter().map(|(device, _)| device.id).collect(),
                })
            },
            |state, plan| {
                let devices = &mut state.notifications.devices;
                devices.retain(|id, (_, to)| {
                    !plan.forget.contains(id) && to.endpoint != plan.subscription.endpoint
                });
                devices.insert(plan.device.id, (plan.device, plan.subscription));
                Ok(())
            },
        )
    }

    async fn forget(
        &self,
        act: &Act,
        device: DeviceId,
        decide: Decide<'_, Device, (), (), Common>,
    ) -> Result<Done<()>, Common> {
        self.act(
            act,
            |state| {
                let found = state.notifications.devices.get(&device);
                decide(&found.ok_or(Common::absent("device"))?.0)
            },
            |state, ()| {
                state.notifications.devices.remove(&device);
                Ok(())
            },
        )
    }

    async fn list(&self, user: UserId) -> Result<Vec<Device>, Common> {
        let state = self.lock();
        let own = state.notifications.of_user(user);
        Ok(own.into_iter().rev().map(|(device, _)| device.clone()).collect())
    }

    async fn find(&self, user: UserId, device: DeviceId) -> Result<Option<Device>, Common> {
        let state = self.lock();
        let found = state.notifications.devices.get(&device);
        Ok(found
            .map(|(device, _)| device.clone())
            .filter(|device| device.user == user))
    }

    async fn subscription(&self, device: DeviceId) -> Result<Option<Subscription>, Common> {
        let state = self.lock();
        let found = state.notifications.devices.get(&device);
        Ok(found
            .filter(|(device, _)| state.identity.may_enter(device.user))
            .map(|(_, subscription)| subscription.clone()))
    }
}

#[async_trait]
impl OptOuts for Memory {
    async fn change(
        &self,
        act: &Act,
        number: &Phone,
        network: Network,
        decide: Decide<'_, Option<OptOut>, Change, bool, Common>,
    ) -> Result<Done<bool>, Common> {
        self.act(
            act,
            |state| decide(&state.notifications.of_number(number, network)),
            |state, change| {
                let outs = &mut state.notifications.opt_outs;
                match change {
                    Change::None => {}
                    Change::Out(out) => _ = outs.insert(out.id, out),
                    Change::In(id) => _ = outs.remove(&id),
                }
                Ok(())
            },
        )
    }

    async fn of(&self, number: &Phone, network: Network) -> Result<Option<OptOut>, Common> {
        Ok(self.lock().notifications.of_number(number, network))
    }
}

/// A push service that seals nothing, and always says the same: for tests and examples alone.
#[derive(Clone, Debug, Default)]
pub struct PlainPush {
    says: Option<Unsent>,
}

impl PlainPush {
    /// One that delivers everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that delivers nothing.
    pub const fn saying(says: Unsent) -> Self {
        Self { says: Some(says) }
    }
}

#[async_trait]
impl PushService for PlainPush {
    fn key(&self) -> &'static str {
        "plain"
    }

    fn takes(&self, keys: &PushKeys) -> bool {
        keys.point().first() == Some(&4)
    }

    async fn send(&self, _: &Subscription, _: &PushMessage) -> Result<(), Unsent> {
        self.says.clone().map_or(Ok(()), Err)
    }
}

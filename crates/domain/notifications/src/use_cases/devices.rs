//! What people do with their devices.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::DeviceId;
use kernel::ports::Ids;
use kernel::target::Reach;

use crate::device::{Device, NewDevice, Registered, forget, register};
use crate::ports::{Devices, PushService};

/// Keeps devices.
#[derive(Clone)]
pub struct KeepDevices {
    /// The devices.
    pub devices: Arc<dyn Devices>,
    /// Who carries to them.
    pub service: Arc<dyn PushService>,
    /// Makes ids.
    pub ids: Ids,
    /// How far pushes may go.
    pub reach: Reach,
}

impl KeepDevices {
    /// Registers a device of the caller, or the same once more.
    pub async fn register(&self, act: &Act, new: &NewDevice) -> Result<Done<Registered>, Common> {
        let user = act.actor.person()?.user;
        let wanted = new.read(self.reach, self.service.as_ref())?;
        let id = self.ids.next();
        self.devices
            .register(act, user, &wanted.subscription.endpoint, &|facts| {
                Ok(register(act, user, id, &wanted, facts))
            })
            .await
    }

    /// Forgets one of the caller's devices.
    pub async fn forget(&self, act: &Act, device: DeviceId) -> Result<Done<()>, Common> {
        let user = act.actor.person()?.user;
        self.devices
            .forget(act, device, &|found| forget(act, user, found))
            .await
    }

    /// The caller's devices.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Device>, Common> {
        self.devices.list(actor.person()?.user).await
    }

    /// One of them.
    pub async fn find(&self, actor: &Actor, device: DeviceId) -> Result<Device, Common> {
        let found = self.devices.find(actor.person()?.user, device).await?;
        found.ok_or(Common::absent("device"))
    }
}

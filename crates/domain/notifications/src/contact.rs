//! By which channels a person can be told at all.

use kernel::message::Network;
use kernel::phone::Phone;

use crate::channel::Channel;

/// The ways that an installation has to telephones. The others it always has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ways {
    /// Can it send text messages?
    pub sms: bool,
    /// WhatsApp messages?
    pub whatsapp: bool,
}

impl Ways {
    /// Every way there is.
    pub const ALL: Self = Self {
        sms: true,
        whatsapp: true,
    };

    /// Is there a way by this channel?
    pub const fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Sms => self.sms,
            Channel::Whatsapp => self.whatsapp,
            Channel::InApp | Channel::Email | Channel::Push => true,
        }
    }
}

/// What of a person decides by which channels they can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Their number.
    pub phone: Option<Phone>,
    /// The networks by which it wants no messages.
    pub opted_out: Vec<Network>,
    /// Devices that they registered.
    pub devices: u64,
}

/// Why nothing comes by a channel, whatever is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The installation has no such way.
    NotConfigured,
    /// The account has no number.
    NoPhone,
    /// The account's number does not say of which country it is.
    PhoneWithoutCountry,
    /// The number said STOP.
    OptedOut,
    /// No device is registered.
    NoDevice,
}

impl Closed {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::NoPhone => "no_phone",
            Self::PhoneWithoutCountry => "phone_without_country",
            Self::OptedOut => "opted_out",
            Self::NoDevice => "no_device",
        }
    }
}

impl Contact {
    /// Why nothing comes by a channel; none where it does.
    pub fn closed(&self, ways: Ways, channel: Channel) -> Option<Closed> {
        if !ways.has(channel) {
            return Some(Closed::NotConfigured);
        }
        match channel {
            Channel::InApp | Channel::Email => None,
            Channel::Push => (self.devices == 0).then_some(Closed::NoDevice),
            Channel::Sms => self.unreachable(Network::Sms),
            Channel::Whatsapp => self.unreachable(Network::Whatsapp),
        }
    }

    fn unreachable(&self, network: Network) -> Option<Closed> {
        match &self.phone {
            None => Some(Closed::NoPhone),
            Some(phone) if !phone.is_international() => Some(Closed::PhoneWithoutCountry),
            Some(_) => self.opted_out.contains(&network).then_some(Closed::OptedOut),
        }
    }
}

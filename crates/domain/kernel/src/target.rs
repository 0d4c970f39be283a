//! Where to send: URLs, and the addresses that are nobody's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::error::Malformed;
use crate::text::excerpt;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// How far messages may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To public addresses over TLS alone: whoever chooses a URL must not look into the network that the
    /// program stands in.
    Public,
    /// Anywhere, without TLS too: for tests, and for programs beside this one.
    Anywhere,
}

/// A URL to send to: `https`, no credentials, no fragment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Target(String);

impl Target {
    /// Longest URL, in bytes.
    pub const MOST: usize = 2_000;

    /// Checks a URL. An address that is written out is judged here, however it is spelled (`127.0.0.1`, `2130706433`, `0x7f.1`,
    /// `[::ffff:7f00:1]`); what a name stands for is judged when it is sent to.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Malformed> {
        let refused = |code, why: &str| Malformed::new(code, format!("“{}” {why}", excerpt(text)));
        if text.len() > Self::MOST {
            return Err(refused("too_long", "is longer than 2000 bytes"));
        }
        let url = Url::parse(text).map_err(|error| {
            refused(
                "malformed_url",
                &format!("is no URL ({error}): write https://host/path"),
            )
        })?;
        match (url.scheme(), reach) {
            ("https", _) | ("http", Reach::Anywhere) => {}
            ("http", Reach::Public) => {
                return Err(refused("https_required", "is sent in the clear: use https"));
            }
            _ => return Err(refused("malformed_url", "is no web address: use https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "credentials_in_url",
                "holds a user name or a password: requests are known by their signature",
            ));
        }
        if url.fragment().is_some() {
            return Err(refused(
                "malformed_url",
                "has a fragment (#…), which is never sent",
            ));
        }
        if reach == Reach::Public && is_private(&url) {
            return Err(refused(
                "private_address",
                "is in a private network: give an address that the world can reach",
            ));
        }
        Ok(Self(url.into()))
    }

    /// Takes one that was checked and kept.
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// The URL, as it is sent to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port, as browsers write an origin (`https://push.example`): whom a request to it is meant for.
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }
}

/// Is the host written as an address that is not public, or as this very machine?
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        // RFC 6761, 6.3: these names are the machine itself.
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => true,
    }
}

/// Blocks of IPv4 that are not the public Internet: first address and length of the prefix
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, multicast, and what is reserved).
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    (Ipv4Addr::UNSPECIFIED, 8),           // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // relays from 6to4
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, broadcast
];

/// The block of IPv6 from which public addresses are given out.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// Blocks within it that are not public (<https://www.iana.org/assignments/iana-ipv6-special-registry>).
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: an IPv4 address inside
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];
/// Blocks whose last 32 bits are the IPv4 address that is meant: mapped, and NAT64 (RFC 6052).
const WRAPPED_V4: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
];

/// Is it an address of the public Internet?
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            let within = |block: &(Ipv6Addr, u32)| {
                (address.to_bits() ^ block.0.to_bits())
                    .checked_shr(128 - block.1)
                    .is_some_and(|differs| differs == 0)
            };
            if WRAPPED_V4.iter().any(within) {
                let [.., a, b, c, d] = address.octets();
                return is_public_v4(Ipv4Addr::new(a, b, c, d));
            }
            within(&GLOBAL_V6) && !NOT_PUBLIC_V6.iter().any(within)
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |block: &(Ipv4Addr, u32)| {
        (address.to_bits() ^ block.0.to_bits())
            .checked_shr(32 - block.1)
            .is_some_and(|differs| differs == 0)
    };
    !NOT_PUBLIC_V4.iter().any(within)
}

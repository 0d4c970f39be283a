//! Names to addresses, none of which may lie in the own network.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use kernel::target::{Reach, is_public};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Asks which addresses a name stands for.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All of its addresses.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// The name stands for an address that may not be reached. It does not say which: names of the own network are nobody's business.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for an address in a private network, or for none")]
struct Private;

/// A resolver that gives all addresses of a name, or none when one of them may not be reached.
pub struct Guard {
    lookup: Arc<dyn Lookup>,
    allows: fn(IpAddr) -> bool,
}

impl Guard {
    /// A guard that lets requests go as far as they may.
    pub fn new(reach: Reach, lookup: Arc<dyn Lookup>) -> Self {
        let allows = match reach {
            Reach::Public => is_public,
            Reach::Anywhere => |_| true,
        };
        Self::allowing(lookup, allows)
    }

    /// A guard with a rule of its own.
    pub fn allowing(lookup: Arc<dyn Lookup>, allows: fn(IpAddr) -> bool) -> Self {
        Self { lookup, allows }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allows) = (Arc::clone(&self.lookup), self.allows);
        Box::pin(async move {
            let found = lookup.addresses(name.as_str()).await?;
            if found.is_empty() || !found.iter().all(|address| allows(*address)) {
                return Err(Private.into());
            }
            // The port 0 stands for the URL's.
            let addresses = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

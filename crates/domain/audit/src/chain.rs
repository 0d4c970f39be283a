//! How lines are sealed, and how a chain is verified.
//!
//! The seal of a line is the SHA-256 (FIPS 180-4) of one JSON array: the seal before, the number, and everything that the line says,
//! in a written order and with the keys of its detail sorted. An array of JSON leaves no doubt where one value ends, so no two
//! lines read the same.

use std::fmt;
use std::str::FromStr;

use chrono::SecondsFormat;
use kernel::act::Origin;
use kernel::error::Malformed;
use kernel::text;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::line::Line;

/// A SHA-256 digest: 32 bytes, shown as 64 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// From bytes as a database keeps them; none when they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    fn of(value: &Value) -> Self {
        Self(Sha256::digest(value.to_string().as_bytes()).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        };
        let plain = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        let read = bytes.filter(|_| plain).and_then(|bytes| Self::from_bytes(&bytes));
        read.ok_or_else(|| {
            let told = format!("“{}” is not 64 hexadecimal digits", text::excerpt(text));
            Malformed::new("malformed_digest", told)
        })
    }
}

/// What makes the digest of an origin useless to whoever tries all addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// From bytes as a database keeps them; none when they are not 16.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// The end of the chain so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The number of the last sealed line; 0 when there is none.
    pub seq: u64,
    /// Its seal; all zeros when there is none.
    pub seal: Digest,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.seal)
    }
}

impl FromStr for Head {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let parts = text.split_once(':');
        let read = parts.and_then(|(seq, seal)| {
            Some(Self {
                seq: seq.parse().ok()?,
                seal: seal.parse().ok()?,
            })
        });
        read.ok_or_else(|| {
            let told = format!(
                "“{}” is no head: it is NUMBER:SEAL, as a verification prints it",
                text::excerpt(text)
            );
            Malformed::new("malformed_head", told)
        })
    }
}

/// What sealing adds to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// Its seal.
    pub seal: Digest,
    /// The salt of its origin. None once the origin was erased.
    pub salt: Option<Salt>,
    /// The digest of its origin.
    pub origin: Digest,
}

/// A line in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    /// The line.
    pub line: Line,
    /// Its place.
    pub link: Link,
}

/// Seals a line behind the head. The salt is random, and never used again.
pub fn seal(head: &Head, line: &Line, salt: Salt) -> Link {
    let seq = head.seq.saturating_add(1);
    let origin = origin_digest(&line.origin, salt);
    Link {
        seq,
        seal: seal_of(&head.seal, seq, line, &origin),
        salt: Some(salt),
        origin,
    }
}

fn seal_of(before: &Digest, seq: u64, line: &Line, origin: &Digest) -> Digest {
    Digest::of(&json!([
        before.to_string(),
        seq,
        line.id,
        line.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        line.actor,
        line.user.map(|user| user.uuid()),
        line.request,
        line.action,
        line.subject_kind,
        line.subject,
        line.dealer.map(|dealer| dealer.uuid()),
        sorted(&line.detail),
        line.reason,
        origin.to_string(),
    ]))
}

fn origin_digest(origin: &Origin, salt: Salt) -> Digest {
    Digest::of(&json!([Uuid::from_bytes(salt.0), origin.ip, origin.user_agent]))
}

/// The same value with the keys of its objects in order: a database may keep them in another than they came in.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            let fields = fields
                .into_iter()
                .map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A number is not there.
    #[error("line {seq} is missing: it was removed")]
    Missing {
        /// The number.
        seq: u64,
    },
    /// A line does not say what was sealed, or stands in another's place.
    #[error("line {seq} (id {id}) is not what was sealed: it, or its place, was changed")]
    Altered {
        /// The number.
        seq: u64,
        /// The line.
        id: Uuid,
    },
    /// The address or the program of a call is not what was sealed.
    #[error("where line {seq} (id {id}) came from is not what was sealed")]
    OriginAltered {
        /// The number.
        seq: u64,
        /// The line.
        id: Uuid,
    },
    /// The chain ends before a line that is known to be sealed.
    #[error("the chain ends with line {found}, but line {head} was sealed: the end was cut off")]
    CutOff {
        /// The last number found.
        found: u64,
        /// A number that was there.
        head: u64,
    },
    /// The line of a head that was kept elsewhere has another seal.
    #[error("line {seq} has another seal than was kept elsewhere: the chain was made anew")]
    Remade {
        /// The number.
        seq: u64,
    },
}

/// Walks a chain from its first line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verifier {
    head: Head,
    erased: u64,
}

impl Verifier {
    /// Takes the next line.
    ///
    /// # Errors
    /// The flaw, where there is one: what follows it can't be judged.
    pub fn check(&mut self, sealed: &Sealed) -> Result<(), Flaw> {
        let Sealed { line, link } = sealed;
        let (seq, id) = (self.head.seq.saturating_add(1), line.id);
        if link.seq != seq {
            return Err(Flaw::Missing { seq });
        }
        if seal_of(&self.head.seal, seq, line, &link.origin) != link.seal {
            return Err(Flaw::Altered { seq, id });
        }
        match link.salt {
            Some(salt) if origin_digest(&line.origin, salt) != link.origin => {
                return Err(Flaw::OriginAltered { seq, id });
            }
            None if line.origin != Origin::default() => return Err(Flaw::OriginAltered { seq, id }),
            Some(_) => {}
            None => self.erased = self.erased.saturating_add(1),
        }
        self.head = Head { seq, seal: link.seal };
        Ok(())
    }

    /// The last line that was taken.
    pub const fn head(&self) -> Head {
        self.head
    }

    /// Lines whose origin was erased.
    pub const fn erased(&self) -> u64 {
        self.erased
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;

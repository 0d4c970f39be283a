//! Secrets: text that never shows in a log, what is kept in their stead, and comparing without telling.

use std::fmt;

use kernel::ports::Random;

/// A text that must not be seen: a password as typed, a code, a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for those who must see it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// 256 random bits in hexadecimal digits, for tokens.
    pub fn token(random: &dyn Random) -> Self {
        use fmt::Write as _;
        let mut bytes = [0u8; 32];
        random.fill(&mut bytes);
        let mut text = String::with_capacity(64);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}"); // writing to a String can't fail
        }
        Self(text)
    }

    /// Is it this text? Takes the same time wherever they differ.
    pub fn is(&self, other: &str) -> bool {
        self.0.len() == other.len()
            && self
                .0
                .bytes()
                .zip(other.bytes())
                .fold(0, |differs, (a, b)| differs | (a ^ b))
                == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Declares a text that is kept in a secret's stead. It is no secret, but has no business in a log either.
macro_rules! kept {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes what an adapter made or kept.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text to keep.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
}

kept!(
    /// A slow, salted hash of a password, with its parameters.
    PasswordHash
);
kept!(
    /// A fast hash of a random token.
    TokenHash
);
kept!(
    /// A secret that must be read again, encrypted under the installation's key.
    SealedSecret
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_when_debugged() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
        assert_eq!(
            format!("{:?}", PasswordHash::new("$argon2id$")),
            "PasswordHash(…)"
        );
    }

    #[test]
    fn comparing_looks_at_every_character() {
        assert!(Secret::new("123456").is("123456"));
        for other in ["023456", "123457", "12345", "1234567", ""] {
            assert!(!Secret::new("123456").is(other), "{other}");
        }
    }
}

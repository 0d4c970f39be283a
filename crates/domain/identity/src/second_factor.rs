//! The second factor: a code that a telephone works out anew every half minute (TOTP, RFC 6238), and recovery codes for the
//! day on which the telephone is lost.
//!
//! The secret behind the codes is kept sealed, recovery codes are kept hashed ([`crate::ports::SecondFactors`] does both).
//! **Each code is good once**: the last time step that counted is kept, and only later ones count after it.

use kernel::Instant;
use kernel::error::Common;
use kernel::id::UserId;
use kernel::ports::Random;

use crate::ports::SecondFactors;
use crate::secret::{SealedSecret, Secret, TokenHash};

/// Recovery codes that a person gets.
pub const RECOVERY_CODES: usize = 10;

/// A person's second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub user: UserId,
    /// What codes are worked out from, sealed.
    pub secret: SealedSecret,
    /// When it was set up.
    pub created_at: Instant,
    /// When a first code came: in force since then. None while it waits for that code.
    pub confirmed_at: Option<Instant>,
    /// The time step of the last code that counted.
    pub last_step: Option<u64>,
    /// The recovery codes that were not used yet.
    pub recovery: Vec<TokenHash>,
}

/// What becomes of a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactorChange {
    /// It is from now on like this; a former one of the person gives way.
    Kept(SecondFactor),
    /// The person has none any more.
    Dropped(UserId),
}

/// How a code was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It was the telephone's.
    Code,
    /// It was a recovery code; so many are left.
    Recovery(usize),
}

impl SecondFactor {
    /// One that waits for its first code.
    pub fn new(user: UserId, secret: SealedSecret, recovery: Vec<TokenHash>, at: Instant) -> Self {
        Self {
            user,
            secret,
            created_at: at,
            confirmed_at: None,
            last_step: None,
            recovery,
        }
    }

    /// Is it asked for?
    pub const fn is_in_force(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// In force from now on, if this is the telephone's code. A recovery code does not do: it does not show that the
    /// telephone has the secret.
    pub fn confirm(
        &self,
        factors: &dyn SecondFactors,
        given: &Secret,
        at: Instant,
    ) -> Result<Option<Self>, Common> {
        let used = self.used(factors, &plain(given), at)?;
        Ok(used.map(|factor| Self {
            confirmed_at: Some(at),
            ..factor
        }))
    }

    /// The factor once this code has been used up, and what it was; none where the code is wrong or was used before.
    pub fn take(
        &self,
        factors: &dyn SecondFactors,
        given: &Secret,
        at: Instant,
    ) -> Result<Option<(Self, Proof)>, Common> {
        let given = plain(given);
        if let Some(factor) = self.used(factors, &given, at)? {
            return Ok(Some((factor, Proof::Code)));
        }
        let hash = factors.recovery_hash(self.user, &given);
        let mut left = self.recovery.clone();
        left.retain(|kept| *kept != hash);
        Ok((left.len() < self.recovery.len()).then(|| {
            let proof = Proof::Recovery(left.len());
            let factor = Self {
                recovery: left,
                ..self.clone()
            };
            (factor, proof)
        }))
    }

    fn used(&self, factors: &dyn SecondFactors, code: &str, at: Instant) -> Result<Option<Self>, Common> {
        let step = factors.step(self.user, &self.secret, code, at)?;
        let later = step.filter(|step| self.last_step.is_none_or(|last| *step > last));
        Ok(later.map(|step| Self {
            last_step: Some(step),
            ..self.clone()
        }))
    }
}

/// A code as it was meant: people copy it with blanks, dashes and capitals.
fn plain(given: &Secret) -> String {
    let meant = given.expose().chars().filter(|c| !c.is_whitespace() && *c != '-');
    meant.take(64).collect::<String>().to_lowercase()
}

/// 32 characters without I, L, O and U: what is left is not taken for one another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new recovery code: 50 random bits, as `3k7mz-q9wte`.
pub fn recovery_code(random: &dyn Random) -> Secret {
    let mut bytes = [0u8; 10];
    random.fill(&mut bytes);
    let mut text = String::with_capacity(11);
    for (place, byte) in bytes.iter().enumerate() {
        if place == 5 {
            text.push('-');
        }
        text.extend(ALPHABET.get(usize::from(byte % 32)).copied().map(char::from));
    }
    Secret::new(text)
}

/// The hash of a recovery code as it was given out.
pub fn recovery_hash(factors: &dyn SecondFactors, user: UserId, code: &Secret) -> TokenHash {
    factors.recovery_hash(user, &plain(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::FreshSecret;
    use kernel::email::Email;

    /// A code is the number of its step, in six digits.
    struct Steps;

    impl SecondFactors for Steps {
        fn fresh(&self, _: UserId, _: &Email) -> Result<FreshSecret, Common> {
            Err(Common::internal("not asked for here"))
        }

        fn step(&self, _: UserId, _: &SealedSecret, code: &str, at: Instant) -> Result<Option<u64>, Common> {
            let now = u64::try_from(at.timestamp()).unwrap() / 30;
            let steps = [now - 1, now, now + 1];
            Ok(steps
                .into_iter()
                .find(|step| format!("{:06}", step % 1_000_000) == code))
        }

        fn recovery_hash(&self, _: UserId, code: &str) -> TokenHash {
            TokenHash::new(format!("hash of {code}"))
        }
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn code(second: i64) -> Secret {
        Secret::new(format!("{:06}", at(second).timestamp() / 30 % 1_000_000))
    }

    fn fresh() -> SecondFactor {
        let user = "0197a6c2-7c00-7000-8000-000000000006".parse().unwrap();
        let recovery = ["abcde12345", "vwxyz67890"].map(|text| Steps.recovery_hash(user, text));
        SecondFactor::new(user, SealedSecret::new("sealed"), recovery.to_vec(), at(0))
    }

    #[test]
    fn a_code_is_good_once_and_so_are_all_before_it() {
        let factor = fresh().confirm(&Steps, &code(0), at(0)).unwrap().unwrap();
        assert!(factor.is_in_force());
        assert_eq!(factor.take(&Steps, &code(0), at(10)).unwrap(), None, "the same");
        assert_eq!(
            factor.take(&Steps, &code(-30), at(10)).unwrap(),
            None,
            "one before"
        );
        let (factor, proof) = factor.take(&Steps, &code(60), at(30)).unwrap().unwrap();
        assert_eq!(proof, Proof::Code, "a telephone that runs ahead");
        assert_eq!(factor.take(&Steps, &code(30), at(30)).unwrap(), None);
        assert_eq!(factor.take(&Steps, &code(60), at(60)).unwrap(), None);
        assert!(factor.take(&Steps, &code(90), at(90)).unwrap().is_some());
    }

    #[test]
    fn a_recovery_code_is_good_once_however_it_is_written() {
        let factor = fresh();
        let given = Secret::new(" ABCDE-12345 ");
        let (factor, proof) = factor.take(&Steps, &given, at(0)).unwrap().unwrap();
        assert_eq!(proof, Proof::Recovery(1));
        assert_eq!(factor.take(&Steps, &given, at(0)).unwrap(), None);
        assert!(
            factor
                .take(&Steps, &Secret::new("vwxyz-67890"), at(0))
                .unwrap()
                .is_some()
        );
    }

    #[test]
    fn only_the_telephone_confirms() {
        let recovery = Secret::new("abcde-12345");
        assert_eq!(fresh().confirm(&Steps, &recovery, at(0)).unwrap(), None);
        assert_eq!(fresh().confirm(&Steps, &Secret::new(""), at(0)).unwrap(), None);
        assert!(!fresh().is_in_force());
    }

    #[test]
    fn a_recovery_code_is_told_in_two_halves_and_read_without() {
        struct Counting;
        impl Random for Counting {
            fn fill(&self, buffer: &mut [u8]) {
                (0u8..).zip(buffer).for_each(|(n, byte)| *byte = 250 + n % 6);
            }
        }
        let code = recovery_code(&Counting);
        assert_eq!(code.expose(), "tvwxy-ztvwx");
    }
}

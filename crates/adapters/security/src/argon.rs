//! Passwords: Argon2id with 19 MiB, 2 passes, 1 lane (OWASP), off the async threads, a few at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use async_trait::async_trait;
use identity::ports::{PasswordHasher, Verdict};
use identity::secret::{PasswordHash, Secret};
use kernel::error::Common;
use kernel::ports::Random;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory for one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// How many may wait for their turn, for each that runs; more are told to come back.
const WAITING_EACH: usize = 64;
/// What a password is compared with when there is no account: the same work, and never a match.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LW5vYm9keS1ubw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords.
#[derive(Clone)]
pub struct Argon2Hasher {
    random: Arc<dyn Random>,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// How many may wait.
    waiting_room: usize,
    spare: Arc<Spare>,
}

/// Memory of passwords that were compared, for those that wait: to get it from the system anew, page by page, takes a quarter of the
/// work. When nobody waits, it goes back.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<Block>>>);

impl Spare {
    fn all(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Block> {
        self.all().pop().unwrap_or_default()
    }
}

impl Argon2Hasher {
    /// Runs at most `at_once` hashes at a time, each in 19 MiB; 64 times as many may wait.
    pub fn new(random: Arc<dyn Random>, at_once: usize) -> Self {
        let at_once = at_once.max(1);
        let waiting_room = at_once.saturating_mul(WAITING_EACH);
        Self {
            random,
            running: Arc::new(Semaphore::new(at_once)),
            admitted: Arc::new(Semaphore::new(waiting_room.saturating_add(at_once))),
            waiting_room,
            spare: Arc::default(),
        }
    }

    /// As many at once as there are processors.
    pub fn for_this_machine(random: Arc<dyn Random>) -> Self {
        Self::new(
            random,
            std::thread::available_parallelism().map_or(1, usize::from),
        )
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, Common> + Send + 'static,
    ) -> Result<T, Common> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned();
        let admitted = admitted.map_err(|_| Common::Unavailable {
            internal: "too many passwords wait to be hashed".to_owned(),
        })?;
        // The permits go along: a caller who leaves does not make room while the work still runs.
        let turn = Arc::clone(&self.running).acquire_owned().await;
        let turn = turn.map_err(|error| Common::internal(error.to_string()))?;
        let hasher = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut memory = hasher.spare.take();
            let done = work(&mut memory);
            hasher.leave(memory, admitted);
            drop(turn);
            done
        });
        done.await.map_err(|error| Common::internal(error.to_string()))?
    }

    /// Ends a turn. The last of a crowd leaves no memory behind.
    fn leave(&self, memory: Vec<Block>, admitted: OwnedSemaphorePermit) {
        let mut spare = self.spare.all();
        drop(admitted);
        if self.admitted.available_permits() <= self.waiting_room {
            spare.push(memory);
        } else {
            spare.clear();
        }
    }
}

fn argon2() -> Result<Argon2<'static>, Common> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| Common::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, Common> {
        let password = password.clone();
        let mut salt = [0u8; 16];
        self.random.fill(&mut salt);
        self.run(move |_| {
            let hash: phc::PasswordHash = argon2()?
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map_err(|error| Common::internal(error.to_string()))?;
            Ok(PasswordHash::new(hash.to_string()))
        })
        .await
    }

    async fn verify(&self, password: &Secret, against: Option<&PasswordHash>) -> Result<Verdict, Common> {
        let password = password.clone();
        let kept = against.map_or(NOBODY, PasswordHash::as_str).to_owned();
        let somebody = against.is_some();
        self.run(move |memory| {
            let kept = phc::PasswordHash::new(&kept).map_err(|error| Common::internal(error.to_string()))?;
            let right = matches(password.expose().as_bytes(), &kept, memory);
            Ok(match (right && somebody, is_of_today(&kept)) {
                (false, _) => Verdict::Wrong,
                (true, true) => Verdict::Right,
                (true, false) => Verdict::Outdated,
            })
        })
        .await
    }
}

/// Is it the password that was hashed? Never of a hash that says too little to be compared with. How much of it fits takes no
/// longer or shorter to tell.
fn matches(password: &[u8], kept: &phc::PasswordHash, memory: &mut Vec<Block>) -> bool {
    let compared = || {
        let algorithm = Algorithm::try_from(kept.algorithm.as_str()).ok()?;
        let version = kept.version.map_or(Ok(Version::default()), Version::try_from);
        let params = Params::try_from(kept).ok()?;
        let (salt, expected) = kept.salt.as_ref().zip(kept.hash)?;
        memory.resize(params.block_count(), Block::new());
        let mut found = [0; phc::Output::MAX_LENGTH];
        let found = found.get_mut(..expected.len())?;
        Argon2::new(algorithm, version.ok()?, params)
            .hash_password_into_with_memory(password, salt.as_ref(), found, memory)
            .ok()?;
        Some(phc::Output::new(found).ok()? == expected)
    };
    compared().unwrap_or(false)
}

fn is_of_today(kept: &phc::PasswordHash) -> bool {
    kept.algorithm.as_str() == "argon2id"
        && Params::try_from(kept).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;

    fn hasher() -> Argon2Hasher {
        Argon2Hasher::new(Arc::new(OsRandom), 2)
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let (mine, other) = (Secret::new("violet tractor"), Secret::new("violet tractors"));
        let hash = hasher().hash(&mine).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(hasher().verify(&mine, Some(&hash)).await.unwrap(), Verdict::Right);
        assert_eq!(
            hasher().verify(&other, Some(&hash)).await.unwrap(),
            Verdict::Wrong
        );
        assert_eq!(hasher().verify(&mine, None).await.unwrap(), Verdict::Wrong);
        assert_ne!(hasher().hash(&mine).await.unwrap(), hash);
    }

    #[tokio::test]
    async fn a_hash_of_former_parameters_is_outdated() {
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let old = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let old: phc::PasswordHash = old
            .hash_password_with_salt(b"violet tractor", b"0123456789abcdef")
            .unwrap();
        let old = PasswordHash::new(old.to_string());
        let verdict = hasher()
            .verify(&Secret::new("violet tractor"), Some(&old))
            .await
            .unwrap();
        assert_eq!(verdict, Verdict::Outdated);
    }

    #[tokio::test]
    async fn a_crowd_is_told_apart_and_leaves_no_memory_behind() {
        let (mine, other) = (Secret::new("violet tractor"), Secret::new("violet tractors"));
        let hasher = hasher();
        let hash = hasher.hash(&mine).await.unwrap();
        let crowd = (0..20).map(|n| {
            let (hasher, hash) = (hasher.clone(), hash.clone());
            let given = if n % 2 == 0 { mine.clone() } else { other.clone() };
            tokio::spawn(async move { hasher.verify(&given, Some(&hash)).await.unwrap() })
        });
        for (n, verdict) in crowd.collect::<Vec<_>>().into_iter().enumerate() {
            let expected = if n % 2 == 0 {
                Verdict::Right
            } else {
                Verdict::Wrong
            };
            assert_eq!(verdict.await.unwrap(), expected);
        }
        assert!(hasher.spare.all().is_empty());
    }

    #[tokio::test]
    async fn what_says_too_little_matches_nothing() {
        for kept in [
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LW5vYm9keS1ubw",
            "$scrypt$ln=16$bm9ib2R5LW5vYm9keS1ubw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            let kept = PasswordHash::new(kept.to_owned());
            let verdict = hasher().verify(&Secret::new(""), Some(&kept)).await.unwrap();
            assert_eq!(verdict, Verdict::Wrong, "{kept:?}");
        }
    }

    #[tokio::test]
    async fn a_flood_is_told_to_come_back() {
        let hasher = Argon2Hasher::new(Arc::new(OsRandom), 1);
        let waiting: Vec<_> = (0..=WAITING_EACH)
            .map(|_| hasher.admitted.clone().try_acquire_owned().unwrap())
            .collect();
        let refused = hasher.verify(&Secret::new("x"), None).await;
        assert!(matches!(refused, Err(Common::Unavailable { .. })));
        drop(waiting);
        assert!(hasher.verify(&Secret::new("x"), None).await.is_ok());
    }
}

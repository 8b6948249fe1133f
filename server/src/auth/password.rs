//! Passwords: argon2id, checked on blocking threads, few at once, and as slowly for a login that does not exist.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// The longest password looked at: hashing megabytes is work for nothing.
pub const MAX_PASSWORD: usize = 256;

/// A password that could not be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashFailed;

impl std::fmt::Display for HashFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the password could not be hashed")
    }
}

impl std::error::Error for HashFailed {}

/// Argon2id in PHC form, with a random salt. Takes tens of milliseconds and 19 MiB.
pub fn hash(password: &str) -> Result<String, HashFailed> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| HashFailed)
}

/// Whether `password` is the one hashed. An unreadable hash fits no password.
fn fits(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|phc| Argon2::default().verify_password(password.as_bytes(), &phc).is_ok())
}

/// A hash no password was put into: what is checked when there is no such login.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("").unwrap_or_default())
}

/// The place where passwords are checked, a few at once.
#[derive(Clone)]
pub struct PasswordChecks(Arc<Semaphore>);

impl PasswordChecks {
    pub fn new(at_once: usize) -> Self {
        nobodys();
        Self(Arc::new(Semaphore::new(at_once.max(1))))
    }

    /// Whether the password fits. `None` for the hash takes as long and says no.
    pub async fn check(&self, password: String, phc: Option<String>) -> bool {
        let Ok(permit) = self.0.clone().acquire_owned().await else { return false };
        let checked = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            match &phc {
                Some(phc) => fits(&password, phc),
                None => {
                    fits(&password, nobodys());
                    false
                }
            }
        });
        checked.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let checks = PasswordChecks::new(1);
        let phc = hash("берёза").unwrap();
        assert!(phc.starts_with("$argon2id$"));
        assert!(checks.check("берёза".into(), Some(phc.clone())).await);
        assert!(!checks.check("берeза".into(), Some(phc)).await);
        assert!(!checks.check("берёза".into(), Some("not a hash".into())).await);
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!PasswordChecks::new(1).check(String::new(), None).await);
    }
}

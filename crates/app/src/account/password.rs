//! Passwords as argon2id hashes in PHC form, made and checked off the async threads.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::error::{Error, Result};

/// Characters a password has at least.
pub const SHORTEST: usize = 10;
/// Longer ones are refused instead of hashed.
const LONGEST: usize = 256;
/// Checked when there is no such account, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$rY5mcTWGEqcIL2KsFTt2ZQO6qZ0j4hQ6cGn2RHB6Nqk";

/// The hash of a password; takes some tens of milliseconds and 19 MiB.
pub async fn hash_password(password: String) -> Result<String> {
    let length = password.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Error::Invalid { field: "password", why: "expected 10 to 256 characters" });
    }
    off_thread(move || {
        let hash: PasswordHash = Argon2::default().hash_password(password.as_bytes()).map_err(failed)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one of `hash`; takes as long where there is none.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    off_thread(move || {
        let known = hash.is_some();
        let hash = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(failed)?;
        let holds = password.chars().count() <= LONGEST && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
        Ok(holds && known)
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Secret(error.to_string()))?
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Secret(error.to_string())
}

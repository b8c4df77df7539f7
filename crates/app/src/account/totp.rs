//! One-time passwords of an authenticator app: six digits, thirty seconds, one step early or late.

use database::Keyring;
use totp_rs::{Builder, Secret, Totp};

use super::Account;
use super::store::Secrets;
use crate::clock::SECOND;
use crate::error::{Error, Result};

const ISSUER: &str = "fupin";
const BYTES: usize = 20;

/// What an authenticator app is shown, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// `otpauth://totp/…`, as a link and for a QR code.
    pub url: String,
    /// The same secret in base32, to be typed.
    pub secret: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// A secret, with its data key and itself sealed.
pub(super) fn new_secret(keys: &Keyring, account: &Account) -> Result<(Enrolment, Vec<u8>, Vec<u8>)> {
    let bytes: [u8; BYTES] = database::seal::random()?;
    let secret = Secret::new(Box::new(bytes));
    let text = secret.to_base32();
    let totp = generator(secret, &account.name)?;
    let url = totp.to_url().map_err(|error| Error::Secret(error.to_string()))?;
    let (key, wrapped) = keys.new_key(&owner(&account.id))?;
    let sealed = key.seal(&place(&account.id), &text)?;
    Ok((Enrolment { url, secret: text }, wrapped, sealed))
}

/// The step `code` belongs to; nothing if it is wrong, too old, or of a step not after the last one taken.
pub(super) fn step_of(keys: &Keyring, id: &str, secrets: &Secrets, code: &str, now: i64) -> Result<Option<i64>> {
    let (Some(wrapped), Some(sealed)) = (&secrets.totp_key, &secrets.totp) else { return Ok(None) };
    let text = keys.unwrap(wrapped, &owner(id))?.open(&place(id), sealed)?;
    let secret = Secret::try_from_base32(text).map_err(|error| Error::Secret(error.to_string()))?;
    let typed: String = kernel::text::fold(code).chars().filter(char::is_ascii_digit).collect();
    let Ok(seconds) = u64::try_from(now / SECOND) else { return Ok(None) };
    let step = generator(secret, id)?.check(&typed, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(step.filter(|step| *step > secrets.step))
}

fn generator(secret: Secret, name: &str) -> Result<Totp> {
    let builder = Builder::new().with_secret(secret).with_skew(1).with_step_duration(30).with_digits(6);
    builder.with_account_name(name).with_issuer(Some(ISSUER)).build().map_err(|error| Error::Secret(error.to_string()))
}

pub(crate) fn owner(id: &str) -> String {
    format!("account/{id}")
}

pub(crate) fn place(id: &str) -> String {
    format!("{id}.totp")
}

/// The code an authenticator would show.
pub(super) fn code_at(secret: &str, now: i64) -> Result<String> {
    let secret = Secret::try_from_base32(secret).map_err(|error| Error::Secret(error.to_string()))?;
    let seconds = u64::try_from(now / SECOND).unwrap_or(0);
    Ok(generator(secret, "fupin")?.generate(seconds).to_string())
}

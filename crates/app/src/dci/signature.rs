//! Signatures of messages: Ed25519 over the header and the message exactly as they stand in the text that was sent.
//!
//! The field `signature` holds what the specification shows: `namespace`, `kidId` (sender, key, algorithm), `algorithm`, `created`,
//! `expires`, `headers` and the signature in base64. It signs three lines: `(created): …`, `(expires): …` and `digest: SHA-256=…`, where
//! the digest is that of the bytes of the header followed by those of the message.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey};

use super::partner::Partner;
use crate::clock::{MINUTE, SECOND};
use crate::error::{Error, Result};
use crate::token::sha256;

const HEADERS: &str = "(created) (expires) digest";
const ALGORITHM: &str = "ed25519";
/// Clocks may differ by so much.
const SKEW: i64 = 5 * MINUTE;
/// A signature is good for at most so long, whatever it says.
const LONGEST: i64 = 60 * MINUTE;
/// Ours are good for so long.
const OURS: i64 = 5 * MINUTE;

/// The key that this service signs with.
pub struct Signer {
    id: String,
    key: SigningKey,
}

/// The name of our only key.
const KEY: &str = "1";

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Signer {
    #[must_use]
    pub fn new(id: &str, seed: &[u8; 32]) -> Self {
        Self { id: id.to_owned(), key: SigningKey::from_bytes(seed) }
    }

    /// Reads the key file (32 bytes in base64), or makes one that only its owner may read.
    pub fn open(id: &str, path: &Path) -> Result<Self> {
        let fail = |source| Error::from(database::Error::File { path: path.to_path_buf(), source });
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let text = STANDARD.encode(database::seal::random::<32>()?);
                write_for_owner(path, &text).map_err(fail)?;
                text
            }
            Err(error) => return Err(fail(error)),
        };
        let seed: Option<[u8; 32]> = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self::new(id, &seed.ok_or_else(|| Error::Secret("the signing key is not 32 bytes in base64".to_owned()))?))
    }

    /// What messages of ours name as sender.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What partners check our signatures with, in base64.
    #[must_use]
    pub fn public(&self) -> String {
        STANDARD.encode(self.key.verifying_key().to_bytes())
    }

    /// The field `signature` of a message of ours.
    #[must_use]
    pub fn sign(&self, header: &str, message: &str, now: i64) -> String {
        self.sign_as(&self.id, KEY, header, message, now)
    }

    /// As a sender with a key of this name.
    #[must_use]
    pub fn sign_as(&self, sender: &str, key: &str, header: &str, message: &str, now: i64) -> String {
        let (created, expires) = (now / SECOND, (now + OURS) / SECOND);
        let signature = self.key.sign(signed(created, expires, header, message).as_bytes());
        let signature = STANDARD.encode(signature.to_bytes());
        format!(
            "Signature: namespace=\"spdci\", kidId=\"{sender}|{key}|{ALGORITHM}\", algorithm=\"{ALGORITHM}\", created=\"{created}\", \
             expires=\"{expires}\", headers=\"{HEADERS}\", signature=\"{signature}\""
        )
    }
}

fn write_for_owner(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Whether the partner signed this header and this message, and just now.
#[must_use]
pub fn holds(partner: &Partner, field: &str, header: &str, message: &str, now: i64) -> bool {
    checked(partner, field, header, message, now).is_some()
}

fn checked(partner: &Partner, field: &str, header: &str, message: &str, now: i64) -> Option<()> {
    let parts = parts(field)?;
    let get = |name: &str| parts.get(name).copied();
    let mut kid = get("kidId")?.split('|');
    let (sender, key, algorithm) = (kid.next()?, kid.next()?, kid.next()?);
    let expected = sender == partner.id && algorithm == ALGORITHM && get("algorithm")? == ALGORITHM && get("headers")? == HEADERS;
    let (created, expires): (i64, i64) = (get("created")?.parse().ok()?, get("expires")?.parse().ok()?);
    let (from, until) = (created.checked_mul(SECOND)?, expires.checked_mul(SECOND)?);
    let timely = from <= now.saturating_add(SKEW) && now < until && until.saturating_sub(from) <= LONGEST;
    if !expected || !timely || kid.next().is_some() {
        return None;
    }
    let bytes: [u8; 64] = STANDARD.decode(get("signature")?).ok()?.try_into().ok()?;
    let text = signed(created, expires, header, message);
    partner.key(key)?.verify_strict(text.as_bytes(), &Signature::from_bytes(&bytes)).ok()
}

fn signed(created: i64, expires: i64, header: &str, message: &str) -> String {
    let digest = STANDARD.encode(sha256(&[header.as_bytes(), message.as_bytes()].concat()));
    format!("(created): {created}\n(expires): {expires}\ndigest: SHA-256={digest}")
}

/// `name="value"` with commas between; no value holds a quotation mark.
fn parts(field: &str) -> Option<BTreeMap<&str, &str>> {
    let mut rest = field.trim();
    rest = rest.strip_prefix("Signature:").unwrap_or(rest).trim_start();
    let mut found = BTreeMap::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        // Twice the same name: which of them was meant?
        if found.insert(name.trim(), value).is_some() {
            return None;
        }
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Some(found)
}

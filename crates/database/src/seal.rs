//! Personal columns: sealed with a key per household, found again through blind indexes.
//!
//! Envelope: a master key seals the data key of each household (AES-256-GCM), the data key seals its columns. Rotation gives
//! every record a new data key under a new master and then destroys the old master: what leaked of either opens nothing that is written
//! later. Destroying a data key makes the household's personal data unreadable; backups made before still hold it. A blind index is an HMAC-SHA-256 of the normalised value, cut to 16 bytes: equal values are found, nothing is read from it
//! without the key.

use std::collections::BTreeMap;
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::{Error, Result};

const KEY: usize = 32;
const NONCE: usize = 12;
const INDEX: usize = 16;

/// The master keys of one installation.
pub struct Keyring {
    current: u32,
    masters: BTreeMap<u32, [u8; KEY]>,
    index: [u8; KEY],
}

/// What `keys.json` holds: keys in base64.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    current: u32,
    masters: BTreeMap<u32, String>,
    index: String,
}

/// The key of one household's columns.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey([u8; KEY]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring").field("current", &self.current).finish_non_exhaustive()
    }
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_unavailable| Error::Sealed("the system gives no random numbers"))?;
    Ok(bytes)
}

impl Keyring {
    /// New keys.
    pub fn generate() -> Result<Self> {
        Ok(Self { current: 1, masters: BTreeMap::from([(1, random()?)]), index: random()? })
    }

    /// Reads the key file, or makes one that only its owner may read.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |source| Error::File { path: path.to_path_buf(), source };
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let made = Self::generate()?;
                made.save(path).map_err(fail)?;
                Ok(made)
            }
            Err(error) => Err(fail(error)),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let file: KeyFile = serde_json::from_str(text).map_err(|_shape| Error::Sealed("the key file cannot be read"))?;
        let key = |text: &String| -> Result<[u8; KEY]> {
            let bytes = STANDARD.decode(text).map_err(|_text| Error::Sealed("the key file holds no base64"))?;
            bytes.try_into().map_err(|_length| Error::Sealed("a key in the key file has the wrong length"))
        };
        let masters = file.masters.iter().map(|(id, text)| Ok((*id, key(text)?))).collect::<Result<BTreeMap<_, _>>>()?;
        if !masters.contains_key(&file.current) {
            return Err(Error::Sealed("the key file lacks its current key"));
        }
        Ok(Self { current: file.current, masters, index: key(&file.index)? })
    }

    fn save(&self, path: &Path) -> std::io::Result<()> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let masters = self.masters.iter().map(|(id, key)| (*id, STANDARD.encode(key))).collect();
        let text = serde_json::to_string_pretty(&KeyFile { current: self.current, masters, index: STANDARD.encode(self.index) })?;
        let aside = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, path)
    }

    /// Adds a master key that seals from now on; older ones still open.
    pub fn rotate(&mut self, path: &Path) -> Result<()> {
        let next = self.masters.keys().max().copied().unwrap_or(0).saturating_add(1);
        self.masters.insert(next, random()?);
        self.current = next;
        self.save(path).map_err(|source| Error::File { path: path.to_path_buf(), source })
    }

    #[must_use]
    pub const fn current(&self) -> u32 {
        self.current
    }

    /// Whether a master key is in the key file.
    #[must_use]
    pub fn knows(&self, id: u32) -> bool {
        self.masters.contains_key(&id)
    }

    /// Whether older master keys still open what they have sealed: a rotation that has not come to its end.
    #[must_use]
    pub fn rotating(&self) -> bool {
        self.masters.len() > 1
    }

    /// Destroys all master keys but the current one: what they have sealed stays closed for ever.
    pub fn retire(&mut self, path: &Path) -> Result<()> {
        let current = self.current;
        self.masters.retain(|id, _| *id == current);
        self.save(path).map_err(|source| Error::File { path: path.to_path_buf(), source })
    }

    /// Seals columns anew, each in its place, under a new data key of the current master.
    pub fn reseal(&self, owner: &str, wrapped: &[u8], columns: &[(&str, Vec<u8>)]) -> Result<(Vec<u8>, Vec<Vec<u8>>)> {
        let old = self.unwrap(wrapped, owner)?;
        let (new, wrapped) = self.new_key(owner)?;
        let anew = |(place, sealed): &(&str, Vec<u8>)| new.seal(place, &old.open(place, sealed)?);
        Ok((wrapped, columns.iter().map(anew).collect::<Result<_>>()?))
    }

    /// A new data key and its sealed form, bound to what it belongs to.
    pub fn new_key(&self, owner: &str) -> Result<(DataKey, Vec<u8>)> {
        let key = DataKey(random()?);
        let sealed = self.wrap(&key, owner)?;
        Ok((key, sealed))
    }

    /// Seals a data key with the current master: key number, nonce, ciphertext.
    pub fn wrap(&self, key: &DataKey, owner: &str) -> Result<Vec<u8>> {
        let master = self.masters.get(&self.current).ok_or(Error::Sealed("there is no current key"))?;
        let mut sealed = self.current.to_be_bytes().to_vec();
        sealed.extend(encrypt(master, &key.0, owner.as_bytes())?);
        Ok(sealed)
    }

    /// Opens a data key; `owner` must be the one it was sealed for.
    pub fn unwrap(&self, sealed: &[u8], owner: &str) -> Result<DataKey> {
        let (id, rest) = sealed.split_first_chunk::<4>().ok_or(Error::Shredded)?;
        let master = self.masters.get(&u32::from_be_bytes(*id)).ok_or(Error::Sealed("its master key is not in the key file"))?;
        let key = decrypt(master, rest, owner.as_bytes())?;
        Ok(DataKey(key.try_into().map_err(|_length| Error::Sealed("a data key has the wrong length"))?))
    }

    /// Which master key sealed this data key.
    #[must_use]
    pub fn sealed_by(sealed: &[u8]) -> Option<u32> {
        sealed.split_first_chunk::<4>().map(|(id, _)| u32::from_be_bytes(*id))
    }

    /// The blind index of a value; `what` keeps a telephone number from matching an identity number.
    #[must_use]
    pub fn index(&self, what: &str, value: &str) -> Vec<u8> {
        let normal = kernel::text::fold(value).to_uppercase();
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.index) else { return Vec::new() };
        mac.update(what.as_bytes());
        mac.update(&[0]);
        mac.update(normal.as_bytes());
        mac.finalize().into_bytes().into_iter().take(INDEX).collect()
    }
}

impl DataKey {
    /// Seals one column of one record; `place` names both, so that a value cannot be moved to another place.
    pub fn seal(&self, place: &str, value: &str) -> Result<Vec<u8>> {
        encrypt(&self.0, value.as_bytes(), place.as_bytes())
    }

    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<String> {
        let bytes = decrypt(&self.0, sealed, place.as_bytes())?;
        String::from_utf8(bytes).map_err(|_text| Error::Sealed("it is no text"))
    }
}

fn cipher(key: &[u8; KEY]) -> Result<Aes256Gcm> {
    Aes256Gcm::new_from_slice(key).map_err(|_length| Error::Sealed("a key has the wrong length"))
}

fn encrypt(key: &[u8; KEY], plain: &[u8], about: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = random()?;
    let sealed = cipher(key)?.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: about });
    let mut out = nonce.to_vec();
    out.extend(sealed.map_err(|_failed| Error::Sealed("it could not be sealed"))?);
    Ok(out)
}

fn decrypt(key: &[u8; KEY], sealed: &[u8], about: &[u8]) -> Result<Vec<u8>> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(Error::Sealed("it is too short"))?;
    let opened = cipher(key)?.decrypt(&Nonce::from(*nonce), Payload { msg: rest, aad: about });
    opened.map_err(|_failed| Error::Sealed("it was changed, moved, or sealed with another key"))
}

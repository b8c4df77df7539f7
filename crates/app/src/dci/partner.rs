//! Who may ask: the partners that the operator knows, from a file.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::permission::Purpose;

/// One system that asks.
#[derive(Debug, Clone)]
pub struct Partner {
    /// What its messages name as sender.
    pub id: String,
    /// The account it signs in with; its role and area are what it may see.
    pub account: String,
    /// For what it asks; the first unless a message names another of them.
    pub purposes: Vec<Purpose>,
    /// Whether it sees only households that consented to the purpose.
    pub consent: bool,
    /// Where answers go that are not asked for at once: this address, or one below it.
    pub callback: Option<String>,
    keys: BTreeMap<String, VerifyingKey>,
}

/// All of them, and what this service calls itself.
#[derive(Debug, Clone)]
pub struct Partners {
    pub own: String,
    partners: Vec<Partner>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    own: Own,
    #[serde(default)]
    partner: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    account: String,
    purposes: Vec<String>,
    #[serde(default)]
    consent: bool,
    callback: Option<String>,
    keys: BTreeMap<String, String>,
}

impl Partners {
    /// Reads the file's text; `docs/dci.md` says what stands in it.
    pub fn parse(text: &str) -> Result<Self> {
        let file: File = toml::from_str(text).map_err(|error| Error::Partners(error.message().to_owned()))?;
        if !word(&file.own.id) {
            return Err(Error::Partners("own: expected an id without spaces and |".to_owned()));
        }
        let mut partners: Vec<Partner> = Vec::new();
        for row in file.partner {
            if partners.iter().any(|known| known.id == row.id) {
                return Err(Error::Partners(format!("partner {} stands twice", row.id)));
            }
            partners.push(row.read()?);
        }
        Ok(Self { own: file.own.id, partners })
    }

    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Partner> {
        self.partners.iter().find(|partner| partner.id == id)
    }
}

impl Row {
    fn read(self) -> Result<Partner> {
        let wrong = |why: &str| Error::Partners(format!("partner {}: {why}", self.id));
        if !word(&self.id) {
            return Err(wrong("expected an id without spaces and |"));
        }
        let purposes: Vec<Purpose> = self.purposes.iter().filter_map(|name| Purpose::parse(name)).collect();
        if purposes.len() != self.purposes.len() || purposes.is_empty() {
            return Err(wrong("purposes: expected some of those of the policies, for example assistance"));
        }
        let mut keys = BTreeMap::new();
        for (id, text) in &self.keys {
            let bytes: Option<[u8; 32]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
            let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).filter(|key| !key.is_weak() && word(id));
            keys.insert(id.clone(), key.ok_or_else(|| wrong("keys: expected id = 32 bytes of an Ed25519 key in base64"))?);
        }
        if keys.is_empty() {
            return Err(wrong("keys: expected at least one"));
        }
        let Self { id, account, consent, callback, .. } = self;
        Ok(Partner { id, account, purposes, consent, callback, keys })
    }
}

/// What stands between the bars of a key's name.
fn word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 200 && text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '|' | '"' | ','))
}

impl Partner {
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&VerifyingKey> {
        self.keys.get(id)
    }

    /// Where an answer goes: where the message wants it, if that lies below the address on file.
    #[must_use]
    pub fn callback(&self, wanted: Option<&str>) -> Option<String> {
        let known = self.callback.as_deref()?;
        let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else { return Some(known.to_owned()) };
        let folder = if known.ends_with('/') { known.to_owned() } else { format!("{known}/") };
        let below = wanted == known || wanted.starts_with(&folder) && !wanted.contains("..");
        below.then(|| wanted.to_owned())
    }

    /// The purpose of a message: the one it names, or the first.
    #[must_use]
    pub fn purpose(&self, named: Option<&str>) -> Option<Purpose> {
        match named.filter(|named| !named.is_empty()) {
            None => self.purposes.first().copied(),
            Some(named) => Purpose::parse(named).filter(|purpose| self.purposes.contains(purpose)),
        }
    }
}

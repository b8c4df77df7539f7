//! Keys under which rows that could belong together meet.

use super::{Household, Limits, Person, Source};
use crate::error::Result;

/// Bytes an entry may cost: sixteen for itself, the rest for the rows of its block that are read again.
const ENTRY_BYTES: u64 = 64;

/// What the rows of a block share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Identity,
    NameBirth,
    /// The first character of the name, so that a name misheard meets its twin.
    SurnameBirthVillage,
    NameVillage,
    Phone,
}

impl Key {
    /// Whether sharing the key is the sign itself.
    pub(super) const fn exact(self) -> bool {
        matches!(self, Self::Identity | Self::Phone)
    }

    fn of_person(self, person: &Person<'_>) -> Option<u64> {
        let hash = Hash::new();
        match self {
            Self::Identity => Some(hash.text(person.identity?).end()),
            Self::NameBirth => Some(hash.text(person.name?).whole(i64::from(person.born?)).end()),
            Self::SurnameBirthVillage => {
                let surname = person.name?.chars().next()?;
                Some(hash.whole(i64::from(u32::from(surname))).whole(i64::from(person.born?)).whole(person.village?).end())
            }
            Self::NameVillage => Some(hash.text(person.name?).whole(person.village?).end()),
            Self::Phone => None,
        }
    }
}

/// Positions of rows under one key, ascending.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub key: Key,
    /// Rows in the block; more than `members` where the block is summarised.
    pub rows: usize,
    pub members: Vec<u64>,
}

/// One pass over the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    keys: Vec<Key>,
    pass: u64,
    passes: u64,
}

/// All keys at once if they fit, else key by key and, if need be, by ranges of hashes.
pub(super) fn jobs(keys: &[Key], rows: u64, memory: u64) -> Vec<Job> {
    let count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    if count == 0 {
        return Vec::new();
    }
    if rows.saturating_mul(count).saturating_mul(ENTRY_BYTES) <= memory {
        return vec![Job { keys: keys.to_vec(), pass: 0, passes: 1 }];
    }
    let passes = rows.saturating_mul(ENTRY_BYTES).div_ceil(memory.max(1)).max(1);
    keys.iter().flat_map(|key| (0..passes).map(|pass| Job { keys: vec![*key], pass, passes })).collect()
}

impl Job {
    /// The blocks of two and more rows.
    pub(super) fn blocks(&self, source: &Source<'_>, limits: &Limits, skipped: &mut u64) -> Result<Vec<Block>> {
        let mut entries: Vec<Vec<(u64, u64)>> = vec![Vec::new(); self.keys.len()];
        let mut enter = |of: &dyn Fn(Key) -> Option<u64>, position: u64| {
            for (key, entries) in self.keys.iter().zip(&mut entries) {
                if let Some(hash) = of(*key).filter(|hash| hash % self.passes == self.pass) {
                    entries.push((hash, position));
                }
            }
        };
        source.each(&mut |household: &Household<'_>, persons: &mut dyn Iterator<Item = Person<'_>>| {
            if let Some(phone) = household.phone {
                enter(&|key| (key == Key::Phone).then(|| Hash::new().text(phone).end()), household.position);
            }
            for person in persons {
                enter(&|key| key.of_person(&person), person.position);
            }
            Ok(())
        })?;
        let mut blocks = Vec::new();
        for (key, mut entries) in self.keys.iter().zip(entries) {
            entries.sort_unstable();
            for same in entries.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
                let summarised = key.exact() && same.len() > limits.group;
                if !key.exact() && same.len() > limits.block {
                    *skipped += 1;
                    continue;
                }
                let kept = if summarised { 1 } else { same.len() };
                blocks.push(Block { key: *key, rows: same.len(), members: same.iter().take(kept).map(|entry| entry.1).collect() });
            }
        }
        Ok(blocks)
    }
}

/// FNV-1a with a final mix: equal on every machine, and quick, because every row is hashed under every key.
#[derive(Clone, Copy)]
pub(crate) struct Hash(u64);

impl Hash {
    pub(crate) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// A text and its end, so that `ab` + `c` is not `a` + `bc`.
    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes()).bytes(&[0xff])
    }

    pub(crate) fn whole(self, number: i64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    pub(crate) const fn end(self) -> u64 {
        let hash = self.0 ^ (self.0 >> 32);
        let hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^ (hash >> 29)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, jobs};

    #[test]
    fn passes_cover_every_key_within_the_memory() {
        assert_eq!(jobs(&[Key::Identity, Key::Phone], 1_000, 1 << 20).len(), 1);
        let split = jobs(&[Key::Identity, Key::Phone], 40_000, 1 << 20);
        assert_eq!(split.len(), 6);
        assert!(split.iter().all(|job| job.passes == 3 && job.keys.len() == 1));
        assert_eq!(jobs(&[], 10, 10), Vec::new());
    }
}

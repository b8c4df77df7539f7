//! Random secrets, their hashes, and ids.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Letters and digits that are not mistaken for one another on paper: no I, L, O, U.
const READABLE: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A session's secret: 256 random bits, in the cookie only; the database holds its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(database::seal::random()?))
    }

    /// From a cookie; nothing if it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// For the cookie.
    #[must_use]
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        sha256(&self.0)
    }

    /// What forms of this session carry, so that another site cannot send them.
    pub fn csrf(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(self.csrf_mac()?.finalize().into_bytes()))
    }

    /// Whether a form came from this session; takes the same time for every wrong answer of equal length.
    #[must_use]
    pub fn csrf_holds(&self, given: &str) -> bool {
        let (Ok(given), Ok(mac)) = (URL_SAFE_NO_PAD.decode(given), self.csrf_mac()) else { return false };
        mac.verify_slice(&given).is_ok()
    }

    fn csrf_mac(&self) -> Result<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0).map_err(|error| Error::Secret(error.to_string()))?;
        mac.update(b"fupin csrf");
        Ok(mac)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// Whether two hashes are equal, without telling where they differ.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// Whether a secret that was given is the one expected, without telling where they differ.
#[must_use]
pub fn same_secret(given: &str, expected: &str) -> bool {
    equal(&sha256(given.as_bytes()), &sha256(expected.as_bytes()))
}

/// An id: lower-case, sorted by its instant, never the same twice.
pub fn new_id(now: i64) -> Result<String> {
    let random: [u8; 8] = database::seal::random()?;
    Ok(format!("{now:013x}{:016x}", u64::from_be_bytes(random)))
}

/// Six digits, each value equally likely.
pub(crate) fn six_digits() -> Result<String> {
    loop {
        let value = u32::from_be_bytes(database::seal::random()?);
        // Values above the last whole million would make small codes likelier.
        if value < 4_294_000_000 {
            return Ok(format!("{:06}", value % 1_000_000));
        }
    }
}

/// A first password, to be changed: as long as a card's secret.
pub fn new_password() -> Result<String> {
    readable()
}

/// Eighty random bits as `XXXX-XXXX-XXXX-XXXX`.
pub(crate) fn readable() -> Result<String> {
    let random: [u8; 16] = database::seal::random()?;
    let letters: Vec<char> =
        random.iter().filter_map(|byte| READABLE.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect();
    Ok(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// A readable secret as it was meant: what people type for what is printed.
pub(crate) fn as_printed(typed: &str) -> String {
    let folded = kernel::text::fold(typed).to_uppercase();
    folded
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| {
            if c == 'O' {
                '0'
            } else if c == 'I' || c == 'L' {
                '1'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Token, as_printed, equal, new_id, readable, six_digits};

    #[test]
    fn tokens_and_ids_are_never_the_same_twice() {
        let tokens: BTreeSet<String> = (0..10_000).map(|_| Token::new().unwrap().reveal()).collect();
        let ids: BTreeSet<String> = (0..10_000).map(|_| new_id(1_700_000_000_000_000).unwrap()).collect();
        let cards: BTreeSet<String> = (0..10_000).map(|_| readable().unwrap()).collect();
        assert_eq!((tokens.len(), ids.len(), cards.len()), (10_000, 10_000, 10_000));
        assert!(new_id(1).unwrap() < new_id(1_700_000_000_000_000).unwrap());
        assert!((0..1_000).all(|_| six_digits().unwrap().len() == 6));
    }

    #[test]
    fn a_card_is_read_as_it_is_typed() {
        let card = readable().unwrap();
        assert_eq!(card.len(), 19, "{card}");
        assert_eq!(as_printed(&card.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l")), card.replace('-', ""));
    }

    proptest! {
        #[test]
        fn a_form_is_taken_from_its_own_session_only(other in "[A-Za-z0-9_-]{0,60}", flip in 0_usize..43) {
            let (token, stranger) = (Token::new().unwrap(), Token::new().unwrap());
            let csrf = token.csrf().unwrap();
            prop_assert!(token.csrf_holds(&csrf));
            prop_assert!(!stranger.csrf_holds(&csrf));
            prop_assert!(!token.csrf_holds(&other));
            let mut changed: Vec<char> = csrf.chars().collect();
            changed[flip] = if changed[flip] == 'A' { 'B' } else { 'A' };
            let changed: String = changed.into_iter().collect();
            prop_assert!(!token.csrf_holds(&changed));
            prop_assert_eq!(Token::parse(&token.reveal()), Some(token));
        }

        #[test]
        fn equal_means_equal(a in proptest::collection::vec(any::<u8>(), 0..5), b in proptest::collection::vec(any::<u8>(), 0..5)) {
            prop_assert_eq!(equal(&a, &b), a == b);
        }

        #[test]
        fn what_is_no_token_is_none(text in ".{0,80}") {
            prop_assert!(Token::parse(&text).is_none_or(|token| token.reveal() == text));
        }
    }
}

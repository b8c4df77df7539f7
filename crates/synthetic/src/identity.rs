//! Personal identity numbers of GB 11643 and disability certificates.

use crate::calendar;
use crate::convert;

/// GB 11643-1999: weights of the first 17 digits.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// GB 11643-1999: check character of each remainder of 11.
const CHECKS: [u8; 11] = *b"10X98765432";

/// The check character of 17 digits.
pub fn check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    let remainder = usize::try_from(sum % 11).unwrap_or(0);
    CHECKS.get(remainder).copied().unwrap_or(b'0')
}

/// A number of 18 characters, or a certificate of 18, 20 or 22, without allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    text: [u8; 22],
    length: u8,
}

impl Number {
    /// A valid number: area of 6 digits, day of birth, sequence (odd = male).
    pub(crate) fn person(area: u32, born: i32, sequence: u32) -> Self {
        let (year, month, day) = calendar::civil_of(born);
        let birth = year * 10_000 + month * 100 + day;
        let digits = u64::from(area) * 100_000_000_000 + u64::from(birth.unsigned_abs()) * 1_000 + u64::from(sequence % 1_000);
        let mut number = Self::padded(digits, 17);
        number.seal();
        number
    }

    /// Placeholders seen in registers begin with 999999 (register.md §4.2); `serial` keeps them apart.
    pub(crate) fn placeholder(serial: u32) -> Self {
        let mut number = Self::padded(99_999_900_000_000_000 + u64::from(serial), 17);
        number.seal();
        number
    }

    fn padded(mut digits: u64, length: u8) -> Self {
        let mut text = [0; 22];
        for slot in text.iter_mut().take(usize::from(length)).rev() {
            *slot = b'0' + convert::byte(convert::low(digits % 10));
            digits /= 10;
        }
        Self { text, length }
    }

    fn seal(&mut self) {
        let check = check_digit(self.text.get(..17).unwrap_or_default());
        self.push(check);
    }

    fn push(&mut self, character: u8) {
        if let Some(slot) = self.text.get_mut(usize::from(self.length)) {
            *slot = character;
            self.length += 1;
        }
    }

    /// The number followed by kind and level of disability, twice a digit more for a reissued one.
    pub(crate) fn certificate(mut self, kind: u8, level: u8, reissued: Option<u8>) -> Self {
        self.push(b'0' + (kind + 1) % 10);
        self.push(b'0' + (level + 1) % 10);
        if let Some(time) = reissued {
            self.push(b'B');
            self.push(b'0' + time % 10);
        }
        self
    }

    /// Two neighbouring digits of the sequence or birth day swapped, as typists do; the first pair
    /// that differs from `from` on.
    pub(crate) fn transposed(mut self, from: usize) -> Self {
        for at in from..17 {
            let (left, right) = (self.at(at), self.at(at + 1));
            if left != right && at + 1 < 17 {
                self.set(at, right);
                self.set(at + 1, left);
                break;
            }
        }
        self
    }

    /// One digit of the sequence raised by one and the check character made valid again: the same
    /// person entered under a number that passes every arithmetic check.
    pub(crate) fn neighbour(mut self) -> Self {
        let digit = self.at(14);
        self.set(14, if digit == b'9' { b'0' } else { digit + 1 });
        let check = check_digit(self.text.get(..17).unwrap_or_default());
        self.set(17, check);
        self
    }

    fn at(&self, index: usize) -> u8 {
        self.text.get(index).copied().unwrap_or(b'0')
    }

    fn set(&mut self, index: usize, character: u8) {
        if let Some(slot) = self.text.get_mut(index) {
            *slot = character;
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.text.get(..usize::from(self.length)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether length and check character hold.
    pub(crate) fn valid(&self) -> bool {
        self.length == 18 && check_digit(self.text.get(..17).unwrap_or_default()) == self.at(17)
    }
}

#[cfg(test)]
mod tests;

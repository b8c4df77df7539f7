//! Personal identity numbers (GB 11643-1999) and disability certificates built on them.

use chrono::NaiveDate;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    #[error("an identity number has 18 characters, this one has {0}")]
    Length(usize),
    #[error("an identity number has 17 digits and a digit or X")]
    Character,
    #[error("characters 7 to 14 are not a date of birth")]
    Birth,
    #[error("the check character should be {0}")]
    Check(char),
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// ISO 7064 MOD 11-2 over the first 17 digits (GB 11643 §5).
#[must_use]
pub fn check_character(digits: &[u8]) -> Option<char> {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The number in its normal form (upper-case X), or what is wrong with it.
pub fn check(number: &str) -> Result<(), IdentityFault> {
    let bytes = number.as_bytes();
    if bytes.len() != 18 {
        return Err(IdentityFault::Length(number.chars().count()));
    }
    let (body, last) = bytes.split_at(17);
    if !body.iter().all(u8::is_ascii_digit) || !last.iter().all(|b| b.is_ascii_digit() || *b == b'X') {
        return Err(IdentityFault::Character);
    }
    if born_on(number).is_none() {
        return Err(IdentityFault::Birth);
    }
    let expected = check_character(body).ok_or(IdentityFault::Character)?;
    if last.first().copied().map(char::from) == Some(expected) { Ok(()) } else { Err(IdentityFault::Check(expected)) }
}

/// Date of birth as the number states it.
#[must_use]
pub fn born_on(number: &str) -> Option<NaiveDate> {
    let birth = number.get(6..14).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?;
    NaiveDate::from_ymd_opt(birth.get(0..4)?.parse().ok()?, birth.get(4..6)?.parse().ok()?, birth.get(6..8)?.parse().ok()?)
}

/// The 17th digit is odd for men, even for women.
#[must_use]
pub fn sex(number: &str) -> Option<Sex> {
    let digit = number.as_bytes().get(16).filter(|b| b.is_ascii_digit())?;
    Some(if digit % 2 == 1 { Sex::Male } else { Sex::Female })
}

/// A disability certificate: the identity number, then kind 1–7 and level 1–4, then a two-digit issue counter: 18, 20 or 22 characters.
pub fn check_certificate(number: &str) -> Result<(), CertificateFault> {
    let length = number.chars().count();
    if ![18, 20, 22].contains(&length) || !number.is_ascii() {
        return Err(CertificateFault::Length(length));
    }
    check(number.get(0..18).unwrap_or(number)).map_err(CertificateFault::Identity)?;
    let kind = number.as_bytes().get(18).is_none_or(|b| (b'1'..=b'7').contains(b));
    let level = number.as_bytes().get(19).is_none_or(|b| (b'1'..=b'4').contains(b));
    let rest = number.as_bytes().get(20..).is_none_or(|rest| rest.iter().all(u8::is_ascii_alphanumeric));
    if kind && level && rest { Ok(()) } else { Err(CertificateFault::Class) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    #[error("a disability certificate has 18, 20 or 22 characters, this one has {0}")]
    Length(usize),
    #[error("its first 18 characters: {0}")]
    Identity(IdentityFault),
    #[error("character 19 is the kind (1-7) and character 20 the level (1-4)")]
    Class,
}

/// Whether two numbers differ by exactly one swap of neighbours or one changed digit: the slips of a hand that copies.
#[must_use]
pub fn one_slip_apart(left: &str, right: &str) -> bool {
    if left.len() != right.len() || left == right {
        return false;
    }
    let differing: Vec<(usize, u8, u8)> =
        left.bytes().zip(right.bytes()).enumerate().filter(|(_, (a, b))| a != b).map(|(i, (a, b))| (i, a, b)).collect();
    match differing.as_slice() {
        [_] => true,
        [(i, a, b), (j, c, d)] => *j == i + 1 && a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_example_holds() {
        assert_eq!(check("11010519491231002X"), Ok(()));
        assert_eq!(check("110105194912310021"), Err(IdentityFault::Check('X')));
        assert_eq!(check("11010519491331002X"), Err(IdentityFault::Birth));
        assert_eq!(check("1101051949"), Err(IdentityFault::Length(10)));
        assert_eq!(check("11010519491231002x"), Err(IdentityFault::Character));
        assert_eq!(born_on("11010519491231002X"), NaiveDate::from_ymd_opt(1949, 12, 31));
        assert_eq!(sex("11010519491231002X"), Some(Sex::Female));
    }

    #[test]
    fn certificates_carry_kind_and_level() {
        for good in ["11010519491231002X", "11010519491231002X43", "11010519491231002X4311"] {
            assert_eq!(check_certificate(good), Ok(()), "{good}");
        }
        assert_eq!(check_certificate("11010519491231002X93"), Err(CertificateFault::Class));
        assert_eq!(check_certificate("11010519491231002X4"), Err(CertificateFault::Length(19)));
    }

    #[test]
    fn slips() {
        assert!(one_slip_apart("123456", "123546"));
        assert!(one_slip_apart("123456", "123457"));
        assert!(!one_slip_apart("123456", "123456"));
        assert!(!one_slip_apart("123456", "213465"));
    }
}

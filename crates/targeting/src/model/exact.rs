//! Floats in JSON, bit for bit.
//!
//! `serde_json` parses decimals quickly but not always to the nearest float; a model must score the
//! same after a round trip, so lists of floats are stored as one string of shortest decimals.

use std::fmt::{Display, Write as _};
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

/// # Errors
/// Those of the serializer.
pub(crate) fn serialize<S, T>(values: &[T], serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Display,
{
    let mut text = String::new();
    for value in values {
        if !text.is_empty() {
            text.push(' ');
        }
        write!(text, "{value}").map_err(serde::ser::Error::custom)?;
    }
    serializer.serialize_str(&text)
}

/// # Errors
/// Those of the deserializer, or the text that is not a number.
pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr,
{
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    let parse = |word: &str| {
        let number = word.parse();
        number.map_err(|_not_a_number: T::Err| D::Error::custom(format!("{word:?} is no number")))
    };
    text.split_ascii_whitespace().map(parse).collect()
}

/// One float.
pub(crate) mod one {
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    /// # Errors
    /// Those of the serializer.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape serde asks for")]
    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        super::serialize(&[*value], serializer)
    }

    /// # Errors
    /// Those of the deserializer, or a text that is not one number.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let values: Vec<f64> = super::deserialize(deserializer)?;
        let first = values.first().copied();
        first.ok_or_else(|| D::Error::custom("a number is missing"))
    }
}

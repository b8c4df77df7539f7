//! Civil dates in stored events, as `2024-01-05`: readable, sortable, and the same in every database.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let text = String::deserialize(deserializer)?;
    kernel::date::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a date")))
}

pub(super) mod optional {
    use chrono::NaiveDate;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "the signature that serde calls")]
    pub(in crate::case) fn serialize<S: Serializer>(date: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
        match date {
            Some(date) => serializer.collect_str(date),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::case) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        let read = |text: String| kernel::date::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a date")));
        text.map(read).transpose()
    }
}

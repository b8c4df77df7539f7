//! What a statement is given. Missing values keep their type: PostgreSQL wants to know it.

/// One bound value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Option<String>),
    Long(Option<i64>),
    Flag(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

macro_rules! from {
    ($variant:ident: $($type:ty => $with:expr),+) => {
        $(
            impl From<$type> for Value {
                fn from(value: $type) -> Self {
                    Self::$variant(Some($with(value)))
                }
            }
            impl From<Option<$type>> for Value {
                fn from(value: Option<$type>) -> Self {
                    Self::$variant(value.map($with))
                }
            }
        )+
    };
}

from!(Text: &str => str::to_owned, String => std::convert::identity, &String => String::clone);
from!(Long: i64 => std::convert::identity, i32 => i64::from, u32 => i64::from);
from!(Flag: bool => std::convert::identity);
from!(Bytes: Vec<u8> => std::convert::identity, &[u8] => <[u8]>::to_vec);

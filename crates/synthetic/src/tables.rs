//! Columns of each table, by the names of programmes/china/tables.toml.

pub(crate) mod extract;
pub(crate) mod household;
pub(crate) mod other;
pub(crate) mod person;

/// Writes a whole number.
pub(crate) fn digits(text: &mut String, value: u64) {
    let mut buffer = [0_u8; 20];
    let mut rest = value;
    let mut length = 0;
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + crate::convert::byte(crate::convert::low(rest % 10));
        rest /= 10;
        length += 1;
        if rest == 0 {
            break;
        }
    }
    let written = buffer.get(20 - length..).unwrap_or_default();
    text.push_str(std::str::from_utf8(written).unwrap_or_default());
}

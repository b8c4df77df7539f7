//! A cell as its file holds it, before it has a type.

use std::borrow::Cow;

/// What a file format distinguishes.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    Empty,
    Text(Cow<'a, str>),
    /// Text of which some bytes are not of the file's encoding.
    Garbled(Cow<'a, str>),
    /// A number that the format stores as a float (Excel).
    Number(f64),
    Boolean(bool),
    /// A date cell, as a serial number of the 1900 system.
    Day(f64),
    /// `#DIV/0!` and its like.
    Fault(String),
    /// A formula whose result was not stored.
    Formula(String),
}

impl Cell<'_> {
    /// The same cell without a copy of its text.
    #[must_use]
    pub fn borrowed(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Self::Garbled(text) => Cell::Garbled(Cow::Borrowed(text)),
            Self::Number(number) => Cell::Number(*number),
            Self::Boolean(value) => Cell::Boolean(*value),
            Self::Day(serial) => Cell::Day(*serial),
            Self::Fault(fault) => Cell::Fault(fault.clone()),
            Self::Formula(formula) => Cell::Formula(formula.clone()),
        }
    }

    /// As a person would type it, for messages and for the file of rejected rows.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Garbled(text) => text.to_string(),
            Self::Number(number) => plain_number(*number),
            Self::Boolean(value) => if *value { "1" } else { "0" }.to_owned(),
            Self::Day(serial) => {
                kernel::date::from_excel_serial(serial.trunc()).map_or_else(|| serial.to_string(), |date| date.to_string())
            }
            Self::Fault(fault) => fault.clone(),
            Self::Formula(formula) => format!("={formula}"),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Garbled(_) | Self::Number(_) | Self::Boolean(_) | Self::Day(_) | Self::Fault(_) | Self::Formula(_) => false,
        }
    }
}

/// Whole numbers without a point, others in shortest form.
#[must_use]
pub fn plain_number(number: f64) -> String {
    match kernel::number::whole(number) {
        Some(whole) if number.fract() == 0.0 => whole.to_string(),
        _ => number.to_string(),
    }
}

/// Whether a float that stood for a long number may have lost digits: beyond 15 significant digits Excel rounds.
#[must_use]
pub fn lost_digits(number: f64) -> bool {
    number.abs() >= 1e15
}

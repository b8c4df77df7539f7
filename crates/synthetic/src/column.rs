//! Columns handed to the sink.

use crate::codes::Coded;
use crate::convert;
use crate::error::Error;

/// Takes the batches; rows of a table come in its order, tables of one batch one after another.
pub trait Sink {
    fn batch(&mut self, table: &'static str, columns: Vec<Column>) -> Result<(), Error>;
}

/// One column of a batch; every column of a batch has the same number of values.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: &'static str,
    pub values: Values,
}

/// Cells by type of the programme format.
#[derive(Clone, Debug)]
pub enum Values {
    Serial(Vec<i64>),
    /// A serial that may be missing.
    Reference(Vec<Option<i64>>),
    /// Area codes of 12 digits.
    Area(Vec<i64>),
    Integer(Vec<Option<i32>>),
    Quantity(Vec<Option<f64>>),
    /// Fen.
    Money(Vec<Option<i64>>),
    Boolean(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
    /// A code of a list, or several joined by `|`.
    Code(CodeBuffer),
    Text(TextBuffer),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Serial(values) | Self::Area(values) => values.len(),
            Self::Reference(values) | Self::Money(values) => values.len(),
            Self::Integer(values) | Self::Date(values) => values.len(),
            Self::Quantity(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Code(buffer) => buffer.keys.len(),
            Self::Text(buffer) => buffer.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Codes as positions in their list: ready for dictionary arrays.
#[derive(Clone, Debug)]
pub struct CodeBuffer {
    /// What the keys mean.
    pub list: &'static [&'static str],
    /// Positions in `list`; [`CodeBuffer::MISSING`] where there is none.
    pub keys: Vec<u8>,
}

impl CodeBuffer {
    pub const MISSING: u8 = u8::MAX;

    pub fn get(&self, row: usize) -> Option<&'static str> {
        let key = *self.keys.get(row)?;
        self.list.get(usize::from(key)).copied()
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<&'static str>> + '_ {
        self.keys.iter().map(|key| self.list.get(usize::from(*key)).copied())
    }
}

/// Texts behind one another; an empty text is a missing cell.
#[derive(Clone, Debug)]
pub struct TextBuffer {
    /// One more than there are texts, beginning with 0: ready for string arrays.
    pub offsets: Vec<i32>,
    pub text: String,
}

impl TextBuffer {
    pub(crate) fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, text: String::with_capacity(rows * bytes) }
    }

    fn seal(&mut self) {
        self.offsets.push(convert::small(convert::wide(self.text.len())));
    }

    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text of a row; nothing where it is empty.
    pub fn get(&self, row: usize) -> Option<&str> {
        let start = usize::try_from(*self.offsets.get(row)?).ok()?;
        let end = usize::try_from(*self.offsets.get(row + 1)?).ok()?;
        self.text.get(start..end).filter(|text| !text.is_empty())
    }

    pub fn iter(&self) -> impl Iterator<Item = Option<&str>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }
}

/// Turns rows into columns.
pub(crate) struct Builder<'a, R> {
    rows: &'a [R],
    columns: Vec<Column>,
}

impl<'a, R> Builder<'a, R> {
    pub(crate) fn new(rows: &'a [R]) -> Self {
        Self { rows, columns: Vec::with_capacity(96) }
    }

    fn add(&mut self, name: &'static str, values: Values) {
        self.columns.push(Column { name, values });
    }

    pub(crate) fn serial(&mut self, name: &'static str, cell: impl Fn(&R) -> i64) {
        self.add(name, Values::Serial(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn reference(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<i64>) {
        self.add(name, Values::Reference(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn area(&mut self, name: &'static str, cell: impl Fn(&R) -> i64) {
        self.add(name, Values::Area(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn integer(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<i32>) {
        self.add(name, Values::Integer(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn quantity(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<f64>) {
        self.add(name, Values::Quantity(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn money(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<i64>) {
        self.add(name, Values::Money(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn boolean(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<bool>) {
        self.add(name, Values::Boolean(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn date(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<i32>) {
        self.add(name, Values::Date(self.rows.iter().map(cell).collect()));
    }

    pub(crate) fn code<C: Coded>(&mut self, name: &'static str, cell: impl Fn(&R) -> Option<C>) {
        let keys = self.rows.iter().map(|row| cell(row).map_or(CodeBuffer::MISSING, Coded::key)).collect();
        self.add(name, Values::Code(CodeBuffer { list: C::LIST, keys }));
    }

    /// `bytes` is the usual length; the cell is appended to the text.
    pub(crate) fn text(&mut self, name: &'static str, bytes: usize, cell: impl Fn(&R, &mut String)) {
        let mut buffer = TextBuffer::with_capacity(self.rows.len(), bytes);
        for row in self.rows {
            cell(row, &mut buffer.text);
            buffer.seal();
        }
        self.add(name, Values::Text(buffer));
    }

    pub(crate) fn finish(self) -> Vec<Column> {
        self.columns
    }
}

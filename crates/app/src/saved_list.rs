//! Working lists that somebody keeps by name: a filter to come back to, seen by its owner alone.

pub mod store;
#[cfg(test)]
mod tests;

/// Lists of one account; more would be no help in finding one.
pub const MOST: usize = 20;
/// Letters a name may have.
pub const NAME: usize = 40;

/// A list by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedList {
    pub name: String,
    /// The filter as the list's address has it, without `?`.
    pub query: String,
}

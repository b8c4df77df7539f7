//! Requests that are carried out exactly once: who repeats one, with the same key, gets the first answer.
//!
//! The key is written in the transaction of the effect: either both are there or neither.

pub mod store;

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: i64,
    /// Where a form led to.
    pub location: Option<String>,
    /// What the API answered.
    pub body: Vec<u8>,
}

/// Whether a request has to be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Carry it out and call [`store::finish_request`] in the same transaction.
    Fresh,
    /// It was carried out: answer the same.
    Replay(Response),
    /// The key was used for something else.
    OtherRequest,
}

#[cfg(test)]
mod tests;

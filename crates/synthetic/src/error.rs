//! What can go wrong.

/// Why a county could not be planned or generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings that no county can satisfy.
    #[error("settings cannot hold: {0}")]
    Settings(String),
    /// A part outside the plan.
    #[error("part {part} is outside the plan of {parts} parts")]
    Part { part: usize, parts: usize },
    /// The sink refused a batch; the text is the sink's.
    #[error("sink refused a batch of {table}")]
    Sink {
        table: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Wraps what a sink ran into.
    pub fn sink(table: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Sink { table, source: source.into() }
    }
}

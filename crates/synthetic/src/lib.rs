//! Seeded counties whose truth is known.

//! Whole-register computation on DataFusion: readers, the rule language, the household view, aggregates.

//! A programme as data: tables, view, lines, indicators, checks, causes and models, parsed with source spans.

#!/usr/bin/env bash
# Form, the house's rules, and what the compiler and clippy find.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs git
for tool in fmt clippy; do
  cargo $tool --version >/dev/null 2>&1 || fail "cargo $tool is missing (with rustup: rustup component add rustfmt clippy)"
done

say "form"
cargo fmt --all --check
say "rules of the house"
cargo run --release --quiet $locked --package xtask -- tidy
say "clippy"
cargo clippy --release $locked --workspace --all-targets -- -D warnings

#!/usr/bin/env bash
# All tests of the workspace, optimised like everything else (one profile: docs/adr/0003-build-once.md).
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs

# Stores are tested on SQLite and on a private PostgreSQL server. It goes when this script goes, so nothing below may be `exec`.
. scripts/postgres.sh

# Tests named published_… compare with figures of real surveys, whose licences keep them out of the repository.
data=${FUPIN_SHARED_DATA:-$PWD/../shared/data}
published=true
if [ -d "$data" ]; then
  FUPIN_SHARED_DATA=$(cd "$data" && pwd)
  export FUPIN_SHARED_DATA
else
  [ -z "${CI:-}" ] || fail "the data of the published_… tests are missing: $data"
  published=false
  say "left out: tests named published_…, because $data does not exist"
  say "to run them, put the survey data there or name their folder: FUPIN_SHARED_DATA=DIR make test"
fi

if ! cargo nextest --version >/dev/null 2>&1; then
  say "installing cargo-nextest (once, some minutes)"
  CARGO_TARGET_DIR="$CARGO_TARGET_DIR/tools" cargo install cargo-nextest --locked ||
    say "could not be installed; cargo test runs the same tests, more slowly"
fi

# Other arguments choose other packages and features.
[ $# -gt 0 ] || set -- --workspace

# Our libraries switch documentation tests off; examples stand in tests.rs.
if cargo nextest --version >/dev/null 2>&1; then
  $published || set -- "$@" -E 'not test(published_)'
  cargo nextest run --release $locked "$@"
else
  $published || set -- "$@" -- --skip published_
  cargo test --release $locked "$@"
fi

#!/usr/bin/env bash
# Kills the service at random under mixed writes; see e2e/crash.py. Works on a copy of the demonstration's county.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs
cargo build --release $locked --package fupin
fupin=$CARGO_TARGET_DIR/release/fupin
[ -d fupin-data/county/data ] || fail "there is no county yet: run make demo first"
records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT
# Exit code 1: rows that do not fit, with their findings.
"$fupin" import --programme programmes/china --data fupin-data/county/data --out "$records/register" --records "$records/data" >/dev/null 2>&1 || [ $? -eq 1 ]
python3 e2e/crash.py "$fupin" programmes/china "$records/data" "${1:-50}"

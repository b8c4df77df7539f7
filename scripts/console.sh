#!/usr/bin/env bash
# The county of `make demo` as a running service. Everything it writes is below fupin-data/console; remove that folder to begin anew.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs
cargo build --release $locked --package fupin
fupin=$CARGO_TARGET_DIR/release/fupin
county=fupin-data/county
records=fupin-data/console
[ -d "$county/data" ] || fail "there is no county yet: run make demo first"

if [ ! -f "$records/records.db" ]; then
  # Exit code 1: rows that do not fit, with their findings. The county has some, as real ones do.
  "$fupin" import --programme programmes/china --data "$county/data" --out fupin-data/register --records "$records" >/dev/null 2>&1 || [ $? -eq 1 ]
  "$fupin" areas --data "$records" --from "$county/areas.csv" >/dev/null
  # Two runs to compare: what the rules alone propose, and what a model adds.
  say "identification, by the rules alone and with the model"
  identify=("$fupin" identify --programme programmes/china --data fupin-data/register --records "$records")
  "${identify[@]}" --out fupin-data/results-rules >/dev/null 2>&1
  "${identify[@]}" --model fupin-data/model.json --out fupin-data/results >/dev/null 2>&1
fi
say "open http://127.0.0.1:8080 (stop with Ctrl-C); the authenticator column is for an app such as the one on your phone"
exec "$fupin" --format table serve --programme programmes/china --data "$records" --register fupin-data/register --demo

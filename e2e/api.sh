#!/usr/bin/env bash
# The API of a running service against its own OpenAPI document: schemathesis as two roles and as nobody. Fails on any 5xx and on any answer
# that the document does not know. CASES: how many examples for each operation.
set -euo pipefail
. "$(dirname "$0")/../scripts/tools.sh"

need_rust
need_programs python3
cargo build --release $locked --workspace --bin fupin
fupin=$CARGO_TARGET_DIR/release/fupin
venv=${FUPIN_API_VENV:-$PWD/.venv}
[ -x "$venv/bin/st" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --requirement e2e/requirements.txt; }

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

say "a small county"
county=$folder/county
"$fupin" simulate --programme programmes/china --households "${HOUSEHOLDS:-400}" --seed 1 --out "$county" >"$folder/made.log" 2>&1 ||
  { cat "$folder/made.log" >&2; fail "no county"; }
# Exit code 1: rows that do not fit, with their findings. The county has some, as real ones do.
"$fupin" import --programme programmes/china --data "$county/data" --out "$folder/register" --records "$folder/records" >"$folder/made.log" 2>&1 ||
  [ $? -eq 1 ] || { cat "$folder/made.log" >&2; fail "no records"; }

port=${FUPIN_API_PORT:-8087}
"$fupin" --format json serve --programme programmes/china --data "$folder/records" --listen "127.0.0.1:$port" --demo >"$folder/accounts.json" 2>"$folder/serve.log" &
server=$!
base=http://127.0.0.1:$port

say "schemathesis"
status=0
"$venv/bin/python" e2e/api.py "$base" "$folder/accounts.json" "$folder" "${CASES:-100}" || status=$?
if grep -E 'api_failed|request_failed|panicked' "$folder/serve.log"; then
  status=1
fi
exit "$status"

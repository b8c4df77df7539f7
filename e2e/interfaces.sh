#!/usr/bin/env bash
# A running service and another implementation of the other side: a partner that signs (DCI), a receiver of webhooks, submissions of ODK.
set -euo pipefail
. "$(dirname "$0")/../scripts/tools.sh"

need_rust
need_programs python3
cargo build --release $locked --workspace --bin fupin
fupin=$CARGO_TARGET_DIR/release/fupin
venv=${FUPIN_INTERFACES_VENV:-$PWD/.venv-interfaces}
"$venv/bin/python" -c 'import cryptography' 2>/dev/null || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet 'cryptography>=45'; }

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

say "a small county"
"$fupin" simulate --programme programmes/china --households "${HOUSEHOLDS:-300}" --seed 1 --out "$folder/county" >"$folder/made.log" 2>&1 ||
  { cat "$folder/made.log" >&2; fail "no county"; }
# Exit code 1: rows that do not fit, with their findings. The county has some, as real ones do.
"$fupin" import --programme programmes/china --data "$folder/county/data" --out "$folder/register" --records "$folder/records" >"$folder/made.log" 2>&1 ||
  [ $? -eq 1 ] || { cat "$folder/made.log" >&2; fail "no records"; }

port=${FUPIN_INTERFACES_PORT:-8085}
"$venv/bin/python" e2e/interfaces.py keys "$folder" "$((port - 1))"
"$fupin" --format json serve --programme programmes/china --data "$folder/records" --listen "127.0.0.1:$port" --demo \
  --partners "$folder/partners.toml" --send-to-private >"$folder/accounts.json" 2>"$folder/serve.log" &
server=$!
"$venv/bin/python" e2e/interfaces.py run "$folder" "$((port - 1))" "http://127.0.0.1:$port" || { tail -n 20 "$folder/serve.log" >&2; fail "see above"; }
kill "$server"
wait "$server" 2>/dev/null || true
server=
"$fupin" doctor --data "$folder/records"

#!/usr/bin/env bash
# The service in a real browser: every role's pages, and a household from its declaration to its appeal, out and in again.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs
for program in node npm chromium; do
  command -v "$program" >/dev/null 2>&1 || fail "$program is missing: install the packages nodejs, npm and chromium"
done
cargo build --release $locked --package fupin
fupin=$CARGO_TARGET_DIR/release/fupin
[ -d fupin-data/county/data ] || fail "there is no county yet: run make demo first"
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
# Exit code 1: rows that do not fit, with their findings.
"$fupin" import --programme programmes/china --data fupin-data/county/data --out "$work/register" --records "$work/site" >/dev/null 2>&1 || [ $? -eq 1 ]
"$fupin" areas --data "$work/site" --from fupin-data/county/areas.csv >/dev/null
"$fupin" train --programme programmes/china --data "$work/register" --out "$work/model.json" >/dev/null 2>&1
for model in "" "--model $work/model.json"; do
  # shellcheck disable=SC2086 # an option and its value, or nothing
  "$fupin" identify --programme programmes/china --data "$work/register" $model --out "$work/results" --records "$work/site" >/dev/null 2>&1
done
cp -r "$work/site" "$work/walk"
cp e2e/*.mjs e2e/package*.json "$work"
(cd "$work" && npm ci --silent)

"$fupin" --format json serve --programme programmes/china --data "$work/site" --register "$work/register" --listen 127.0.0.1:8095 --demo >"$work/accounts.json" 2>"$work/log" &
server=$!
for _ in $(seq 300); do curl -sf http://127.0.0.1:8095/healthz >/dev/null && break; sleep 0.1; done
shots=${SHOTS:-fupin-data/screenshots}
mkdir -p "$shots"
shots=$(cd "$shots" && pwd)
programme=$(cd programmes/china && pwd)
(cd "$work" && node site.mjs http://127.0.0.1:8095 accounts.json "$shots/site")
(cd "$work" && node walk.mjs "$fupin" "$programme" "$work/walk" "$shots/walk")
say "screenshots: $shots"

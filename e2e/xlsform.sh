#!/usr/bin/env bash
# The forms that the service gives out for ODK and Kobo, read by pyxform, the reference converter.
set -euo pipefail
. "$(dirname "$0")/../scripts/tools.sh"

need_rust
need_programs python3 curl
cargo build --release $locked --workspace --bin fupin
fupin=$CARGO_TARGET_DIR/release/fupin
venv=${FUPIN_XLSFORM_VENV:-$PWD/.venv-xlsform}
[ -x "$venv/bin/xls2xform" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet 'pyxform>=4,<5'; }

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

port=${FUPIN_XLSFORM_PORT:-8086}
for programme in ${PROGRAMMES:-china}; do
  "$fupin" serve --programme "programmes/$programme" --data "$folder/$programme" --listen "127.0.0.1:$port" >"$folder/serve.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/healthz" && break
    kill -0 "$server" 2>/dev/null || { cat "$folder/serve.log" >&2; fail "the service did not start"; }
    read -r -t 0.1 <> <(:) || true
  done
  for form in visit declaration; do
    curl --silent --fail --output "$folder/$form.xlsx" "http://127.0.0.1:$port/api/v1/questionnaire.xlsx?form=$form"
    "$venv/bin/xls2xform" --skip_validate --json "$folder/$form.xlsx" "$folder/$form.xml" >"$folder/$form.json" 2>&1 ||
      { cat "$folder/$form.json" >&2; fail "$programme/$form: pyxform does not take it"; }
    grep -q '"code": 10[01]' "$folder/$form.json" || { cat "$folder/$form.json" >&2; fail "$programme/$form: pyxform does not take it"; }
    grep -q 'lang="English (en)"' "$folder/$form.xml" || fail "$programme/$form: a language is missing"
    say "$programme/$form: $(grep -o '<bind' "$folder/$form.xml" | wc -l) bindings; $(grep -o '"warnings": .*' "$folder/$form.json")"
  done
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
done

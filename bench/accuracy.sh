#!/usr/bin/env bash
# Our models against others on two real surveys, on features that the product itself computes.
set -euo pipefail
. "$(dirname "$0")/../scripts/tools.sh"

need_rust
need_programs python3
data=${FUPIN_SHARED_DATA:-$PWD/../shared/data}
[ -d "$data" ] || fail "the surveys' data are missing: $data (name their folder with FUPIN_SHARED_DATA)"
cargo build --release $locked --package fupin
mkdir -p bench-data
if [ ! -x bench-data/accuracy-venv/bin/python ]; then
  say "installing the rivals (Python packages) into bench-data/accuracy-venv"
  python3 -m venv bench-data/accuracy-venv
  bench-data/accuracy-venv/bin/pip install --quiet --requirement bench/accuracy-requirements.txt
fi
features=()
for survey in costa-rica malawi; do
  "$CARGO_TARGET_DIR/release/fupin" features --programme "programmes/$survey" --data "$data/$survey" >"bench-data/$survey.csv"
  features+=(--features "$survey=bench-data/$survey.csv")
done
bench-data/accuracy-venv/bin/python bench/accuracy.py --data "$data" "${features[@]}" costa-rica malawi
bench-data/accuracy-venv/bin/python bench/trees.py

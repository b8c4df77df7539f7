#!/bin/sh
# The benchmark at national scale: bench/run.sh [HOUSEHOLDS] [DATA]. Figures and method: docs/benchmarks.md.
set -eu
cd "$(dirname "$0")/.."
households=${1:-30000000}
data=${2:-./bench-data}
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/fupin/target}"
target=$CARGO_TARGET_DIR/release

mkdir -p "$data"
cargo build --release -p fupin --bins --examples

# Made once; a register of another size needs another data folder.
if [ ! -f "$data/nation/simulation.json" ]; then
  "$target/fupin" simulate --national --households "$households" --programme programmes/china --out "$data/nation"
fi
if [ ! -f "$data/model.json" ]; then
  rm -rf "$data/county"
  "$target/fupin" simulate --households 20000 --programme programmes/china --out "$data/county"
  "$target/fupin" train --programme programmes/china --data "$data/county/data" --out "$data/model.json"
fi
if [ ! -x "$data/venv/bin/python" ]; then
  python3 -m venv "$data/venv"
fi
"$data/venv/bin/pip" install --quiet -r bench/national-requirements.txt

exec "$data/venv/bin/python" bench/national.py "$data" --ours "$target/examples/national" --fupin "$target/fupin" --model "$data/model.json"

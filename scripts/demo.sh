#!/usr/bin/env bash
# A made-up county from its files to lists and a report, then to a running service. Everything it writes is below fupin-data/.
set -euo pipefail
. "$(dirname "$0")/tools.sh"

need_rust
need_programs
say "building (the first time takes about 13 minutes on two cores, later seconds)"
cargo build --release $locked --package fupin

fupin() {
  printf '\n$ fupin %s\n' "$*"
  "$CARGO_TARGET_DIR/release/fupin" --format table "$@"
}

# Where things are, and every flag of the demo.
programme=programmes/china
county=fupin-data/county
register=fupin-data/register
model=fupin-data/model.json
results=fupin-data/results

fupin simulate --programme "$programme" --households 20000 --seed 20200213 --out "$county"
fupin programme check "$programme"
# Exit code 1: rows that do not fit, with their findings. The county has some, as real ones do.
fupin import --programme "$programme" --data "$county/data" --out "$register" || [ $? -eq 1 ]
fupin train --programme "$programme" --data "$register" --out "$model"
fupin identify --programme "$programme" --data "$register" --model "$model" --out "$results"
fupin evaluate --programme "$programme" --data "$register" --assessments "$results" --truth "$county/truth"

printf '\n'
say "written:"
find "$results" -type f \( -name '*.html' -o -name '*.csv' -o -name '*.xlsx' \) | sort

exec "$(dirname "$0")/console.sh"

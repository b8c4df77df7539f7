# Sourced by the other scripts: what building needs, installed or said clearly.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
export PATH="$PATH:$HOME/.cargo/bin"
# One folder for every checkout and every command, so that DataFusion is compiled once (docs/adr/0003-build-once.md).
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/fupin/target}"

# Cargo tells the crates of two checkouts apart by time stamps only: in a shared folder it would take the results of the other
# one for ours. So whoever comes second makes its own files newer; dependencies stay compiled.
checkout=$CARGO_TARGET_DIR/checkout
if [ "$(cat "$checkout" 2>/dev/null)" != "$PWD" ]; then
  mkdir -p "$CARGO_TARGET_DIR"
  find crates -name '*.rs' -exec touch {} +
  printf '%s\n' "$PWD" >"$checkout"
fi

# CI builds exactly what the lockfile says.
locked=${CI:+--locked}

say() { printf '== %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 3
}

# The compiler, new enough.
need_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null && command -v rustc >/dev/null ||
    fail "cargo and rustc are not installed; fupin needs Rust $wanted or newer, for example from rustup"
  found=$(rustc --version | cut -d ' ' -f 2 | cut -d - -f 1)
  [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
    fail "Rust $found is too old; fupin needs $wanted or newer (with rustup: rustup update stable)"
}

# Programs beside Rust: a C compiler for zstd and the allocator, and what is named. Debian's packages where it is Debian.
need_programs() {
  local missing=() program
  for program in cc "$@"; do
    command -v "$program" >/dev/null || missing+=("${program/#cc/gcc}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [[ " ${missing[*]} " == *' gcc '* ]] && missing+=(libc6-dev)
  can_install || fail "please install: ${missing[*]}"
  install_packages "${missing[@]}"
}

# Whether this is a Debian on which packages may be installed.
can_install() {
  command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }
}

install_packages() {
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  say "installing Debian packages: $*"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" apt-get install -y --no-install-recommends "$@"
}

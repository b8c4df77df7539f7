# Sourced by test.sh, after tools.sh: a private PostgreSQL server for the tests of stores, in a temporary folder, stopped and removed
# when the script ends. FUPIN_TEST_POSTGRES names it; if it is set already, that server is taken.

# The newest server installed; nothing if there is none.
postgres_programs() {
  local found
  found=$(find /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1 || true)
  [ -n "$found" ] || found=$(command -v initdb || true)
  [ -z "$found" ] || dirname "$(readlink -f "$found")"
}

# PostgreSQL refuses to run as root: then as the user of Debian's package, or as nobody.
as_postgres() {
  if [ "$(id -u)" -ne 0 ]; then
    "$@"
  elif id postgres >/dev/null 2>&1; then
    (cd / && runuser -u postgres -- "$@")
  else
    (cd / && runuser -u nobody -- "$@")
  fi
}

stop_postgres() {
  local status=$?
  trap - EXIT
  as_postgres "$postgres_bin/pg_ctl" --pgdata "$postgres_folder/data" --mode immediate --silent stop 2>/dev/null || true
  rm -rf "$postgres_folder"
  exit "$status"
}

# Durability is switched off: the data live as long as the tests.
start_postgres() {
  local port
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/fupin-postgres.XXXXXX")
  trap stop_postgres EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  chmod 755 "$postgres_folder"
  as_postgres true || fail "no unprivileged user to run PostgreSQL as"
  [ "$(id -u)" -ne 0 ] || chown "$(as_postgres id -u)" "$postgres_folder"
  as_postgres "$postgres_bin/initdb" --pgdata "$postgres_folder/data" --username postgres --auth trust \
    --locale C --encoding UTF8 --no-sync >"$postgres_folder/initdb.log" ||
    fail "initdb failed: $(tail -n 3 "$postgres_folder/initdb.log")"
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 12000))
    if as_postgres "$postgres_bin/pg_ctl" --pgdata "$postgres_folder/data" --log "$postgres_folder/data/server.log" --silent --wait start \
      --options "-p $port -h 127.0.0.1 -c unix_socket_directories= -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"; then
      export FUPIN_TEST_POSTGRES=postgres://postgres@127.0.0.1:$port
      say "PostgreSQL for the tests: $FUPIN_TEST_POSTGRES"
      return
    fi
  done
  fail "PostgreSQL did not start: $(tail -n 3 "$postgres_folder/data/server.log")"
}

if [ -z "${FUPIN_TEST_POSTGRES:-}" ]; then
  postgres_bin=$(postgres_programs)
  if [ -z "$postgres_bin" ] && can_install; then
    install_packages postgresql
    postgres_bin=$(postgres_programs)
  fi
  if [ -n "$postgres_bin" ]; then
    start_postgres
  else
    [ -z "${CI:-}" ] || fail "PostgreSQL is not installed"
    say "stores are tested on SQLite only: PostgreSQL is not installed"
  fi
fi

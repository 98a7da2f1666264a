#!/bin/bash
# What the entrypoints of MySQL and MariaDB have in common: who runs the server, when a first start
# is due, and how one goes. Theirs reads this file, sets
#   PRODUCT   its name
#   SERVERS   the commands that start the server; the first is meant where only options are given
#   CLIENT    the command of its client
#   FOLDERS   folders that it needs besides those of its data and its socket
#   PRIVATE   options of the server that is there for the first start only
# and defines
#   read_settings     sets the variables that it knows, from their _FILE variants too
#   require_password  ends with a message where nothing is said about root's password
#   create_data       makes the data directory; arguments: the server's command
#   time_zones        prints the SQL that tells the server the time zones, or nothing
#   accounts          prints the SQL that makes root's accounts, the database and the user
#   after_scripts     prints the SQL that must come after the scripts, or nothing
# A first start that fails, or is killed, leaves its half-made data directory behind, as there. One
# that is asked to stop removes it, so that the next start begins anew.

# No -u: the scripts of /docker-entrypoint-initdb.d run in this shell, and may read unset variables.
set -Eeo pipefail

# The first process of a container does not even end at a signal unless it says so.
trap 'exit 130' INT
trap 'exit 143' TERM

say() {
  printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$1" "$2"
}

note() {
  say Note "$*"
}

fail() {
  say ERROR "$*" >&2
  exit 1
}

# Sets variable $1 from itself, from the file that $1_FILE names, or to the default $2.
from_file() {
  local name=$1 file="${1}_FILE"
  if [[ -n ${!name} && -n ${!file} ]]; then
    fail "Both $name and $file are set; set only one of them."
  fi
  local value=$2
  if [[ -n ${!name} ]]; then
    value=${!name}
  elif [[ -n ${!file} ]]; then
    value=$(<"${!file}")
  fi
  export "$name=$value"
  unset "$file"
}

starts_server() {
  local server option
  for server in "${SERVERS[@]}"; do
    if [[ $1 == "$server" ]]; then
      for option in "${@:2}"; do
        case $option in
          # These only print something, and need no database.
          -'?' | --help | --print-defaults | -V | --version) return 1 ;;
        esac
      done
      return 0
    fi
  done
  return 1
}

# Sets DATADIR and SOCKET to what the server itself makes of its files and of its command.
read_configuration() {
  local said errors
  errors=$(mktemp)
  if ! said=$("$@" --verbose --help 2>"$errors"); then
    fail "the server cannot read its configuration: $(<"$errors")"
  fi
  rm "$errors"
  DATADIR=$(configured datadir <<<"$said")
  SOCKET=$(configured socket <<<"$said")
}

# Finds "datadir      /a path/" in a list, and not "--x=y\n  datadir (z)".
configured() {
  sed -n "s/^$1  *//p" | head -n 1
}

make_directories() {
  local folders=("$DATADIR" "${SOCKET%/*}" "${FOLDERS[@]}")
  mkdir -p "${folders[@]}"
  if [[ $(id -u) == 0 ]]; then
    # The search keeps a restart on much data fast.
    find "${folders[@]}" ! -user mysql -exec chown --no-dereference mysql '{}' +
  fi
}

# A server for the scripts of the first start. It does not listen on the network, so that nobody
# takes a half-made database for a finished one.
start_private_server() {
  note 'Starting temporary server'
  rm -f "$SOCKET"
  "$@" --skip-networking --default-time-zone=SYSTEM --socket="$SOCKET" "${PRIVATE[@]}" &
  server=$!
  # Until the accounts are made, root has no password.
  until query --no-password <<<'SELECT 1' >/dev/null 2>&1; do
    if ! kill -0 "$server" 2>/dev/null; then
      fail 'the server for the first start has ended; its messages are above'
    fi
    sleep 0.05
  done
  note 'Temporary server started.'
}

stop_private_server() {
  note 'Stopping temporary server'
  kill -TERM "$server"
  wait "$server"
  note 'Temporary server stopped'
}

# Runs the SQL on standard input as root over the socket; more arguments go to the client.
query() {
  local password=$MYSQL_ROOT_PASSWORD
  if [[ $1 == --no-password ]]; then
    password=''
    shift
  fi
  # Through a pipe: neither a command line nor the environment shows the password.
  "$CLIENT" --defaults-extra-file=<(option_file "$password") --protocol=socket --user=root \
    --host=localhost --socket="$SOCKET" --comments "$@"
}

option_file() {
  if [[ -n $1 ]]; then
    local quoted=${1//\\/\\\\}
    printf '[client]\npassword="%s"\n' "${quoted//\"/\\\"}"
  fi
}

# Scripts call this too; the official images offer it by this name, and the option by that one.
docker_process_sql() {
  local arguments=()
  if [[ $1 == --dont-use-mysql-root-password ]]; then
    arguments+=(--no-password)
    shift
  fi
  if [[ -n $MYSQL_DATABASE ]]; then
    arguments+=(--database="$MYSQL_DATABASE")
  fi
  query "${arguments[@]}" "$@"
}

# The value as an SQL string; as an SQL name; as the pattern of names that a GRANT takes.
string() {
  local text=${1//\\/\\\\}
  text=${text//$'\n'/\\n}
  printf "'%s'" "${text//\'/\\\'}"
}

name() {
  printf '`%s`' "${1//\`/\`\`}"
}

pattern() {
  local text=${1//_/\\_}
  name "${text//%/\\%}"
}

make_random_password() {
  MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
  export MYSQL_ROOT_PASSWORD
  note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
}

run_scripts() {
  # An older name for the same that scripts use.
  # shellcheck disable=SC2034
  local mysql=(docker_process_sql) file
  for file; do
    case $file in
      *.sh)
        if [[ -x $file ]]; then
          note "$0: running $file"
          "$file"
        else
          note "$0: sourcing $file"
          # shellcheck disable=SC1090
          . "$file"
        fi
        ;;
      *.sql) note "$0: running $file"; docker_process_sql <"$file" ;;
      *.sql.gz) note "$0: running $file"; gunzip -c "$file" | docker_process_sql ;;
      *.sql.xz) note "$0: running $file"; xzcat "$file" | docker_process_sql ;;
      *.sql.zst) note "$0: running $file"; zstd -dc "$file" | docker_process_sql ;;
      *.sql.bz2) note "$0: running $file"; bunzip2 -c "$file" | docker_process_sql ;;
      *) say Warn "$0: ignoring $file" >&2 ;;
    esac
  done
}

first_start() {
  local last
  note 'Initializing database files'
  create_data "$@"
  note 'Database files initialized'
  start_private_server "$@"
  time_zones | query --no-password --database=mysql
  accounts | query --no-password --default-character-set=utf8mb4
  shopt -s nullglob
  run_scripts /docker-entrypoint-initdb.d/*
  last=$(after_scripts)
  if [[ -n $last ]]; then
    query <<<"$last"
  fi
  stop_private_server
  echo
  note "$PRODUCT init process done. Ready for start up."
  echo
}

# Ends the first start at a signal, and empties the data directory if it was empty before it.
abandon() {
  trap '' INT TERM
  local child=$! tries=0
  say Warn 'the first start was interrupted: removing what it has made so far' >&2
  kill -TERM -- "-$child" 2>/dev/null || true
  while kill -0 -- "-$child" 2>/dev/null; do
    if (( ++tries > 100 )); then
      kill -KILL -- "-$child" 2>/dev/null || true
    fi
    sleep 0.02
  done
  if [[ -n $was_empty ]]; then
    find "$DATADIR" -mindepth 1 -delete
  fi
  exit "$1"
}

main() {
  if [[ $1 == -* ]]; then
    set -- "${SERVERS[0]}" "$@"
  fi
  if ! starts_server "$@"; then
    exec "$@"
  fi

  note "Entrypoint script for $PRODUCT Server started."
  read_configuration "$@"
  make_directories
  if [[ $(id -u) == 0 ]]; then
    note "Switching to dedicated user 'mysql'"
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
  fi
  if [[ -d $DATADIR/mysql ]]; then
    exec "$@"
  fi

  read_settings
  require_password
  # Fails now, not after half the work, if the folder cannot be read.
  ls /docker-entrypoint-initdb.d/ >/dev/null
  was_empty=$([[ -n $(ls -A "$DATADIR") ]] || echo yes)

  # In the background, for bash heeds a signal while it waits, but not while a command runs; and in
  # a process group of its own (set -m), so that it can be ended as a whole. Such a group may not
  # read from a terminal.
  trap 'abandon 130' INT
  trap 'abandon 143' TERM
  set -m
  first_start "$@" </dev/null &
  set +m
  wait "$!" || exit "$?"
  trap - INT TERM
  exec "$@"
}

#!/bin/bash
# Starts PostgreSQL as the official image does: same variables, same commands, same first start.
# A first start that fails, or is killed, leaves its half-made data directory behind, as there. One
# that is asked to stop removes it, so that the next start begins anew.

# No -u: the scripts of /docker-entrypoint-initdb.d run in this shell, and may read unset variables.
set -Eeo pipefail

# The first process of a container does not even end at a signal unless it says so.
trap 'exit 130' INT
trap 'exit 143' TERM

# Sets variable $1 from itself, from the file that $1_FILE names, or to the default $2.
from_file() {
  local name=$1 file="${1}_FILE"
  if [[ -n ${!name} && -n ${!file} ]]; then
    echo "Error: both $name and $file are set; set only one of them." >&2
    exit 1
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

read_settings() {
  from_file POSTGRES_PASSWORD ''
  from_file POSTGRES_USER postgres
  from_file POSTGRES_DB "$POSTGRES_USER"
  from_file POSTGRES_INITDB_ARGS ''
  : "${POSTGRES_HOST_AUTH_METHOD:=}"
}

# These options only print something; postgres allows them to root too, and they need no database.
only_prints() {
  local option
  for option; do
    case $option in
      -'?' | --help | -V | --version | --describe-config) return 0 ;;
    esac
  done
  return 1
}

make_directories() {
  local folders=("$PGDATA" /var/run/postgresql)
  if [[ -n $POSTGRES_INITDB_WALDIR ]]; then
    folders+=("$POSTGRES_INITDB_WALDIR")
  fi
  mkdir -p "${folders[@]}"
  # With --user the directories may belong to somebody else; then initdb says what is wrong.
  chmod 700 "$PGDATA" 2>/dev/null || true
  chmod 3775 /var/run/postgresql 2>/dev/null || true
  if [[ $(id -u) == 0 ]]; then
    # The search keeps a restart on much data fast.
    find "${folders[@]}" ! -user postgres -exec chown postgres '{}' +
  fi
}

# initdb wants a name for its user, which a number given with --user need not have.
name_this_user() {
  local uid library
  uid=$(id -u)
  getent passwd "$uid" >/dev/null && return
  for library in /usr/lib/*/libnss_wrapper.so; do
    NSS_WRAPPER_PASSWD=$(mktemp)
    NSS_WRAPPER_GROUP=$(mktemp)
    echo "postgres:x:$uid:$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$NSS_WRAPPER_PASSWD"
    echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
    export LD_PRELOAD=$library NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
  done
}

forget_this_user() {
  if [[ -n $NSS_WRAPPER_PASSWD ]]; then
    rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
    unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
  fi
}

require_password() {
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    cat >&2 <<'TEXT'
Error: Database is uninitialized and superuser password is not specified.
       Set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) to a password for the superuser.
       POSTGRES_HOST_AUTH_METHOD=trust does without one; then everybody who can reach
       the server is let in.
TEXT
    exit 1
  fi
  if [[ $POSTGRES_HOST_AUTH_METHOD == trust ]]; then
    echo 'WARNING: POSTGRES_HOST_AUTH_METHOD=trust lets everybody in who can reach the server.' >&2
  fi
}

# Arguments: what the user wants to give to postgres.
create_cluster() {
  # Disks are made to write once, at the end of the first start (see finish), not after each step.
  local arguments=(--username="$POSTGRES_USER" --auth=trust --no-sync --no-instructions) extra
  if [[ -n $POSTGRES_INITDB_WALDIR ]]; then
    arguments+=(--waldir="$POSTGRES_INITDB_WALDIR")
  fi
  # xargs splits as a shell does, quotes included, but runs nothing.
  mapfile -t extra < <(xargs printf '%s\n' <<<"$POSTGRES_INITDB_ARGS")
  if [[ -n $POSTGRES_INITDB_ARGS ]]; then
    arguments+=("${extra[@]}")
  fi
  if [[ -n $POSTGRES_PASSWORD ]]; then
    # Through a pipe: neither a command line nor a file shows the password.
    initdb "${arguments[@]}" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD")
  else
    initdb "${arguments[@]}"
  fi

  # The socket and the container's own loopback are trusted, all else needs the password.
  local method=$POSTGRES_HOST_AUTH_METHOD
  if [[ -z $method ]]; then
    method=$(postgres -C password_encryption "$@")
  fi
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

# A server for the scripts of the first start. Nobody outside can reach it, so that nobody takes a
# half-made database for a finished one.
start_private_server() {
  postgres -c fsync=off "$@" -c listen_addresses= -p "${PGPORT:-5432}" &
  server=$!
  # The eighth line of this file is the server's state. pg_ctl reads it too, but only every 100 ms.
  local lines=()
  until [[ ${lines[7]} == ready* ]]; do
    if ! kill -0 "$server" 2>/dev/null; then
      echo 'Error: the server for the first start has ended; its messages are above.' >&2
      exit 1
    fi
    sleep 0.01
    if [[ -f $PGDATA/postmaster.pid ]]; then
      mapfile -t lines <"$PGDATA/postmaster.pid"
    fi
  done
}

stop_private_server() {
  kill -INT "$server"
  wait "$server"
}

# Scripts call this too; the official image offers it by this name.
docker_process_sql() {
  local arguments=(-v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc)
  if [[ -n $POSTGRES_DB ]]; then
    arguments+=(--dbname "$POSTGRES_DB")
  fi
  PGHOST='' PGHOSTADDR='' psql "${arguments[@]}" "$@"
}

create_database() {
  docker_process_sql --quiet --dbname postgres --set name="$POSTGRES_DB" <<'SQL'
SELECT format('CREATE DATABASE %I', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SQL
}

run_scripts() {
  # An older name for the same that scripts use.
  # shellcheck disable=SC2034
  local psql=(docker_process_sql) file
  for file; do
    case $file in
      *.sh)
        if [[ -x $file ]]; then
          echo "$0: running $file"
          "$file"
        else
          echo "$0: sourcing $file"
          # shellcheck disable=SC1090
          . "$file"
        fi
        ;;
      *.sql) echo "$0: running $file"; docker_process_sql -f "$file" ;;
      *.sql.gz) echo "$0: running $file"; gunzip -c "$file" | docker_process_sql ;;
      *.sql.xz) echo "$0: running $file"; xzcat "$file" | docker_process_sql ;;
      *.sql.zst) echo "$0: running $file"; zstd -dc "$file" | docker_process_sql ;;
      *) echo "$0: ignoring $file" ;;
    esac
  done
}

# Brings to disk what the first start has written so far without waiting. It is one request a file
# system instead of one a file (there are 1300), and it comes before anybody can store anything.
finish() {
  initdb --sync-only --sync-method=syncfs >/dev/null
  echo
  echo 'The data directory is complete and on disk.'
  echo
}

first_start() {
  create_cluster "$@"
  export PGPASSWORD=${PGPASSWORD:-$POSTGRES_PASSWORD}
  start_private_server "$@"
  create_database
  shopt -s nullglob
  run_scripts /docker-entrypoint-initdb.d/*
  stop_private_server
  finish
}

# Ends the first start at a signal, and empties the data directory, which was empty before it.
abandon() {
  trap '' INT TERM
  local child=$! tries=0
  echo 'The first start was interrupted: removing what it has made so far.' >&2
  kill -TERM -- "-$child" 2>/dev/null || true
  if [[ -f $PGDATA/postmaster.pid ]]; then
    kill -INT "$(head -n 1 "$PGDATA/postmaster.pid")" 2>/dev/null || true
  fi
  while kill -0 -- "-$child" 2>/dev/null; do
    if (( ++tries > 100 )); then
      kill -KILL -- "-$child" 2>/dev/null || true
    fi
    sleep 0.02
  done
  find -H "$PGDATA/pg_wal" -mindepth 1 -delete 2>/dev/null || true
  find "$PGDATA" -mindepth 1 -delete
  exit "$1"
}

main() {
  if [[ $1 == -* ]]; then
    set -- postgres "$@"
  fi
  if [[ $1 != postgres ]] || only_prints "$@"; then
    exec "$@"
  fi

  make_directories
  if [[ $(id -u) == 0 ]]; then
    export HOME=/var/lib/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups -- "${BASH_SOURCE[0]}" "$@"
  fi

  if [[ -s $PGDATA/PG_VERSION ]]; then
    echo
    echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
    echo
    exec "$@"
  fi

  read_settings
  require_password
  # Fails now, not after half the work, if the folder cannot be read.
  ls /docker-entrypoint-initdb.d/ >/dev/null
  if [[ -n $(ls -A "$PGDATA") ]]; then
    echo "Error: $PGDATA holds files, but no database. A first start needs it empty." >&2
    echo '       If it is the root of a mounted disk, set PGDATA to a folder in it.' >&2
    exit 1
  fi
  name_this_user

  # In the background, for bash heeds a signal while it waits, but not while a command runs; and in
  # a process group of its own (set -m), so that it can be ended as a whole. Such a group may not
  # read from a terminal.
  trap 'abandon 130' INT
  trap 'abandon 143' TERM
  set -m
  first_start "${@:2}" </dev/null &
  set +m
  wait "$!" || exit "$?"
  trap - INT TERM

  forget_this_user
  exec "$@"
}

main "$@"

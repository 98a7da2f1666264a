#!/bin/sh
# Starts nginx as the official image does: what lies in /docker-entrypoint.d is run before it.
set -e

note() {
  [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $*"
}

prepare() {
  case $1 in
    *.envsh | *.sh)
      if [ ! -x "$1" ]; then
        note "ignoring $1: it is not executable"
      elif [ "${1%.envsh}" != "$1" ]; then
        # Sourced, so that it can set variables for nginx and for what comes after it.
        note "sourcing $1"
        . "$1"
      else
        note "running $1"
        "$1"
      fi
      ;;
    *) note "ignoring $1" ;;
  esac
}

case "${1:-}" in
  nginx | nginx-debug)
    # Not through a pipe: what is sourced in a pipe is forgotten after it. 9-… comes before 10-….
    files=$(find /docker-entrypoint.d -follow -type f | sort -V)
    while [ -n "$files" ] && IFS= read -r file <&3; do
      prepare "$file"
    done 3<<FILES
$files
FILES
    ;;
esac

exec "$@"

#!/bin/sh
# Starts Node as the official image does: what is not a command is meant for node.
set -e

# An option, a name that is no command, or a script file that cannot be run by itself.
case "${1:-}" in
  -*) set -- node "$@" ;;
  *)
    if ! command -v "${1:-}" >/dev/null || { [ -f "$1" ] && [ ! -x "$1" ]; }; then
      set -- node "$@"
    fi
    ;;
esac

exec "$@"

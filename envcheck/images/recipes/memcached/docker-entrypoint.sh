#!/bin/sh
# Starts Memcached as the official image does: options alone are meant for memcached.
set -e

case "${1:-}" in
  -*) set -- memcached "$@" ;;
esac

exec "$@"

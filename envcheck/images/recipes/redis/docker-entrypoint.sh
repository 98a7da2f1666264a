#!/bin/sh
# Starts Redis as the official image does: same commands, same user, same defaults.
set -e

# Options, or a configuration file, are meant for redis-server.
case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ]; then
  if [ "$(id -u)" = 0 ]; then
    # A volume or a bind mount may belong to root. The search keeps a restart on much data fast.
    find . ! -user redis -exec chown redis '{}' +
    exec setpriv --reuid=redis --regid=redis --clear-groups -- "$0" "$@"
  fi

  # Data files are readable by their owner only, unless the container sets a mask of its own.
  if [ "$(umask)" = 0022 ]; then
    umask 0077
  fi

  # Without a password Redis answers nobody but its own host ("protected mode"). In a container
  # that is nobody at all, so the official image is built with that mode off. Debian's is not:
  # turn it off here, unless the configuration file speaks about it. It goes before the command's
  # own options, so that these have the last word.
  case " $* " in
    *" --sentinel "*) ;; # a sentinel turns it off by itself
    *)
      case "${2:-}" in
        -h | --help | -v | --version | --test-memory | --check-system) ;;
        '' | --*)
          shift
          set -- redis-server --protected-mode no "$@"
          ;;
        *)
          # A file, or "-" for standard input, which can be read only once.
          if [ "$2" = - ] || ! grep -Eqis '^[[:space:]]*"?protected-mode[[:space:]]' "$2"; then
            file=$2
            shift 2
            set -- redis-server "$file" --protected-mode no "$@"
          fi
          ;;
      esac
      ;;
  esac
fi

exec "$@"

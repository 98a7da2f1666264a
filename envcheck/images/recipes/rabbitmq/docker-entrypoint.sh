#!/bin/bash
# Starts RabbitMQ as the official image does: same user, same variables, same names of nodes.
set -euo pipefail

# Its tools are run as the server's user too, so that they find and may read its cookie.
if [[ ${1:-} == rabbitmq* && $(id -u) == 0 ]]; then
  if [[ $1 == rabbitmq-server ]]; then
    # A volume may belong to root. The search keeps a restart on much data fast.
    find /var/lib/rabbitmq ! -user rabbitmq -exec chown rabbitmq '{}' +
  fi
  exec setpriv --reuid=rabbitmq --regid=rabbitmq --init-groups -- "${BASH_SOURCE[0]}" "$@"
fi

# These set a password or TLS in older images, and were dropped. Unheeded, a server would start with
# guest/guest, or in the clear.
refused=0
for name in RABBITMQ_DEFAULT_{PASS,USER}_FILE \
  RABBITMQ_SSL_{CACERTFILE,CERTFILE,KEYFILE,VERIFY,FAIL_IF_NO_PEER_CERT,DEPTH} \
  RABBITMQ_MANAGEMENT_SSL_{CACERTFILE,CERTFILE,KEYFILE,VERIFY,FAIL_IF_NO_PEER_CERT,DEPTH} \
  RABBITMQ_VM_MEMORY_HIGH_WATERMARK; do
  if [[ -n ${!name:-} ]]; then
    echo "error: $name is set, but this image does not take it any more" >&2
    refused=1
  fi
done
if (( refused )); then
  echo 'error: use a configuration file in /etc/rabbitmq/conf.d instead' >&2
  exit 1
fi

# A host name with a dot in it can only be part of a long name.
if [[ -z ${RABBITMQ_USE_LONGNAME:-} && $(hostname) != "$(hostname -s)" ]]; then
  export RABBITMQ_USE_LONGNAME=true
fi

exec "$@"

#!/bin/sh
# Fills the variables of the environment into /etc/nginx/templates/*.template, each as a file of the
# same name without the suffix in /etc/nginx/conf.d; folders in between are kept.
set -e

from=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
suffix=${NGINX_ENVSUBST_TEMPLATE_SUFFIX:-.template}
to=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
export NGINX_ENVSUBST_FILTER=${NGINX_ENVSUBST_FILTER:-}

note() {
  [ -n "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ] || echo "$0: $*"
}

[ -d "$from" ] || exit 0
if [ ! -w "$to" ]; then
  note "ERROR: there are templates in $from, but $to cannot be written"
  exit 0
fi

# Only variables that are set: nginx has variables of its own, such as $host, which must stay.
names=$(awk 'BEGIN { for (name in ENVIRON) if (name ~ ENVIRON["NGINX_ENVSUBST_FILTER"]) printf "${%s} ", name }')
find "$from" -follow -type f -name "*$suffix" | while IFS= read -r template; do
  file=${template#"$from/"}
  file=$to/${file%"$suffix"}
  mkdir -p "$(dirname "$file")"
  note "running envsubst on $template to $file"
  envsubst "$names" <"$template" >"$file"
done

#!/bin/bash
# Starts MariaDB as the official image does: same variables, same commands, same first start.

PRODUCT=MariaDB
SERVERS=(mariadbd mysqld)
CLIENT=mariadb
FOLDERS=()
PRIVATE=(--wsrep_on=OFF --expire-logs-days=0 --loose-innodb_buffer_pool_load_at_startup=0)
# shellcheck source=../shared/mysql-first-start.sh
. /usr/local/lib/mysql-first-start.sh

# Sets MARIADB_$1 and the variable of its older name $2 to the same value, the newer one first.
either() {
  from_file "$2" "$3"
  from_file "MARIADB_$1" "${!2}"
  local newer="MARIADB_$1"
  export "$2=${!newer}"
}

read_settings() {
  either ROOT_HOST MYSQL_ROOT_HOST %
  either ROOT_PASSWORD MYSQL_ROOT_PASSWORD
  either DATABASE MYSQL_DATABASE
  either USER MYSQL_USER
  either PASSWORD MYSQL_PASSWORD
  either ALLOW_EMPTY_ROOT_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD
  either RANDOM_ROOT_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD
  either INITDB_SKIP_TZINFO MYSQL_INITDB_SKIP_TZINFO
  from_file MARIADB_ROOT_PASSWORD_HASH
  from_file MARIADB_PASSWORD_HASH
}

require_password() {
  # What this stand-in cannot do must not go unnoticed.
  local unknown=("${!MARIADB_REPLICATION_@}" "${!MARIADB_MASTER_@}")
  if [[ -n ${unknown[0]} ]]; then
    fail "${unknown[0]} is set, and this build from packages sets up no replication."
  fi
  if compgen -G '/docker-entrypoint-initdb.d/*.tar.*' >/dev/null; then
    fail 'this build from packages restores no backup (*.tar.*).'
  fi
  local said="$MARIADB_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD"
  if [[ -z $said$MARIADB_ROOT_PASSWORD_HASH ]]; then
    fail 'Database is uninitialized and password option is not specified
	Set one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH,
	MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD.'
  fi
  if [[ -n $said && -n $MARIADB_ROOT_PASSWORD_HASH ]]; then
    fail 'MARIADB_ROOT_PASSWORD_HASH and another MARIADB_*ROOT_PASSWORD option are set.'
  fi
  if [[ -n $MARIADB_PASSWORD && -n $MARIADB_PASSWORD_HASH ]]; then
    fail 'Both MARIADB_PASSWORD and MARIADB_PASSWORD_HASH are set.'
  fi
  if [[ -n $MARIADB_RANDOM_ROOT_PASSWORD ]]; then
    make_random_password
    export MARIADB_ROOT_PASSWORD=$MYSQL_ROOT_PASSWORD
  fi
}

create_data() {
  local options=() option
  for option in "${@:2}"; do
    # mariadb-install-db would take such an option apart.
    if [[ $option != *[[:space:]]* ]]; then
      options+=("$option")
    fi
  done
  mariadb-install-db --datadir="$DATADIR" --rpm --auth-root-authentication-method=normal \
    "${options[@]}" --skip-test-db --default-time-zone=SYSTEM --enforce-storage-engine= \
    --skip-log-bin --expire-logs-days=0 --loose-innodb_buffer_pool_load_at_startup=0 \
    --loose-innodb_buffer_pool_dump_at_shutdown=0
}

time_zones() {
  if [[ -z $MARIADB_INITDB_SKIP_TZINFO ]]; then
    mariadb-tzinfo-to-sql --skip-write-binlog /usr/share/zoneinfo
  fi
}

# How an account is told its password $1, or where that is empty its hash $2.
identified() {
  if [[ -z $1 && -n $2 ]]; then
    printf 'IDENTIFIED BY PASSWORD %s' "$(string "$2")"
  else
    printf 'IDENTIFIED BY %s' "$(string "$1")"
  fi
}

accounts() {
  local root
  echo "SET SESSION sql_mode = '', sql_log_bin = 0;"
  echo "DROP USER IF EXISTS root@'127.0.0.1', root@'::1', root@$(string "$HOSTNAME");"
  # The password of root@localhost may be a hash only: then the scripts must do without one.
  if [[ -z $MARIADB_ROOT_PASSWORD_HASH ]]; then
    echo "ALTER USER root@localhost $(identified "$MARIADB_ROOT_PASSWORD");"
  fi
  if [[ -n $MARIADB_ROOT_HOST && $MARIADB_ROOT_HOST != localhost ]]; then
    root="root@$(string "$MARIADB_ROOT_HOST")"
    echo "CREATE USER $root $(identified "$MARIADB_ROOT_PASSWORD" "$MARIADB_ROOT_PASSWORD_HASH");"
    echo "GRANT ALL ON *.* TO $root WITH GRANT OPTION;"
    echo "GRANT PROXY ON ''@'%' TO $root WITH GRANT OPTION;"
  fi
  echo 'SET SESSION sql_log_bin = 1;'
  if [[ -n $MARIADB_DATABASE ]]; then
    echo "CREATE DATABASE IF NOT EXISTS $(name "$MARIADB_DATABASE");"
  fi
  if [[ -n $MARIADB_USER && -n $MARIADB_PASSWORD$MARIADB_PASSWORD_HASH ]]; then
    local user
    user="$(string "$MARIADB_USER")@'%'"
    echo "CREATE USER $user $(identified "$MARIADB_PASSWORD" "$MARIADB_PASSWORD_HASH");"
    if [[ -n $MARIADB_DATABASE ]]; then
      echo "GRANT ALL ON $(pattern "$MARIADB_DATABASE").* TO $user;"
    fi
  fi
}

after_scripts() {
  if [[ -n $MARIADB_ROOT_PASSWORD_HASH ]]; then
    echo "SET SESSION sql_log_bin = 0;"
    echo "SET PASSWORD FOR root@localhost = $(string "$MARIADB_ROOT_PASSWORD_HASH");"
  fi
}

main "$@"

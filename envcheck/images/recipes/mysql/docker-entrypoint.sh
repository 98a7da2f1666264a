#!/bin/bash
# Starts MySQL as the official image does: same variables, same commands, same first start.

PRODUCT=MySQL
SERVERS=(mysqld)
CLIENT=mysql
FOLDERS=(/var/lib/mysql-files)
PRIVATE=()
# shellcheck source=../shared/mysql-first-start.sh
. /usr/local/lib/mysql-first-start.sh

read_settings() {
  from_file MYSQL_ROOT_HOST %
  from_file MYSQL_ROOT_PASSWORD
  from_file MYSQL_DATABASE
  from_file MYSQL_USER
  from_file MYSQL_PASSWORD
}

require_password() {
  if [[ -z $MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD ]]; then
    fail 'Database is uninitialized and password option is not specified
    Set one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD and MYSQL_RANDOM_ROOT_PASSWORD.'
  fi
  if [[ $MYSQL_USER == root ]]; then
    fail 'MYSQL_USER=root: MYSQL_USER and MYSQL_PASSWORD are for another user than root
    Remove MYSQL_USER, and give the password of root in MYSQL_ROOT_PASSWORD.'
  fi
  if [[ -n $MYSQL_USER && -z $MYSQL_PASSWORD ]]; then
    say Warn 'MYSQL_USER is set without MYSQL_PASSWORD: that user is not made' >&2
  elif [[ -z $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
    say Warn 'MYSQL_PASSWORD is set without MYSQL_USER: it is not used' >&2
  fi
  if [[ -n $MYSQL_RANDOM_ROOT_PASSWORD ]]; then
    make_random_password
  fi
}

create_data() {
  "$@" --initialize-insecure --default-time-zone=SYSTEM
}

time_zones() {
  if [[ -z $MYSQL_INITDB_SKIP_TZINFO ]]; then
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2>/dev/null
  fi
}

accounts() {
  local password root user
  password=$(string "$MYSQL_ROOT_PASSWORD")
  echo "SET SESSION sql_mode = '', autocommit = 1, sql_log_bin = 0;"
  echo "ALTER USER root@localhost IDENTIFIED BY $password;"
  echo 'GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION;'
  if [[ -n $MYSQL_ROOT_HOST && $MYSQL_ROOT_HOST != localhost ]]; then
    root="root@$(string "$MYSQL_ROOT_HOST")"
    echo "CREATE USER $root IDENTIFIED BY $password;"
    echo "GRANT ALL ON *.* TO $root WITH GRANT OPTION;"
  fi
  echo 'SET SESSION sql_log_bin = 1;'
  if [[ -n $MYSQL_DATABASE ]]; then
    echo "CREATE DATABASE IF NOT EXISTS $(name "$MYSQL_DATABASE");"
  fi
  if [[ -n $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
    user="$(string "$MYSQL_USER")@'%'"
    echo "CREATE USER $user IDENTIFIED BY $(string "$MYSQL_PASSWORD");"
    if [[ -n $MYSQL_DATABASE ]]; then
      echo "GRANT ALL ON $(pattern "$MYSQL_DATABASE").* TO $user;"
    fi
  fi
}

after_scripts() {
  if [[ -n $MYSQL_ONETIME_PASSWORD ]]; then
    echo "ALTER USER root@'%' PASSWORD EXPIRE;"
  fi
}

main "$@"

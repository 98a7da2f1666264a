"""Databases and the data that they find in their volumes."""

from __future__ import annotations

from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording


def _exited(*logs: str) -> Symptom:
    return Symptom("wait", "webapp-db", state="exited", exit_code=1, logs=logs)


RECORDED = (
    Recording(
        "postgres.data-other-major",
        _exited(
            "2026-11-24 07:31:19.461 UTC [31929] FATAL:  database files are incompatible with"
            " server",
            "2026-11-24 07:31:19.461 UTC [31929] DETAIL:  The data directory was initialized by"
            " PostgreSQL version 14, which is not compatible with this version 15.18 (Debian"
            " 15.18-0+deb12u1).",
        ),
        "real: PostgreSQL 15.18 on data that says 14",
    ),
    Recording(
        "postgres.old-mount",
        _exited(
            "Error: in 18+, these Docker images are configured to store database data in a",
            '       format which is compatible with "pg_ctlcluster" (specifically, using',
            "       major-version-specific directory names).  This better reflects how",
            "       PostgreSQL itself works, and how upgrades are to be performed.",
            "       Counter to that, there appears to be PostgreSQL data in:",
            "         /var/lib/postgresql/data (unused mount/volume)",
        ),
        "quoted: rails/rails#56150; docker-library/postgres, docker-entrypoint.sh",
    ),
    Recording(
        "postgres.no-password",
        _exited(
            "Error: Database is uninitialized and superuser password is not specified.",
            "       You must specify POSTGRES_PASSWORD to a non-empty value for the",
            '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
        ),
        "quoted: docker-library/postgres, docker-entrypoint.sh",
    ),
    Recording(
        "postgres.old-password",
        Symptom(
            "wait",
            "webapp-db",
            'connection failed: connection to server at "127.0.0.1", port 55432 failed: FATAL: '
            ' password authentication failed for user "app"',
            state="running",
            logs=(
                (
                    "PostgreSQL Database directory appears to contain a database; Skipping"
                    " initialization"
                ),
                (
                    "2026-11-24 07:31:15.409 UTC [31508] FATAL:  password authentication failed for"
                    ' user "app"'
                ),
                (
                    "2026-11-24 07:31:15.409 UTC [31508] DETAIL:  Connection matched pg_hba.conf"
                    ' line 87: "host    all             all             127.0.0.1/32           '
                    ' scram-sha-256"'
                ),
            ),
        ),
        "real: PostgreSQL 15.18 and psycopg 3; the first line is the image's own",
    ),
    Recording(
        "mysql.no-password",
        _exited(
            "2026-11-24 14:21:02+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password"
            " option is not specified",
            "    You need to specify one of the following as an environment variable:",
            "    - MYSQL_ROOT_PASSWORD",
        ),
        "quoted: docker-library/mysql, docker-entrypoint.sh",
    ),
    Recording(
        "mysql.old-password",
        Symptom(
            "wait",
            "webapp-db",
            "Access denied for user 'app'@'172.17.0.1' (using password: YES)",
            state="running",
            logs=(
                "2026-11-24 14:33:27 0 [Note] mariadbd: ready for connections.",
                (
                    "2026-11-24 14:33:28 30 [Warning] Access denied for user 'app'@'172.17.0.1'"
                    " (using password: YES)"
                ),
            ),
        ),
        "real: MariaDB 11.8.9 and PyMySQL 1.2.4; MySQL 9.7.4 says the same, and logs nothing",
    ),
    Recording(
        "mysql.old-database",
        Symptom(
            "wait",
            "webapp-db",
            "Access denied for user 'app'@'%' to database 'nope'",
            state="running",
        ),
        "real: MySQL 9.7.4 and MariaDB 11.8.9, PyMySQL 1.2.4",
    ),
    Recording(
        "mysql.old-database",
        Symptom("wait", "webapp-db", "Unknown database 'nope'", state="running"),
        "real: MySQL 9.7.4 and MariaDB 11.8.9 to root, PyMySQL 1.2.4",
    ),
    Recording(
        "mongo.old-password",
        Symptom(
            "wait",
            "webapp-mongo",
            "Authentication failed.",
            state="running",
            logs=(
                (
                    '{"t":{"$date":"2022-11-30T19:55:36.227+00:00"},"s":"I",  "c":"ACCESS",  '
                    ' "id":20249,   "ctx":"conn3","msg":"Authentication failed","attr":{'
                    '"mechanism":"SCRAM-SHA-256","speculative":true,"principalName":"root",'
                    '"authenticationDatabase":"admin","remote":"172.16.4.164:48328","extraInfo":{},'
                    '"error":"UserNotFound: Could not find user \\"root\\" for db \\"admin\\""}}'
                ),
            ),
        ),
        "quoted: bitnami/charts#13744 (MongoDB 5)",
    ),
    Recording(
        "mongo.old-password",
        Symptom(
            "wait",
            "webapp-mongo",
            state="running",
            logs=(
                (
                    '{"t":{"$date":"2023-09-04T13:57:39.181+00:00"},"s":"I",  "c":"ACCESS",  '
                    ' "id":5286307, "ctx":"conn1","msg":"Failed to authenticate","attr":{"client":'
                    '"172.21.0.3:37704","isSpeculative":false,"isClusterMember":false,"mechanism":'
                    '"SCRAM-SHA-1","user":"root","db":"admin","error":"UserNotFound: Could not find'
                    ' user \\"root\\" for db \\"admin\\"","result":11}}'
                ),
            ),
        ),
        "quoted: docker-library/mongo#641 (MongoDB 7)",
    ),
    Recording(
        "rabbitmq.old-password",
        Symptom(
            "wait",
            "others-queue",
            "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details"
            " see the broker logfile.",
            state="running",
            logs=(
                (
                    "2026-11-24 14:19:18.591086+00:00 [info] <0.1130.0> accepting AMQP connection"
                    " 172.18.0.1:48750 -> 172.18.0.2:5672\x1b[0m"
                ),
                (
                    "\x1b[38;5;160m2026-11-24 14:19:18.593254+00:00 [error] <0.1130.0> Error on"
                    " AMQP connection <0.1130.0> (172.18.0.1:48750 -> 172.18.0.2:5672, state:"
                    " starting):\x1b[0m"
                ),
                (
                    "\x1b[38;5;160m2026-11-24 14:19:18.593254+00:00 [error] <0.1130.0> PLAIN login"
                    " refused: user 'app' - invalid credentials\x1b[0m"
                ),
            ),
        ),
        "real: RabbitMQ 4.0.5 and pika 1.4.4",
    ),
    Recording(
        "rabbitmq.old-virtual-host",
        Symptom("wait", "others-queue", "NOT_ALLOWED - vhost nope not found", state="running"),
        "real: RabbitMQ 4.0.5 and pika 1.4.4",
    ),
    Recording(
        "rabbitmq.old-virtual-host",
        Symptom(
            "wait",
            "others-queue",
            "NOT_ALLOWED - access to vhost 'other' refused for user 'app'",
            state="running",
        ),
        "real: RabbitMQ 4.0.5 and pika 1.4.4",
    ),
    Recording(
        "redis.newer-data",
        _exited(
            "1:M 22 Sep 2023 10:37:18.317 # Can't handle RDB format version 11",
            "1:M 22 Sep 2023 10:37:18.317 # Fatal error loading the DB: Invalid argument. Exiting.",
        ),
        "quoted: apecloud/ape-dts#67 (Redis 7.0.13 on data of 7.2.1)",
    ),
)

"""Databases and the data that they find in their volumes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor import remedies
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, logs_say, mentions, says

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom

_WAIT = doing("wait")
_MAJORS = re.compile(
    r"initialized by PostgreSQL version (\S+), which is not compatible with this version (\S+?)\.?"
    r"(?:\s|$)"
)
_RDB = re.compile(r"RDB format version (\d+)")


def _majors(symptom: Symptom) -> str:
    found = next(filter(None, map(_MAJORS.search, symptom.logs)), None)
    if not found:
        return "the data was made by another major version of PostgreSQL"
    return f"the data was made by PostgreSQL {found[1]}, the image is {found[2]}"


def _keep_major(symptom: Symptom) -> Fix:
    found = next(filter(None, map(_MAJORS.search, symptom.logs)), None)
    old = found[1] if found else "the old major"
    return remedies.clean_service(f"pin postgres:{old} again, or dump there and restore here")


def _rdb(symptom: Symptom) -> str:
    found = next(filter(None, map(_RDB.search, symptom.logs)), None)
    version = f" (RDB format {found[1]})" if found else ""
    return f"the data was saved by a newer Redis{version}"


_OR_AS_IT_WAS = "set the password in the profile that the data was made with, or change it inside"

FAULTS = (
    Fault(
        id="postgres.data-other-major",
        layer="database",
        severity="fail",
        matches=logs_say("database files are incompatible with server")
        | logs_say("data directory was initialized by PostgreSQL version"),
        what=_majors,
        why="a major version of PostgreSQL cannot read the files of another",
        remedy=_keep_major,
        link="https://www.postgresql.org/docs/current/upgrading.html",
    ),
    Fault(
        id="postgres.old-mount",
        layer="database",
        severity="fail",
        matches=logs_say("in 18+, these Docker images are configured to store database data"),
        what="the volume is mounted where images of PostgreSQL before 18 had it",
        why="from 18 on the image keeps its data in a folder named after the major",
        remedy=Fix("mount the volume at /var/lib/postgresql, without /data"),
        link="https://github.com/docker-library/postgres/pull/1259",
    ),
    Fault(
        id="postgres.no-password",
        layer="database",
        severity="fail",
        matches=logs_say("Database is uninitialized and superuser password is not specified"),
        what="PostgreSQL has no password for its superuser",
        why="the image makes no database without one",
        remedy=Fix("set POSTGRES_PASSWORD under `environment:` of the service"),
    ),
    Fault(
        id="postgres.old-password",
        layer="database",
        severity="fail",
        # Its own log must say so: a server on this machine may answer on the same port.
        matches=_WAIT & logs_say("password authentication failed for user"),
        what="PostgreSQL refuses the profile's password",
        why="the image sets a password only on an empty volume, and this one held data before",
        remedy=remedies.clean_service(f"{_OR_AS_IT_WAS} (ALTER ROLE … PASSWORD …)"),
    ),
    Fault(
        id="mysql.no-password",
        layer="database",
        severity="fail",
        matches=logs_say("Database is uninitialized and password option is not specified"),
        what="nothing is said about the password of root",
        why="the images of MySQL and MariaDB make no database without one, or leave to do without",
        remedy=Fix("set MYSQL_ROOT_PASSWORD or MARIADB_ROOT_PASSWORD under `environment:`"),
    ),
    Fault(
        id="mysql.old-password",
        layer="database",
        severity="fail",
        # MySQL keeps no log of it. Data that was made just now has the profile's own password.
        matches=_WAIT
        & says("(using password: YES)", "(using password: NO)")
        & ~says("cannot be known here")
        & ~logs_say("init process done"),
        what="the server refuses the profile's user or password",
        why="the image makes users only on an empty volume, and this one held data before",
        remedy=remedies.clean_service(f"{_OR_AS_IT_WAS} (ALTER USER … IDENTIFIED BY …)"),
    ),
    Fault(
        id="mysql.old-database",
        layer="database",
        severity="fail",
        matches=_WAIT
        & says("Unknown database '", "to database '")
        & ~logs_say("init process done"),
        what="there is no database of the profile's name for its user",
        why="the image makes the database only on an empty volume, and this one held data before",
        remedy=remedies.clean_service(
            "name the database in the profile that is there, or make it inside"
            " (CREATE DATABASE …; GRANT ALL ON … TO …)"
        ),
    ),
    Fault(
        id="mongo.old-password",
        layer="database",
        severity="fail",
        matches=_WAIT
        & logs_say("Authentication failed", "Failed to authenticate")
        & logs_say("SCRAM-SHA")
        & mentions("UserNotFound", "AuthenticationFailed"),
        what="MongoDB refuses the profile's user or password",
        why="the image makes the user only on an empty volume, and this one held data before",
        remedy=remedies.clean_service(f"{_OR_AS_IT_WAS} (db.changeUserPassword)"),
    ),
    Fault(
        id="rabbitmq.old-password",
        layer="database",
        severity="fail",
        # Its own log must say so here too.
        matches=_WAIT & says("ACCESS_REFUSED") & logs_say("login refused: user"),
        what="RabbitMQ refuses the profile's user or password",
        why="the server makes the user only on an empty volume, and this one held data before",
        remedy=remedies.clean_service(f"{_OR_AS_IT_WAS} (rabbitmqctl change_password USER)"),
        link="https://www.rabbitmq.com/docs/access-control#default-state",
    ),
    Fault(
        id="rabbitmq.old-virtual-host",
        layer="database",
        severity="fail",
        matches=_WAIT & says("NOT_ALLOWED - vhost", "NOT_ALLOWED - access to vhost"),
        what="RabbitMQ does not let the profile's user into its virtual host",
        why="the server makes the virtual host only on an empty volume, and this one held data",
        remedy=remedies.clean_service(
            "name the virtual host in the profile that the data was made with, or make it inside"
            " (rabbitmqctl add_vhost and set_permissions)"
        ),
        link="https://www.rabbitmq.com/docs/access-control#default-state",
    ),
    Fault(
        id="redis.newer-data",
        layer="database",
        severity="fail",
        matches=logs_say("Can't handle RDB format version"),
        what=_rdb,
        why="an older Redis cannot read what a newer one has saved",
        remedy=remedies.clean_service("pin the newer Redis again"),
    ),
)

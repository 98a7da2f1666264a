"""Which kinds of services a project's dependencies talk to. Pure."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

from envcheck.core.first.newest import NAMES, NEWEST
from envcheck.core.first.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FILES = ("package.json", "pyproject.toml", "requirements*.txt", ".tool-versions")

_OF_NODE: Mapping[str, tuple[str, ...]] = {
    "postgres": ("pg", "pg-promise", "pg-pool", "postgres"),
    "mysql": ("mysql", "mysql2"),
    "mariadb": ("mariadb",),
    "mongodb": ("mongodb", "mongoose"),
    "redis": ("redis", "ioredis", "bull", "bullmq", "connect-redis"),
    "memcached": ("memcached", "memjs"),
    "rabbitmq": ("amqplib", "amqp-connection-manager"),
}
_OF_PYTHON: Mapping[str, tuple[str, ...]] = {
    "postgres": ("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg8000", "aiopg"),
    "mysql": ("pymysql", "mysqlclient", "mysql-connector-python", "aiomysql", "asyncmy"),
    "mariadb": ("mariadb",),
    "mongodb": ("pymongo", "motor", "mongoengine"),
    "redis": ("redis", "django-redis", "rq"),
    "memcached": ("pymemcache", "python-memcached", "pylibmc"),
    "rabbitmq": ("pika", "aio-pika"),
}
_ASDF = {"postgres": "postgres", "redis": "redis", "mysql": "mysql", "mongodb": "mongodb"}
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def needed(texts: Mapping[str, str]) -> dict[str, str]:
    """The kinds that the dependencies talk to, each with where that is known from."""
    found: dict[str, list[str]] = {}
    for file, text in texts.items():
        kinds, packages = _packages(file, text)
        for kind, names in kinds.items():
            used = sorted(set(names) & packages)
            if used:
                found.setdefault(kind, []).append(f"{file}: {', '.join(used)}")
    return {kind: "; ".join(why) for kind, why in found.items()}


def names_package(texts: Mapping[str, str], package: str) -> bool:
    """Whether a project's files name a Python package."""
    return any(package in _packages(file, text)[1] for file, text in texts.items())


def wish_for(kind: str, why: str, project: str, texts: Mapping[str, str], name: str = "") -> Wish:
    """A service of a kind, in the version that the project names elsewhere or the newest."""
    image, image_why = NEWEST[kind], "no version is named, so the newest known here"
    for words in _lines(texts.get(".tool-versions", "")):
        if len(words) > 1 and _ASDF.get(words[0]) == kind and words[1][0].isdigit():
            image, image_why = f"{image.partition(':')[0]}:{words[1]}", ".tool-versions"
    database = re.sub(r"\W", "_", project)
    return Wish(
        name or NAMES[kind], kind, image, why, image_why, environment=_variables(kind, database)
    )


def _variables(kind: str, database: str) -> dict[str, str]:
    match kind:
        case "postgres":
            return {
                "POSTGRES_DB": database,
                "POSTGRES_USER": database,
                "POSTGRES_PASSWORD": "generate",
            }
        case "mysql" | "mariadb":
            own = kind.upper()
            return {
                f"{own}_DATABASE": database,
                f"{own}_USER": database,
                f"{own}_PASSWORD": "generate",
                f"{own}_ROOT_PASSWORD": "generate",
            }
        case _:
            return {}


def _packages(file: str, text: str) -> tuple[Mapping[str, tuple[str, ...]], set[str]]:
    """The kinds by the packages that talk to them, and the packages that a file names."""
    match file:
        case "package.json":
            return _OF_NODE, _of_package_json(text)
        case "pyproject.toml":
            return _OF_PYTHON, _normal(_of_pyproject(toml(text)))
        case _ if file.startswith("requirements"):
            lines = (line for line in text.splitlines() if not line.lstrip().startswith(("#", "-")))
            return _OF_PYTHON, _normal(lines)
        case _:
            return {}, set()


def _of_package_json(text: str) -> set[str]:
    data = package_json(text)
    groups = (data.get(key) for key in ("dependencies", "devDependencies", "optionalDependencies"))
    return {name for group in groups if isinstance(group, dict) for name in group}


def package_json(text: str) -> dict[str, Any]:
    """What a package.json says; nothing where it is none."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def toml(text: str) -> dict[str, Any]:
    """What a TOML file says; nothing where it is none, or where Python cannot read it (3.10)."""
    if sys.version_info < (3, 11):
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _of_pyproject(data: Mapping[str, Any]) -> Iterator[str]:
    """The dependencies of the project, its groups and extras included, and those of Poetry."""
    project = _table(data, "project")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    lists += _table(data, "dependency-groups").values()
    for each in lists:
        if isinstance(each, list):
            yield from (item for item in each if isinstance(item, str))
    poetry = _table(_table(data, "tool"), "poetry")
    yield from _table(poetry, "dependencies")
    for group in _table(poetry, "group").values():
        yield from _table(group, "dependencies") if isinstance(group, dict) else ()


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _normal(requirements: Iterable[str]) -> set[str]:
    """The names of packages as PyPI compares them."""
    found = (_REQUIREMENT.match(each) for each in requirements)
    return {re.sub(r"[._-]+", "-", match[1]).lower() for match in found if match}


def _lines(text: str) -> list[list[str]]:
    return [line.partition("#")[0].split() for line in text.splitlines()]

"""What a kind is called, and its image for a project that names no version of its own. Pure.

Each is a version that its recipe can stand in for, where there is a recipe; they are raised with
the recipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NEWEST: Mapping[str, str] = {
    "postgres": "postgres:17.11",
    "mysql": "mysql:9.7.4",
    "mariadb": "mariadb:11.8.9",
    "mongodb": "mongo:8.0.4",
    "redis": "redis:8.0.2",
    "memcached": "memcached:1.6.38",
    "rabbitmq": "rabbitmq:4.0.5",
    "nginx": "nginx:1.26.3",
}

PRODUCTS: Mapping[str, str] = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "mongodb": "MongoDB",
    "redis": "Redis",
    "memcached": "Memcached",
    "rabbitmq": "RabbitMQ",
    "nginx": "nginx",
    "node": "Node",
}

NAMES: Mapping[str, str] = {
    **dict.fromkeys(("postgres", "mysql", "mariadb", "mongodb"), "db"),
    **dict.fromkeys(("redis", "memcached"), "cache"),
    "rabbitmq": "queue",
    "nginx": "proxy",
}
"""What a service of a kind is called where nobody has named it."""

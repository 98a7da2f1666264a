"""RabbitMQ, Memcached and nginx, as profiles have them: one instance of the three for all tests."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pika
import pytest

from envcheck.services.catalogue import KINDS
from envcheck.services.kind import Access, NotReady
from tests.engine.cli import Cli
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.test_probes import until
from tests.engine.test_webapp import get

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-kinds"
HERE = ("kinds", "--instance", NAME)
PASSWORD, OTHER = "canary-9c1e", "canary-2b70"
QUEUE = {"RABBITMQ_DEFAULT_USER": "anna", "RABBITMQ_DEFAULT_VHOST": "shop"}
KIND_OF = {"queue": "rabbitmq", "cache": "memcached", "site": "nginx"}
SITE = 'server { listen 80; location / { return 200 "${GREETING}, $request_method\\n"; } }\n'
# nginx looks for those that it stands before when it starts, and does not start without them.
BROKEN = "server { listen 80; location / { proxy_pass http://nobody:3000; } }\n"
LIMIT = 20
"""Seconds for a queue that cannot become ready; it takes some 4 until it says so."""


@pytest.fixture(scope="module")
def kinds(
    tmp_path_factory: pytest.TempPathFactory, state: Path, engine: object, images: None
) -> Iterator[Cli]:
    """A project with the three, and the command line in it. Its images are built once.

    The images of webapp are held meanwhile, and with them the base that all recipes build upon.
    """
    call = Cli(tmp_path_factory.mktemp("kinds"), {"XDG_STATE_HOME": str(state)})
    yield call
    write(call.folder)
    gone = call("clean", "--yes", *HERE, "--json")
    assert gone.code == 0, gone.out + gone.err
    assert gone.report["left_behind"] == []


def write(folder: Path, password: str = PASSWORD, site: str = SITE, timeout: float = 60) -> None:
    """Write the profile and what its web server is built from."""
    own = folder / "profiles" / "site"
    own.mkdir(parents=True, exist_ok=True)
    (own / "Dockerfile").write_text(
        "FROM nginx:1.26.3\nCOPY default.conf.template /etc/nginx/templates/\n"
    )
    (own / "default.conf.template").write_text(site)
    services = {
        "queue": {
            "image": "rabbitmq:4.0.5",
            "environment": {**QUEUE, "RABBITMQ_DEFAULT_PASS": password},
            "timeout": timeout,
        },
        "cache": {"image": "memcached:1.6.38", "command": ["-m", "16"]},
        "site": {
            "kind": "nginx",
            "build": "site",
            "environment": {"GREETING": "Good morning"},
            "depends_on": ["cache"],
        },
    }
    profile = {"name": "kinds", "services": services}
    (folder / "profiles" / "kinds.yaml").write_text(json.dumps(profile))


def up(kinds: Cli) -> dict[str, dict[str, Any]]:
    """Bring it up as it should be; what is told of each service."""
    write(kinds.folder)
    done = kinds("up", "--yes", *HERE, "--json")
    assert done.code == 0, done.out + done.err
    services: dict[str, dict[str, Any]] = done.report["services"]
    return services


def variables(kinds: Cli) -> dict[str, str]:
    found: dict[str, str] = json.loads(kinds("env", *HERE, "--format", "json").out)
    return found


def access_to(kinds: Cli, service: str, timeout: float = 5.0) -> Access:
    """The way to a service that runs, with the profile's credentials."""
    host, _, port = up(kinds)[service]["endpoint"].rpartition(":")
    environment = {**QUEUE, "RABBITMQ_DEFAULT_PASS": PASSWORD} if service == "queue" else {}
    return Access(host, int(port), environment, timeout=timeout)


def test_each_is_ready_with_the_version_that_is_pinned(kinds: Cli) -> None:
    services = up(kinds)
    assert {name: (one["state"], one["version"]) for name, one in services.items()} == {
        "queue": ("ready", "4.0.5"),
        "cache": ("ready", "1.6.38"),
        "site": ("ready", "1.26.3"),
    }
    assert services["queue"]["source"] in ("recipe", "registry")
    assert services["site"]["source"] == "build"


def test_programs_connect_with_the_variables(kinds: Cli) -> None:
    up(kinds)
    found = variables(kinds)
    assert set(found) == {"RABBITMQ_URL", "MEMCACHE_SERVERS", "SITE_URL"}
    connection = pika.BlockingConnection(pika.URLParameters(found["RABBITMQ_URL"]))
    assert connection.channel().is_open
    connection.close()
    host, _, port = found["MEMCACHE_SERVERS"].rpartition(":")
    with socket.create_connection((host, int(port)), 5) as cache:
        cache.sendall(b"stats settings\r\n")
        assert b"STAT maxbytes 16777216\r\n" in cache.recv(1 << 16)
    assert get(found["SITE_URL"]) == "Good morning, GET\n"


def test_a_durable_queue_survives_its_container(kinds: Cli, docker: Docker) -> None:
    """Its server files data under its host's name, which Docker makes up for each container."""
    up(kinds)
    with pika.BlockingConnection(pika.URLParameters(variables(kinds)["RABBITMQ_URL"])) as before:
        channel = before.channel()
        channel.queue_declare("orders", durable=True)
        channel.confirm_delivery()
        lasting = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
        channel.basic_publish("", "orders", b"two coffees", lasting)
    assert kinds("down", *HERE).code == 0
    assert docker("ps", "-aq", "--filter", f"label=dev.envcheck.instance={NAME}") == []

    up(kinds)
    with pika.BlockingConnection(pika.URLParameters(variables(kinds)["RABBITMQ_URL"])) as after:
        _, _, body = after.channel().basic_get("orders", auto_ack=True)
    assert body == b"two coffees"
    assert docker("inspect", "-f", "{{.Config.Hostname}}", f"{NAME}-queue") == ["queue"]
    assert docker("volume", "ls", "-q", "--filter", f"label=dev.envcheck.instance={NAME}") == [
        f"{NAME}_queue-data"
    ]


def queues(docker: Docker) -> list[str]:
    """The names of all queues, as RabbitMQ's own tool has them."""
    listing = ("rabbitmqctl", "-q", "list_queues", "-p", "shop", "--no-table-headers", "name")
    return docker("exec", f"{NAME}-queue", *listing)


def test_check_finds_all_well_and_leaves_no_trace(kinds: Cli, docker: Docker) -> None:
    """The data of the queue outlives its container in the deep check too."""
    up(kinds)
    before = queues(docker)
    check = kinds("check", *HERE, "--deep", "--json")
    assert check.code == 0, check.out + check.err
    found = check.verdicts()
    asked = ("ready", "version", "variable", "network", "credentials", "writable", "survives")
    assert {id for id in asked if found.get(f"service.queue.{id}") == "pass"} == set(asked)
    assert {id for id in asked if found.get(f"service.cache.{id}") == "pass"} == {
        *("ready", "version", "variable", "network", "writable")
    }
    assert {id for id in asked if found.get(f"service.site.{id}") == "pass"} == {
        *("ready", "version", "variable", "network")
    }
    assert queues(docker) == before


@pytest.mark.parametrize("service", KIND_OF)
def test_one_that_hangs_is_not_waited_for(kinds: Cli, docker: Docker, service: str) -> None:
    """A paused container still has its connections accepted: by the kernel."""
    kind, access = KINDS[KIND_OF[service]], access_to(kinds, service, timeout=0.5)
    assert kind.probe is not None
    docker("pause", f"{NAME}-{service}")
    begun = time.monotonic()
    try:
        with pytest.raises(NotReady, match=r"no answer in 0\.5 s|timed out"):
            kind.probe(access)
        assert time.monotonic() - begun < 2.0
    finally:
        docker("unpause", f"{NAME}-{service}")


def test_guest_is_let_in_where_nobody_is_named(kinds: Cli, docker: Docker) -> None:
    """As by the official image: RabbitMQ by itself lets guest in from its own host only."""
    up(kinds)
    (image,) = docker("inspect", "-f", "{{.Config.Image}}", f"{NAME}-queue")
    name = f"{NAME}-guest"
    docker("run", "-d", "--name", name, "-p", "127.0.0.1::5672", image)
    try:
        access = Access("127.0.0.1", int(docker("port", name, "5672")[0].rpartition(":")[2]))
        rabbitmq = KINDS["rabbitmq"]
        assert rabbitmq.url is not None
        assert rabbitmq.url(access).startswith("amqp://guest:guest@")
        assert rabbitmq.probe is not None
        probe = rabbitmq.probe
        until(lambda: probe(access))
    finally:
        docker("rm", "-fv", name)


def test_what_cannot_work_is_told_in_plain_words(kinds: Cli) -> None:
    """The queue's data was made with another password, and nginx cannot read its configuration."""
    up(kinds)
    write(kinds.folder, OTHER, BROKEN, timeout=LIMIT)
    failed = kinds("up", "--yes", *HERE, "--json")
    assert failed.code == 1, failed.out + failed.err
    assert {name: one["state"] for name, one in failed.report["services"].items()} == {
        "queue": "failed",
        "cache": "ready",
        "site": "failed",
    }
    results = {result["id"]: result for result in failed.report["results"]}
    queue, site = results["service.queue.ready"], results["service.site.ready"]
    assert queue["fault"] == "rabbitmq.old-password"
    assert queue["summary"] == "RabbitMQ refuses the profile's user or password"
    assert any("PLAIN login refused: user 'anna'" in line for line in queue["evidence"])
    assert "rabbitmqctl change_password USER" in queue["fix"]["text"]
    assert site["fault"] == "service.exited"

    said = kinds("check", *HERE)
    assert said.code == 1
    assert 'host not found in upstream "nobody"' in said.out
    for secret in (PASSWORD, OTHER):
        assert secret not in said.out + said.err + failed.out + failed.err

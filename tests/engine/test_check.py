"""check finds what is wrong with a running instance, changes nothing, and proves what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import redis

from envcheck.run.poll import poll
from envcheck.run.ports import SystemClock
from tests.engine.cli import ENVCHECK, Cli
from tests.engine.conftest import INSTANCE, REPOSITORY, Docker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.cli import Ran

pytestmark = pytest.mark.engine

WELL = f"{INSTANCE}-well"
ILL = f"{INSTANCE}-ill"
# Debian's PostgreSQL moves on from the pin, and a machine may have another Node than the container:
# that is the recipe's and the machine's business, not these tests'.
ELSEWHERE = {"service.db.version", "node.web"}


@dataclass(frozen=True)
class Instance:
    """A started instance of a profile, called through the command line."""

    cli: Cli
    docker: Docker
    profile: str
    name: str

    def __call__(self, task: str, *flags: str) -> Ran:
        """Call a task for it."""
        return self.cli(task, self.profile, "--instance", self.name, *flags)

    def check(self, *flags: str) -> Ran:
        """Check it."""
        return self("check", "--json", *flags)

    def variables(self) -> dict[str, str]:
        """What `env` prints."""
        found: dict[str, str] = json.loads(self("env", "--format", "json").out)
        return found

    def seen(self) -> dict[str, Any]:
        """Its containers with their starts and images, its volumes and networks; all images."""
        mine = f"label=dev.envcheck.instance={self.name}"
        ids = self.docker("ps", "-aq", "--no-trunc", "--filter", mine)
        form = "{{.Name}} {{.Id}} {{.Image}} {{.State.StartedAt}} {{.RestartCount}}"
        return {
            "containers": sorted(self.docker("inspect", "--format", form, *ids)),
            "volumes": sorted(self.docker("volume", "ls", "-q")),
            "networks": sorted(self.docker("network", "ls", "-q", "--no-trunc")),
            "images": sorted(self.docker("images", "-aq", "--no-trunc")),
        }

    def started_at(self, service: str) -> str:
        """When its container was started, and which container it is."""
        form = "{{.Id}} {{.State.StartedAt}}"
        return self.docker("inspect", "--format", form, f"{self.name}-{service}")[0]

    def dump(self) -> list[str]:
        """All that its database holds, as its own tool writes it down."""
        words = ("pg_dumpall", "--username", "app")
        lines = self.docker("exec", f"{self.name}-db", *words)
        return [line for line in lines if not re.match(r"\\(un)?restrict ", line)]  # a random word


def result(ran: Ran, id: str) -> dict[str, Any]:
    """One verdict."""
    found: dict[str, Any] = next(r for r in ran.report["results"] if r["id"] == id)
    return found


def bad(ran: Ran) -> dict[str, str]:
    """The verdicts that are neither passes nor skips, with their faults."""
    results = ran.report["results"]
    return {
        r["id"]: r["fault"]
        for r in results
        if r["status"] not in ("pass", "skip") and r["id"] not in ELSEWHERE
    }


@pytest.fixture(scope="module")
def docker_cli() -> Docker:
    """Docker's own command line."""
    return Docker({})


@pytest.fixture(scope="module")
def well(
    tmp_path_factory: pytest.TempPathFactory, state: Path, images: None, docker_cli: Docker
) -> Iterator[Instance]:
    """webapp, up once for all tests here; each leaves it as it found it."""
    folder = tmp_path_factory.mktemp("well")
    shutil.copytree(REPOSITORY / "profiles", folder / "profiles")
    instance = Instance(Cli(folder, {"XDG_STATE_HOME": str(state)}), docker_cli, "webapp", WELL)
    assert instance("up").code == 0
    with psycopg.connect(instance.variables()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE books AS SELECT n FROM generate_series(1, 1000) AS n")
    yield instance
    assert instance("clean", "--yes").code == 0


def test_a_healthy_instance_passes_every_question_quickly_and_stays_as_it_is(
    well: Instance,
) -> None:
    before, data = well.seen(), well.dump()
    check = well.check()
    assert check.code == 0, check.out
    assert bad(check) == {}
    ids = [r["id"].split(".") for r in check.report["results"]]
    asked = {tuple(of) for about, *of in ids if about == "service"}
    everybody = ("ready", "version", "image", "variable", "network", "restarts")
    databases = ("data", "credentials", "database", "writable", "volumes")
    assert asked == {
        (name, question) for name in ("db", "cache", "web") for question in everybody
    } | {(name, question) for name in ("db", "cache") for question in databases}
    assert check.report["seconds"] < 3
    assert check.report["changes"] == []
    assert well.seen() == before
    assert well.dump() == data


def test_the_verdicts_say_what_was_found(well: Instance) -> None:
    check = well.check()
    said = {r["id"]: r["summary"] for r in check.report["results"]}
    assert said["service.db.data"] == (f"/var/lib/postgresql/data is on volume {WELL}_db-data")
    assert said["service.db.credentials"] == "app logs in with its password, as a superuser"
    assert said["service.db.writable"] == "a row was written and rolled back"
    assert said["service.db.variable"] == "DATABASE_URL connects: app reaches database app"
    assert said["service.cache.network"] == f"answers as cache:6379 on network {WELL}"
    assert said["service.web.variable"] == "WEB_URL connects: GET / answered 200"
    assert re.match(rf"{WELL}_db-data \d+ MB$", said["service.db.volumes"])
    image = result(check, "service.db.image")
    assert image["evidence"][0].startswith("sha256:")
    assert image["evidence"][0][:19] in image["summary"]


def test_deep_proves_that_data_outlives_its_container_and_leaves_no_trace(well: Instance) -> None:
    before, data, web = well.seen(), well.dump(), well.started_at("web")
    check = well.check("--deep")
    assert check.code == 0, check.out
    verdicts = check.verdicts()
    assert verdicts["service.db.survives"] == "pass"
    assert verdicts["service.cache.survives"] == "pass"
    assert verdicts["service.web.survives"] == "skip"
    assert verdicts["service.web.recovers"] == "pass"
    after = well.seen()
    assert {k: v for k, v in after.items() if k != "containers"} == {
        k: v for k, v in before.items() if k != "containers"
    }
    names = [[line.split()[0] for line in seen["containers"]] for seen in (before, after)]
    assert names[0] == names[1]
    assert well.started_at("web") == web
    assert well.dump() == data
    client = redis.Redis.from_url(well.variables()["REDIS_URL"])
    assert client.keys() == []
    client.close()
    up = well("up", "--json")
    assert up.code == 0
    assert up.report["changes"] == []


def test_a_database_that_was_made_read_only_is_not_writable(well: Instance) -> None:
    url = well.variables()["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER DATABASE app SET default_transaction_read_only = on")
    try:
        check = well.check()
        assert check.code == 1
        assert bad(check) == {"service.db.writable": "service.not-writable"}
        assert "read-only transaction" in result(check, "service.db.writable")["summary"]
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE app RESET default_transaction_read_only")


def test_an_image_whose_tag_has_moved_is_told_and_up_mends_it(well: Instance) -> None:
    running = well.docker("inspect", "--format", "{{.Config.Image}} {{.Image}}", f"{WELL}-cache")
    tag, id = running[0].split()
    moved = well.docker("commit", "--change", "LABEL moved=yes", f"{WELL}-cache")[0]
    well.docker("tag", moved, tag)
    try:
        check = well.check("--deep")
        assert check.code == 1
        assert bad(check) == {"service.cache.image": "service.other-image"}
        assert check.verdicts()["service.cache.survives"] == "skip"
        verdict = result(check, "service.cache.image")
        assert verdict["evidence"] == [f"the container runs {id}", f"redis:8.0.2 is {moved}"]
        assert verdict["fix"]["commands"] == [f"envcheck up webapp --instance {WELL}"]
    finally:
        well.docker("tag", id, tag)
        well.docker("rmi", moved)


def test_a_source_that_was_changed_since_is_another_image(well: Instance) -> None:
    server = well.cli.folder / "profiles" / "webapp" / "server.js"
    text = server.read_text()
    server.write_text(f"{text}// changed\n")
    try:
        check = well.check()
        assert bad(check) == {"service.web.image": "service.other-image"}
        said = result(check, "service.web.image")["summary"]
        assert said == "webapp/Dockerfile or what it copies was changed since"
    finally:
        server.write_text(text)


def test_where_busybox_is_not_here_an_image_of_the_instances_own_calls(well: Instance) -> None:
    """Nothing is got for a check, and nothing is left of a container whose image has a volume."""
    tags = well.docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    busybox = next(tag for tag in tags if "busybox" in tag)
    well.docker("tag", busybox, f"{WELL}.local/put-aside:1")
    well.docker("rmi", busybox)
    before = well.seen()
    try:
        check = well.check()
        assert bad(check) == {}
        assert check.verdicts()["service.web.network"] == "pass"
        assert well.seen() == before
    finally:
        well.docker("tag", f"{WELL}.local/put-aside:1", busybox)
        well.docker("rmi", f"{WELL}.local/put-aside:1")


def test_a_service_that_lost_its_name_on_the_network_is_told_and_the_fix_mends_it(
    well: Instance,
) -> None:
    well.docker("network", "disconnect", WELL, f"{WELL}-cache")
    well.docker("network", "connect", WELL, f"{WELL}-cache")  # without its name
    check = well.check()
    assert check.code == 1
    assert bad(check)["service.cache.network"] == "service.name-unresolved"
    verdict = result(check, "service.cache.network")
    assert "cache" in verdict["evidence"][0]
    for command in verdict["fix"]["commands"]:
        well.docker(*command.split()[1:])
    assert bad(well.check()) == {}


def test_a_service_without_its_network_does_not_count_as_ready(well: Instance) -> None:
    """Its port is published no more, so nobody can have asked it anything."""
    well.docker("network", "disconnect", WELL, f"{WELL}-cache")
    check = well.check()
    assert check.code == 1
    assert "port 6379 is not published" in result(check, "service.cache.ready")["evidence"][0]
    verdict = result(check, "service.cache.network")
    assert verdict["fault"] == "service.name-unresolved"
    for command in verdict["fix"]["commands"]:
        well.docker(*command.split()[1:])
    assert bad(well.check()) == {}


ILL_PROFILE = """
name: ill
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_USER: app, POSTGRES_PASSWORD: x, PGDATA: /var/lib/postgresql/here}
    ports: ['auto:5432']
  old:
    kind: redis
    image: redis:7.4.1
    ports: ['auto:6379']
  moody:
    image: redis:8.0.2
    ports: ['auto:6379']
    restart: always
  sick:
    kind: redis
    build: sick
    ports: ['auto:6379']
    volumes: ['data:/data']
  slow:
    image: redis:8.0.2
    ports: ['auto:6379']
    command: [sh, -c, 'trap exit TERM; sleep 2 & wait; exec docker-entrypoint.sh redis-server']
  forgetful:
    image: redis:8.0.2
    ports: ['auto:6379']
    command: [redis-server, --save, '']
"""
SICK = """FROM redis:8.0.2
HEALTHCHECK --interval=200ms --retries=1 CMD echo no fever, but a cold; exit 1
"""


@pytest.fixture(scope="module")
def ill(
    tmp_path_factory: pytest.TempPathFactory, state: Path, images: None, docker_cli: Docker
) -> Iterator[Instance]:
    """An instance with a fault in each service; its first `up` stands in `up.json`."""
    folder = tmp_path_factory.mktemp("ill")
    (folder / "profiles" / "sick").mkdir(parents=True)
    (folder / "profiles" / "ill.yaml").write_text(ILL_PROFILE)
    (folder / "profiles" / "sick" / "Dockerfile").write_text(SICK)
    tags = docker_cli("images", "--format", "{{.Repository}}:{{.Tag}}")
    docker_cli("tag", next(tag for tag in tags if "/redis:8.0.2" in tag), "redis:7.4.1")
    instance = Instance(Cli(folder, {"XDG_STATE_HOME": str(state)}), docker_cli, "ill", ILL)
    try:
        up = instance("up", "--json")
        (folder / "up.json").write_text(up.out)
        yield instance
        assert instance("clean", "--yes").code == 0
    finally:
        docker_cli("rmi", "redis:7.4.1")


def test_up_says_at_once_what_is_not_the_pin_and_what_goes_beside_its_volume(
    ill: Instance,
) -> None:
    up = json.loads((ill.cli.folder / "up.json").read_text())
    assert up["exit_code"] == 1
    assert {name: s["state"] for name, s in up["services"].items()} == dict.fromkeys(
        ("db", "old", "moody", "sick", "slow", "forgetful"), "ready"
    )
    failed = {r["id"]: r["fault"] for r in up["results"] if r["status"] == "fail"}
    assert failed == {
        "service.db.data": "service.data-outside-volume",
        "service.old.version": "",
    }


def test_check_says_it_too_with_the_evidence(ill: Instance) -> None:
    check = ill.check()
    assert check.code == 1
    data = result(check, "service.db.data")
    assert (data["status"], data["fault"]) == ("fail", "service.data-outside-volume")
    assert "/var/lib/postgresql/here" in data["summary"]
    assert data["evidence"] == [f"{ILL}_db-data is mounted at /var/lib/postgresql/data"]
    version = result(check, "service.old.version")
    assert (version["status"], version["summary"]) == ("fail", "Redis 8.0.2, the pin says 7.4.1")


def test_the_images_own_health_check_is_heard_with_what_it_printed(ill: Instance) -> None:
    form = "{{.State.Health.Status}}"
    decided = poll(
        lambda: ill.docker("inspect", "--format", form, f"{ILL}-sick") == ["unhealthy"] or None,
        seconds=20,
        clock=SystemClock(),
    )
    assert decided
    check = ill.check()
    verdict = result(check, "service.sick.health")
    assert (verdict["status"], verdict["fault"]) == ("fail", "service.unhealthy")
    assert verdict["evidence"] == ["no fever, but a cold"]
    assert not any(r["id"] == "service.old.health" for r in check.report["results"])


def test_a_service_that_the_engine_restarted_is_told_with_the_number(ill: Instance) -> None:
    assert result(ill.check(), "service.moody.restarts")["status"] == "pass"
    client = redis.Redis.from_url(ill.variables()["MOODY_REDIS_URL"])
    client.shutdown(nosave=True)
    client.close()
    check = ill.check()
    verdict = result(check, "service.moody.restarts")
    assert (verdict["status"], verdict["fault"]) == ("warn", "service.restarted")
    assert "once since it was started" in verdict["summary"]
    assert check.verdicts()["service.moody.ready"] == "pass"


def test_deep_fails_where_the_data_is_not_on_the_volume_and_loses_none_of_it(
    ill: Instance,
) -> None:
    with psycopg.connect(ill.variables()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
    id, data = ill.started_at("db").split()[0], ill.dump()
    before = ill.seen()
    check = ill.check("--deep")
    assert check.code == 1
    verdict = result(check, "service.db.survives")
    assert (verdict["status"], verdict["fault"]) == ("fail", "service.data-outside-volume")
    assert "runs again, with its data" in verdict["summary"]
    assert verdict["fix"]["text"]
    assert ill.started_at("db").split()[0] == id
    assert ill.dump() == data
    assert ill.seen()["volumes"] == before["volumes"]
    # A port that the engine chose is another one after each start.
    with psycopg.connect(ill.variables()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    assert check.verdicts()["service.slow.survives"] == "pass"
    forgetful = result(check, "service.forgetful.survives")
    assert (forgetful["status"], forgetful["summary"]) == (
        "skip",
        "Redis is set to keep its data in memory only",
    )


def test_deep_that_is_interrupted_half_way_puts_back_what_was_there(ill: Instance) -> None:
    before = {name: ill.started_at(name).split()[0] for name in ("slow", "old")}
    words = ("check", "ill", "--instance", ILL, "--deep", "--json")
    process = subprocess.Popen(
        ["env", "--default-signal=INT", ENVCHECK, *words],
        cwd=ill.cli.folder,
        env={**os.environ, **ill.cli.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    aside = f"name=^/{ILL}-slow-before$"
    seen = poll(
        lambda: bool(ill.docker("ps", "-aq", "--filter", aside)) or None,
        seconds=30,
        clock=SystemClock(),
    )
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert seen, out + err
    assert process.returncode == 130, out + err
    assert ill.started_at("slow").split()[0] == before["slow"]
    assert ill.docker("ps", "-aq", "--filter", f"name={ILL}-.*-before") == []
    for name, url in ill.variables().items():
        if name.endswith("REDIS_URL"):
            client = redis.Redis.from_url(url)
            assert client.keys("envcheck*") == [], name
            client.close()
    with psycopg.connect(ill.variables()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT to_regclass('envcheck_marker')").fetchone() == (None,)
    assert ill("up", "--json").report["changes"] == []

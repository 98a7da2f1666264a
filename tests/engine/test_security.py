"""No secret in anything that envcheck writes, says, labels or starts; and passwords of its own."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import stat
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.engine.cli import ENVCHECK, Cli
from tests.engine.conftest import INSTANCE, Docker

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine
HERE = f"{INSTANCE}-s"
PLANTED = ("environment", "url", "caller", "variable", "command", "login", "query", "odd/+ä")
"""Where the secrets stand that are planted."""

PROFILE = """
name: canaries
services:
  db:
    image: postgres:17.11
    environment: {POSTGRES_DB: app, POSTGRES_USER: app, POSTGRES_PASSWORD: generate}
    ports: ["auto:5432"]
    seed: [rows.sql]
  cache:
    image: redis:8.0.2
    command: [redis-server, --requirepass, "<command>"]
    ports: ["auto:6379"]
  page:
    kind: container
    image: redis:8.0.2
    ports: ["auto:6379"]
    volumes: ["page:/data"]
    timeout: 2s
    verify: [{http: {path: "/?api_token=<query>"}}]
  loud:
    kind: container
    image: redis:8.0.2
    depends_on: [db]
    environment:
      API_TOKEN: "<environment>"
      ODD_PASSWORD: "<odd/+ä>"
      BROKER: "amqp://app:<url>@broker/%2F"
      DATABASE: "postgresql://app:${db.POSTGRES_PASSWORD}@db/app"
      DSN: "host=db password=${db.POSTGRES_PASSWORD}"
      CALLERS_SECRET:
      OTHER_PASSWORD: "${CANARY_VARIABLE}"
    command: [sh, -c, 'env; echo "$$DATABASE"; exit 3']
    volumes: ["data:/data"]
"""


@dataclass
class Trap:
    """A project with secrets in it, and all that was heard of them."""

    cli: Cli
    planted: dict[str, str]
    heard: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """The state folder."""
        return Path(self.cli.environment["XDG_STATE_HOME"]) / "envcheck"

    @property
    def generated(self) -> str:
        """The password that envcheck has made up; nothing before that."""
        files = list(self.state.rglob(f"passwords/{HERE}.json"))
        return str(json.loads(files[0].read_text())["db.POSTGRES_PASSWORD"]) if files else ""

    def secrets(self) -> dict[str, str]:
        """Every secret by what it is called, in each form in which it could be written."""
        plain = dict(self.planted)
        if self.generated:
            plain["generated"] = self.generated
        forms = {}
        for name, value in plain.items():
            forms[name] = value
            forms[f"{name}, quoted"] = quote(value, safe="")
            forms[f"{name}, as JSON"] = json.dumps(value)[1:-1]
            forms[f"{name}, in base64"] = base64.b64encode(value.encode()).decode().rstrip("=")[:-1]
        login = base64.b64encode(f"anna:{plain['login']}".encode()).decode()
        return {**forms, "the login as it is sent": login}

    def run(self, *words: str, expected: int, **variables: str) -> str:
        """Call envcheck while its children are looked at; what it said."""
        environ = {**os.environ, **self.cli.environment, **variables}
        with subprocess.Popen(
            [ENVCHECK, *words],
            cwd=self.cli.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            children = Children(process.pid)
            watch = threading.Thread(target=children.watch, args=(process,))
            watch.start()
            out, err = process.communicate()
            watch.join()
        assert process.returncode == expected, out + err
        called = " ".join(words)
        self.heard[called] = out + err
        self.heard[f"processes of {called}"] = "\n".join(children.seen)
        return out

    def leaks(self) -> list[str]:
        """Which secret was heard where."""
        known = self.secrets()
        return [
            f"{name} in {where}"
            for where, text in self.heard.items()
            for name, value in known.items()
            if value in text
        ]


class Children:
    """The processes that envcheck starts: their command lines, and what they were given besides."""

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self.seen: set[str] = set()

    def watch(self, process: subprocess.Popen[str]) -> None:
        """Look until it ends."""
        own = self._variables(self._parent)
        while process.poll() is None:
            for pid in self._below(self._parent):
                given = self._variables(pid) - own  # what the caller has set is the caller's own
                self.seen |= {self._read(pid, "cmdline"), *given}
            time.sleep(0.02)
        self.seen.add(" ".join(process.args))  # type: ignore[arg-type] # a list, as it was started

    def _below(self, pid: int) -> Iterator[int]:
        told = self._read(pid, f"task/{pid}/children")
        for child in map(int, told.split()):
            yield child
            yield from self._below(child)

    def _variables(self, pid: int) -> set[str]:
        return set(self._read(pid, "environ").split("\0"))

    def _read(self, pid: int, name: str) -> str:
        try:
            return Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended
            return ""


class Nosy(BaseHTTPRequestHandler):
    """A registry that lets nobody in, and repeats what it was told."""

    def do_GET(self) -> None:
        """Refuse."""
        told = self.headers.get("Authorization", "")
        answer = {"errors": [{"code": "UNAUTHORIZED", "message": f"not with {told}"}]}
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="canaries"')
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())
        self.server.told.append(told)  # type: ignore[attr-defined] # see below

    def do_HEAD(self) -> None:
        """Refuse as well."""
        self.do_GET()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def nosy() -> Iterator[ThreadingHTTPServer]:
    """That registry, and what it was told."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Nosy) as server:
        server.told = []  # type: ignore[attr-defined] # the handler's
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def trap(tmp_path: Path, cli: Cli, nosy: ThreadingHTTPServer) -> Trap:
    """The project; its user has logins to registries, one of them kept by a helper."""
    registry = nosy.server_port
    planted = {name: f"canary-{secrets.token_hex(6)}-{name}" for name in PLANTED}
    folder = tmp_path / "canaries"
    (folder / "profiles").mkdir(parents=True)
    text = re.sub("<(.*?)>", lambda found: planted[found[1]], PROFILE)
    (folder / "profiles" / "canaries.yaml").write_text(text)
    (folder / "profiles" / "rows.sql").write_text("CREATE TABLE rows (word text);\n")
    _logins(tmp_path, planted["login"], registry)
    for host in ("127.0.0.1", "localhost"):
        name = host.replace(".", "-")
        pin = f"{host}:{registry}/app:1.0"
        text = f"name: {name}\nservices:\n  app: {{image: '{pin}'}}\n"
        (folder / "profiles" / f"{name}.yaml").write_text(text)
    environment = {
        **cli.environment,
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "PATH": f"{tmp_path / 'docker'}:{os.environ['PATH']}",
        "CALLERS_SECRET": planted["caller"],
        "CANARY_VARIABLE": planted["variable"],
    }
    return Trap(Cli(folder, environment), planted)


def _logins(folder: Path, secret: str, registry: int) -> None:
    (folder / "docker").mkdir()
    auth = base64.b64encode(f"anna:{secret}".encode()).decode()
    config = {
        "auths": {f"127.0.0.1:{registry}": {"auth": auth}},
        "credHelpers": {f"localhost:{registry}": "canary"},
    }
    (folder / "docker" / "config.json").write_text(json.dumps(config))
    helper = folder / "docker" / "docker-credential-canary"
    answer = json.dumps({"Username": "anna", "Secret": secret})
    helper.write_text(f"#!/bin/sh\ncat >/dev/null\nsleep 0.1\necho '{answer}'\n")
    helper.chmod(0o755)


def test_no_secret_is_written_said_labelled_or_handed_on(
    trap: Trap, docker: Docker, nosy: ThreadingHTTPServer
) -> None:
    here = ("canaries", "--instance", HERE)
    folder = trap.cli.folder
    reports = [f"{folder}/up.{ending}" for ending in ("html", "xml", "json")]
    asked = [word for report in reports for word in ("--report", report)]
    trap.run("plan", *here, expected=0)
    trap.run("up", *here, "--json", "--debug", *asked, expected=1)
    password = trap.generated
    assert len(password) >= 24
    trap.run("up", *here, "--progress", "json", "--debug", expected=1)
    trap.run("plan", *here, "--json", expected=0)
    summary = folder / "summary.md"
    ci = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    trap.run("check", *here, "--deep", "--timings", expected=1, **ci)
    trap.run("doctor", "canaries", "--report", "--only", "machine.*", expected=0)
    trap.run("status", "--json", expected=0)
    for profile in ("127-0-0-1", "localhost"):
        trap.run("lock", profile, "--json", "--debug", expected=4)
    sent = [told.removeprefix("Basic ") for told in nosy.told]  # type: ignore[attr-defined]
    assert [f"anna:{trap.planted['login']}".encode()] * 2 == [
        base64.b64decode(login) for login in sent if login
    ]
    assert "docker-credential-canary" in trap.heard["processes of lock localhost --json --debug"]
    mirror = f"anna:{trap.planted['url']}@mirror"
    trap.run("lock", "localhost", expected=2, ENVCHECK_MIRRORS=mirror)
    assert password in trap.cli("env", *here, "--json").out  # the one task that tells it
    for report in (*map(Path, reports), summary):
        trap.heard[report.name] = report.read_text(encoding="utf-8")
    assert "•••" in trap.heard["up.html"]
    trap.heard |= _labels(docker)
    trap.run("down", *here, expected=0)
    trap.heard |= {str(path): text for path, text in _kept(trap.state)}
    assert trap.leaks() == []
    trap.run("clean", *here, "--yes", "--json", expected=0)
    assert password not in "".join(text for _, text in _kept(trap.state))


def _labels(docker: Docker) -> dict[str, str]:
    """The labels of all objects on the engine, and what stands in the history of our images."""
    listed = {
        "container": docker("ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.Labels}}"),
        "network": docker("network", "ls", "--format", "{{.Name}} {{.Labels}}"),
        "volume": docker("volume", "ls", "--format", "{{.Name}} {{.Labels}}"),
    }
    images = docker("images", "-q", "--no-trunc")
    listed["image"] = docker("inspect", "--format", "{{json .Config.Labels}}", *images)
    return {f"labels of every {kind}": "\n".join(lines) for kind, lines in listed.items()}


def _kept(state: Path) -> Iterator[tuple[Path, str]]:
    """All that is kept, but for the passwords themselves; every file for the user alone."""
    for path in (state, *state.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert (path, oct(mode)) == (path, "0o700" if path.is_dir() else "0o600")
        if path.is_file() and path.parent.name != "passwords":
            yield path, path.read_bytes().decode("utf-8", "replace")


def test_a_generated_password_lasts_as_long_as_its_data(trap: Trap, docker: Docker) -> None:
    """The same after down and up; never a new one for old data; gone with the data."""
    profile = trap.cli.folder / "profiles" / "small.yaml"
    profile.write_text(
        "name: small\nservices:\n  db:\n    image: postgres:17.11\n"
        '    environment: {POSTGRES_PASSWORD: generate}\n    ports: ["auto:5432"]\n'
    )
    here = ("small", "--instance", HERE)
    cli = trap.cli
    assert cli("up", *here).code == 0
    password = trap.generated
    assert cli("down", *here).code == 0
    assert cli("up", *here).code == 0
    assert cli("check", *here).code == 0
    assert trap.generated == password
    (file,) = trap.state.rglob(f"passwords/{HERE}.json")
    kept = file.read_text()
    file.unlink()
    for task in ("up", "check", "env", "plan"):
        lost = cli(task, *here, "--json")
        assert (task, lost.code, lost.report["error"]["id"]) == (task, 4, "passwords.lost")
    look = lost.report["error"]["fix"]["commands"][0]
    assert password in "".join(docker(*_words(look)[1:]))
    assert not file.exists()
    file.write_text(kept)
    assert cli("up", *here).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cli("clean", *here, "--yes").code == 0
    assert not file.exists()


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)

"""What chooses an engine: contexts, ~/.docker/config.json, helpers, PATH."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engine.faults import servers
from tests.engine.faults.conftest import HERE, configure, write
from tests.engine.faults.met import meets

if TYPE_CHECKING:
    from tests.engine.cli import Cli

pytestmark = pytest.mark.engine
CLIENT = ("doctor", "--only", "docker.client")
ENGINE = ("doctor", "--only", "docker.engine")


def home(cli: Cli) -> Path:
    return Path(cli.environment["DOCKER_CONFIG"])


def test_the_variable_names_no_context(configured: Cli) -> None:
    met = meets(configured, "docker.context-unknown", 3, *ENGINE, DOCKER_CONTEXT="nosuch")
    assert "docker context ls" in met.fix


def test_the_configuration_names_no_context(configured: Cli) -> None:
    configure(configured, currentContext="nosuch")
    meets(configured, "docker.context-unknown", 3, *ENGINE).by_commands()


def test_the_doctor_mends_a_context_that_is_unknown(configured: Cli) -> None:
    configure(configured, currentContext="nosuch")
    meets(configured, "docker.context-unknown", 3, *ENGINE).by_doctor()


def test_a_contexts_engine_is_not_there(configured: Cli) -> None:
    configure(configured, currentContext="away")
    folder = home(configured) / "contexts" / "meta" / hashlib.sha256(b"away").hexdigest()
    folder.mkdir(parents=True)
    endpoint = {"Host": "unix:///nonexistent/docker.sock", "SkipTLSVerify": False}
    meta = {"Name": "away", "Metadata": {}, "Endpoints": {"docker": endpoint}}
    (folder / "meta.json").write_text(json.dumps(meta))
    met = meets(configured, "docker.context-dead", 3, *ENGINE)
    # The other command starts an engine, and one runs on this machine.
    met.by_commands(lambda command: command if command.startswith("docker context") else "")


def test_the_configuration_cannot_be_read(configured: Cli) -> None:
    (home(configured) / "config.json").write_text('{"auths": {}')
    met = meets(configured, "docker.config-unreadable", 0, *CLIENT)
    (home(configured) / "config.json").rename(home(configured) / "config.json.broken")
    met.by_advice()


def test_a_credential_helper_is_not_there(configured: Cli) -> None:
    configure(configured, credsStore="nosuch")
    met = meets(configured, "registry.credential-helper", 1, *CLIENT)
    configure(configured)
    met.by_advice()


def test_a_pull_asks_a_helper_that_is_not_there(here: Cli, configured: Cli) -> None:
    configure(configured, credsStore="nosuch")
    with servers.registry() as hub:
        write(here.folder, {"thing": {"image": hub.thing, "command": ["sleep", "60"]}})
        up = ("up", "--instance", HERE)
        met = meets(configured, "registry.credential-helper", 4, *up)
        configure(configured)
        met.by_advice()


def test_docker_is_not_on_path(call: Cli) -> None:
    met = meets(call, "docker.cli-missing", 0, *CLIENT, PATH="/nonexistent")
    met.by_advice(PATH="/usr/local/bin:/usr/bin:/bin")

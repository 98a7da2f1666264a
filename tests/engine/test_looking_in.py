"""shell and logs: talking to what runs, and reading what it has printed."""

from __future__ import annotations

import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.engine.cli import ENVCHECK
from tests.engine.conftest import INSTANCE, Docker
from tests.lab.typed import behind_terminal

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.engine.cli import Cli
    from tests.lab.typed import Terminal

pytestmark = pytest.mark.engine
NAME = f"{INSTANCE}-l"
SHOP = """
name: shop
services:
  cache:
    image: redis:8.0.2
    command: [redis-server, --requirepass, open-sesame-9]
    ports: ['auto:6379']
  chat:
    kind: container
    image: redis:8.0.2
    command:
      - sh
      - -c
      - >
        echo one; echo open-sesame-9 >&2; head -c 40000 /dev/zero | tr '\\0' x; echo;
        echo ready; printf end; exec sleep 1000
    volumes: [data:/data]
"""


@pytest.fixture
def shop(cli: Cli, project: Path) -> Cli:
    """Two services, one of which has much to say."""
    (project / "profiles" / "shop.yaml").write_text(SHOP)
    up = cli("up", "shop", "--instance", NAME, "--quiet")
    assert up.code == 0, up.out
    return cli


def typed(shop: Cli, *words: str) -> AbstractContextManager[Terminal]:
    line = [ENVCHECK, "shell", "shop", *words[:1], "--instance", NAME, *words[1:]]
    return behind_terminal(line, shop.variables(), shop.folder)


def piped(shop: Cli, given: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ENVCHECK, "shell", "shop", *words[:1], "--instance", NAME, *words[1:]],
        input=given,
        cwd=shop.folder,
        env=shop.variables(),
        capture_output=True,
        text=True,
        check=False,
    )


def read(shop: Cli, *words: str) -> list[str]:
    ran = shop("logs", "shop", *words, "--instance", NAME)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()


def test_looking_in(shop: Cli, docker: Docker) -> None:
    without_a_terminal(shop)
    behind_a_terminal(shop, docker)
    printed(shop)
    followed(shop, docker)


def without_a_terminal(shop: Cli) -> None:
    """Streams and exit codes are the command's; the database's own client has its password."""
    said = piped(shop, "set a 1\nget a\n", "cache")
    assert (said.returncode, said.stdout, said.stderr) == (0, "OK\n1\n", "")
    said = piped(shop, "x\n" * 100_000, "chat", "--", "sh", "-c", "wc -l; echo wrong >&2; exit 7")
    assert (said.returncode, said.stdout.strip(), said.stderr) == (7, "100000", "wrong\n")
    said = piped(shop, "", "cache", "--", "no-such-command")
    assert (said.returncode, said.stdout) == (127, "")
    assert piped(shop, "", "cahe").returncode == 2


def behind_a_terminal(shop: Cli, docker: Docker) -> None:
    """Every key is the command's, and so is each new size; nobody can read the password."""
    with typed(shop, "cache") as terminal:
        before = terminal.modes()
        terminal.until(":6379>")
        assert terminal.modes() != before
        (client,) = [row for row in docker("top", f"{NAME}-cache") if "redis-cli" in row]
        assert client.endswith("redis-cli")
        terminal.type("ping\r")
        terminal.until("PONG")
        terminal.type("\x04")
        assert terminal.end() == 0
        assert terminal.modes() == before
    with typed(shop, "chat", "--", "sh") as terminal:
        terminal.type("stty size; echo beg''un\r")
        terminal.until("24 80")
        terminal.until("begun")
        terminal.resize(50, 132)
        terminal.type("sleep 100\r")
        terminal.until("sleep 100\r\n")
        terminal.type("\x03")
        terminal.until("# ")  # what was typed before is thrown away
        terminal.type("stty size; exit 9\r")
        terminal.until("50 132")
        assert terminal.end() == 9


def printed(shop: Cli) -> None:
    """Merged, without the secret, each long line in one piece."""
    lines = read(shop)
    chat = [line for line in lines if line.startswith("chat")]
    # Two streams, which the engine reads side by side: where the other one's line comes is chance.
    chat.remove("chat  | •••")
    assert chat == ["chat  | one", f"chat  | {'x' * 40000}", "chat  | ready"]
    assert any(line.startswith("cache | ") for line in lines)
    assert read(shop, "chat", "--lines", "1") == ["ready"]
    assert read(shop, "chat", "--since", "2000000000") == []
    report = shop("logs", "shop", "chat", "--instance", NAME, "--json").report
    assert {"one", "•••"} < {line["text"] for line in report["lines"]}
    assert shop("logs", "shop", "--instance", NAME, "--json", "--follow").code == 2


def followed(shop: Cli, docker: Docker) -> None:
    """By a container that is started again too, to its last line."""
    follow = ("logs", "shop", "--instance", NAME, "--follow", "--lines", "1")
    with shop.telling(*follow) as process:
        assert process.stdout is not None
        heard = iter(process.stdout)
        assert next(line for line in heard if "chat  | ready" in line)
        docker("restart", "-t", "0", f"{NAME}-chat")
        assert next(line for line in heard if "chat  | end" in line)  # a line that has no end
        assert next(line for line in heard if "chat  | one" in line)
        assert next(line for line in heard if "chat  | ready" in line)
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""
    with shop.telling(*follow) as process:
        assert process.stdout is not None
        heard = iter(process.stdout)
        assert next(line for line in heard if "chat  | ready" in line)
        docker("stop", f"{NAME}-cache")
        docker("kill", f"{NAME}-chat")
        said = "".join(heard)
        assert "bye bye" in said
        assert "chat  | end\n" in said
        assert process.wait() == 0

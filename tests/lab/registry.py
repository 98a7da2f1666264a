"""A registry on loopback: engines trust those on 127.0.0.0/8 without TLS."""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import network
from .daemons import daemon
from .leases import lease
from .packages import ensure
from .shell import LabError, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 20.0
LISTENING = re.compile(r"listening on (127\.0\.0\.1:\d+)")
# Asked by a process of its own, as it may have to run in another network namespace.
ASK = """
import sys, urllib.request as u
u.build_opener(u.ProxyHandler({})).open(sys.argv[1], timeout=5).close()
"""


@dataclass(frozen=True)
class Registry:
    """A running registry.

    Attributes:
        address: ``127.0.0.1:PORT``, which stands before the name of an image.
        storage: the folder in which it keeps images.
        log: what it says; gone when the context ends.
    """

    address: str
    storage: Path
    log: Path

    @property
    def url(self) -> str:
        """Its address for a client, and for an engine's ``--registry-mirror``."""
        return f"http://{self.address}"


@contextmanager
def serve(root: Path, port: int = 0, *, netns: str | None = None) -> Iterator[Registry]:
    """Run Debian's registry until the context ends.

    Args:
        root: where images are kept, in a folder that is removed again; made if missing.
        port: the port on 127.0.0.1; a free one if 0.
        netns: the network namespace whose loopback it serves on; this machine's when left out.

    Raises:
        LabError: it cannot be installed or did not start.
    """
    ensure("docker-registry")
    with lease(root) as claimed:
        storage = claimed.home / "storage"
        config = claimed.home / "config.yml"
        # JSON is YAML, and quotes what needs it.
        config.write_text(json.dumps(_configuration(storage, port)))
        argv = _within(netns, ["docker-registry", "serve", str(config)])
        with daemon(claimed, argv, os.environ) as server:
            server.wait_ready(
                lambda: _answers(_address(server.log), netns), "the registry", START_SECONDS
            )
            yield Registry(_address(server.log), storage, server.log)


def _configuration(storage: Path, port: int) -> dict[str, object]:
    return {
        "version": "0.1",
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            "delete": {"enabled": True},
        },
        "http": {"addr": f"127.0.0.1:{port}"},
        "log": {"accesslog": {"disabled": True}},
    }


def _address(log: Path) -> str:
    """Where the registry says it listens; empty until it has said so."""
    told = LISTENING.search(log.read_text(errors="replace"))
    return told[1] if told else ""


def _answers(address: str, netns: str | None) -> bool:
    if not address:
        return False
    try:
        run(*_within(netns, [sys.executable, "-c", ASK, f"http://{address}/v2/"]))
    except LabError:
        return False
    return True


def _within(netns: str | None, argv: list[str]) -> list[str]:
    return network.Namespace(netns).command(argv) if netns else argv

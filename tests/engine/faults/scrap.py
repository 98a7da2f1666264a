"""Images made in a moment, without a build: a tar as `docker save` writes it, and `docker load`."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.lab.packages import ensure

if TYPE_CHECKING:
    from collections.abc import Mapping

_AARCH64 = 183  # EM_AARCH64, elf(5)


@dataclass(frozen=True)
class Image:
    """An image of one layer: its configuration and its layer, as the engine stores both."""

    config: bytes
    layer: bytes


def load(
    name: str, files: Mapping[str, tuple[bytes, int]], *, host: str = "", **config: Any
) -> None:
    """Give an engine an image of these files (content and mode by path)."""
    made = image(files, **config)
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    archive = tar(
        {
            "manifest.json": (json.dumps(manifest).encode(), 0o644),
            "config.json": (made.config, 0o644),
            "layer.tar": (made.layer, 0o644),
        }
    )
    subprocess.run(
        ["docker", *(("--host", host) if host else ()), "load"],
        input=archive,
        check=True,
        capture_output=True,
    )


def image(
    files: Mapping[str, tuple[bytes, int]], *, architecture: str = "amd64", **config: Any
) -> Image:
    """The image; ``config`` are fields as in a Dockerfile, such as ``Healthcheck``."""
    layer = tar(files)
    data = {
        "architecture": architecture,
        "os": "linux",
        # The first process of a container hears no signal that it has no handler for.
        "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"], "StopSignal": "SIGKILL", **config},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer)]},
    }
    return Image(json.dumps(data).encode(), layer)


def digest(data: bytes) -> str:
    """The name that registries and engines give to data."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    """A tar of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path, (content, mode) in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def programs() -> dict[str, tuple[bytes, int]]:
    """A shell with its tools, and programs that cannot run, each for a reason of its own."""
    ensure("busybox-static")
    busybox = Path("/bin/busybox").read_bytes()
    called = ("dd", "echo", "false", "httpd", "nslookup", "sh", "sleep", "tail", "touch")
    script = '#!/bin/busybox sh\nexec /bin/busybox {} "$@"\n'
    return {
        "bin/busybox": (busybox, 0o755),
        **{f"bin/{name}": (script.format(name).encode(), 0o755) for name in called},
        "windows.sh": (b"#!/bin/sh\r\nexec sleep 60\r\n", 0o755),
        "readable": (b"#!/bin/sh\nexec sleep 60\n", 0o644),
        "foreign": (_elf_for(_AARCH64), 0o755),
    }


def _elf_for(machine: int) -> bytes:
    """The smallest program, for another processor: its header and one segment."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, 0x400078, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 0x80, 0x80, 0x1000)
    return ident + header + segment + bytes(8)

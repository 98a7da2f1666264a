"""The program, loaded once for a whole session of tests: each call is a fork of it.

Loading takes half a second of a processor, and the tests make hundreds of calls. A call is a
process of its own all the same, with its own arguments, folder, environment and streams. Calls that
are interrupted, killed or watched are made without this, as its users make them.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST = 1 << 18  # bytes of a request: arguments and environment


def call(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> tuple[int, str, str]:
    """Run the program to its end, without standard input; exit code and what it wrote.

    Raises:
        TimeoutError: it did not end in time.
    """
    request = {"words": [*words], "folder": str(folder), "environment": {**environment}}
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        Path(os.devnull).open("rb") as nothing,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line,
    ):
        line.settimeout(seconds)
        line.connect(_server())
        streams = [nothing.fileno(), out.fileno(), err.fileno()]
        socket.send_fds(line, [json.dumps(request).encode()], streams)
        code = line.recv(16)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode("utf-8", "replace"))
    return (int(code) if code else -1), said[0], said[1]


@cache
def _server() -> str:
    """The door of the server; it ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="ew-")
    door = f"{folder.name}/door"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.engine.warm", door],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"

    def end() -> None:
        process.communicate()
        folder.cleanup()

    atexit.register(end)
    return door


def main() -> NoReturn:
    """Serve at the door that is named, until standard input ends."""
    import envcheck

    for found in pkgutil.walk_packages(envcheck.__path__, "envcheck."):
        if found.name != "envcheck.cli.__main__":
            importlib.import_module(found.name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.bind(sys.argv[1])
        server.listen(64)
        os.write(1, b"ready\n")
        waiting = selectors.DefaultSelector()
        waiting.register(server, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj == 0:
                    sys.exit(0)
                line, _address = server.accept()
                with line:
                    _answer(line)
            _reap()


def _answer(line: socket.socket) -> None:
    raw, streams, _flags, _address = socket.recv_fds(line, _MOST, 3)
    if os.fork() == 0:
        _become(json.loads(raw), streams, line)
    for stream in streams:
        os.close(stream)


def _become(request: dict[str, object], streams: Sequence[int], line: socket.socket) -> NoReturn:
    """Be the program in a process of its own, and tell its exit code at the end."""
    code = 70
    try:
        for at, stream in enumerate(streams):
            os.dup2(stream, at)
        os.chdir(str(request["folder"]))
        environment, words = request["environment"], request["words"]
        assert isinstance(environment, dict)
        assert isinstance(words, list)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = [str(Path(sys.executable).parent / "envcheck"), *words]
        from envcheck.cli.start import main as run

        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        line.send(str(code).encode())
        os._exit(code)


def _reap() -> None:
    """Take notice of those that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main()

"""Why an engine cannot be talked to: told from real failures, each made on purpose."""

from __future__ import annotations

import errno
import gc
import socket
import time
import warnings
from contextlib import closing
from typing import TYPE_CHECKING

from envcheck.doctor.diagnose import diagnose
from envcheck.doctor.symptom import Symptom
from envcheck.engine import connecting
from envcheck.engine.client import DockerEngine
from envcheck.engine.connecting import connect
from envcheck.engine.endpoint import Endpoint
from tests.unit.engine.scripted import VERSION, Said, Script, engine, serving

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def symptom(url: str, chosen_by: str = "default", **environ: str) -> Symptom:
    """What is seen where an engine cannot be talked to."""
    with warnings.catch_warnings():
        # Where its constructor fails, the SDK leaves its connection to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        answer = connect(Endpoint(url, chosen_by), {"DOCKER_HOST": url, **environ})
        gc.collect()
    assert isinstance(answer, Symptom)
    assert (answer.doing, answer.endpoint, answer.chosen_by) == ("connect", url, chosen_by)
    assert answer.status is None
    assert answer.text
    return answer


def fault(seen: Symptom) -> str:
    """What the catalogue calls it on a machine of which nothing is known."""
    found = diagnose(seen)
    return found.id if found else ""


def closed_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def test_an_engine_that_answers_is_one(tmp_path: Path) -> None:
    with engine(tmp_path) as url:
        answer = connect(Endpoint(url, "DOCKER_HOST"), {"DOCKER_HOST": url})
        assert isinstance(answer, DockerEngine)
        with closing(answer):
            assert answer.version()["Version"] == VERSION["Version"]


def test_no_socket_is_there(tmp_path: Path) -> None:
    seen = symptom(f"unix://{tmp_path}/nothing.sock")
    assert (seen.cause, seen.errno) == ("FileNotFoundError", errno.ENOENT)


def test_a_socket_is_there_and_nobody_listens(tmp_path: Path) -> None:
    """What an engine that was killed leaves behind."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead.sock"))
    seen = symptom(f"unix://{tmp_path}/dead.sock")
    assert (seen.cause, seen.errno) == ("ConnectionRefusedError", errno.ECONNREFUSED)


def test_the_socket_is_not_ours_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may open everything, so the system's refusal is put where it would come from."""

    def refuse(_endpoint: Endpoint) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(connecting, "_knock", refuse)
    seen = symptom(f"unix://{tmp_path}/docker.sock")
    assert (seen.cause, seen.errno) == ("PermissionError", errno.EACCES)
    assert fault(seen) == "docker.socket-permission"


def test_somebody_listens_and_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_CONNECT_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        begun = time.monotonic()
        seen = symptom(f"unix://{tmp_path}/silent.sock")
    assert time.monotonic() - begun < 5
    assert seen.cause in ("TimeoutError", "ReadTimeout")
    assert fault(seen) == "docker.no-answer"


def test_nobody_listens_at_the_address() -> None:
    seen = symptom(f"tcp://127.0.0.1:{closed_port()}", "DOCKER_HOST")
    assert (seen.cause, seen.errno) == ("ConnectionRefusedError", errno.ECONNREFUSED)
    assert fault(seen) == "docker.host-dead"


def test_nobody_listens_where_the_context_leads() -> None:
    seen = symptom(f"tcp://127.0.0.1:{closed_port()}", "context work")
    assert fault(seen) == "docker.context-dead"


def test_the_host_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    seen = symptom("tcp://docker.invalid:2375", "DOCKER_HOST")
    assert (seen.cause, seen.errno) == ("gaierror", socket.EAI_NONAME)
    assert fault(seen)


def test_an_encrypted_call_to_an_engine_that_speaks_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, serving(listener, Script()):
        seen = symptom(f"https://127.0.0.1:{listener.getsockname()[1]}", "DOCKER_HOST")
    assert seen.cause.startswith("SSL")
    assert fault(seen) == "docker.tls-mismatch"


def test_certificates_that_are_asked_for_and_not_there(tmp_path: Path) -> None:
    seen = symptom(
        "tcp://127.0.0.1:2376",
        "DOCKER_HOST",
        DOCKER_TLS_VERIFY="1",
        DOCKER_CERT_PATH=str(tmp_path),
    )
    assert seen.cause == "TLSParameterError"
    assert fault(seen) == "docker.tls-certificates"


def test_an_address_of_no_known_kind() -> None:
    seen = symptom("foo://x", "DOCKER_HOST")
    assert "foo://x" in seen.text
    assert fault(seen)


def test_another_program_answers(tmp_path: Path) -> None:
    with engine(tmp_path, version=Said(body={"hello": "I am a web shop"})) as url:
        seen = symptom(url)
    assert "ApiVersion" in seen.text
    assert fault(seen)


def test_an_engine_that_is_older_than_the_sdk_can_be(tmp_path: Path) -> None:
    with engine(tmp_path, version=Said(body={**VERSION, "ApiVersion": "1.20"})) as url:
        seen = symptom(url)
    assert seen.cause == "InvalidVersion"
    assert fault(seen)

"""The registry client against a server that answers by script: logins, tokens, faults, odd answers.

A real registry is asked in tests/engine/test_lock.py.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from envcheck.core.errors import RegistryUnreachable, StepFailed
from envcheck.core.login import Login
from envcheck.core.mirrors import Mirror
from envcheck.core.reference import parse_reference
from envcheck.images.registry.addresses import base_url, may_be_told_secrets
from envcheck.images.registry.asking import Registries
from envcheck.images.registry.client import RegistryClient
from envcheck.images.registry.manifests import Blob

Headers = dict[str, str]
Script = Callable[[str, str, Any], tuple[int, Headers, bytes]]

BODY = json.dumps(
    {"config": {"digest": "sha256:c", "size": 2}, "layers": [{"digest": "sha256:l", "size": 7}]}
).encode()
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
NO_LOGIN: Callable[[str], Login | None] = lambda _host: None  # noqa: E731 - a constant


@contextmanager
def server(script: Script) -> Iterator[str]:
    """A server that answers as the script says; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = script(self.command, self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the server's own word

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{serving.server_port}"
        finally:
            serving.shutdown()
            thread.join()


@contextmanager
def asked(
    script: Script, login: Callable[[str], Login | None] = NO_LOGIN
) -> Iterator[tuple[RegistryClient, str]]:
    client = RegistryClient(login)
    try:
        with server(script) as host:
            yield client, host
    finally:
        client.close()


def manifest(_verb: str, path: str, _headers: Any) -> tuple[int, Headers, bytes]:
    if path.startswith("/v2/a/blobs/"):
        return 200, {}, b'{"os": "linux", "architecture": "arm64", "variant": "v8"}'
    return 200, {}, BODY


def test_a_manifest_without_an_index_has_the_platform_of_its_configuration() -> None:
    with asked(manifest) as (client, host):
        image = client.image(host, "a", "1")
    assert image.digest == DIGEST
    assert [*image.platforms] == ["linux/arm64/v8"]
    assert image.platforms["linux/arm64/v8"].size == 7


def test_a_registry_that_tells_no_digest_is_asked_for_the_manifest() -> None:
    with asked(manifest) as (client, host):
        assert client.digest(host, "a", "1") == DIGEST


def test_a_content_that_does_not_fit_its_digest_is_refused() -> None:
    with asked(manifest) as (client, host), pytest.raises(StepFailed) as caught:
        client.image(host, "a", f"sha256:{'0' * 64}")
    assert caught.value.id == "registry.odd-answer"


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"{}", b'{"manifests": [{}]}'])
def test_an_answer_that_is_no_manifest_is_refused(body: bytes) -> None:
    with asked(lambda *_: (200, {}, body)) as (client, host), pytest.raises(StepFailed) as caught:
        client.image(host, "a", "1")
    assert caught.value.id == "registry.odd-answer"


@pytest.mark.parametrize(
    ("status", "id"),
    [
        (401, "registry.login-failed"),
        (403, "registry.access-denied"),
        (404, "registry.unknown-image"),
        (429, "registry.rate-limit"),
        (418, "registry.broken"),
    ],
)
def test_a_no_is_named_as_what_it_is_and_not_asked_again(status: int, id: str) -> None:
    questions: list[str] = []

    def script(_verb: str, path: str, _headers: Any) -> tuple[int, Headers, bytes]:
        questions.append(path)
        return status, {}, b'{"errors": [{"code": "SOME_CODE", "message": "some words"}]}'

    with asked(script) as (client, host), pytest.raises(StepFailed) as caught:
        client.image(host, "a", "1")
    assert caught.value.id == id
    assert "a:1" in caught.value.what
    assert "SOME_CODE: some words" in caught.value.evidence
    assert len(questions) == 1


def test_a_fault_of_the_server_is_asked_again() -> None:
    answers = iter([503, 500, 200, 200])

    def script(verb: str, path: str, headers: Any) -> tuple[int, Headers, bytes]:
        status = next(answers)
        return manifest(verb, path, headers) if status == 200 else (status, {}, b"")

    with asked(script) as (client, host):
        assert client.image(host, "a", "1").digest == DIGEST


def test_a_name_and_password_are_given_only_when_asked_for_and_to_that_host() -> None:
    shown: list[str] = []

    def script(verb: str, path: str, headers: Any) -> tuple[int, Headers, bytes]:
        shown.append(headers.get("Authorization", ""))
        if shown[-1] != f"Basic {base64.b64encode(b'anna:secret').decode()}":
            return 401, {"WWW-Authenticate": 'Basic realm="x"'}, b""
        return manifest(verb, path, headers)

    hosts: list[str] = []

    def login(host: str) -> Login:
        hosts.append(host)
        return Login("anna", "secret")

    with asked(script, login) as (client, host):
        assert client.image(host, "a", "1").digest == DIGEST
        assert hosts == [host]
    assert shown[0] == ""


def test_a_registry_that_repeats_the_login_is_not_quoted_with_it() -> None:
    def nosy(_verb: str, _path: str, headers: Any) -> tuple[int, Headers, bytes]:
        told = headers.get("Authorization", "nothing")
        plain = base64.b64decode(told.removeprefix("Basic ")) if "Basic" in told else b""
        errors = [{"code": "NO", "message": f"not with {told}, {plain.decode()}"}]
        demand = {"WWW-Authenticate": 'Basic realm="x"'}
        return 401, demand, json.dumps({"errors": errors}).encode()

    anna: Callable[[str], Login | None] = lambda _host: Login("anna", "hunter2")  # noqa: E731
    with asked(nosy, anna) as (client, host), pytest.raises(StepFailed) as caught:
        client.image(host, "a", "1")
    assert caught.value.evidence[1] == "NO: not with Basic •••, anna:•••"


def test_a_token_is_fetched_once_and_used_again() -> None:
    tokens: list[tuple[str, str]] = []

    def script(verb: str, path: str, headers: Any) -> tuple[int, Headers, bytes]:
        if path.startswith("/token"):
            tokens.append((path, headers.get("Authorization", "")))
            return 200, {}, b'{"token": "T"}'
        if headers.get("Authorization") != "Bearer T":
            realm = f"http://{headers['Host']}/token"
            demand = f'Bearer realm="{realm}",service="s",scope="repository:a:pull"'
            return 401, {"WWW-Authenticate": demand}, b""
        return manifest(verb, path, headers)

    with asked(script, lambda _host: Login("anna", "secret")) as (client, host):
        client.image(host, "a", "1")
        client.image(host, "a", "2")
    ((path, shown),) = tokens
    assert "service=s" in path
    assert "scope=repository%3Aa%3Apull" in path
    assert shown.startswith("Basic ")


def test_no_password_goes_to_a_place_where_others_can_read_it() -> None:
    demand = 'Bearer realm="http://elsewhere.example/token",service="s"'
    script: Script = lambda *_: (401, {"WWW-Authenticate": demand}, b"")  # noqa: E731 - a constant
    with asked(script, lambda _host: Login("anna", "secret")) as (client, host):
        with pytest.raises(StepFailed) as caught:
            client.image(host, "a", "1")
        assert caught.value.id == "registry.login-failed"
    assert may_be_told_secrets("https://elsewhere.example/token")
    assert not may_be_told_secrets("ftp://127.0.0.1/token")


def test_a_list_of_tags_is_read_page_by_page() -> None:
    def script(_verb: str, path: str, _headers: Any) -> tuple[int, Headers, bytes]:
        if "last=" in path:
            return 200, {}, b'{"tags": ["3"]}'
        return 200, {"Link": '</v2/a/tags/list?n=2&last=2>; rel="next"'}, b'{"tags": ["1", "2"]}'

    with asked(script) as (client, host):
        assert client.tags(host, "a") == ("1", "2", "3")


def test_the_end_of_a_blob_is_empty_where_a_registry_gives_no_parts() -> None:
    def script(_verb: str, _path: str, headers: Any) -> tuple[int, Headers, bytes]:
        return (206, {}, b"tail") if headers["Range"] == "bytes=6-9" else (200, {}, b"everything")

    with asked(script) as (client, host):
        assert client.tail(host, "a", Blob("sha256:b", 10, ""), 4) == b"tail"
        assert client.tail(host, "a", Blob("sha256:b", 20, ""), 4) == b""


def test_an_answer_without_an_end_is_broken_off() -> None:
    with asked(lambda *_: (200, {}, b"x" * (9 << 20))) as (client, host):  # noqa: SIM117
        with pytest.raises(StepFailed):
            client.image(host, "a", "1")


def test_nobody_there_is_unreachable_and_not_a_no() -> None:
    with server(manifest) as host:
        pass
    client = RegistryClient(NO_LOGIN)
    with pytest.raises(RegistryUnreachable) as caught:
        client.image(host, "a", "1")
    client.close()
    assert caught.value.id == "registry.unreachable"
    assert host in caught.value.what


def test_mirrors_are_asked_first_in_their_order_and_what_they_say_is_told() -> None:
    with (
        asked(lambda *_: (404, {}, b"")) as (client, first),
        server(manifest) as second,
    ):
        mirrors = (Mirror("docker.io", first), Mirror("docker.io", second, "hub"))
        answer = Registries(client, mirrors).digest(parse_reference("postgres:17.11"))
        assert answer.value == DIGEST
        assert answer.place.mirror
        assert (answer.place.host, answer.place.repository) == (second, "hub/library/postgres")


def test_what_every_place_said_is_evidence_where_nobody_has_it() -> None:
    with asked(lambda *_: (404, {}, b"")) as (client, host), server(manifest) as gone:
        registries = Registries(client, (Mirror(host, gone, "x"),))
    with server(lambda *_: (404, {}, b"")) as host:
        registries = Registries(RegistryClient(NO_LOGIN), (Mirror(host, host, "prefix"),))
        with pytest.raises(StepFailed) as caught:
            registries.tags(parse_reference(f"{host}/a:1"))
    assert any(line.startswith(f"mirror {host}") for line in caught.value.evidence)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("docker.io", "https://registry-1.docker.io"),
        ("ghcr.io", "https://ghcr.io"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("localhost:5000", "http://localhost:5000"),
        ("10.0.0.1:5000", "https://10.0.0.1:5000"),
    ],
)
def test_only_this_machine_is_asked_without_tls(host: str, url: str) -> None:
    assert base_url(host) == url

"""What an engine answers, and ours for it: streams read to their end, and errors by their kind."""

from __future__ import annotations

import tarfile
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.core.context import BuildContext, ContextFile
from envcheck.core.errors import (
    EnvcheckError,
    ObjectConflict,
    ObjectMissing,
    RegistryUnreachable,
    StepFailed,
)
from envcheck.core.reference import parse_reference
from envcheck.engine.build import BuildOptions, context_tar, follow_build
from envcheck.engine.client import DockerEngine
from envcheck.engine.connecting import connect
from envcheck.engine.endpoint import Endpoint
from envcheck.engine.pull import follow_pull
from tests.unit.engine.scripted import Said, engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Told = list[tuple[str, "int | None", "int | None"]]


@contextmanager
def talking(folder: Path, **answers: Said) -> Iterator[DockerEngine]:
    """An engine out of a book, and us on the line with it."""
    with engine(folder, **answers) as url:
        found = connect(Endpoint(url, "DOCKER_HOST"), {"DOCKER_HOST": url})
        assert isinstance(found, DockerEngine)
        with closing(found):
            yield found


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, ObjectMissing),
        (409, ObjectConflict),
        (403, ObjectConflict),
        (500, StepFailed),
        (400, StepFailed),
    ],
)
def test_the_engines_status_tells_the_kind_of_error(
    tmp_path: Path, status: int, kind: type[EnvcheckError]
) -> None:
    no = Said(status, {"message": "because I say so"})
    with talking(tmp_path, start=no) as found, pytest.raises(StepFailed) as caught:
        found.start_container("shop-db")
    assert type(caught.value) is kind
    assert "because I say so" in caught.value.what
    assert "shop-db" in caught.value.what
    assert caught.value.evidence == ("because I say so",)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (
            "driver failed: Bind for 127.0.0.1:1 failed: port is already allocated",
            "docker.port-taken",
        ),
        ("listen tcp4 127.0.0.1:1: bind: address already in use", "machine.port-taken"),
    ],
)
def test_a_port_that_is_taken_has_a_name_of_its_own(tmp_path: Path, text: str, id: str) -> None:
    no = Said(500, {"message": text})
    with talking(tmp_path, start=no) as found, pytest.raises(StepFailed) as caught:
        found.start_container("shop-db")
    assert caught.value.id == id
    assert caught.value.fix is not None


def test_an_engine_without_anything_on_it_may_say_null(tmp_path: Path) -> None:
    nothing = Said(body=[])
    answers = {"json": nothing, "networks": nothing, "volumes": Said(body={"Volumes": None})}
    with talking(tmp_path, **answers) as found:
        assert found.observe().volumes == ()


def test_removing_what_somebody_else_is_removing_is_no_error(tmp_path: Path) -> None:
    text = "removal of container shop-db is already in progress"
    with talking(tmp_path, **{"shop-db": Said(409, {"message": text})}) as found:
        found.remove_container("shop-db")


def test_any_other_conflict_on_removal_is_one(tmp_path: Path) -> None:
    no = {"shop-db": Said(409, {"message": "no"})}
    with talking(tmp_path, **no) as found, pytest.raises(ObjectConflict):
        found.remove_container("shop-db")


def test_an_engine_that_goes_away_in_the_middle_of_an_answer_is_no_bug_of_ours(
    tmp_path: Path,
) -> None:
    started = Said(pieces=({"status": "Pulling"}, {"status": "Waiting"}), cut=True)
    with talking(tmp_path, create=started) as found, pytest.raises(StepFailed) as caught:
        found.pull(parse_reference("redis:8.0.2"), lambda *_: None)
    assert "redis:8.0.2" in caught.value.what


def test_an_engine_that_goes_away_in_the_middle_of_a_build_is_no_bug_of_ours(
    tmp_path: Path,
) -> None:
    context = BuildContext({"Dockerfile": ContextFile(b"FROM a:1\n")})
    started = Said(pieces=({"stream": "Step 1/1 : FROM a:1"},), cut=True)
    with talking(tmp_path, build=started) as found, pytest.raises(StepFailed):
        found.build("t:1", context, BuildOptions({}), lambda *_: None)


def test_an_error_within_a_pulls_stream_is_raised(tmp_path: Path) -> None:
    """The SDK's own pull throws the stream away, and looks for the image then."""
    said = "write /var/lib/docker/tmp/x: no space left on device"
    stream = Said(pieces=({"status": "Pulling"}, {"errorDetail": {"message": said}, "error": said}))
    with talking(tmp_path, create=stream) as found, pytest.raises(StepFailed) as caught:
        found.pull(parse_reference("redis:8.0.2"), lambda *_: None)
    assert "disk" in caught.value.id
    assert caught.value.evidence == (said,)


def layer(id: str, status: str, current: int = 0, total: int = 0) -> dict[str, Any]:
    detail = {"current": current, "total": total} if total else {}
    return {"id": id, "status": status, "progressDetail": detail}


def test_a_pulls_progress_is_the_sum_of_its_layers() -> None:
    told: Told = []
    stream = [
        {"status": "Pulling from library/redis", "id": "8.0.2"},
        layer("a", "Pulling fs layer"),
        layer("c", "Pulling fs layer"),
        layer("b", "Already exists"),
        layer("a", "Downloading", 10, 100),
        layer("c", "Downloading", 5, 50),
        layer("a", "Downloading", 60, 100),
        layer("a", "Downloading", 20, 100),
        layer("a", "Verifying Checksum"),
        layer("a", "Download complete"),
        layer("a", "Extracting", 30, 100),
        layer("c", "Download complete"),
        layer("c", "Pull complete"),
        {"status": "Digest: sha256:1"},
    ]
    follow_pull(stream, "redis:8.0.2", lambda *progress: told.append(progress))
    known = [(done, total) for _, done, total in told if total is not None]
    assert known[:3] == [(15, 150), (65, 150), (65, 150)], "told once it is known of every layer"
    assert known[-1] == (150, 150)
    told_bytes = [done for _, done, _ in told if done is not None]
    assert told_bytes == sorted(told_bytes)
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == ["pulling", "unpacking"]


def test_a_layer_that_the_engine_tries_again_is_told() -> None:
    told: Told = []
    stream = [
        layer("a", "Downloading", 10, 100),
        layer("a", "Retrying in 5 seconds"),
        layer("a", "Downloading", 20, 100),
    ]
    follow_pull(stream, "redis:8.0.2", lambda *progress: told.append(progress))
    assert [phase for phase, _, _ in told] == [
        "pulling",
        "layer a: the engine is retrying in 5 seconds",
        "pulling",
    ]


def test_a_layer_too_small_to_be_told_of_is_counted_when_it_is_here() -> None:
    told: Told = []
    stream = [
        layer("a", "Pulling fs layer"),
        layer("b", "Pulling fs layer"),
        layer("b", "Download complete"),
        layer("a", "Downloading", 10, 100),
    ]
    follow_pull(stream, "redis:8.0.2", lambda *progress: told.append(progress))
    assert told[-1] == ("pulling", 10, 100)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("manifest for redis:9 not found: manifest unknown: manifest unknown", ObjectMissing),
        ("manifest unknown: manifest unknown", ObjectMissing),
        ("name unknown: no such repository", ObjectMissing),
        ("pull access denied for x, repository does not exist or may require", ObjectMissing),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", ObjectMissing),
        ('Get "https://x/v2/": dial tcp: lookup x: no such host', RegistryUnreachable),
        ('Get "https://x/v2/": dial tcp 10.0.0.1:443: i/o timeout', RegistryUnreachable),
        ('Get "https://x/v2/": net/http: TLS handshake timeout', RegistryUnreachable),
        ("dial tcp 127.0.0.1:5000: connect: connection refused", RegistryUnreachable),
        ("toomanyrequests: You have reached your pull rate limit.", StepFailed),
        ("unauthorized: incorrect username or password", StepFailed),
        ("something that nobody has ever said", StepFailed),
    ],
)
def test_what_registries_say_is_told_by_its_kind(text: str, kind: type[EnvcheckError]) -> None:
    """Only where no registry answered may a recipe stand in."""
    with pytest.raises(StepFailed) as caught:
        follow_pull([{"error": text}], "redis:9", lambda *_: None)
    assert type(caught.value) is kind
    assert "redis:9" in caught.value.what
    assert text in "\n".join(caught.value.evidence)


def test_a_builds_long_steps_are_told_and_its_small_talk_is_not() -> None:
    told: Told = []
    long = "RUN " + "x" * 100
    stream: list[dict[str, Any]] = [
        {"stream": "Step 1/4 : FROM a:1"},
        {"stream": "\n"},
        {"stream": " ---> 0123456789ab\n"},
        {"stream": "Step 2/4 : LABEL a=b"},
        {"stream": f"Step 3/4 : {long}"},
        {"stream": "Step 4/4 : copy . /x"},
        {"aux": {"ID": "sha256:1"}},
    ]
    follow_build(stream, "t:1", lambda *progress: told.append(progress))
    phases = [phase for phase, _, _ in told]
    assert phases == ["building: FROM a:1", f"building: {long[:59]}…", "building: copy . /x"]


def test_a_failed_build_is_told_with_the_last_lines_and_without_paint() -> None:
    stream: list[dict[str, Any]] = [{"stream": f"line {number}\n"} for number in range(30)]
    stream += [
        {"stream": " ---> Running in 0123\n"},
        {"stream": "\x1b[91mit broke\n\x1b[0m"},
        {"errorDetail": {"message": "returned a non-zero code: 1"}, "error": "…"},
    ]
    with pytest.raises(StepFailed) as caught:
        follow_build(stream, "t:1", lambda *_: None)
    assert caught.value.id == "image.build-failed"
    assert caught.value.what == "building t:1: returned a non-zero code: 1"
    assert caught.value.evidence == (*(f"line {at}" for at in range(16, 30)), "it broke")


def test_the_same_context_is_the_same_bytes() -> None:
    """So that the builder finds in its cache what it has built before."""
    files = {"b": ContextFile(b"2", 0o755), "a": ContextFile(b"1"), "l": ContextFile(b"", link="a")}
    other = dict(reversed(files.items()))
    one = context_tar(BuildContext(files)).read()
    assert one == context_tar(BuildContext(other)).read()


def test_the_tar_holds_modes_contents_and_links() -> None:
    files = {"d/b": ContextFile(b"2", 0o755), "l": ContextFile(b"", 0o777, link="d/b")}
    with tarfile.open(fileobj=context_tar(BuildContext(files))) as tar:
        program, link = tar.getmember("d/b"), tar.getmember("l")
        content = tar.extractfile(program)
        assert content is not None
        assert (program.mode, content.read()) == (0o755, b"2")
        assert (link.issym(), link.linkname) == (True, "d/b")

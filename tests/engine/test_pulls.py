"""Pulling from a registry that fails, over a link that is cut and slow."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from envcheck.core import figures
from envcheck.core.errors import RegistryUnreachable
from envcheck.core.login import Login
from envcheck.core.plan import PullImage
from envcheck.core.reference import parse_reference
from envcheck.images.piecemeal import Piecemeal
from envcheck.images.pulling import Puller
from envcheck.images.silence import Silence
from envcheck.run.ports import SystemClock
from tests.engine.conftest import INSTANCE, Docker
from tests.engine.pull_places import KB, Place, call, hub, sleeper, store, want
from tests.lab import stock
from tests.lab.faulty import Fault

if TYPE_CHECKING:
    from envcheck.engine.client import DockerEngine
    from tests.engine.cli import Cli
    from tests.lab import faulty, registry

__all__ = ["call", "hub", "store"]

pytestmark = pytest.mark.engine
UP = Place.up
LOGIN = ("ann", "right")


def failure(ran: Any) -> tuple[str, str]:
    """Id and text of what stopped a run."""
    found = ran.report["error"]
    return found["id"], found["what"]


def test_what_passes_is_tried_again(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/flaky:1.0", layers := sleeper("flaky"))
    want(call, f"{hub.address}/pulls/flaky:1.0")
    hub.faults += [
        Fault(r"/manifests/", 503, times=1),
        Fault(r"/manifests/", "hang up", times=2),
        Fault(layers[1].digest, "cut", times=1, after=100 * KB),
    ]
    ran = call(*UP)
    assert ran.code == 0, ran.out + ran.err
    assert "retrying in" in ran.out
    assert re.search(r"\(2 of 5\)", ran.out)
    # The engine itself goes on where the layer was cut.
    begun = [one.begin for one in hub.asked if layers[1].digest in one.path and one.sent > KB]
    assert begun == [0, 100 * KB]
    for layer in layers[1:]:
        assert hub.served(layer.digest) == len(layer.packed)


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, "registry.login-failed"),
        (403, "registry.access-denied"),
        (404, "registry.unknown-image"),
        (429, "registry.rate-limit"),
    ],
)
def test_what_does_not_pass_is_named_and_not_tried_again(
    call: Cli, hub: faulty.Faulty, store: registry.Registry, status: int, fault: str
) -> None:
    """Met at the very manifest, so that it is the pull which meets it."""
    stock.put(store.address, "pulls/no:1.0", sleeper("no"))
    want(call, f"{hub.address}/pulls/no:1.0")
    hub.faults.append(Fault(r"/manifests/", status))
    ran = call(*UP, "--json")
    assert ran.code == 4
    assert failure(ran)[0] == fault
    assert "tried" not in failure(ran)[1]
    assert hub.times("/manifests/") <= 2, "an engine asks by HEAD and by GET, and once"
    assert hub.times("/blobs/") == 0


def test_an_image_for_another_processor_is_named(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    layers = sleeper("foreign")
    stock.put(store.address, "pulls/one:1.0", layers, architecture="s390x")
    stock.put_index(store.address, "pulls/one:2.0", {"s390x": "1.0"})
    want(call, f"{hub.address}/pulls/one:2.0")
    ran = call(*UP, "--json")
    assert (ran.code, failure(ran)[0]) == (4, "registry.no-platform")
    assert hub.served("/blobs/") == 0


def test_it_is_given_up_in_the_end_and_said_how_often(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/dead:1.0", sleeper("dead"))
    want(call, f"{hub.address}/pulls/dead:1.0")
    hub.faults.append(Fault(r"/manifests/", 502))
    ran = call(*UP, "--json")
    assert ran.code == 4
    assert failure(ran)[0] == "registry.broken"
    assert "(tried 5 times)" in failure(ran)[1]


def test_what_images_share_is_fetched_once(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    shared = sleeper("shared", 2000 * KB)
    own = [stock.layer(50 * KB, f"{INSTANCE}-own-{number}") for number in range(3)]
    for number, layer in enumerate(own):
        stock.put(store.address, f"pulls/side{number}:1.0", [*shared, layer])
    want(call, *(f"{hub.address}/pulls/side{number}:1.0" for number in range(3)))
    hub.rate = 4000 * KB
    ran = call(*UP, "--json")
    assert ran.code == 0, ran.out + ran.err
    for layer in (*shared, *own):
        assert hub.served(layer.digest) == len(layer.packed)


def test_an_interrupted_wait_ends_at_once(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/wait:1.0", sleeper("wait"))
    want(call, f"{hub.address}/pulls/wait:1.0")
    hub.faults.append(Fault(r"/manifests/", 503))
    ran = call.interrupted(*UP, when="(4 of 5)")
    assert ran.code == 130, ran.out + ran.err
    assert "(5 of 5)" not in ran.out


def test_an_interrupted_pull_ends_at_once(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/halt:1.0", layers := sleeper("halt"))
    want(call, f"{hub.address}/pulls/halt:1.0")
    hub.faults.append(Fault(layers[1].digest, "stall", after=100 * KB))
    begun = time.monotonic()
    ran = call.interrupted(*UP, when="pulling")
    assert ran.code == 130, ran.out + ran.err
    assert time.monotonic() - begun < 20


def test_a_pull_of_which_nothing_is_heard_is_broken_off_and_can_be_tried_again(
    hub: faulty.Faulty, store: registry.Registry, engine: DockerEngine
) -> None:
    stock.put(store.address, "pulls/stall:1.0", layers := sleeper("stall"))
    hub.faults.append(Fault(layers[1].digest, "stall", times=1, after=100 * KB))
    image = parse_reference(f"{hub.address}/pulls/stall:1.0")
    silence = Silence(SystemClock(), longest=1.0)

    def pull() -> None:
        engine.pull(image, lambda *_: silence.heard(), lambda cut: silence.broken(cut, str(image)))

    with pytest.raises(RegistryUnreachable) as met:
        pull()
    assert met.value.id == "registry.timeout"
    pull()
    engine.remove_image(str(image))


def test_the_users_own_login_is_used_a_helper_included(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/private:1.0", sleeper("private"))
    want(call, f"{hub.address}/pulls/private:1.0")
    hub.login = LOGIN
    assert failure(call(*UP, "--json"))[0] == "registry.login-failed"

    inline(call, hub.address, ("ann", "wrong"))
    asked = len(hub.asked)
    assert failure(call(*UP, "--json"))[0] == "registry.login-failed"
    assert len(hub.asked) - asked <= 6, "not tried again"

    configure(call, credHelpers={hub.address: "lab"})
    ran = call(*UP, "--json")
    assert failure(ran)[0] == "registry.credential-helper"
    assert "docker-credential-lab" in ran.out

    path = helper(call, LOGIN)
    ran = call(*UP, "--json", PATH=path)
    assert ran.code == 0, ran.out + ran.err
    assert LOGIN[1] not in ran.out + ran.err


def test_a_login_that_stands_in_the_file_is_used(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    stock.put(store.address, "pulls/inline:1.0", sleeper("inline"))
    want(call, f"{hub.address}/pulls/inline:1.0")
    hub.login = LOGIN
    inline(call, hub.address, LOGIN)
    ran = call(*UP, "--json")
    assert ran.code == 0, ran.out + ran.err


def test_without_room_nothing_is_fetched(
    call: Cli, hub: faulty.Faulty, store: registry.Registry, docker: Docker
) -> None:
    """Little is fetched, much comes out of it: no registry tells that, the layers' ends do."""
    folder = docker("info", "--format", "{{.DockerRootDir}}")[0]
    left = os.statvfs(folder)
    layers = 2 + left.f_bavail * left.f_frsize // 4_000_000_000
    vast = [stock.vast(4_000_000_000, f"{INSTANCE}-{number}") for number in range(layers)]
    stock.put(store.address, "pulls/vast:1.0", vast)
    want(call, f"{hub.address}/pulls/vast:1.0")
    ran = call(*UP, "--json")
    assert (ran.code, failure(ran)[0]) == (4, "images.no-space"), ran.out
    assert f"{figures.size(4_000_000_000 * layers)} unpacked" in failure(ran)[1]
    assert folder in failure(ran)[1]
    assert {hub.served(layer.digest) for layer in vast} == {4}


def configure(call: Cli, **parts: object) -> None:
    (call.folder / "docker" / "config.json").write_text(json.dumps(parts))


def inline(call: Cli, address: str, login: tuple[str, str]) -> None:
    words = base64.b64encode(":".join(login).encode()).decode()
    configure(call, auths={address: {"auth": words}})


def helper(call: Cli, login: tuple[str, str]) -> str:
    """Put the program on a PATH, which is returned."""
    folder = call.folder / "bin"
    folder.mkdir()
    program = folder / "docker-credential-lab"
    answer = json.dumps({"Username": login[0], "Secret": login[1]})
    program.write_text(f"#!/bin/sh\nread host\necho '{answer}'\n")
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_what_has_come_stays_when_the_engines_own_pull_has_failed(
    hub: faulty.Faulty, store: registry.Registry, engine: DockerEngine
) -> None:
    """An engine throws all layers away then; what we fetch ourselves from there on is kept."""
    stock.put(store.address, "pulls/piecemeal:1.0", layers := sleeper("piecemeal", 900 * KB))
    first, last = layers[1], layers[2]
    hub.faults += [
        Fault(last.digest, "stall", times=1, after=100 * KB),  # met by the engine
        Fault(last.digest, "cut", times=2, after=300 * KB),  # and these by us
    ]
    image = parse_reference(f"{hub.address}/pulls/piecemeal:1.0")
    digest = engine.registry_digest(image)
    clock = SystemClock()
    puller = Puller(engine, clock, lambda _host: None, Silence(clock, longest=1.0))
    phases: list[str] = []
    act = PullImage(image, digest)
    try:
        name, _ = puller.pull(act, lambda phase, _done, _total: phases.append(phase))
        there = engine.inspect_image(name)
        assert there is not None
        assert there.digest == digest
        assert engine.run_once(name, {}, ["sleep", "0"]).exit_code == 0
    finally:
        engine.remove_image(str(image))
    begun = [one.begin for one in hub.asked if last.digest in one.path and one.sent > KB]
    piece = 64 * 1024  # what is not whole when it is cut is asked for again
    assert begun[:2] == [0, 0]
    assert [300 * KB - begun[2] < piece, 600 * KB - begun[3] < 2 * piece] == [True, True]
    assert len(begun) == 4
    # Once by the engine, and once by us, however often we had to begin again.
    assert hub.served(first.digest) == 2 * len(first.packed)
    assert "fetching" in phases
    assert len([phase for phase in phases if phase.startswith("retrying in")]) == 3


def test_what_comes_piecemeal_is_what_the_manifest_says_or_nothing(
    hub: faulty.Faulty, store: registry.Registry, engine: DockerEngine
) -> None:
    stock.put(store.address, "pulls/other:1.0", sleeper("other"))
    image = parse_reference(f"{hub.address}/pulls/other:1.0")
    digest = engine.registry_digest(image)
    hub.login = LOGIN
    with Piecemeal(engine, SystemClock(), lambda _host: None, image) as pieces:
        assert not pieces.bring(digest, lambda *_: None), "it was not let in"
    with Piecemeal(engine, SystemClock(), lambda _host: Login(*LOGIN), image) as pieces:
        assert pieces.bring(digest, lambda *_: None)
    hub.login = None
    before = hub.served("/blobs/")
    engine.pull(image, lambda *_: None, lambda _cut: nullcontext())
    assert hub.served("/blobs/") == before, "the engine needs no layer any more"
    engine.remove_image(str(image))

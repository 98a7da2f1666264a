"""Mirrors: asked in their order, believed where their digest is right, and gone without a trace."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.engine.faults import servers
from tests.engine.pull_places import Place, call, hub, sleeper, store, want
from tests.lab import stock
from tests.lab.faulty import Fault

if TYPE_CHECKING:
    from tests.engine.cli import Cli
    from tests.engine.conftest import Docker
    from tests.lab import faulty, registry

__all__ = ["call", "hub", "store"]

pytestmark = pytest.mark.engine


def test_an_unlocked_image_comes_from_the_first_mirror_that_has_it_and_that_is_said(
    call: Cli, hub: faulty.Faulty, store: registry.Registry, docker: Docker
) -> None:
    digest = stock.put(store.address, "library/pulls-one:1.0", sleeper("mirrored"))
    want(call, "pulls-one:1.0")
    dead = f"127.0.0.1:{servers.free_port()}"
    mirrors = {"ENVCHECK_MIRRORS": f"{dead} {hub.address}"}
    up = call(*Place.up, "--json", **mirrors)
    assert up.code == 0, up.out + up.err
    assert f"mirror {dead} was passed over for pulls-one:1.0" in " ".join(up.err.split())
    image = up.report["images"]["pulls-one:1.0"]
    assert image["note"] == f"from mirror {hub.address}"
    assert (image["source"], image["digest"]) == ("registry", digest)
    assert up.report["services"]["s0"]["source"] == "registry"
    assert docker("images", "--format", "{{.Repository}}:{{.Tag}}", "pulls-one") == [
        "pulls-one:1.0"
    ]

    asked = len(hub.asked)
    assert call(*Place.up, "--json", **mirrors).report["changes"] == []
    assert len(hub.asked) == asked

    clean = call("clean", "--yes", "--instance", Place.instance, "--json")
    assert clean.report["left_behind"] == []
    assert digest not in "".join(docker("images", "--digests", "--no-trunc"))


def test_a_pinned_digest_is_taken_from_the_mirror_that_has_it_and_from_no_other(
    call: Cli, hub: faulty.Faulty, store: registry.Registry, docker: Docker
) -> None:
    right = stock.put(store.address, "good/library/pulls-two:1.0", sleeper("right"))
    wrong = stock.put(store.address, "bad/library/pulls-two:1.0", sleeper("wrong"))
    want(call, f"pulls-two:1.0@{right}")
    folder = call.folder / "config" / "envcheck"
    folder.mkdir(parents=True)
    (folder / "mirrors.yaml").write_text(
        json.dumps({"docker.io": [f"{hub.address}/bad", f"{hub.address}/good"]})
    )
    up = call(*Place.up, "--json")
    assert up.code == 0, up.out + up.err
    assert f"it has another digest: {wrong}" in " ".join(up.err.split())
    (image,) = up.report["images"].values()
    assert image["digest"] == right
    assert image["note"] == f"from mirror {hub.address}"
    listed = "".join(docker("images", "--digests", "--no-trunc"))
    assert right in listed
    assert wrong not in listed
    assert call(*Place.up, "--json").report["changes"] == []


def test_a_mirror_that_breaks_while_it_is_pulled_from_gives_way_to_the_registry(
    call: Cli, hub: faulty.Faulty, store: registry.Registry
) -> None:
    """The image's own registry is the lab's; the mirror loses the layers."""
    layers = sleeper("breaks")
    stock.put(store.address, "pulls/three:1.0", layers)
    want(call, f"{store.address}/pulls/three:1.0")
    hub.faults.append(Fault(layers[1].digest, 404))
    up = call(*Place.up, "--json", ENVCHECK_MIRRORS=f"{store.address}={hub.address}")
    assert up.code == 0, up.out + up.err
    (image,) = up.report["images"].values()
    assert image["note"].startswith(f"mirror {hub.address} failed: ")


def test_what_names_no_mirror_is_said_before_anything_is_done(call: Cli) -> None:
    want(call, "pulls-one:1.0")
    ran = call(*Place.up, "--json", ENVCHECK_MIRRORS="http://mirror.example")
    assert ran.code == 2
    assert ran.report["error"]["id"] == "mirrors.invalid"
    assert ran.report["changes"] == []

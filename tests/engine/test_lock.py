"""Pins that hold: a lockfile from a real registry, and a tag that moves behind its back."""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.engine.conftest import INSTANCE, Docker
from tests.lab import registry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engine.cli import Cli
    from tests.lab.registry import Registry

pytestmark = pytest.mark.engine

HERE = ("cached", "--instance", INSTANCE)
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True)
class Shop:
    """A registry with an image of Redis, the project that pins it, and who may change it."""

    registry: Registry
    cli: Cli
    docker: Docker
    folder: Path

    @property
    def name(self) -> str:
        """The image's name without a tag."""
        return f"{self.registry.address}/library/redis"

    @property
    def lockfile(self) -> Path:
        """The project's lockfile."""
        return self.folder / "profiles" / "cached.lock"

    def locked(self) -> dict[str, Any]:
        """What the lockfile says of the image."""
        images: dict[str, Any] = yaml.safe_load(self.lockfile.read_text())["images"]
        return dict(images[f"{self.name}:8.0.2"])

    def push(self, tag: str, edition: str) -> None:
        """Push an edition of the image under a tag; nothing of it stays on the engine."""
        _push(self.docker, f"{self.name}:{tag}", edition)

    def digest(self, tag: str) -> str:
        """The digest that the registry has for a tag."""
        text = self.ask("GET", tag, {"Accept": f"{INDEX}, {MANIFEST}"})
        return f"sha256:{hashlib.sha256(text).hexdigest()}"

    def ask(self, verb: str, tag: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
        """What the registry answers to a question about a manifest of the image."""
        there = http.client.HTTPConnection(self.registry.address, timeout=10)
        try:
            there.request(verb, f"/v2/library/redis/manifests/{tag}", body, headers)
            answer = there.getresponse()
            text = answer.read()
            assert answer.status < 300, text
            return text
        finally:
            there.close()


def _push(docker: Docker, pin: str, edition: str) -> None:
    # An image of its own: the recipe's is here, and would be known by its content.
    text = f"FROM {_redis(docker)}\nLABEL edition={edition}\n"
    build = ["docker", "build", "--force-rm", "-t", pin, "-"]
    subprocess.run(build, input=text.encode(), check=True, capture_output=True)
    docker("push", pin)
    docker("rmi", pin)


def _redis(docker: Docker) -> str:
    tags = docker("images", "--format", "{{.Repository}}:{{.Tag}}")
    return next(tag for tag in tags if tag.startswith("envcheck.local/redis:"))


@pytest.fixture
def shop(cli: Cli, docker: Docker, project: Path, tmp_path: Path) -> Iterator[Shop]:
    with registry.serve(tmp_path / "registry") as served:
        pin = f"{served.address}/library/redis:8.0.2"
        _push(docker, pin, "first")
        text = f"name: cached\nservices:\n  cache:\n    image: {pin}\n    ports: ['auto:6379']\n"
        (project / "profiles" / "cached.yaml").write_text(text)
        yield Shop(served, cli, docker, project)
        # Before the registry goes: what the tests made is gone, whatever their outcome was.
        assert cli("clean", "--yes", *HERE).code == 0


def test_up_runs_what_was_locked_though_the_tag_has_moved(shop: Shop) -> None:
    locked = shop.cli("lock", "cached", "--json")
    assert locked.code == 0, locked.err
    first = shop.digest("8.0.2")
    pin = f"{shop.name}:8.0.2"
    change = {"image": pin, "change": "added", "before": None, "now": first}
    assert locked.report["images"] == [change]
    assert shop.docker("images", "-q", shop.name) == []  # nothing was pulled

    shop.push("8.0.2", "second")
    moved = shop.digest("8.0.2")
    assert moved != first
    seen = shop.cli("lock", "cached", "--check", "--json")
    assert seen.code == 1
    (verdict,) = seen.report["results"]
    assert verdict["status"] == "fail"
    assert verdict["fault"] == "lock.moved"
    assert moved in "".join(verdict["evidence"])
    assert f"moved: locked as {first[:19]}" in shop.cli("lock", "cached", "--check").err

    up = shop.cli("up", *HERE, "--locked", "--json")
    assert up.code == 0, up.err
    service = up.report["services"]["cache"]
    assert service["image"] == pin
    assert service["digest"] == first
    assert service["source"] == "registry"
    runs = shop.docker("inspect", "--format", "{{.Config.Image}}", f"{INSTANCE}-cache")
    assert runs == [f"{pin}@{first}"]
    assert shop.cli("up", *HERE, "--json").report["changes"] == []
    assert (
        shop.cli("check", *HERE, "--locked", "--json").verdicts()["service.cache.image"] == "pass"
    )

    shown = shop.cli("lock", "cached", "--upgrade", "cache")
    assert shown.code == 0, shown.err
    assert f"{first[:19]} -> {moved[:19]}" in shown.out
    check = shop.cli("check", *HERE, "--locked", "--json")
    assert check.code == 1
    assert check.verdicts()["service.cache.image"] == "fail"
    again = shop.cli("up", *HERE, "--locked", "--json")
    assert again.code == 0, again.err
    assert again.report["services"]["cache"]["digest"] == moved

    clean = shop.cli("clean", "--yes", *HERE, "--json")
    assert clean.code == 0, clean.out
    assert shop.docker("images", "-q", shop.name) == []


def test_locked_refuses_a_lock_that_is_missing_or_stale(shop: Shop) -> None:
    missing = shop.cli("up", *HERE, "--locked", "--json")
    assert missing.code == 2
    assert missing.report["error"]["id"] == "lock.missing"
    assert shop.cli("lock", "cached").code == 0

    profile = shop.folder / "profiles" / "cached.yaml"
    profile.write_text(profile.read_text().replace("redis:8.0.2", "redis:8.0.1"))
    stale = shop.cli("up", *HERE, "--locked", "--json")
    assert stale.code == 2
    assert stale.report["error"]["id"] == "lock.stale"
    assert "redis:8.0.1 is not locked" in stale.report["error"]["what"]
    apart = shop.cli("lock", "cached", "--check", "--json")
    assert apart.code == 1
    assert [result["fault"] for result in apart.report["results"]] == ["lock.stale"] * 2
    assert shop.docker("ps", "-aq", "--filter", f"name={INSTANCE}-cache") == []


def test_locked_refuses_a_recipe_where_without_it_one_would_do(shop: Shop) -> None:
    profile = shop.folder / "profiles" / "cached.yaml"
    assert shop.cli("lock", "cached").code == 0
    for file in (profile, shop.lockfile):  # now an official image: no registry can be reached
        file.write_text(file.read_text().replace(f"{shop.name}:8.0.2", "redis:8.0.2"))
    refused = shop.cli("up", *HERE, "--yes", "--locked", "--json")
    assert refused.code == 4
    assert refused.report["error"]["id"] == "lock.unreachable"
    stands_in = shop.cli("up", *HERE, "--yes")
    assert stands_in.code == 0, stands_in.err
    assert "redis:8.0.2 is locked to sha256:" in stands_in.out
    assert "a recipe stands in for it" in " ".join(stands_in.out.split())
    check = shop.cli("check", *HERE, "--locked", "--json")
    assert check.verdicts()["service.cache.image"] == "fail"


def test_a_digest_that_the_registry_lost_is_an_error_of_its_own(shop: Shop) -> None:
    assert shop.cli("lock", "cached").code == 0
    shop.ask("DELETE", shop.digest("8.0.2"), {})
    up = shop.cli("up", *HERE, "--json")
    assert up.code == 4
    error = up.report["error"]
    assert error["id"] == "lock.digest-gone"
    assert "lock --upgrade" in " ".join(error["fix"]["commands"])


def test_every_platform_of_an_index_is_locked_with_its_size(shop: Shop) -> None:
    text = shop.ask("GET", "8.0.2", {"Accept": MANIFEST})
    manifest = json.loads(text)
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
    entry = {"mediaType": MANIFEST, "size": len(text), "digest": digest}
    platforms = (
        {"os": "linux", "architecture": "amd64"},
        {"os": "linux", "architecture": "arm64", "variant": "v8"},
        {"os": "unknown", "architecture": "unknown"},  # what build tools add: no image
    )
    index = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [{**entry, "platform": platform} for platform in platforms],
    }
    shop.ask("PUT", "8.0.2", {"Content-Type": INDEX}, json.dumps(index).encode())

    assert shop.cli("lock", "cached").code == 0
    locked = shop.locked()
    assert locked["digest"] == shop.digest("8.0.2") != digest
    one = {
        "digest": digest,
        "config": manifest["config"]["digest"],
        "size": sum(layer["size"] for layer in manifest["layers"]),
    }
    assert locked["platforms"] == {"linux/amd64": one, "linux/arm64/v8": one}
    up = shop.cli("up", *HERE, "--locked", "--json")
    assert up.code == 0, up.err
    assert up.report["services"]["cache"]["digest"] == locked["digest"]


def test_outdated_lists_newer_tags_of_the_same_series(shop: Shop) -> None:
    for tag in ("8.0.10", "8.2.1", "8.4.0-rc1", "9.0.0", "8.9.9-alpine", "8", "7.4.0"):
        shop.push(tag, "newer")
    found = shop.cli("outdated", "cached", "--json")
    assert found.code == 0, found.err
    assert found.report["images"] == [
        {
            "image": f"{shop.name}:8.0.2",
            "services": ["cache"],
            "newer": ["8.0.10", "8.2.1"],
            "beyond": "9.0.0",
        }
    ]
    assert "8.2.1" in shop.cli("outdated", "cached").out


def test_what_is_built_starts_from_the_locked_image(shop: Shop) -> None:
    pin, folder = f"{shop.name}:8.0.2", shop.folder / "profiles"
    (folder / "cached").mkdir()
    (folder / "cached" / "Dockerfile").write_text(f"FROM {pin}\nLABEL built=yes\n")
    text = "name: cached\nservices:\n  cache: {kind: redis, build: cached, ports: ['auto:6379']}\n"
    (folder / "cached.yaml").write_text(text)
    assert shop.cli("lock", "cached").code == 0
    shop.push("8.0.2", "second")
    up = shop.cli("up", *HERE, "--locked", "--json")
    assert up.code == 0, up.err
    built = up.report["services"]["cache"]["image"]
    label = '{{index .Config.Labels "edition"}} {{index .Config.Labels "built"}}'
    assert shop.docker("image", "inspect", "--format", label, built) == ["first yes"]

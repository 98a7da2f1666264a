"""Random profiles, random ways in which an instance may stand, and strangers beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from envcheck.core.observed import SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.core.spec import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from tests.unit.worlds import World

NAMES = ("a", "b", "c", "d")
IMAGES = ("redis:8.0.2", "node:24.21.0", "redis:8.0.3")
_PORTS = ("auto:6379", "6379", "7001:6379", "7002:6379", "80", "7001:80")


@st.composite
def profiles(draw: DrawFn) -> str:
    """The text of a profile named shop, with one to four services."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    services = {name: draw(_services(names[:at])) for at, name in enumerate(names)}
    return json.dumps({"name": "shop", "services": services})  # which is YAML, and quick to write


@st.composite
def _services(draw: DrawFn, earlier: list[str]) -> dict[str, object]:
    needs = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
    shape = draw(st.sampled_from([_container, _container, _job, _database]))
    return {**draw(shape()), "depends_on": needs}


@st.composite
def _job(draw: DrawFn) -> dict[str, object]:
    return {
        "kind": "job",
        "image": draw(st.sampled_from(IMAGES)),
        "command": [draw(st.sampled_from(["migrate", "seed"]))],
        "ports": draw(st.sampled_from([[], ["7001:80"]])),
    }


@st.composite
def _database(draw: DrawFn) -> dict[str, object]:
    return {
        "image": "postgres:17.11",
        "environment": {"POSTGRES_PASSWORD": draw(st.sampled_from(["x", "y"]))},
        "seed": draw(st.sampled_from([[], ["1.sql"], ["1.sql", "2.sql"], ["3.sql"]])),
    }


@st.composite
def _container(draw: DrawFn) -> dict[str, object]:
    found: dict[str, object] = {"image": draw(st.sampled_from(IMAGES))}
    ports = draw(
        st.lists(st.sampled_from(_PORTS), max_size=2, unique_by=lambda p: p.split(":")[-1])
    )
    if draw(st.booleans()):
        found["ports"] = ports
    if draw(st.booleans()):
        found["environment"] = {"LEVEL": draw(st.sampled_from(["low", "high"]))}
    if draw(st.booleans()):
        found["command"] = [draw(st.sampled_from(["serve", "work"]))]
    if draw(st.booleans()):
        found["volumes"] = [f"{draw(st.sampled_from(['one', 'two']))}:/mnt"]
    return found


Mischief = tuple[str, int]
"""What somebody does to the engine, and to which of the things there."""


def mischief() -> SearchStrategy[list[Mischief]]:
    """Some such deeds."""
    deeds = st.sampled_from(
        ["stop", "remove", "lose network", "lose volume", "new image", "die", "take ports"]
    )
    return st.lists(st.tuples(deeds, st.integers(0, 5)), max_size=5)


def commit(world: World, deed: Mischief) -> None:
    """Do it, as far as the engine lets it be done."""
    what, number = deed
    store = world.engine.store
    running = [c for c in store.containers.values() if c.running]
    match what:
        case "stop" if running:
            running[number % len(running)].stop()
        case "die" if running:
            running[number % len(running)].end(1)
        case "remove" if store.containers:
            store.containers.pop(_one_of([*store.containers], number))
        case "lose network" if store.networks and not running:
            store.networks.clear()
        case "lose volume":
            unused = [name for name in store.volumes if not store.users_of_volume(name)]
            store.volumes.pop(_one_of([*unused, ""], number), None)
        case "new image":
            _new_image(world, _one_of(IMAGES, number))
        case "take ports":
            held = set(store.ports_in_use())
            world.engine.taken |= {7001, 6379, 80} - held
        case _:
            pass  # there is nothing to do it to


def _one_of(names: Sequence[str], number: int) -> str:
    return names[number % len(names)]


def _new_image(world: World, tag: str) -> None:
    old = world.engine.store.image(tag)
    if old is not None:
        old.tags.remove(tag)
    world.engine.add_image(tag)


@dataclass(frozen=True)
class Strangers:
    """Things on an engine that are not the instance's, whatever they are called."""

    containers: tuple[SeenContainer, ...]
    networks: tuple[SeenNetwork, ...]
    volumes: tuple[SeenVolume, ...]
    images: tuple[SeenImage, ...]


_OURS = ("shop", "shop-db", "shop-web", "shop_db-data", "shop-shop", "envcheck", "")
_TAGS = ("envcheck.local/shop-web:abc", "postgres:17.11", "shop:1", "envcheck.local/redis:8.0.2")


def foreign_labels() -> SearchStrategy[dict[str, str]]:
    """Labels that do not say that a thing is the instance's, some of them nearly."""
    others = st.sampled_from(["", "Shop", "shop2", "sho", "shop ", "another"])
    return st.fixed_dictionaries(
        {},
        optional={
            Label.INSTANCE: others,
            Label.PROFILE: st.just("shop"),
            Label.SERVICE: st.sampled_from(["db", "web"]),
            Label.ROOT: st.just("/home/anna/shop"),
            Label.VERSION: st.just("1.0"),
            "com.docker.compose.project": st.just("shop"),
        },
    )


@st.composite
def strangers(draw: DrawFn) -> Strangers:
    """A crowd of them."""
    count = st.integers(0, 4)
    names, labels = st.sampled_from(_OURS), foreign_labels()
    states = st.sampled_from(["running", "exited", "created", "dead"])
    return Strangers(
        containers=tuple(
            SeenContainer(
                f"fc{i}", draw(names), draw(states), "x:1", f"fi{draw(count)}", draw(labels)
            )
            for i in range(draw(count))
        ),
        networks=tuple(
            SeenNetwork(f"fn{i}", draw(names), draw(labels)) for i in range(draw(count))
        ),
        volumes=tuple(SeenVolume(f"{draw(names)}{i}", draw(labels)) for i in range(draw(count))),
        images=tuple(
            SeenImage(f"fi{i}", draw(st.sampled_from([(), (tag,)])), (), draw(labels), 1)
            for i, tag in enumerate(draw(st.lists(st.sampled_from(_TAGS), unique=True)))
        ),
    )

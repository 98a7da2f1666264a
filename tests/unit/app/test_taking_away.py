"""down and clean as a whole: labels and ledger together, on the fake engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

import pytest

from envcheck.app.session import Session
from envcheck.app.teardown import CleanOptions, clean, down
from envcheck.core import events as ev
from envcheck.core.errors import StepFailed, UsageError
from envcheck.core.foreign import labels_of
from envcheck.core.lockfile import LockedImage, LockedPlatform, Lockfile, dump_lockfile
from envcheck.core.reference import parse_reference
from envcheck.core.report import fold
from envcheck.core.spec import Label, NetworkSpec, VolumeSpec
from tests.fake.things import Network
from tests.unit.worlds import SHOP, World, desired

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.engine.client import DockerEngine

E = TypeVar("E", bound=ev.Event)
OF_SHOP = {Label.INSTANCE: "shop", Label.SERVICE: "web", Label.VERSION: "1.0"}
SIZE = 1_000_000  # bytes of each image on the fake engine


class Table:
    """A session with a ledger of its own, an engine on which the shop is up, and what is told."""

    def __init__(self, state: Path) -> None:
        self.world = World()
        self.events: list[ev.Event] = []
        self.session = Session(
            emit=self.events.append,
            yes=True,
            instance="shop",
            environ={"XDG_STATE_HOME": str(state)},
        )
        self.session._engine = cast("DockerEngine", self.world.engine)  # noqa: SLF001
        self.session.ledger()
        self.world.up()

    def told(self, kind: type[E]) -> list[E]:
        """What was told of this kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def uses(self, reference: str, *, before: bool = False, instance: str = "shop") -> None:
        """Record that an instance uses an image."""
        self.session.ledger().use(reference, instance, before=before)

    def images(self) -> set[str]:
        """The names of the images that are left."""
        return {tag for image in self.world.engine.store.images.values() for tag in image.tags}

    def clean(self, options: CleanOptions | None = None) -> int:
        """Clean; the exit code."""
        clean(self.session, "", options or CleanOptions())
        return int(fold(self.events).exit_code)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    """The shop, up."""
    found = Table(tmp_path)
    yield found
    found.session.close()


def test_clean_removes_what_the_instance_brought_and_keeps_what_was_here_before(
    table: Table,
) -> None:
    table.uses("postgres:17.11")
    table.uses("redis:8.0.2", before=True)
    assert table.clean() == 0
    assert table.images() == {"redis:8.0.2", "node:24.21.0"}
    assert [(kept.name, kept.reason) for kept in table.told(ev.Kept)] == [
        ("redis:8.0.2", "it was here before envcheck")
    ]
    assert table.told(ev.Freed) == [ev.Freed(SIZE)]
    assert table.told(ev.LeftBehind) == []
    store = table.world.engine.store
    assert (store.containers, store.networks, store.volumes) == ({}, {}, {})


def test_an_image_of_two_instances_goes_with_the_second(table: Table) -> None:
    table.uses("redis:8.0.2")
    table.uses("redis:8.0.2", instance="shop-two")
    table.clean()
    assert "redis:8.0.2" in table.images()
    assert table.told(ev.Kept)[0].reason == "instance shop-two uses it"
    table.session.instance = "shop-two"
    table.clean()
    assert "redis:8.0.2" not in table.images()


def test_clean_leaves_the_name_that_somebody_else_gave(table: Table) -> None:
    table.uses("redis:8.0.2")
    image = table.world.engine.store.image("redis:8.0.2")
    assert image is not None
    image.tags.append("anna/cache:1.0")
    assert table.clean() == 0
    assert table.images() == {"postgres:17.11", "node:24.21.0", "anna/cache:1.0"}


@pytest.mark.parametrize("pin", ["redis:8.0.2", "docker.io/library/redis:8.0.2"])
def test_an_image_is_known_by_every_name_that_docker_takes_for_it(table: Table, pin: str) -> None:
    table.uses(pin)
    table.clean()
    assert "redis:8.0.2" not in table.images()


def test_an_image_that_is_pinned_by_digest_goes_too(table: Table) -> None:
    digest = f"sha256:{'d' * 64}"
    image = table.world.engine.add_image(digests=(f"mysql@{digest}",))
    table.uses(f"mysql:9.1@{digest}")
    table.clean()
    assert image.id not in table.world.engine.store.images


def test_after_clean_the_ledger_knows_nothing_of_the_instance(table: Table) -> None:
    table.uses("redis:8.0.2", before=True)
    table.uses("postgres:17.11")
    table.clean()
    assert table.session.ledger().images() == ()


def test_a_second_clean_finds_nothing_to_do(table: Table) -> None:
    table.clean()
    acts = len(table.world.engine.acts)
    assert table.clean() == 0
    assert len(table.world.engine.acts) == acts


def test_a_dry_run_removes_nothing_and_tells_what_it_would(table: Table) -> None:
    table.uses("redis:8.0.2")
    acts = len(table.world.engine.acts)
    assert table.clean(CleanOptions(dry_run=True)) == 0
    assert len(table.world.engine.acts) == acts
    assert [(thing.kind, thing.name) for thing in table.told(ev.WouldRemove)] == [
        ("container", "shop-cache"),
        ("container", "shop-db"),
        ("container", "shop-web"),
        ("network", "shop"),
        ("volume", "shop_cache-data"),
        ("volume", "shop_db-data"),
        ("image", "redis:8.0.2"),
    ]
    assert len(table.session.ledger().images()) == 1


def test_images_can_be_kept_and_the_next_clean_still_knows_them(table: Table) -> None:
    table.uses("redis:8.0.2")
    table.clean(CleanOptions(keep_images=True))
    assert "redis:8.0.2" in table.images()
    table.clean()
    assert "redis:8.0.2" not in table.images()


def test_one_service_can_be_cleaned_alone(table: Table) -> None:
    table.uses("redis:8.0.2")
    assert table.clean(CleanOptions(only="cache")) == 0
    store = table.world.engine.store
    assert {c.spec.name for c in store.containers.values()} == {"shop-db", "shop-web"}
    assert set(store.volumes) == {"shop_db-data"}
    assert "redis:8.0.2" in table.images()
    assert len(store.networks) == 1


def test_all_instances_can_be_cleaned_at_once(table: Table) -> None:
    network = NetworkSpec("shop-two", {Label.INSTANCE: "shop-two"})
    table.world.engine.create_network(network)
    table.world.engine.create_network(NetworkSpec("theirs", {}))
    assert table.clean(CleanOptions(all=True)) == 0
    assert [n.name for n in table.world.engine.store.networks.values()] == ["theirs"]


def test_what_stays_against_our_will_is_left_behind(table: Table) -> None:
    """A stranger on our network: exit code 5, and its name."""
    spec = desired().services["web"].container
    guest = replace(spec, name="guest", labels={}, ports=())
    table.world.engine.create_container(guest)
    table.world.engine.start_container("guest")
    assert table.clean() == 5
    assert [(left.kind, left.name) for left in table.told(ev.LeftBehind)] == [("network", "shop")]
    assert "guest" in {c.spec.name for c in table.world.engine.store.containers.values()}


def test_without_agreement_nothing_is_removed(table: Table) -> None:
    table.session.yes = False
    acts = len(table.world.engine.acts)
    with pytest.raises(UsageError) as caught:
        table.clean()
    assert caught.value.id == "clean.not-agreed"
    assert caught.value.fix is not None
    assert any("shop_db-data" in line for line in caught.value.fix.commands)
    assert len(table.world.engine.acts) == acts


@pytest.mark.parametrize("agreed", [True, False])
def test_who_is_asked_sees_what_would_go(table: Table, *, agreed: bool) -> None:
    asked: list[tuple[str, ...]] = []

    def ask(lines: tuple[str, ...], question: str) -> bool:
        asked.append((*lines, question))
        return agreed

    table.session.yes, table.session.ask = False, ask  # type: ignore[assignment]
    if agreed:
        table.clean()
    else:
        with pytest.raises(UsageError):
            table.clean()
    assert any(line.startswith("volume     shop_db-data") for line in asked[0])
    assert bool(table.world.engine.store.volumes) is not agreed


def test_down_keeps_the_data_and_says_so(table: Table) -> None:
    down(table.session, "")
    store = table.world.engine.store
    assert (store.containers, store.networks) == ({}, {})
    assert [(kept.kind, kept.name) for kept in table.told(ev.Kept)] == [
        ("volume", "shop_cache-data"),
        ("volume", "shop_db-data"),
    ]
    assert fold(table.events).exit_code == 0


def test_a_second_down_finds_nothing_to_do(table: Table) -> None:
    down(table.session, "")
    acts = len(table.world.engine.acts)
    down(table.session, "")
    assert len(table.world.engine.acts) == acts
    assert table.told(ev.Changed)[-1].change.name == "shop"


def test_after_the_ledger_was_lost_what_may_have_been_here_before_is_kept(tmp_path: Path) -> None:
    table = Table(tmp_path)
    (path,) = tmp_path.glob("envcheck/engines/*/ledger.sqlite3")
    table.session.close()
    path.unlink()
    table.session._ledger = None  # noqa: SLF001
    assert table.clean() == 0
    assert table.images() >= {"postgres:17.11", "redis:8.0.2", "node:24.21.0"}
    notes = [event.text for event in table.told(ev.Note)]
    assert any("the ledger was made anew from the labels" in note for note in notes)
    reasons = {kept.name: kept.reason for kept in table.told(ev.Kept)}
    assert reasons["redis:8.0.2"] == (
        "it may have been here before: the ledger was lost; `docker rmi redis:8.0.2` removes it"
    )


def test_acts_that_ask_for_the_ledger_side_by_side_get_the_same_one(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.session.close()
    table.session._ledger = None  # noqa: SLF001
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _number: table.session.ledger(), range(16)))
    assert {id(ledger) for ledger in found} == {id(table.session.ledger())}


def test_a_ledger_that_cannot_be_used_is_named_and_no_bug(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StepFailed) as caught:
        Table(tmp_path / "file")
    assert caught.value.id == "machine.ledger-unusable"
    assert str(tmp_path / "file") in caught.value.what


def lock_of(digest: str) -> str:
    """A lockfile that pins an image by its digest."""
    redis = parse_reference("redis:8.0.2")
    here = {"linux/amd64": LockedPlatform(digest, f"sha256:{'e' * 64}", 1)}
    locked = LockedImage(redis, digest, "2026-11-24T12:00:00Z", here)
    return dump_lockfile(Lockfile({redis: locked}), "other")


def brought_with_a_digest(table: Table) -> str:
    """An image that the shop brought, and that a lockfile can pin; its digest."""
    digest = f"sha256:{'d' * 64}"
    table.world.engine.add_image("redis:8.2.0", digests=(f"redis@{digest}",))
    table.uses("redis:8.2.0")
    return digest


@pytest.mark.parametrize("all", [False, True])
def test_what_another_profile_s_lock_pins_stays_unless_everything_goes(
    table: Table, tmp_path: Path, *, all: bool
) -> None:
    digest = brought_with_a_digest(table)
    for container in table.world.engine.store.containers.values():
        container.labels = {**container.labels, Label.ROOT: str(tmp_path)}
    (tmp_path / "shop.lock").write_text(lock_of(digest))
    (tmp_path / "other.lock").write_text(lock_of(digest))
    assert table.clean(CleanOptions(all=all)) == 0
    assert ("redis:8.2.0" in table.images()) is not all
    reasons = [kept.reason for kept in table.told(ev.Kept)]
    pinned = f"{tmp_path}/other.lock pins it; `clean --all` removes it all the same"
    assert reasons == ([] if all else [pinned])


def test_what_an_instance_may_use_of_which_nothing_is_on_record_stays(table: Table) -> None:
    """It is another user's; or it was down when the ledger was lost."""
    table.uses("redis:8.0.2")
    volume = VolumeSpec("guest_data", {Label.INSTANCE: "guest"})
    table.world.engine.create_volume(volume)
    table.world.engine.add_image("envcheck.local/shop-web:abc", labels=OF_SHOP)
    labels = {Label.RECIPE: "redis:8.0.2", Label.VERSION: "1.0"}
    table.world.engine.add_image("envcheck.local/redis:8.0.2", labels=labels)
    assert table.clean() == 0
    why = "it may be in use: nothing is on record here of the images of instance guest"
    assert {kept.name: kept.reason for kept in table.told(ev.Kept)} == {
        "redis:8.0.2": why,
        "envcheck.local/redis:8.0.2": why,
    }
    assert "envcheck.local/shop-web:abc" not in table.images()
    table.uses("node:24.21.0", instance="guest")
    table.uses("redis:8.0.2")
    table.clean()
    assert "redis:8.0.2" not in table.images()


def test_what_has_our_names_and_is_not_ours_is_left_and_said(table: Table) -> None:
    engine = table.world.engine
    engine.remove_container("shop-cache")
    engine.remove_volume("shop_cache-data")
    engine.create_volume(VolumeSpec("shop_cache-data", {}))
    engine.store.volumes["shop_cache-data"].labels = {}
    engine.add_image("envcheck.local/shop-web:abc")
    by_name = {labels.get(Label.SERVICE) for labels in labels_of("shop", engine.observe())}
    assert "cache" not in by_name
    network = NetworkSpec("shop", {})
    engine.store.networks["foreign"] = Network("foreign", network.name, {})
    assert table.clean() == 0
    assert {(kept.kind, kept.name) for kept in table.told(ev.Kept)} == {
        ("network", "shop"),
        ("image", "envcheck.local/shop-web:abc"),
    }
    assert set(engine.store.volumes) == {"shop_cache-data"}
    assert set(engine.store.networks) == {"foreign"}


def test_another_folder_s_instance_is_not_taken_away_by_its_profile(
    table: Table, tmp_path: Path
) -> None:
    profile = tmp_path / "shop.yaml"
    profile.write_text(SHOP)
    acts = len(table.world.engine.acts)
    for act in (down, lambda session, name: clean(session, name, CleanOptions())):
        with pytest.raises(UsageError) as caught:
            act(table.session, str(profile))
        assert caught.value.id == "instance.elsewhere"
    assert len(table.world.engine.acts) == acts
    down(table.session, "")  # by labels alone
    assert table.world.engine.store.containers == {}

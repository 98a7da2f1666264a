"""Is the server that answered the one that the profile pins?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.reference import Reference, parse_reference
from envcheck.run.identity import MeantImage, judge_data, judge_image, judge_version

if TYPE_CHECKING:
    from envcheck.core.events import Source


@pytest.mark.parametrize(
    ("pin", "version", "status"),
    [
        ("postgres:17.11", "17.11", "pass"),
        ("postgres:17", "17.11", "pass"),
        ("postgres:17.11-bookworm", "17.11", "pass"),
        ("node:24.21.0", "24.21.0", "pass"),
        ("node:24", "v24.21.0", "pass"),
        ("redis:8.0.2", "8.0.2-rc1", "pass"),
        ("postgres:17.11", "17.12", "warn"),
        ("redis:8.0.2", "8.0", "warn"),
        ("redis:8.0.20", "8.0.2", "warn"),
        ("postgres:17.1", "17.11", "warn"),
        ("postgres:17.11", "16.9", "fail"),
        ("postgres:17", "18.0", "fail"),
        ("postgres:1", "17.11", "fail"),
    ],
)
def test_the_servers_version_is_compared_with_the_pins(pin: str, version: str, status: str) -> None:
    verdict = judge_version("db", "PostgreSQL", parse_reference(pin), version)
    assert verdict is not None
    assert verdict.status == status
    assert verdict.id == "service.db.version"
    assert f"PostgreSQL {version}" in verdict.summary
    if status != "pass":
        assert verdict.fix is not None
        assert f"pin {version}" in verdict.fix.text
    else:
        assert verdict.fix is None


@pytest.mark.parametrize(
    ("pin", "version"),
    [
        (None, "17.11"),
        (parse_reference("postgres:alpine"), "17.11"),
        (Reference("postgres", "", f"sha256:{'0' * 64}"), "17.11"),
        (parse_reference("postgres:17.11"), ""),
    ],
)
def test_where_either_is_unknown_there_is_no_verdict(pin: Reference | None, version: str) -> None:
    assert judge_version("db", "PostgreSQL", pin, version) is None


numbers = st.lists(st.integers(0, 99), min_size=1, max_size=4)


@given(numbers, numbers)
def test_a_version_passes_exactly_where_it_refines_the_pin(
    pinned: list[int], version: list[int]
) -> None:
    pin = Reference("x", ".".join(map(str, pinned)))
    verdict = judge_version("s", "X", pin, ".".join(map(str, version)))
    assert verdict is not None
    assert (verdict.status == "pass") == (version[: len(pinned)] == pinned)


RAN = f"sha256:{'a' * 64}"
ANOTHER = f"sha256:{'b' * 64}"
UP = "envcheck up shop"


def test_the_image_that_the_pin_means_passes_with_its_digest() -> None:
    meant = MeantImage("postgres:17.11", RAN, f"sha256:{'d' * 64}", "registry")
    verdict = judge_image("db", RAN, meant, UP)
    assert (verdict.id, verdict.status, verdict.fault) == ("service.db.image", "pass", "")
    assert verdict.summary == "postgres:17.11 (sha256:dddddddddddd)"
    assert verdict.evidence == (f"sha256:{'d' * 64}",)


@pytest.mark.parametrize(
    ("source", "said"),
    [("recipe", "built from packages"), ("build", "as it is now"), ("local", "from no registry")],
)
def test_an_image_says_where_it_came_from(source: Source, said: str) -> None:
    verdict = judge_image("db", RAN, MeantImage("postgres:17.11", RAN, RAN, source), UP)
    assert verdict.status == "pass"
    assert said in verdict.summary


def test_an_image_whose_tag_has_moved_fails_with_both() -> None:
    verdict = judge_image("db", RAN, MeantImage("postgres:17.11", ANOTHER, ANOTHER), UP)
    assert (verdict.status, verdict.fault) == ("fail", "service.other-image")
    assert verdict.evidence == (f"the container runs {RAN}", f"postgres:17.11 is {ANOTHER}")
    assert verdict.fix is not None
    assert verdict.fix.commands == (UP,)


def test_an_image_that_is_gone_cannot_be_compared() -> None:
    verdict = judge_image("db", RAN, MeantImage("postgres:17.11"), UP)
    assert (verdict.status, verdict.fault) == ("warn", "service.image-gone")


def test_an_image_that_is_not_here_may_be_known_to_be_another() -> None:
    meant = MeantImage("web/Dockerfile", other="web/Dockerfile was changed since")
    verdict = judge_image("web", RAN, meant, UP)
    assert (verdict.status, verdict.fault) == ("fail", "service.other-image")
    assert verdict.summary == "web/Dockerfile was changed since"


DATA = "/var/lib/postgresql/data"
MOUNTS = {DATA: "shop_db-data", "/etc/secrets": ""}


@pytest.mark.parametrize("path", [DATA, f"{DATA}/", f"{DATA}/pgdata"])
def test_data_on_or_below_a_mounted_volume_is_kept(path: str) -> None:
    verdict = judge_data("db", path, MOUNTS, ["shop_db-data"])
    assert verdict is not None
    assert (verdict.id, verdict.status) == ("service.db.data", "pass")
    assert verdict.summary == f"{path} is on volume shop_db-data"


@pytest.mark.parametrize(
    ("path", "mounts"),
    [
        ("/tmp/data", MOUNTS),  # the container's own layer
        (f"{DATA}2", MOUNTS),  # no folder of it, though it begins the same
        ("/etc/secrets/data", MOUNTS),  # mounted, but on no volume
        (f"{DATA}/hot", {**MOUNTS, f"{DATA}/hot": ""}),  # something else lies on the volume there
        (DATA, {DATA: "0f" * 32}),  # a volume that goes with the container
        (DATA, {}),
    ],
)
def test_data_anywhere_else_goes_with_the_container(path: str, mounts: dict[str, str]) -> None:
    verdict = judge_data("db", path, mounts, ["shop_db-data"])
    assert verdict is not None
    assert (verdict.status, verdict.fault) == ("fail", "service.data-outside-volume")
    assert path in verdict.summary
    assert verdict.evidence
    assert verdict.fix is not None
    assert f"[NAME:{path}]" in verdict.fix.text


def test_where_a_server_does_not_tell_its_folder_there_is_no_verdict() -> None:
    assert judge_data("db", "", MOUNTS, ["shop_db-data"]) is None

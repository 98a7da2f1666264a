"""From engines' JSON to our values: as two engines really said it, and with anything left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.observed import SeenContainer, SeenImage, SeenNetwork, SeenVolume
from envcheck.engine import seen

RECORDED = {
    file.stem: json.loads(file.read_text())
    for file in sorted((Path(__file__).parent / "recorded").glob("*.json"))
}
LABELS = {"whose": "the recorder's"}

Answers = dict[str, Any]


@pytest.fixture(params=RECORDED)
def said(request: pytest.FixtureRequest) -> Answers:
    """What one of the engines said; `record.py` tells how it came about."""
    found: Answers = RECORDED[request.param]
    return found


def container(said: Answers, name: str) -> SeenContainer:
    everything = [seen.container(answer) for answer in said["containers"]]
    return next(found for found in everything if found.name == name)


def test_both_engines_are_here() -> None:
    assert list(RECORDED) == ["20.10", "28.5"]


def test_a_running_container(said: Answers) -> None:
    found = container(said, "rec-up")
    assert (found.state, found.image, found.labels) == ("running", "rec/image:1", LABELS)
    assert found.volumes == ("rec_data",)
    assert set(found.ports) == {80, 81}
    assert all(port > 1023 for port in found.ports.values())
    assert found.networks == {"rec": said["networks"][0]["Id"]}
    assert found.image_id == said["inspected_image"]["Id"]


@pytest.mark.parametrize(
    ("name", "state", "connected"), [("rec-made", "created", False), ("rec-dead", "exited", True)]
)
def test_a_container_that_does_not_run(
    said: Answers, name: str, state: str, *, connected: bool
) -> None:
    found = container(said, name)
    assert (found.state, found.ports) == (state, {})
    assert found.networks == {"rec": said["networks"][0]["Id"] if connected else ""}


@pytest.mark.parametrize(
    ("which", "status", "code", "alive"),
    [("up", "running", 0, True), ("made", "created", 0, False), ("dead", "exited", 3, False)],
)
def test_a_containers_state(
    said: Answers, which: str, status: str, code: int, *, alive: bool
) -> None:
    found = seen.container_state(said["inspected"][which])
    assert (found.status, found.exit_code, found.alive) == (status, code, alive)
    assert (found.oom_killed, found.error, found.restarts) == (False, "", 0)
    assert set(found.ports) == ({80, 81} if alive else set())
    assert found.started_at.startswith("0001-") is (which == "made")
    assert found.image_id == said["inspected_image"]["Id"]


def test_a_running_containers_ports_are_the_same_however_one_asks(said: Answers) -> None:
    assert container(said, "rec-up").ports == seen.container_state(said["inspected"]["up"]).ports


def test_a_volume_and_a_network(said: Answers) -> None:
    assert [seen.volume(v) for v in said["volumes"]] == [SeenVolume("rec_data", LABELS)]
    (network,) = [seen.network(n) for n in said["networks"]]
    assert (network.name, network.labels) == ("rec", LABELS)
    assert len(network.id) == 64


def test_images(said: Answers) -> None:
    found = {image.tags: image for image in map(seen.image, said["images"])}
    assert set(found) == {("rec/base:1",), ("rec/image:1", "rec/image:2")}
    for image in found.values():
        assert image.id.startswith("sha256:")
        assert (image.digests, image.labels) == ((), LABELS)
        assert image.size > 1_000_000


def test_what_an_image_says_of_itself(said: Answers) -> None:
    facts = seen.image_facts(said["inspected_image"])
    assert facts.digest == facts.id  # it never was in a registry
    assert (facts.labels, facts.volumes) == (LABELS, ("/data",))
    assert facts.architecture


READERS = {
    "containers": seen.container,
    "networks": seen.network,
    "volumes": seen.volume,
    "images": seen.image,
}
NEEDED = {"Id", "Name"}


@pytest.mark.parametrize("kind", READERS)
def test_any_key_may_be_missing_or_null(said: Answers, kind: str) -> None:
    """But for the one by which a thing is known."""
    for answer in said[kind]:
        for key in set(answer) - NEEDED:
            for changed in ({**answer, key: None}, {k: v for k, v in answer.items() if k != key}):
                assert READERS[kind](changed) is not None


@pytest.mark.parametrize("which", ["up", "made", "dead"])
def test_any_key_of_an_inspection_may_be_missing_or_null(said: Answers, which: str) -> None:
    answer = said["inspected"][which]
    for key in set(answer) - NEEDED:
        seen.container_state({**answer, key: None})
        seen.container_state({k: v for k, v in answer.items() if k != key})
    for inner in ("State", "NetworkSettings"):
        for key in answer[inner]:
            found = seen.container_state({**answer, inner: {**answer[inner], key: None}})
            assert found.id == answer["Id"]


def test_any_key_of_an_images_inspection_may_be_missing_or_null(said: Answers) -> None:
    answer = said["inspected_image"]
    for key in set(answer) - NEEDED:
        seen.image_facts({**answer, key: None})
        seen.image_facts({k: v for k, v in answer.items() if k != key})
    for key in answer["Config"]:
        found = seen.image_facts({**answer, "Config": {**answer["Config"], key: None}})
        assert found.id == answer["Id"]


def test_nothing_but_an_id_is_enough() -> None:
    assert seen.container({"Id": "c"}).ports == {}
    assert seen.network({"Id": "n", "Name": "x"}) == SeenNetwork("n", "x", {})
    assert seen.image({"Id": "i"}) == SeenImage("i", (), (), {}, 0)
    assert seen.container_state({"Id": "c"}).status == ""
    assert seen.image_facts({"Id": "i"}).digest == "i"


def test_a_container_is_called_by_its_own_name_and_not_by_a_links() -> None:
    """With a legacy link, the engine lists the name that the other container has for it, too."""
    assert seen.container({"Id": "c", "Names": ["/web/db", "/shop-db"]}).name == "shop-db"
    assert seen.container({"Id": "c", "Names": ["/shop-db", "/web/db"]}).name == "shop-db"


def test_only_published_tcp_ports_count_each_once() -> None:
    ports = [
        {"PrivatePort": 80, "Type": "tcp"},
        {"PrivatePort": 53, "PublicPort": 53, "Type": "udp"},
        {"IP": "0.0.0.0", "PrivatePort": 81, "PublicPort": 8081, "Type": "tcp"},
        {"IP": "::", "PrivatePort": 81, "PublicPort": 8081, "Type": "tcp"},
    ]
    assert seen.container({"Id": "c", "Ports": ports}).ports == {81: 8081}


@pytest.mark.parametrize("hosts", [None, [], [{"HostIp": "127.0.0.1", "HostPort": ""}]])
def test_a_port_that_is_exposed_and_not_bound_is_not_published(hosts: object) -> None:
    settings = {"Ports": {"80/tcp": hosts, "53/udp": [{"HostPort": "53"}]}}
    assert seen.container_state({"Id": "c", "NetworkSettings": settings}).ports == {}


def test_an_image_without_a_name_has_none() -> None:
    """Old engines list such an image as <none>."""
    data = {"Id": "i", "RepoTags": ["<none>:<none>"], "RepoDigests": ["<none>@<none>"]}
    assert seen.image(data) == SeenImage("i", (), (), {}, 0)


def test_a_digest_is_told_without_its_repository() -> None:
    data = {"Id": "i", "RepoDigests": ["redis@sha256:1", "mirror/redis@sha256:1"]}
    assert seen.image_facts(data).digest == "sha256:1"


@pytest.mark.parametrize(
    ("info", "version", "kind"),
    [
        ({}, {}, "docker"),
        ({"OperatingSystem": "Debian GNU/Linux 12", "Name": "box"}, {}, "docker"),
        ({"OperatingSystem": "Docker Desktop"}, {}, "docker-desktop"),
        ({"OperatingSystem": "Rancher Desktop WSL Distribution"}, {}, "rancher-desktop"),
        ({"OperatingSystem": "OrbStack"}, {}, "orbstack"),
        ({"Name": "colima-work"}, {}, "colima"),
        ({"Name": "lima-default"}, {}, "lima"),
        ({"SecurityOptions": ["name=seccomp", "name=rootless"]}, {}, "rootless"),
        ({"SecurityOptions": None}, {"Components": None}, "docker"),
        ({}, {"Components": [{"Name": "Podman Engine"}]}, "podman"),
        ({}, {"Components": [{"Name": "Engine"}, {"Name": "containerd"}]}, "docker"),
    ],
)
def test_the_product_behind_the_api(info: Answers, version: Answers, kind: str) -> None:
    assert seen.engine_kind(info, version) == kind


@pytest.mark.parametrize(
    ("data", "size"),
    [
        ({}, 0),
        ({"LayersSize": 10, "Volumes": None, "Containers": None}, 10),
        (
            {
                "LayersSize": 10,
                "Volumes": [{"UsageData": {"Size": 5}}, {"UsageData": {"Size": -1}}, {}],
                "Containers": [{"SizeRw": 3}, {}],
            },
            18,
        ),
        (
            {
                "ImageUsage": {"TotalSize": 10},
                "VolumeUsage": {"TotalSize": 5},
                "ContainerUsage": None,
            },
            15,
        ),
    ],
)
def test_disk_use_in_both_shapes_that_engines_have(data: Answers, size: int) -> None:
    assert seen.disk_use(data) == size


_COUNTED = {"Name": "shop_db-data", "UsageData": {"Size": 48_000_000, "RefCount": 1}}
_UNCOUNTED = {"Name": "far", "UsageData": {"Size": -1, "RefCount": -1}}
_UNTOLD = {"Name": "untold", "UsageData": None}


@pytest.mark.parametrize(
    "data",
    [
        {"Volumes": [_COUNTED, _UNCOUNTED, _UNTOLD]},  # up to API 1.51
        {"VolumeUsage": {"TotalSize": 48_000_000, "Items": [_COUNTED, _UNCOUNTED, _UNTOLD]}},
        {"VolumesUsage": {"Items": [_COUNTED]}, "Volumes": None},
    ],
)
def test_the_size_of_each_volume_in_both_shapes_that_engines_have(data: Answers) -> None:
    assert seen.volume_sizes(data) == {"shop_db-data": 48_000_000}


def test_where_no_volume_is_told_of_none_has_a_size() -> None:
    assert seen.volume_sizes({"Volumes": None, "VolumeUsage": None}) == {}


def test_what_is_mounted_where_is_told_of_volumes_by_their_names() -> None:
    mounts = [
        {"Type": "volume", "Name": "shop_db-data", "Destination": "/var/lib/postgresql/data"},
        {"Type": "bind", "Source": "/etc", "Destination": "/mnt"},
        {"Type": "tmpfs", "Name": "", "Destination": "/run"},
    ]
    assert seen.container_state({"Id": "c", "Mounts": mounts}).mounts == {
        "/var/lib/postgresql/data": "shop_db-data",
        "/mnt": "",
        "/run": "",
    }


def test_a_health_check_is_told_with_what_it_last_printed() -> None:
    log = [{"Output": "first"}, {"ExitCode": 1, "Output": "no route\n"}]
    state = seen.container_state(
        {"Id": "c", "State": {"Health": {"Status": "unhealthy", "Log": log}}}
    )
    assert (state.health, state.health_said) == ("unhealthy", "no route")
    none_yet = {"Id": "c", "State": {"Health": {"Status": "starting", "Log": None}}}
    assert seen.container_state(none_yet).health_said == ""


names = st.sampled_from(["Id", "Name", "Names", "Labels", "Ports", "Mounts", "State", "Image"])
nothings: st.SearchStrategy[Any] = st.sampled_from([None, [], {}, "", 0])


@given(st.dictionaries(names, nothings))
def test_nothings_of_any_kind_are_read_as_nothing(data: Answers) -> None:
    assert seen.container({**data, "Id": "c"}) == SeenContainer("c", "?", "", "", "", {})

"""What status prints: columns that line up over all instances, at 60 columns too."""

from __future__ import annotations

import json
from dataclasses import replace

from envcheck.app.status import InstanceStatus, ServiceStatus
from envcheck.cli.status_table import status_data, status_text

SHOP = InstanceStatus(
    "shop",
    "shop",
    "/home/anna/shop",
    (
        ServiceStatus("cache", "shop-cache", "running", {6379: 6379, 80: 8080}, "healthy"),
        ServiceStatus("db", "shop-db", "exited", {}, disk=48_000_000, volumes=("shop_db-data",)),
    ),
    ("shop_db-data",),
    health="healthy",
    age=3 * 3600.0,
    disk=48_000_000,
    sizes={"shop_db-data": 48_000_000},
)
TWO = InstanceStatus("two", "shop", "/other", (), ("two_db-data",), health="down")


def test_columns_line_up_over_all_instances() -> None:
    assert status_text([SHOP, TWO]).splitlines() == [
        "shop   healthy · 3 h · 48 MB",
        "  profile shop, /home/anna/shop",
        "  cache     healthy           127.0.0.1:6379->6379, 127.0.0.1:8080->80",
        "  db        exited    48 MB",
        "",
        "two   down",
        "  profile shop, /other",
        "  db-data   kept",
    ]


def test_what_is_wrong_is_told_below() -> None:
    cache = replace(SHOP.services[0], health="unhealthy", said="connection refused")
    sick = replace(SHOP, services=(cache,), health="unhealthy")
    assert status_text([sick]).splitlines()[2:4] == [
        "  cache     no answer           127.0.0.1:6379->6379, 127.0.0.1:8080->80",
        "  db-data   kept        48 MB",
    ]
    assert status_text([sick]).splitlines()[-1] == "  ! cache: connection refused"


def test_where_its_profile_cannot_be_read_it_says_so_and_what_the_engine_says() -> None:
    cache = replace(SHOP.services[0], health="unknown")
    far = replace(SHOP, services=(cache,), volumes=(), health="unknown", said="its folder is gone")
    lines = status_text([far]).splitlines()
    assert lines[0].startswith("shop   not known whether healthy")
    assert "running" in lines[2]
    assert lines[-1] == "  ! its folder is gone"


def test_where_nothing_is_here_it_says_so() -> None:
    assert status_text([]) == "nothing of envcheck's is on this engine"
    assert status_data([], str) == []


def test_an_instance_as_data_can_be_written_as_json() -> None:
    (data,) = json.loads(json.dumps(status_data([SHOP], str)))
    assert data["instance"] == "shop"
    assert data["services"][0]["ports"] == {"6379": 6379, "80": 8080}
    assert (data["health"], data["age"], data["disk"]) == ("healthy", 10800.0, 48_000_000)

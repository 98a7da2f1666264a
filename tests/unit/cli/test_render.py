"""What `plan` and `status` print."""

from __future__ import annotations

import json
import re
import shlex

from envcheck.app.status import InstanceStatus, ServiceStatus
from envcheck.cli.render import plan_data, plan_text
from envcheck.cli.status_table import status_data, status_text
from tests.unit.worlds import World

NOTHING = "# nothing to do: everything stands as the profile says"
SMALL = "name: shop\nservices:\n  cache: {image: 'redis:8.0.2'}\n"


def normal(text: str) -> str:
    """The text without what changes with every version of the code: fingerprints."""
    return re.sub(r"(?<=:)[0-9a-f]{8}(?=[, ']|$)", "HASH", text)


def test_a_plan_is_comments_and_commands_that_can_be_typed() -> None:
    labels = (
        "--label dev.envcheck.profile=shop --label dev.envcheck.instance=shop"
        " --label dev.envcheck.root=/home/anna/shop --label dev.envcheck.version=1.0"
    )
    parts = "image:HASH,environment:HASH,command:HASH,ports:HASH,volumes:HASH,guards:HASH"
    create = (
        f"docker create --name shop-cache --network shop --network-alias cache {labels}"
        f" --label dev.envcheck.service=cache --label dev.envcheck.fingerprint={parts}"
        " -p 127.0.0.1:6379:6379 --stop-timeout 90"
        " --security-opt no-new-privileges --pids-limit 2048"
        " -v shop_cache-data:/data redis:8.0.2"
    )
    assert normal(plan_text(World().plan(SMALL))).splitlines() == [
        "# 1  no such network",
        f"docker network create {labels} shop",
        "# 2  no such volume",
        f"docker volume create {labels} --label dev.envcheck.service=cache shop_cache-data",
        "# 3  no such container, after 1, 2",
        create,
        "# 4  it is created, after 3",
        "docker start shop-cache",
        "# 5  wait until cache answers, after 4",
        "# Nothing was changed.",
    ]


def test_a_plan_with_nothing_but_questions_says_that_nothing_is_to_do() -> None:
    world = World()
    world.up(SMALL)
    assert plan_text(world.plan(SMALL)) == NOTHING
    assert plan_text(type(world.plan(SMALL))()) == NOTHING


def test_a_job_that_was_done_before_is_said_to_be_left_alone() -> None:
    text = f"{SMALL}  fill: {{kind: job, image: 'redis:8.0.2', command: [seed]}}\n"
    world = World()
    world.up(text)
    assert plan_text(world.plan(text)) == NOTHING
    world.engine.stop_container("shop-cache", 0)
    assert (
        "# 3  leave fill alone: it was done before, and nothing that it depends on has changed"
        in plan_text(world.plan(text)).splitlines()
    )


def test_a_plan_as_data_holds_the_same() -> None:
    plan = World().plan()
    data = plan_data(plan)
    assert json.loads(json.dumps(data)) == data
    assert [step["id"] for step in data] == list(range(1, 13))
    assert data[0]["act"] == "CreateNetwork"
    assert data[3] | {"commands": []} == {
        "id": 4,
        "act": "StartContainer",
        "cause": "it is created",
        "after": [3],
        "commands": [],
    }
    typed = [line for line in plan_text(plan).splitlines() if not line.startswith("#")]
    assert typed == [command for step in data for command in step["commands"]]
    assert all(shlex.split(line)[0] == "docker" for line in typed)


SHOP = InstanceStatus(
    "shop",
    "shop",
    "/home/anna/shop",
    (
        ServiceStatus("cache", "shop-cache", "running", {6379: 6379, 80: 8080}),
        ServiceStatus("db", "shop-db", "exited", {}),
    ),
    ("shop_db-data",),
)


def test_an_instance_is_a_block_in_aligned_columns() -> None:
    two = InstanceStatus("two", "shop", "/other", (), ())
    assert status_text([SHOP, two]).splitlines() == [
        "shop   profile shop   /home/anna/shop",
        "  cache   running    127.0.0.1:6379->6379, 127.0.0.1:8080->80",
        "  db      exited",
        "  volume shop_db-data",
        "",
        "two   profile shop   /other",
    ]


def test_where_nothing_is_here_it_says_so() -> None:
    assert status_text([]) == "nothing of envcheck's is on this engine"
    assert status_data([]) == []


def test_an_instance_as_data_can_be_written_as_json() -> None:
    (data,) = json.loads(json.dumps(status_data([SHOP])))
    assert data["instance"] == "shop"
    assert data["services"][0]["ports"] == {"6379": 6379, "80": 8080}

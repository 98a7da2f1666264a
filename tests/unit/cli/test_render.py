"""What `plan` and `status` print."""

from __future__ import annotations

import json
import re
import shlex

from envcheck.cli.render import plan_data, plan_text
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

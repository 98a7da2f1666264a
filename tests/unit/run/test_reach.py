"""What a caller heard on the network, and what that means."""

from __future__ import annotations

import subprocess

import pytest

from envcheck.run.reach import Heard, Way, command, could_call, judge_reach, read

WAY = Way("cache", "shop-cache", "shop", 6379)
REFUSED = Heard(1, "nc: can't connect to remote host (172.18.0.3): Connection refused")


def test_names_and_ports_are_arguments_of_a_fixed_script() -> None:
    words = command([("db", 5432), ("cache", 6379)])
    assert words[:2] == ("/bin/sh", "-c")
    assert words[3:] == ("sh", "db", "5432", "cache", "6379")
    assert words[2] == command([])[2]


def test_the_answer_of_the_script_is_read_line_by_line() -> None:
    output = (
        "db 5432 0\n"
        "cache 6379 1 nc: bad address 'cache'\n"
        "WARNING: something else was printed as well\n"
    )
    assert read(output) == {
        ("db", 5432): Heard(0),
        ("cache", 6379): Heard(1, "nc: bad address 'cache'"),
    }


def test_the_script_runs_in_any_shell_and_calls_side_by_side() -> None:
    """Here with bash, against ports that nobody has; in an image of busybox it is the same."""
    places = [("127.0.0.1", 1), ("127.0.0.1", 2), ("no-such-name.invalid", 3)]
    done = subprocess.run(command(places), capture_output=True, text=True, check=True, timeout=20)
    heard = read(done.stdout)
    assert set(heard) == set(places)
    assert all(each.code == 1 for each in heard.values())
    assert "refused" in heard["127.0.0.1", 1].said
    assert judge_reach(Way("x", "x", "n", 3), heard["no-such-name.invalid", 3]).fault == (
        "service.name-unresolved"
    )


@pytest.mark.parametrize(
    ("heard", "could"),
    [
        ([Heard(0), Heard(1)], True),
        ([Heard(127, "timeout: not found")], False),
        ([], False),
    ],
)
def test_a_caller_without_tools_has_called_nobody(heard: list[Heard], *, could: bool) -> None:
    assert could_call(heard) is could


def test_a_service_that_answers_by_its_name_passes() -> None:
    verdict = judge_reach(WAY, Heard(0))
    assert (verdict.id, verdict.status) == ("service.cache.network", "pass")
    assert verdict.summary == "answers as cache:6379 on network shop"


@pytest.mark.parametrize(
    "said",
    [
        "nc: bad address 'cache'",
        "cache: line 1: cache: Name or service not known",
        "cache: line 1: cache: Temporary failure in name resolution",
    ],
)
@pytest.mark.parametrize("joined", [True, False])
def test_a_name_that_nobody_knows_is_told_with_the_way_to_get_it_back(
    said: str, *, joined: bool
) -> None:
    way = Way("cache", "shop-cache", "shop", 6379, joined)
    verdict = judge_reach(way, Heard(1, said))
    assert (verdict.status, verdict.fault) == ("fail", "service.name-unresolved")
    assert verdict.evidence == (said,)
    assert verdict.fix is not None
    leave = ("docker network disconnect shop shop-cache",) if joined else ()
    join = "docker network connect --alias cache shop shop-cache"
    assert verdict.fix.commands == (*leave, join)


@pytest.mark.parametrize(
    ("heard", "evidence"),
    [
        (REFUSED, REFUSED.said),
        (Heard(143), "it did not answer in time"),
        (None, "it did not answer in time"),
    ],
)
def test_a_port_that_does_not_answer_is_told_with_what_was_heard(
    heard: Heard | None, evidence: str
) -> None:
    verdict = judge_reach(WAY, heard)
    assert (verdict.status, verdict.fault) == ("fail", "service.unreachable-inside")
    assert verdict.evidence == (evidence,)

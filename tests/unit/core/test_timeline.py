"""The timeline: the chain of steps that determined a run's end, and the lane of each service."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from envcheck.core import events as ev
from envcheck.core.lanes import Timeline, timeline
from envcheck.core.phases import phase_of, who
from envcheck.core.timeline import Timed, TimedStep, critical_path, steps_of
from tests.effort import few
from tests.unit.core.timings import Job, carried_out, longest, plans

fast = settings(max_examples=few(25), deadline=None)
RUNS = st.lists(plans(shortest=1), min_size=1, max_size=3)


def run_of(all_plans: list[list[Job]], pause: int = 0) -> tuple[list[Timed], int]:
    """Plans carried out one after the other, with a pause before each."""
    timed: list[Timed] = []
    time = 0
    for number, jobs in enumerate(all_plans):
        events, time = carried_out(f"stage-{number}", jobs, time + pause)
        timed += events
    return timed, time


@given(RUNS)
@fast
def test_the_critical_path_is_the_longest_chain_and_fills_the_run(
    all_plans: list[list[Job]],
) -> None:
    timed, over = run_of(all_plans)
    path = critical_path(steps_of(timed, over))
    assert sum(step.seconds for step in path) == over == sum(map(longest, all_plans))


@given(st.lists(plans(), min_size=1, max_size=3), st.integers(0, 5), st.integers(0, 10))
@fast
def test_the_steps_of_the_path_follow_each_other_within_the_run(
    all_plans: list[list[Job]], pause: int, rest: int
) -> None:
    timed, over = run_of(all_plans, pause)
    whole = timeline(timed, over + rest)
    path = whole.path
    assert path
    assert all(one.end <= two.begin for one, two in pairwise(path))
    assert path[-1].end == max(step.end for step in steps_of(timed, over))
    length = sum(step.seconds for step in path)
    assert length <= whole.seconds == over + rest
    assert length + whole.between == whole.seconds


@given(
    st.lists(
        st.one_of(
            st.builds(
                ev.StepStarted,
                *(st.sampled_from("ab"), st.integers(1, 4), st.sampled_from(["Create", "Await"])),
                *(st.text(max_size=3), st.sampled_from(["", "db", "web"])),
                st.lists(st.integers(1, 4), max_size=2).map(tuple),
            ),
            st.builds(
                ev.StepEnded,
                *(st.sampled_from("ab"), st.integers(1, 4)),
                st.sampled_from(["done", "failed", "skipped"]),
            ),
            st.builds(ev.Section, st.sampled_from(["Machine", "Services", "Verdicts"])),
            st.builds(
                lambda status: ev.Checked(ev.Result("a.b", "a", status, "")),
                st.sampled_from(["pass", "fail"]),
            ),
            st.builds(ev.ServiceSkipped, st.sampled_from(["db", "web"]), st.text(max_size=3)),
        ),
        max_size=20,
    )
)
@fast
def test_whatever_happened_a_timeline_can_be_told_of_it(events: list[ev.Event]) -> None:
    timed = [Timed(number * 0.5, event) for number, event in enumerate(events)]
    whole = timeline(timed, 3.0)
    assert all(one.end <= two.begin for one, two in pairwise(whole.path))
    assert len(set(whole.path)) == len(whole.path)
    assert 0 <= whole.between <= whole.seconds
    for lane in whole.lanes:
        for phase in lane.phases:
            assert 0 <= phase.begin <= phase.end <= whole.seconds


WEB = [
    Job(1, (), 1, act="CreateNetwork"),
    Job(2, (1,), 2, "db", "CreateContainer"),
    Job(3, (2,), 3, "db"),
    Job(4, (3,), 10, "db", "AwaitReady"),
    Job(5, (1,), 1, "web", "CreateContainer"),
    Job(6, (4, 5), 1, "web"),
    Job(7, (6,), 2, "web", "AwaitReady"),
]


def webapp() -> Timeline:
    timed, over = carried_out("services", WEB, 5)
    ready = Timed(18.0, ev.ServiceReady("web", *("",) * 2, "build", *("",) * 4, seconds=2.0))
    return timeline([*timed, ready], over + 1)


def told(step: TimedStep) -> str:
    return f"{who(step)} {phase_of(step)}"


def test_the_path_names_what_was_waited_for() -> None:
    assert [told(step) for step in webapp().path] == [
        "network x-1 create",
        "db create",
        "db start",
        "db verify",
        "web start",
        "web verify",
    ]
    assert webapp().between == 6  # before the plan, and after it


def test_a_lane_tells_what_a_service_waited_for_and_how_long() -> None:
    _, db, web = webapp().lanes
    assert (db.name, db.state, db.needs) == ("db", "done", ())
    assert [(p.name, p.seconds, p.critical) for p in db.phases] == [
        ("create", 2, True),
        ("start", 3, True),
        ("verify", 10, True),
    ]
    assert (web.name, web.state, web.needs) == ("web", "ready", ("db",))
    assert [(p.name, p.begin, p.end, p.critical) for p in web.phases] == [
        ("create", 6, 7, False),
        ("wait", 7, 21, False),
        ("start", 21, 22, True),
        ("verify", 22, 24, True),
    ]


def test_what_was_kept_and_only_started_has_waited_since_its_plan_began() -> None:
    jobs = [Job(1, (), 4, "db", "AwaitReady"), Job(2, (1,), 1, "web")]
    timed, over = carried_out("services", jobs, 2)
    (web,) = (lane for lane in timeline(timed, over).lanes if lane.name == "web")
    assert [(p.name, p.begin, p.end) for p in web.phases] == [("wait", 2, 6), ("start", 6, 7)]


def test_a_plan_carried_out_again_is_another_plan() -> None:
    pull = [Job(1, (), 3, act="PullImage")]
    build = [Job(1, (), 5, act="BuildBase"), Job(2, (1,), 2, act="BuildRecipe")]
    first, time = carried_out("images", pull, 0)
    second, over = carried_out("images", build, time)
    path = timeline([*first, *second], over).path
    assert [(phase_of(step), step.begin, step.end) for step in path] == [
        ("pull", 0, 3),
        ("build", 3, 8),
        ("build", 8, 10),
    ]


def test_the_checks_of_the_machine_are_a_step_of_their_own() -> None:
    checked = ev.Checked(ev.Result("docker.engine", "engine", "pass", "fine"))
    of_service = ev.Checked(ev.Result("service.db.ready", "db", "pass", "fine"))
    services, over = carried_out("services", [Job(1, (), 2, "db")], 7)
    timed = [
        Timed(0.5, ev.Section("Machine")),
        Timed(1.0, checked),
        Timed(4.0, checked),
        Timed(5.0, ev.Section("Services")),
        *services,
        Timed(9.0, of_service),
    ]
    whole = timeline(timed, over)
    assert [(told(step), step.begin, step.end) for step in whole.path] == [
        ("machine check", 0.5, 4.0),
        ("db start", 7, 9),
    ]
    assert whole.lanes[0].kind == "checks"


def test_so_are_the_verdicts_on_services() -> None:
    verdict = ev.Checked(ev.Result("service.db.name", "db", "fail", "nobody finds it"))
    asked, time = carried_out("services", [Job(1, (), 2, "db", "AwaitReady")], 1)
    timed = [
        *asked,
        Timed(3.0, ev.Section("Verdicts")),
        Timed(3.2, verdict),
        Timed(4.5, verdict),
        Timed(4.6, ev.Section("Connect")),
        Timed(4.9, verdict),
    ]
    path = timeline(timed, time + 2).path
    assert [(told(step), step.begin, step.end, step.ending) for step in path] == [
        ("db verify", 1, 3, "done"),
        ("all services check", 3.0, 4.5, "failed"),
    ]


def test_a_skipped_service_has_its_lane_and_its_reason() -> None:
    timed = [
        Timed(0.0, ev.StepStarted("services", 1, "CreateContainer", "x-db", "db")),
        Timed(1.0, ev.StepEnded("services", 1, "failed")),
        Timed(1.0, ev.StepEnded("services", 2, "skipped")),
        Timed(1.1, ev.ServiceSkipped("web", "db")),
    ]
    db, web = timeline(timed, 1.2).lanes
    assert (db.state, [p.end for p in db.phases]) == ("failed", [1.0])
    assert (web.state, web.because, web.phases, web.end) == ("skipped", "db", (), 0.0)


def test_what_had_not_ended_when_the_run_was_over_ends_with_it() -> None:
    timed = [Timed(1.0, ev.StepStarted("services", 1, "AwaitReady", "x-db", "db"))]
    (db,) = timeline(timed, 4.0).lanes
    assert (db.state, db.end) == ("unfinished", 4.0)


def test_an_act_that_is_not_known_is_told_by_its_own_words() -> None:
    step = TimedStep("services", 0, 1, "RunSomeJob", "x", "seed", 0, 1, "done")
    assert phase_of(step) == "run some job"


def test_a_run_without_steps_has_an_empty_timeline() -> None:
    whole = timeline([Timed(0.0, ev.Note("by the way"))], 0.2)
    assert (whole.lanes, whole.path, whole.between) == ((), (), 0.2)

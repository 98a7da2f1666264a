"""The user tasks. `from envcheck.cli.tasks import *` puts all of them into a project's tasks.py."""

from __future__ import annotations

from pathlib import Path

from invoke.collection import Collection

from envcheck.cli import render, render_pins
from envcheck.cli.verb import Answer, Run, verb

__all__ = [
    "bundle",
    "check",
    "ci",
    "clean",
    "completion",
    "doctor",
    "down",
    "env",
    "init",
    "lock",
    "logs",
    "onboard",
    "outdated",
    "plan",
    "recipe",
    "reset",
    "run",
    "shell",
    "snapshot",
    "status",
    "up",
]

# Each verb is imported when it is run: `--help` and `--list` need none of them.


_LOCKED = "only the images of the lockfile will do, and all of them must be in it"
_ON_FAILURE = "keep, down or clean: what becomes of what a failed or interrupted run has made"
_SNAPSHOT = "save the data in a snapshot first; without a word, where a terminal is there"
_NO_SNAPSHOT = "save nothing first"
_WRITE_ENV = "write the variables to this file (.env.envcheck, say); `down` and `clean` remove it"
_OFFLINE = "ask no registry and fetch nothing; what is not here already is an error"


@verb(telling=True, locked=_LOCKED, offline=_OFFLINE, on_failure=_ON_FAILURE, write_env=_WRITE_ENV)
def onboard(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    *,
    locked: bool = False,
    offline: bool = False,
    on_failure: str = "keep",
    write_env: str = "",
) -> None:
    """Check the machine, bring a profile up, say how to connect: the one command to begin with."""
    from envcheck.app.onboard import onboard as do
    from envcheck.app.rollback import on_failure as said
    from envcheck.app.up import UpOptions

    options = UpOptions(
        locked=locked, offline=offline, on_failure=said(on_failure), write_env=write_env
    )
    do(run.session, profile, run.results, options)


@verb(
    fix="mend what can be mended without loss, asking before each",
    fix_destructive="the id of the one fault whose fix may lose data",
    list="list the checks, and carry out none",
    only="a check's id, or a pattern such as docker.*",
    strict="warnings count as failures",
    report="print a text to paste into an issue, without names and secrets",
)
def doctor(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    *,
    fix: bool = False,
    fix_destructive: str = "",
    list: bool = False,
    only: str = "",
    strict: bool = False,
    report: bool = False,
) -> Answer | None:
    """Say whether this machine can run it, and name each fault with its fix."""
    from envcheck.app.checks.table import all_checks
    from envcheck.app.doctor import DoctorOptions
    from envcheck.app.doctor import doctor as do
    from envcheck.app.paste import paste

    if list:
        checks = all_checks(None)
        return Answer(render.checks_text(checks), {"checks": render.checks_data(checks)})
    options = DoctorOptions(fix, fix_destructive, only, strict)
    try:
        do(run.session, profile, options, run.results)
    finally:
        if report:  # most wanted where it failed
            run.say(paste(run.session, run.report().engine, run.results()))
    return None


@verb(
    lends=True,
    telling=True,
    after="keep, down or clean: what becomes of the services then; as they were before unless said",
    locked=_LOCKED,
    offline=_OFFLINE,
    on_failure=_ON_FAILURE,
)
def run(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    *,
    after: str = "",
    locked: bool = False,
    offline: bool = False,
    on_failure: str = "down",
) -> Answer | None:
    """Run a command with the services up and their variables set: `run PROFILE -- COMMAND`."""
    from envcheck.app.rollback import on_failure as said
    from envcheck.app.up import UpOptions
    from envcheck.app.visits import after as then
    from envcheck.cli.running import run_command

    options = UpOptions(locked=locked, offline=offline, on_failure=said(on_failure))
    return run_command(run, profile, options, then(after))


@verb(
    answers=True,
    service="the service; left out, the only one there is",
)
def shell(run: Run, profile: str, service: str) -> Answer | None:
    """Open a database's own client, or a shell; `-- COMMAND` runs one command in its container."""
    from envcheck.cli.running import run_inside

    return run_inside(run, profile, service)


@verb(
    answers=True,
    letters={"follow": "f"},
    service="the one service; left out, all of them",
    follow="go on with what is printed from now on, until all have ended or Ctrl-C",
    since="as Docker's: 10m, 1h30m, a date and time, or seconds since 1970",
    lines="so many of the last lines of each service",
)
def logs(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    service: str,
    *,
    follow: bool = False,
    since: str = "",
    lines: str = "",
) -> Answer:
    """Show what the services have printed, merged by time."""
    from envcheck.app.logs import LogOptions
    from envcheck.cli.log_lines import show_logs

    return show_logs(run, profile, service, LogOptions(since, lines, follow))


@verb(answers=True)
def plan(run: Run, profile: str) -> Answer:
    """Show what `up` would do and why, each step with its docker command. Changes nothing."""
    from envcheck.app.plan import plan as do

    steps = do(run.session, profile)

    def shown(text: str) -> str:
        # A password may stand where no name tells of it, such as in the middle of a text. One that
        # is a word, such as postgres, would blank the names that a command is about.
        return run.bus.blanked(text, shortest=16)

    return Answer(shown(render.plan_text(steps)), {"steps": render.plan_data(steps, shown)})


@verb(
    telling=True,
    fail_fast="the first service that fails ends all others",
    rerun_jobs="run every job, those too that are done already",
    locked=_LOCKED,
    offline=_OFFLINE,
    on_failure=_ON_FAILURE,
    from_snapshot="begin with the data of this snapshot: a name, or a file",
    write_env=_WRITE_ENV,
)
def up(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    *,
    fail_fast: bool = False,
    rerun_jobs: bool = False,
    locked: bool = False,
    offline: bool = False,
    on_failure: str = "keep",
    from_snapshot: str = "",
    write_env: str = "",
) -> None:
    """Converge, and return when every service is verified ready."""
    from envcheck.app.rollback import on_failure as said
    from envcheck.app.up import UpOptions
    from envcheck.app.up import up as do

    options = UpOptions(
        fail_fast, rerun_jobs, locked, offline, said(on_failure), from_snapshot, write_env
    )
    do(run.session, profile, options)


@verb(
    telling=True,
    deep="prove as well that data survives its container: each is made anew, and left as it was",
    locked=_LOCKED,
)
def check(run: Run, profile: str, *, deep: bool = False, locked: bool = False) -> None:
    """Verify a running instance."""
    from envcheck.app.check import check as do

    do(run.session, profile, run.results, deep=deep, strict=locked)


@verb(
    answers=True,
    optional=("upgrade",),
    check="write nothing; fail where the lockfile does not fit, or a tag has moved",
    upgrade="move on to what the tags are now; with a service's name, that of this one only",
)
def lock(run: Run, profile: str, *, check: bool = False, upgrade: str | bool = "") -> Answer:
    """Write the digest behind every pinned tag into the profile's lockfile. Pulls nothing."""
    from envcheck.app.lock import ALL
    from envcheck.app.lock import lock as do
    from envcheck.app.lock_check import check_lock
    from envcheck.host.lockfiles import ENDING
    from envcheck.host.profiles import find, known

    if check:
        held = f"{check_lock(run.session, profile)} holds: {len(run.results())} images checked"
        return Answer("" if run.report().exit_code else held)
    service = ALL if upgrade is True else str(upgrade)
    if not profile and service in known():  # `lock --upgrade PROFILE`
        profile, service = service, ALL
    changes = do(run.session, profile, upgrade=service)
    path = str(Path(find(profile).file).with_suffix(ENDING))
    data = {"lockfile": path, "images": render_pins.lock_data(changes)}
    return Answer(render_pins.lock_text(path, changes), data)


@verb(answers=True)
def outdated(run: Run, profile: str) -> Answer:
    """List newer tags of the pinned images, pre-releases left out. Changes nothing."""
    from envcheck.app.outdated import outdated as do

    found = do(run.session, profile)
    return Answer(render_pins.outdated_text(found), {"images": render_pins.outdated_data(found)})


@verb(answers=True, watch="keep it true in place, until Ctrl-C; needs a terminal")
def status(run: Run, profile: str, *, watch: bool = False) -> Answer:
    """Show every instance on this engine: services, ports, age, health, disk."""
    from envcheck.app.garbage import find
    from envcheck.app.status import begin
    from envcheck.cli import watch as watching
    from envcheck.cli.status_table import status_data, status_text

    if watch:
        watching.refuse_unwatchable(json=run.json)
    looker = begin(run.session, profile)
    if watch:
        with looker.changes() as wait:
            watching.watch(lambda: run.bus.blanked(status_text(looker.look())), wait)
        return Answer()
    found = looker.look()
    left = () if profile or run.session.instance else find(run.session)
    text = f"{run.bus.blanked(status_text(found))}{render.garbage_text(left)}"
    data = {"instances": status_data(found, run.bus.blanked), "garbage": render.garbage_data(left)}
    return Answer(text, data)


@verb(answers=True, format="shell, dotenv, json, github or gitlab")
def env(run: Run, profile: str, *, format: str = "shell") -> Answer:
    """Print the variables to connect with."""
    from envcheck.app.connect import env as do
    from envcheck.app.connect import formatted

    found = do(run.session, profile)
    return Answer(formatted(found, format), {"variables": found})


@verb(
    answers="list",
    action="`list`, or `build`",
    pin="what to build, such as redis:8.0.2",
    profile="the profile whose own recipes count too; left out, those in profiles/recipes/",
)
def recipe(run: Run, action: str, pin: str, *, profile: str = "") -> Answer | None:
    """List the recipes that stand in for images, or build one: `recipe build NAME:TAG`."""
    from envcheck.app import recipe as do
    from envcheck.cli.recipe_list import recipes_data, recipes_text

    if action == "build":
        do.build(run.session, pin, profile)
        return None
    found = do.listed(run.session, action, pin, profile)
    return Answer(recipes_text(found), {"recipes": recipes_data(found)})


@verb(
    letters={"output": "o"},
    action="save or load",
    target="what is saved: a profile, as elsewhere; what is loaded: the bundle's file",
    output="the file to save to",
    into="the folder to load into, which gets profiles/; the current one unless given",
)
def bundle(run: Run, action: str, target: str, *, output: str = "", into: str = "") -> Answer:
    """Save a profile with its images in one file, or load one: no network is needed then."""
    from dataclasses import asdict

    from envcheck.app.bundle_load import load_bundle
    from envcheck.app.bundle_save import save_bundle
    from envcheck.app.bundling import fit_flags

    fit_flags(action, output=output, into=into)
    if action == "save":
        done = asdict(save_bundle(run.session, target, output))
    else:
        done = asdict(load_bundle(run.session, target, into))
    return Answer("", {"bundle": done})


@verb(answers=True, which="bash, zsh or fish")
def completion(_run: Run, which: str) -> Answer:
    """Print a script with which a shell completes tasks, flags, profiles and services."""
    from envcheck.cli.shell_scripts import script

    return Answer(script(which))


@verb(
    answers=True,
    name="what the profile is to be called; the folder's name unless given",
    services="kinds that it shall have besides what is found, such as postgres,redis",
)
def init(run: Run, name: str, *, services: str = "") -> Answer:
    """Write a first profile from what the project's files say, after showing it and asking."""
    from dataclasses import asdict

    from envcheck.app.init import init as do
    from envcheck.cli.starting import init_text

    offered = do(run.session, name, services)
    return Answer(init_text(offered), {"profile": asdict(offered)})


@verb(answers=True, action="init", system="github or gitlab")
def ci(run: Run, action: str, system: str, profile: str) -> Answer:
    """Write a workflow: `ci init github|gitlab [PROFILE] [-- COMMAND]`, after asking."""
    import sys
    from dataclasses import asdict

    from envcheck.app.ci import ci_init
    from envcheck.cli.after_dashes import after_dashes
    from envcheck.cli.starting import ci_text

    offered = ci_init(run.session, action, system, profile, after_dashes(sys.argv))
    return Answer(ci_text(offered), {"files": [asdict(each) for each in offered]})


@verb()
def down(run: Run, profile: str) -> None:
    """Remove containers and network; keep the data."""
    from envcheck.app.teardown import down as do

    do(run.session, profile)


@verb(
    dry_run="show what would be removed, and remove nothing",
    keep_images="leave the images",
    only="one service: its container and its volumes",
    all="every instance on this engine",
    snapshot=_SNAPSHOT,
    no_snapshot=_NO_SNAPSHOT,
)
def clean(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    profile: str,
    *,
    dry_run: bool = False,
    keep_images: bool = False,
    only: str = "",
    all: bool = False,
    snapshot: bool = False,
    no_snapshot: bool = False,
) -> None:
    """Remove containers, network, volumes and images, and prove that they are gone."""
    from envcheck.app.snapshots.safety import Wish
    from envcheck.app.teardown import CleanOptions
    from envcheck.app.teardown import clean as do

    wish = Wish(snapshot, no_snapshot)
    do(run.session, profile, CleanOptions(dry_run, keep_images, only, all, wish))


@verb(snapshot=_SNAPSHOT, no_snapshot=_NO_SNAPSHOT)
def reset(run: Run, profile: str, *, snapshot: bool = False, no_snapshot: bool = False) -> None:
    """Throw the data away and go back to what the seeds make of it, with every service ready."""
    from envcheck.app.reset import reset as do
    from envcheck.app.snapshots.safety import Wish

    do(run.session, profile, Wish(snapshot, no_snapshot))


@verb(
    answers="list",
    letters={"output": "o"},
    action="save, list, restore or remove",
    name="the snapshot's name, the time unless given; restore takes a file's path as well",
    output="save: the file to save to, to take it to another machine",
    no_snapshot="restore: do not save first what it replaces",
)
def snapshot(  # noqa: PLR0913 - one parameter a flag, as Invoke reads them
    run: Run,
    action: str,
    profile: str,
    name: str,
    *,
    output: str = "",
    no_snapshot: bool = False,
) -> Answer | None:
    """Save what is in the volumes of an instance, and bring it back."""
    from dataclasses import asdict

    from envcheck.app import snapshot as do
    from envcheck.cli.snapshot_list import snapshots_data, snapshots_text

    do.fit_flags(action, output=output, no_snapshot=no_snapshot)
    match action:
        case "save":
            saved = do.save(run.session, profile, name, output)
            return Answer("", {"snapshot": asdict(saved)})
        case "restore":
            do.restore(run.session, profile, name, save_first=not no_snapshot)
        case "remove":
            do.discard(run.session, profile, name)
        case _:
            found = do.listed(run.session, profile)
            return Answer(snapshots_text(found), {"snapshots": snapshots_data(found)})
    return None


def collection() -> Collection:
    """All user tasks, as Invoke's Program wants them."""
    return Collection(**{name: globals()[name] for name in __all__})

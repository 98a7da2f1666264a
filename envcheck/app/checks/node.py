"""Checks whether all who name a Node mean the same: the container, this machine, the project."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from envcheck.app.builds import data_pins
from envcheck.app.checks.exam import Check, Exam
from envcheck.core.errors import Fix
from envcheck.core.node_claims import FILES, claim_of_machine, claims, differing
from envcheck.core.npm_range import read_version
from envcheck.core.parsing.wording import listing
from envcheck.host.project_files import project_folder, texts
from envcheck.host.tools import version_of

if TYPE_CHECKING:
    from envcheck.core.events import Result
    from envcheck.core.node_claims import Claim
    from envcheck.core.profile import Profile, Service


def node_checks(profile: Profile | None) -> tuple[Check, ...]:
    """A check for each Node service, where there is something to compare its Node with."""
    services = profile.services.values() if profile else ()
    found = (_check(profile, each) for each in services if profile and each.kind == "node")
    return tuple(check for check in found if check is not None)


def _check(profile: Profile, service: Service) -> Check | None:
    written = _written(profile, service)
    if not written and shutil.which("node") is None:
        return None

    def look(exam: Exam) -> Result:
        pin = data_pins(exam.profile or profile).get(service.name)
        if pin is None or not pin.version:
            return check.result("skip", "its image names no version of Node")
        here = claim_of_machine(version_of("node") or "")
        found = (*written, *([here] if here else []))
        if not found:  # a node that tells no version, as one that is broken
            return check.result("skip", "the Node of this machine tells no version")
        return _judged(check, pin.version, found)

    title = f"{service.name} Node"
    check = Check(f"node.{service.name}", title, "its Node against the host's", look)
    return check


def _written(profile: Profile, service: Service) -> tuple[Claim, ...]:
    folder = project_folder(profile.root)
    found = [*claims(texts(folder, FILES))]
    if service.build:
        found += claims(texts(Path(profile.root) / service.build, FILES), service.build)
    return tuple(found)


def _judged(check: Check, version: str, found: tuple[Claim, ...]) -> Result:
    others = differing(found, read_version(version))
    if not others:
        who = listing([claim.who for claim in found], "and")
        return check.result("pass", f"{version} in the container, as {who} would have it")
    said = listing([f"{claim.who} {_verb(claim)} {claim.says}" for claim in others], "and")
    fix = Fix("agree on one: pin it in the profile (or its Dockerfile), or change what differs")
    result = check.result("warn", f"{version} in the container, but {said}")
    return replace(result, fix=fix, fault="node.versions-differ")


def _verb(claim: Claim) -> str:
    return "has" if claim.who == "this machine" else "says"

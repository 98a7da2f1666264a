"""A container that cannot run what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.platforms import processor
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import Match, doing, exit_code, fact, logs_like, mentions, says

if TYPE_CHECKING:
    from envcheck.doctor.facts import Facts
    from envcheck.doctor.symptom import Symptom

_RUN = doing("start", "wait")
_MULTI = "https://docs.docker.com/build/building/multi-platform/"


def _foreign(facts: Facts) -> tuple[str, ...]:
    ours = processor(facts.engine.architecture)
    return tuple(
        f"{image.reference} ({image.architecture})"
        for image in facts.needs.images
        if ours and image.architecture and image.architecture != ours
    )


def _wrong_architecture(symptom: Symptom) -> str:
    images = ", ".join(_foreign(symptom.facts)) or symptom.subject or "the image"
    return f"{images} is made for another processor than this machine's"


# What the kernel says of a script whose first line it cannot follow. Seen with runc 1.1.5; older
# ones put "standard_init_linux.go:228: exec user process caused" before it.
_NO_INTERPRETER = logs_like(r"(exec \S+|standard_init_linux.*): no such file or directory")

FAULTS = (
    Fault(
        id="service.out-of-memory",
        layer="container",
        severity="fail",
        matches=Match(lambda s: s.oom_killed),
        what="it was killed for using too much memory",
        why="it went over its own limit, or the engine's machine had none left",
        remedy=Fix("raise the service's memory limit, or the memory of the engine's machine"),
        link="https://docs.docker.com/engine/containers/resource_constraints/",
    ),
    Fault(
        id="service.wrong-architecture",
        layer="container",
        severity="fail",
        matches=(doing("start", "wait", "build") & mentions("exec format error"))
        | (says("was found but") & says("platform"))
        | (doing("look") & fact(_foreign)),
        what=_wrong_architecture,
        why="programs run only on the kind of processor that they were built for",
        remedy=Fix(
            "remove the image and pull it again for this platform, or build it here; where there"
            " is none, set up emulation (binfmt)"
        ),
        link=_MULTI,
    ),
    Fault(
        id="service.interpreter-missing",
        layer="container",
        severity="fail",
        matches=_RUN & _NO_INTERPRETER,
        what="its command is a script that names an interpreter which is not there",
        why="most often the script has Windows line ends, so that the name ends in a return sign",
        remedy=Fix(
            "give the script Unix line ends (`* text eol=lf` in .gitattributes) and build again;"
            " or install the interpreter that its first line names"
        ),
    ),
    Fault(
        id="service.command-not-found",
        layer="container",
        severity="fail",
        matches=_RUN
        & (
            exit_code(127)
            | says("executable file not found in $PATH")
            | (says("exec: ") & says("no such file or directory"))
        )
        & ~_NO_INTERPRETER,
        what="its command was not found in the image",
        why="the command or the entrypoint names a program that the image does not have",
        remedy=Fix("look at `command:` in the profile, and at ENTRYPOINT and CMD of the image"),
    ),
    Fault(
        id="service.command-not-executable",
        layer="container",
        severity="fail",
        matches=_RUN & (exit_code(126) | (says("exec: ") & says("permission denied"))),
        what="its command cannot be executed",
        why="the file is there and lacks the right to be executed, or is a folder",
        remedy=Fix("make it executable before it is copied into the image: `chmod +x FILE`"),
    ),
)

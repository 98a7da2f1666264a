"""Registries: the login, the name, the limit, and what an image is made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.doctor.catalogue.answers import (
    BROKEN,
    DENIED,
    HELPER,
    LIMITED,
    NO_PLATFORM,
    NOT_THERE,
    OLD_FORMAT,
    REGISTRY,
    UNAUTHORISED,
)
from envcheck.doctor.fault import Fault
from envcheck.doctor.match import doing, fact
from envcheck.doctor.products import product

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom


def _image(symptom: Symptom) -> str:
    return symptom.subject or "the image"


def _registry(symptom: Symptom) -> str:
    """The registry's host as `docker login` takes it; nothing for Docker Hub."""
    first, slash, _ = symptom.subject.partition("/")
    return first if slash and ("." in first or ":" in first) and first != "docker.io" else ""


def _login(symptom: Symptom, *before: str) -> tuple[str, ...]:
    return tuple(f"docker {verb} {_registry(symptom)}".strip() for verb in (*before, "login"))


def _helper(symptom: Symptom) -> str:
    names = ", ".join(f"docker-credential-{n}" for n in symptom.facts.client.missing_helpers)
    return (
        f"the credential helper is missing or broken: {names}"
        if names
        else ("the credential helper is missing or broken")
    )


def _limited(symptom: Symptom) -> Fix:
    mirrors = symptom.facts.engine.mirrors
    text = "log in, which raises the limit, or wait; trying again at once is of no use"
    mirror = (
        ""
        if mirrors
        else f"; a mirror helps too (`registry-mirrors` in {product(symptom).settings})"
    )
    return Fix(text + mirror, _login(symptom))


FAULTS = (
    Fault(
        id="registry.credential-helper",
        layer="registry",
        severity="fail",
        matches=HELPER | (doing("look") & fact(lambda f: f.client.missing_helpers)),
        what=_helper,
        why="~/.docker/config.json names it (credsStore, credHelpers), and every pull asks it",
        remedy=Fix(
            "put the program on PATH; or remove `credsStore` and `credHelpers` from the file,"
            " then log in again",
            ("docker login",),
        ),
        link="https://docs.docker.com/reference/cli/docker/login/#credential-stores",
    ),
    Fault(
        id="registry.rate-limit",
        layer="registry",
        severity="fail",
        matches=LIMITED,
        what=lambda s: f"the registry lets nobody pull more for now: {_image(s)}",
        why="it limits how much one address or account may pull in a span of time",
        remedy=_limited,
        link="https://docs.docker.com/docker-hub/usage/pulls/",
    ),
    Fault(
        id="registry.access-denied",
        layer="registry",
        severity="fail",
        matches=DENIED & ~LIMITED,
        what=lambda s: f"the registry denies access to {_image(s)}",
        why="the image is private, or its name is misspelt: registries do not tell which",
        remedy=lambda s: Fix("look at the name; if it is right, log in", _login(s)),
    ),
    Fault(
        id="registry.login-failed",
        layer="registry",
        severity="fail",
        matches=UNAUTHORISED & ~DENIED & ~LIMITED & ~HELPER,
        what=lambda s: f"the registry does not accept the login for {_image(s)}",
        why="there is none, it has expired, or it is wrong",
        remedy=lambda s: Fix("log in afresh", _login(s, "logout")),
    ),
    Fault(
        id="registry.unknown-image",
        layer="registry",
        severity="fail",
        matches=NOT_THERE & ~DENIED & ~UNAUTHORISED & ~HELPER,
        what=lambda s: f"the registry has no such image: {_image(s)}",
        why="the name or the tag is misspelt, or the tag has been removed",
        remedy=lambda s: Fix(f"look at the name and the tag of {_image(s)}"),
    ),
    Fault(
        id="registry.no-platform",
        layer="registry",
        severity="fail",
        matches=REGISTRY & NO_PLATFORM,
        what=lambda s: f"{_image(s)} is not made for this machine's processor",
        why="its tag lists other platforms only",
        remedy=Fix("choose a tag that has this platform, or build the image for it"),
        link="https://docs.docker.com/build/building/multi-platform/",
    ),
    Fault(
        id="registry.image-format",
        layer="registry",
        severity="fail",
        matches=REGISTRY & OLD_FORMAT,
        what=lambda s: f"{_image(s)} is in a format that engines no longer read",
        why="it was pushed long ago (manifest schema 1), and never since",
        remedy=Fix("choose a newer tag, or pull it with an old engine and push it again"),
        link="https://docs.docker.com/engine/deprecated/",
    ),
    Fault(
        id="registry.broken",
        layer="registry",
        severity="fail",
        matches=REGISTRY & BROKEN & ~LIMITED,
        what=lambda s: f"the registry failed while it was asked for {_image(s)}",
        why="the fault is on its side, or on that of a proxy or a mirror in between",
        remedy=Fix("try again in some minutes; the registry's status page may tell more"),
    ),
)

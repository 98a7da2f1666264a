"""Remedies that more than one fault of the catalogue needs, worded for the machine at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Fix
from envcheck.core.figures import size
from envcheck.doctor.products import as_root, kind_of, product

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom


def start(symptom: Symptom) -> Fix:
    """Start the engine."""
    found = product(symptom)
    if kind_of(symptom) == "docker-desktop":
        return Fix("start Docker Desktop and wait until it says that it runs", found.start)
    return Fix(f"start {found.name}", found.start)


def restart(symptom: Symptom) -> Fix:
    """Start the engine afresh."""
    found = product(symptom)
    text = f"restart {found.name}; containers that run now are stopped by it"
    return Fix(text, found.restart)


def read_log(symptom: Symptom) -> Fix:
    """See what the engine itself says."""
    found = product(symptom)
    return Fix(f"see what {found.name} says in its own log", found.log)


def container_log(symptom: Symptom) -> Fix:
    """See all that the container printed."""
    name = symptom.subject
    return Fix("read its whole log", (f"docker logs {name}",) if name else ())


def kernel(symptom: Symptom, name: str, value: int) -> Fix:
    """Set a figure of the kernel that the containers run on."""
    inside = product(symptom).inside
    if inside is None:
        return Fix(f"set {name}={value} in the engine's virtual machine")
    setting = f"sysctl -w {name}={value}"
    if not inside:
        keep = f"set it; to keep it, write it to /etc/sysctl.d/99-{name.rpartition('.')[2]}.conf"
        return Fix(keep, (as_root(symptom, setting),))
    root = "" if inside.startswith("wsl.exe") else "sudo "
    return Fix("set it in the engine's virtual machine", (f"{inside}{root}{setting}",))


def forget(symptom: Symptom, *variables: str) -> tuple[str, ...]:
    """The commands that forget variables, in the shell that this system has."""
    if symptom.facts.host.system == "windows":
        return tuple(f"Remove-Item Env:{name}" for name in variables)
    return (f"unset {' '.join(variables)}",)


def make_room(symptom: Symptom) -> Fix:
    """Make room where the engine keeps its data, without losing anything but a cache."""
    reclaimable = symptom.facts.engine.reclaimable
    much = f" ({size(reclaimable)} could be reclaimed in all)" if reclaimable else ""
    return Fix(
        f"drop the build cache, which costs nothing but time{much}; then look at what else can go."
        f" Otherwise {product(symptom).disk}",
        ("docker builder prune --force", "docker system df"),
    )


def clean_service(keep: str) -> Fix:
    """Keep a service's data in one way, or drop it and begin anew."""
    return Fix(
        f"to keep the data: {keep}. To drop it: `envcheck clean PROFILE --only SERVICE` removes"
        " the service's volume for good",
        destructive=True,
    )

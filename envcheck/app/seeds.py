"""The seeds of a profile: its files looked at, with every mistake at its place in the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.core.errors import Problem, ProfileInvalid
from envcheck.core.seeding import FoundFile, FoundSeed
from envcheck.core.spec import fingerprint
from envcheck.host.seed_files import UnusableFile, content, look
from envcheck.services.catalogue import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envcheck.core.desired import Desired
    from envcheck.core.profile import Place, Profile, Service
    from envcheck.core.seeding import SeedFile
    from envcheck.host.seed_files import SeedLook
    from envcheck.run.ports import Content


def find_seeds(profile: Profile) -> dict[str, FoundSeed]:
    """The seeds of a profile's services, by service.

    Raises:
        ProfileInvalid: a file is not there, or what is in it cannot be told.
    """
    found: dict[str, FoundSeed] = {}
    problems: list[Problem] = []
    for service in profile.services.values():
        looks = list(_looks(profile, service, problems))
        if looks:
            files = tuple(file for file, _ in looks)
            marks = [(digest, file.dump) for file, digest in looks]
            found[service.name] = FoundSeed(files, fingerprint({"seed": marks}))
    if problems:
        raise ProfileInvalid(problems)
    return found


def _looks(
    profile: Profile, service: Service, problems: list[Problem]
) -> Iterator[tuple[FoundFile, str]]:
    for name, place in zip(service.seed, service.seed_places, strict=True):
        try:
            seen = look(profile.root, name)
        except UnusableFile as error:
            problems.append(_problem(place, f"the file '{name}' {error}"))
            continue
        dump = _is_dump(service, name, seen)
        if dump is None:
            problems.append(_unknown(service, name, place))
            continue
        yield FoundFile(name, seen.path, seen.packed, dump), seen.digest


def _is_dump(service: Service, name: str, seen: SeedLook) -> bool | None:
    """Whether a file is a dump, by what is in it, or a script, by its name; None for neither."""
    seeder = KINDS[service.kind].seeder
    if seeder is None:
        return None
    if seeder.magic and seen.head.startswith(seeder.magic):
        return True
    return False if name.removesuffix(".gz").endswith(seeder.endings) else None


def _unknown(service: Service, name: str, place: Place) -> Problem:
    seeder = KINDS[service.kind].seeder
    endings = " or ".join(f"{end} or {end}.gz" for end in seeder.endings) if seeder else ""
    dump = f", a dump is made by `{seeder.made_by}`" if seeder and seeder.made_by else ""
    return _problem(
        place, f"what is in the file '{name}' cannot be told", f"a script ends in {endings}{dump}"
    )


def _problem(place: Place, message: str, hint: str = "") -> Problem:
    return Problem(place.file, place.line, place.column, message, hint)


def refuse_placeless(profile: Profile, desired: Desired) -> None:
    """See that every seed has a volume that it fills.

    Raises:
        ProfileInvalid: where a service keeps its data is not known.
    """
    problems = [
        _problem(
            service.seed_places[0],
            f"{name}: where its data is kept cannot be told, so it cannot be seeded",
            "pin an official image of its kind, or build upon one",
        )
        for name, service in profile.services.items()
        if service.seed and desired.services[name].seed is None
    ]
    if problems:
        raise ProfileInvalid(problems)


def contents(file: SeedFile) -> Content:
    """What is in a seed's file, unpacked; see `run.ports.Contents`."""
    return content(file.path, packed=file.packed)

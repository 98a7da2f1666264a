"""A profile's text to a `Profile`: YAML, variables, forms, rules, and every problem at once.

Pure: the text, the variables and the catalogue's words come in, a value or `ProfileInvalid` goes
out. Nothing is looked up on the machine: whether a folder exists is for others to judge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.errors import ProfileInvalid
from envcheck.core.exports import escaped
from envcheck.core.parsing.findings import Findings
from envcheck.core.parsing.forms import TIMEOUT
from envcheck.core.parsing.interpolate import InterpolationError, interpolate
from envcheck.core.parsing.password_rules import variables_of
from envcheck.core.parsing.reading import Reading, kind_of
from envcheck.core.parsing.rules import check
from envcheck.core.parsing.validation import validate
from envcheck.core.parsing.wording import noun
from envcheck.core.parsing.yaml_source import read_source
from envcheck.core.profile import (
    JOB_TIMEOUT,
    ExecProbe,
    HttpProbe,
    Profile,
    Requires,
    Service,
    TcpProbe,
    Vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.parsing.forms import ServiceForm, VerifyForm
    from envcheck.core.parsing.yaml_source import Path
    from envcheck.core.profile import Verify

__all__ = ["Vocabulary", "read_profile"]


def read_profile(
    text: str, *, file: str, root: str, environ: Mapping[str, str], vocabulary: Vocabulary
) -> Profile:
    """Read a profile.

    Args:
        text: the file's text.
        file: its name, as problems shall show it.
        root: the absolute folder that the file is in.
        environ: the caller's variables, for ``${VAR}``.
        vocabulary: what the catalogue of kinds knows.

    Raises:
        ProfileInvalid: the text is wrong; it holds every problem that was found, ordered by place.
    """
    findings = Findings(read_source(text, file))
    data = _fill(_whole(findings), (), environ, findings)
    form = validate(data, findings)
    reading = Reading(form, _service_names(data), vocabulary, environ, findings)
    check(reading)
    _raise_problems(findings)
    return _profile(reading, file, root)


def _whole(findings: Findings) -> Mapping[str, Any]:
    """The file's data, once it is sure to be a mapping."""
    data = findings.source.data
    if isinstance(data, dict):
        return data
    what = "the file is empty" if data is None else f"a profile is a mapping, not {noun(data)}"
    findings.at_value((), what, "it needs at least 'name' and 'services'")
    _raise_problems(findings)
    raise AssertionError(what)


def _raise_problems(findings: Findings) -> None:
    problems = findings.in_order()
    if problems:
        raise ProfileInvalid(problems)


def _service_names(data: Mapping[str, Any]) -> tuple[str, ...]:
    services = data.get("services")
    return tuple(services) if isinstance(services, dict) else ()


def _fill(value: Any, path: Path, environ: Mapping[str, str], findings: Findings) -> Any:
    """The data with variables put into every text that is not a key."""
    match value:
        case str() if "$" in value:
            return _fill_text(value, path, environ, findings)
        case dict():
            return {k: _fill(v, (*path, k), environ, findings) for k, v in value.items()}
        case list():
            return [_fill(v, (*path, i), environ, findings) for i, v in enumerate(value)]
        case _:
            return value


def _fill_text(text: str, path: Path, environ: Mapping[str, str], findings: Findings) -> str:
    if path[:1] == ("exports",):  # a value's own braces are no places
        environ = {name: escaped(value) for name, value in environ.items()}
    try:
        result = interpolate(text, environ, passwords=_may_hold_passwords(path))
    except InterpolationError as error:
        findings.at_value(path, str(error), error.hint)
        return text
    for name in result.unset:
        findings.warn(path, f"the variable {name} is not set, so it stands for an empty text")
    return result.text


def _may_hold_passwords(path: Path) -> bool:
    """Whether a text at that place may refer to a password that is generated."""
    return path[:1] == ("services",) and path[2:3] in (("environment",), ("command",))


def _profile(reading: Reading, file: str, root: str) -> Profile:
    form = reading.form
    return Profile(
        name=form.name,
        file=file,
        root=root,
        services={name: _service(reading, name, each) for name, each in form.services.items()},
        description=form.description,
        requires=Requires(form.requires.docker, form.requires.memory, form.requires.disk),
        tools=form.tools,
        warnings=tuple(reading.findings.warnings),
        exports=form.exports,
    )


def _service(reading: Reading, name: str, form: ServiceForm) -> Service:
    return Service(
        name=name,
        kind=kind_of(form, reading.vocabulary),
        place=reading.findings.source.key_place(("services", name)),
        image=form.image,
        build=form.build,
        environment=variables_of(reading, name),
        ports=None if form.ports is None else tuple(form.ports),
        volumes=tuple(form.volumes),
        depends_on=tuple(form.depends_on),
        command=form.command,
        verify=tuple(_probe(each) for each in form.verify),
        timeout=_timeout(form, reading),
        stable_for=form.stable_for,
        restart=form.restart,
        mem_limit=form.mem_limit,
        pids_limit=form.pids_limit,
        seed=tuple(form.seed),
        seed_places=tuple(
            reading.findings.source.value_place(("services", name, "seed", at))
            for at in range(len(form.seed))
        ),
    )


def _timeout(form: ServiceForm, reading: Reading) -> float:
    if form.timeout is not None:
        return form.timeout
    job = kind_of(form, reading.vocabulary) in reading.vocabulary.jobs
    return JOB_TIMEOUT if job else TIMEOUT


def _probe(form: VerifyForm) -> Verify:
    if form.http:
        return HttpProbe(form.http.path, form.http.status, form.http.contains, form.http.port)
    if form.tcp:
        return TcpProbe(form.tcp.port)
    if form.exec:
        return ExecProbe(form.exec.command, form.exec.contains)
    raise AssertionError("a form with no probe is refused when it is made")

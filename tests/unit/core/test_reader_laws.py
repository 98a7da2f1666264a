"""Laws of the reader: it gives back what was written, and no text at all makes it crash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envcheck.core.errors import ProfileInvalid
from envcheck.core.parsing.writer import dump_profile
from envcheck.core.profile import (
    ExecProbe,
    HttpProbe,
    Place,
    Port,
    Profile,
    Requires,
    Restart,
    Service,
    TcpProbe,
    VolumeMount,
)
from envcheck.core.reference import Reference
from tests.effort import few
from tests.unit.core.reading import read

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from envcheck.core.errors import Problem

WEBAPP = (Path(__file__).parents[3] / "profiles" / "webapp.yaml").read_text(encoding="utf-8")
NOWHERE = Place("", 0, 0)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
# Words that YAML would take for something else, were they not written in quotes.
traps = st.sampled_from(
    [
        *["", "null", "~", "yes", "true", "1e3", "0o17", "007", "<<", "*a", "&a", "- a", "a: b"],
        *["$A", "${A}", "$$", "${", "#", "a\nb\n", " a ", "\t", "\x85", "\u2028", "\x7f", "'\""],
        "\U0001f433",
    ]
)
words = texts | traps
names = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True)
variables = st.from_regex(r"[A-Z_][A-Z0-9_.]{0,5}|1e3|0o7|null|<<", fullmatch=True)
numbers = st.integers(1, 65535)


@st.composite
def ports(draw: DrawFn) -> tuple[Port, ...]:
    containers = draw(st.lists(numbers, unique=True, max_size=3))
    found = []
    for container in containers:
        wish = draw(st.sampled_from(["prefer", "auto"]))
        found.append(
            Port(container, None, "auto") if wish == "auto" else Port(container, draw(numbers))
        )
    return tuple(found)


commands = st.tuples(words.filter(bool), words, words)
probes = st.one_of(
    st.builds(
        HttpProbe,
        path=st.from_regex(r"/[!-~]{0,8}", fullmatch=True),
        status=st.integers(100, 599),
        contains=words,
    ),
    st.just(TcpProbe()),
    st.builds(ExecProbe, command=commands, contains=words),
)
references = st.builds(
    Reference,
    name=st.sampled_from(["app", "docker.io/library/redis", "localhost:5000/a/b"]),
    tag=st.from_regex(r"v?[0-9]{1,3}\.[0-9]{1,3}(-[a-z]{1,4})?", fullmatch=True),
    digest=st.sampled_from(["", "sha256:" + "0a" * 32]),
)
mounts = st.lists(
    st.builds(VolumeMount, names, st.from_regex(r"(/[a-zA-Z0-9_$-]{1,4}){1,3}", fullmatch=True)),
    max_size=3,
    unique_by=lambda mount: mount.target,
)


restarts: SearchStrategy[Restart] = st.sampled_from(
    ["no", "on-failure", "always", "unless-stopped"]
)


@st.composite
def services(draw: DrawFn, name: str, others: tuple[str, ...]) -> Service:
    source = draw(references | st.sampled_from([".", "web", "a/b $x"]))
    verify = draw(st.lists(probes, max_size=3).map(tuple))
    published = draw(st.none() | ports())
    one = published is not None and len(published) == 1
    kind = draw(st.sampled_from(["postgres", "redis", "node", "job", "container"]))
    job = kind == "job"
    seeds = st.lists(st.sampled_from(["a.sql", "b/c $x.sql.gz"]), max_size=2, unique=True)
    password = {"POSTGRES_PASSWORD": "x"} if kind == "postgres" else {}
    return Service(
        name=name,
        kind=kind,
        place=NOWHERE,
        image=source if isinstance(source, Reference) else None,
        build=source if isinstance(source, str) else None,
        environment=password | draw(st.dictionaries(variables, words, max_size=3)),
        ports=published,
        volumes=tuple(draw(mounts)),
        depends_on=draw(
            st.lists(st.sampled_from(others), unique=True).map(tuple) if others else st.just(())
        ),
        command=draw(st.none() | commands),
        verify=tuple(p for p in verify if not job and (one or isinstance(p, ExecProbe))),
        timeout=draw(st.sampled_from([0.25, 1.0, 60.0, 86400.0])),
        stable_for=0.3 if job else draw(st.sampled_from([0.0, 0.3, 2.5])),
        restart="no" if job else draw(restarts),
        mem_limit=draw(st.none() | st.integers(0, 10**12)),
        pids_limit=draw(st.integers(16, 65536)),
        seed=tuple(draw(seeds)) if kind == "postgres" else (),
    )


@st.composite
def profiles(draw: DrawFn) -> Profile:
    found = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    return Profile(
        name=draw(names),
        file="p.yaml",
        root="/project",
        services={name: draw(services(name, tuple(found[:at]))) for at, name in enumerate(found)},
        description=draw(words.map(lambda text: " ".join(text.split())).filter(str.isprintable)),
        requires=Requires(
            draw(st.sampled_from(["", ">=20.10", ">=20,<30"])),
            draw(st.none() | st.integers(0, 10**15 - 1)),
            draw(st.none() | st.integers(0, 10**15 - 1)),
        ),
        tools=draw(
            st.dictionaries(st.sampled_from(["git", "7z", "1e3"]), st.sampled_from(["", ">=2"]))
        ),
    )


def placeless(profile: Profile) -> Profile:
    moved = {n: replace(s, place=NOWHERE) for n, s in profile.services.items()}
    return replace(profile, services=moved)


@settings(max_examples=few(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(profiles())
def test_reading_what_was_written_gives_the_same_profile(profile: Profile) -> None:
    assert placeless(read(dump_profile(profile), {"A": "wrong"})) == profile


def test_every_wish_for_a_port_survives() -> None:
    ports = (
        Port(1, 1),
        Port(2, 20),
        Port(3, 3, "insist"),
        Port(4, 40, "insist"),
        Port(5, None, "auto"),
    )
    service = Service("s", "container", NOWHERE, image=Reference("app", "1.0"), ports=ports)
    profile = Profile("app", "p.yaml", "/project", {"s": service})
    assert placeless(read(dump_profile(profile))) == profile


def test_webapp_survives_writing_and_reading() -> None:
    assert placeless(read(dump_profile(read(WEBAPP)))) == placeless(read(WEBAPP))


SNIPPETS = [
    "\t",
    "\n",
    "  ",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "&a ",
    "*a",
    "<<: *a",
    "!!x ",
]
SNIPPETS += [
    "${",
    "${A:-",
    "$$",
    "|",
    ">",
    "#",
    "~",
    "5",
    "1e9",
    "---\n",
    "%",
    "\\x",
    "\0",
    "\ud800",
]
SNIPPETS += ["true", "null", "\U0001f433", "9" * 50, "-1", "/..", "services:", "depends_on: [web]"]


@st.composite
def slips(draw: DrawFn) -> str:
    """The profile after a few slips: characters lost, doubled, replaced, or put in."""
    text = WEBAPP
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 30)))
        new = draw(st.sampled_from([*SNIPPETS, "", text[at:end] * 2]))
        text = text[:at] + new + text[end:]
    return text


def read_or_refused(text: str) -> list[Problem]:
    """Read a text, which must not raise anything but a profile's problems."""
    try:
        read(text)
    except ProfileInvalid as error:
        return [*error.problems]
    return []


@settings(max_examples=few(100), deadline=None)
@given(slips())
def test_a_slip_in_a_profile_is_a_problem_and_never_a_crash(text: str) -> None:
    for problem in read_or_refused(text):
        assert problem.message


yaml_values: SearchStrategy[object] = st.recursive(
    st.sampled_from(["x", "5", "''", "~", "true", "'${'", "[]", "{}", "a: b", "/x", "db", "80"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(map(str, v))}]")
        | st.dictionaries(
            st.sampled_from(
                ["http", "tcp", "exec", "port", "command", "A", "db", "'[key]'", "image"]
            ),
            inner,
            max_size=3,
        ).map(lambda v: "{" + ", ".join(f"{k}: {x}" for k, x in v.items()) + "}")
    ),
    max_leaves=6,
)
KEYS = ["name", "description", "requires", "tools", "services", "'[key]'"]
FIELDS = ["kind", "image", "build", "environment", "ports", "volumes", "depends_on", "command"]
FIELDS += ["verify", "timeout", "prots", "pid", "'[key]'"]


@settings(max_examples=few(100), deadline=None)
@given(
    st.dictionaries(st.sampled_from(KEYS), yaml_values, max_size=4),
    st.dictionaries(st.sampled_from(FIELDS), yaml_values, max_size=6),
)
def test_any_value_in_any_place_is_a_problem_and_never_a_crash(
    top: dict[str, object], fields: dict[str, object]
) -> None:
    lines = [f"{key}: {value}" for key, value in top.items()]
    if "services" not in top:
        lines += ["services:", "  db:", *(f"    {key}: {v}" for key, v in fields.items())]
    for problem in read_or_refused("\n".join(lines) + "\n"):
        assert "nput" not in problem.message  # pydantic's "Input should be…"

"""The rules between the parts of a profile."""

from __future__ import annotations

import pytest

from tests.unit.core.reading import problems, read, service, with_line

HEAD = "name: app\nservices:\n"


def services(**lines: str) -> str:
    """A profile with these services, one a line from line 3 on."""
    return HEAD + "".join(f"  {name}: {{{line}}}\n" for name, line in lines.items())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("image: 'redis:8.0.2'", "redis"),
        ("image: 'docker.io/library/redis:8.0.2'", "redis"),
        ("image: 'registry.example/mirror/node:24.1'", "node"),
        ("image: 'mailpit:1.20'", "container"),
        ("image: 'redis:8.0.2', kind: container", "container"),
        ("image: 'mine:1.0', kind: redis", "redis"),
        ("build: web, kind: node", "node"),
        ("build: web", "container"),
    ],
)
def test_a_kind_is_told_from_the_image_where_it_is_left_out(line: str, kind: str) -> None:
    assert service(services(s=line)).kind == kind


def test_an_unknown_kind_names_the_nearest() -> None:
    assert problems(with_line("kind: postgress")) == [
        "p.yaml:5:11: unknown kind 'postgress' (did you mean 'postgres'?)"
    ]
    assert problems(with_line("kind: xyz")) == [
        "p.yaml:5:11: unknown kind 'xyz' (one of container, job, node, postgres or redis)"
    ]


def test_a_service_has_an_image_or_a_build() -> None:
    assert problems(with_line("build: web")) == [
        "p.yaml:5:5: the service 's' has both an image and a build (leave one of them out)"
    ]
    assert problems(services(s="ports: [80]")) == [
        (
            "p.yaml:3:3: the service 's' has neither an image nor a build "
            "(such as image: postgres:17.11)"
        )
    ]


NEEDS = "a postgres needs POSTGRES_PASSWORD or POSTGRES_HOST_AUTH_METHOD in its environment"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("image: 'postgres:17.11'", "3:3"),
        ("image: 'postgres:17.11', environment: {POSTGRES_DB: x}", "3:45"),
        ("image: 'postgres:17.11', environment: {POSTGRES_PASSWORD: ''}", "3:45"),
        ("image: 'postgres:17.11', environment: [POSTGRES_PASSWORD]", "3:45"),
        ("build: web, kind: postgres", "3:3"),
    ],
)
def test_a_kind_needs_its_variables(line: str, place: str) -> None:
    assert problems(services(s=line)) == [f"p.yaml:{place}: {NEEDS}"]


def test_one_variable_of_a_group_is_enough() -> None:
    text = services(s="image: 'postgres:17.11', environment: {POSTGRES_HOST_AUTH_METHOD: trust}")
    assert read(text)
    text = services(s="image: 'postgres:17.11', environment: [POSTGRES_PASSWORD]")
    assert read(text, {"POSTGRES_PASSWORD": "x"})


def test_a_dependency_is_a_service() -> None:
    text = services(db="image: 'a:1.0'", s="image: 'a:1.0', depends_on: [db, dbb, s, db]")
    assert problems(text) == [
        "p.yaml:4:40: there is no service 'dbb' (did you mean 'db'?)",
        "p.yaml:4:45: the service 's' depends on itself",
        "p.yaml:4:48: the service 'db' is listed twice",
    ]


def test_dependencies_are_a_list_of_names() -> None:
    assert problems(with_line("depends_on: {db: {condition: service_healthy}}")) == [
        (
            "p.yaml:5:17: 'depends_on' must be a list, not a mapping "
            '(such as depends_on: ["db", "cache"])'
        )
    ]
    assert problems(with_line("depends_on: [5]")) == [
        "p.yaml:5:18: an entry of 'depends_on' must be text, not the number 5"
    ]


def test_a_dependency_on_a_service_that_is_wrong_itself_is_no_problem() -> None:
    text = services(db="image: a", s="image: 'a:1.0', depends_on: [db]", t="5")
    assert [problem for problem in problems(text) if "no service" in problem] == []


def test_every_circle_is_named_once() -> None:
    image = "image: 'a:1.0'"
    text = services(
        a=f"{image}, depends_on: [c]",
        b=f"{image}, depends_on: [a, y]",
        c=f"{image}, depends_on: [b]",
        x=f"{image}, depends_on: [y]",
        y=f"{image}, depends_on: [x]",
    )
    assert problems(text) == [
        "p.yaml:3:36: services depend on each other: a -> c -> b -> a",
        "p.yaml:6:36: services depend on each other: x -> y -> x",
    ]


def test_a_long_chain_of_dependencies_is_no_circle() -> None:
    chain = {"s0": "image: 'a:1.0'"} | {
        f"s{n}": f"image: 'a:1.0', depends_on: [s{n - 1}]" for n in range(1, 100)
    }
    assert len(read(services(**chain)).services) == 100


def test_a_port_is_published_once_and_a_target_mounted_once() -> None:
    assert problems(with_line("ports: [80, '8080:80']")) == [
        "p.yaml:5:17: port 80 of the container is published twice"
    ]
    assert problems(with_line("volumes: ['a:/data', 'b:/data/']")) == [
        "p.yaml:5:26: two volumes are mounted on '/data'"
    ]


def test_a_port_of_the_host_is_insisted_on_once() -> None:
    text = services(
        a="image: 'a:1.0', ports: ['8080!:80', '8080:81']",
        b="image: 'a:1.0', ports: ['8080!:80']",
    )
    assert problems(text) == [
        "p.yaml:4:31: port 8080 of the host is insisted on twice (the service 'a' has it already)"
    ]


@pytest.mark.parametrize("key", ["http", "tcp"])
def test_a_probe_knows_its_port(key: str) -> None:
    none = with_line(f"verify: [{{{key}: {{}}}}]")
    several = with_line(f"ports: [80, 81]\n    verify: [{{{key}: {{}}}}]")
    other = with_line(f"ports: [80]\n    verify: [{{{key}: {{port: 81}}}}]")
    column = 17 + len(key)
    assert problems(none) == [
        (
            f"p.yaml:5:{column}: which port '{key}' means cannot be told: "
            "the service publishes no port (add it to 'ports')"
        )
    ]
    assert problems(several) == [
        (
            f"p.yaml:6:{column}: which port '{key}' means cannot be told: "
            "the service publishes 80 and 81 (add a port)"
        )
    ]
    assert problems(other) == [
        (
            f"p.yaml:6:{column + 7}: port 81 is not published: "
            "the service publishes 80 (add it to 'ports')"
        )
    ]


def test_the_port_of_a_kind_is_for_the_catalogue_to_know() -> None:
    assert service(services(s="image: 'node:24.1', verify: [{http: {}}]")).ports is None
    assert problems(services(s="image: 'node:24.1', ports: [], verify: [{http: {}}]"))


def test_a_rule_keeps_silent_about_what_is_wrong_already() -> None:
    text = services(s="image: postgres, kind: x, ports: [0], verify: [{tcp: {}}]")
    assert [problem.split(": ")[1] for problem in problems(text)] == [
        "the image 'postgres' is not pinned",
        "unknown kind 'x' (one of container, job, node, postgres or redis)",
        "'0' is not a port (a whole number from 1 to 65535)",
    ]

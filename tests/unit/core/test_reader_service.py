"""The keys of a service: what each takes, and what is said where it is given something else."""

from __future__ import annotations

import pytest

from envcheck.core.profile import ExecProbe, HttpProbe, Port, TcpProbe, Verify, VolumeMount
from tests.unit.core.reading import problems, read, service, with_line

PORT = "(a whole number from 1 to 65535)"
PORTS = "(such as 5432, 15432:5432, 15432!:5432 or auto:5432)"


def with_image(image: str) -> str:
    return with_line("").replace("app:1.0", image)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("5432", Port(5432, 5432, "prefer")),
        ("'5432'", Port(5432, 5432, "prefer")),
        ("15432:5432", Port(5432, 15432, "prefer")),
        ("15432!:5432", Port(5432, 15432, "insist")),
        ("auto:5432", Port(5432, None, "auto")),
        ("22:22", Port(22, 22, "prefer")),
        ("65535:1", Port(1, 65535, "prefer")),
    ],
)
def test_a_port(line: str, expected: Port) -> None:
    assert service(with_line(f"ports: [{line}]")).ports == (expected,)


def test_ports_left_out_are_not_ports_of_which_there_are_none() -> None:
    assert service(with_line("")).ports is None
    assert service(with_line("ports: []")).ports == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0", f"'0' is not a port {PORT}"),
        ("65536", f"'65536' is not a port {PORT}"),
        ("0:80", f"'0' is not a port {PORT}"),
        ("'70000!:80'", f"'70000' is not a port {PORT}"),
        ("-1", f"'-1' is not a port {PORTS}"),
        ("80.5", f"'80.5' is not a port {PORTS}"),
        ("0x50", f"'0x50' is not a port {PORTS}"),
        ("http", f"'http' is not a port {PORTS}"),
        ("'auto!:80'", f"'auto!:80' is not a port {PORTS}"),
        ("''", f"'' is not a port {PORTS}"),
        (
            "0.0.0.0:80:80",
            (
                "'0.0.0.0:80:80' is not a port "
                "(every port is bound to 127.0.0.1: leave the address out)"
            ),
        ),
        (
            "53/udp",
            "'53/udp' is not a port (only TCP is published: leave the protocol out)",
        ),
        ("3000-3005", "'3000-3005' is not a port (one port an entry, not a range)"),
        (
            "{target: 80}",
            "an entry of 'ports' must be a port, such as 5432 or 15432:5432, not a mapping",
        ),
        ("~", "an entry of 'ports' is empty (give it a value or leave it out)"),
    ],
)
def test_what_is_no_port(line: str, expected: str) -> None:
    assert problems(with_line(f"ports: [{line}]")) == [f"p.yaml:5:13: {expected}"]


def test_ports_are_a_list() -> None:
    assert problems(with_line("ports: 5432")) == [
        "p.yaml:5:12: 'ports' must be a list, not the number 5432 (such as ports: [5432])"
    ]


@pytest.mark.parametrize(
    "line", ["{A: x, B: 5, C: 1.10, D: true, E: ''}", "[A=x, B=5, C=1.10, D=true, E=]"]
)
def test_variables_are_texts(line: str) -> None:
    expected = {"A": "x", "B": "5", "C": "1.10", "D": "true", "E": ""}
    assert service(with_line(f"environment: {line}")).environment == expected


def test_a_variables_value_may_hold_an_equals_sign_and_lines() -> None:
    found = service(with_line('environment: ["A=b=c", "B=x\\ny", discovery.type=single-node]'))
    assert found.environment == {"A": "b=c", "B": "x\ny", "discovery.type": "single-node"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{A: [x]}", ["5:22: 'A' must be text or a number, not a list"]),
        ("{'A B': x}", ["5:19: 'A B' cannot be the name of a variable"]),
        ("{'A=B': x}", ["5:19: 'A=B' cannot be the name of a variable"]),
        ("[=x]", ["5:19: an entry of 'environment' must look like KEY=value"]),
        ("[A=x, 5]", ["5:24: an entry of 'environment' must look like KEY=value"]),
        (
            "[A=x, B=y, A=z, B]",
            ["5:29: the variable 'A' is set twice", "5:34: the variable 'B' is set twice"],
        ),
        (
            "{A: [x], B: {}}",
            [
                "5:22: 'A' must be text or a number, not a list",
                "5:30: 'B' must be text or a number, not a mapping",
            ],
        ),
        (
            "A=x",
            [
                (
                    "5:18: 'environment' must be a mapping or a list, not text "
                    '(such as environment: {"POSTGRES_DB": "app"})'
                )
            ],
        ),
    ],
)
def test_what_are_no_variables(line: str, expected: list[str]) -> None:
    found = problems(with_line(f"environment: {line}"))
    assert found == [f"p.yaml:{each}" for each in expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("data:/var/lib/data", VolumeMount("data", "/var/lib/data")),
        ("data:/var//lib/data/", VolumeMount("data", "/var/lib/data")),
        ("d:/data", VolumeMount("d", "/data")),
    ],
)
def test_a_volume(line: str, expected: VolumeMount) -> None:
    assert service(with_line(f"volumes: ['{line}']")).volumes == (expected,)


BIND = "(name a volume, such as data:/var/lib/data)"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/srv:/data", f"not offered: bind mounts, such as '/srv:/data' {BIND}"),
        ("./data:/data", f"not offered: bind mounts, such as './data:/data' {BIND}"),
        ("~/x:/data", f"not offered: bind mounts, such as '~/x:/data' {BIND}"),
        ("..:/data", f"not offered: bind mounts, such as '..:/data' {BIND}"),
        ("C:\\x:/data", f"not offered: bind mounts, such as 'C:\\x:/data' {BIND}"),
        ("/var/run/docker.sock:/s", "not offered: the Docker socket in a container"),
        ("data:/var/run/docker.sock", "not offered: the Docker socket in a container"),
        ("/data", "not offered: volumes without a name (such as data:/data)"),
        ("data:/data:ro", "not offered: options of a volume (leave ':ro' out)"),
        ("data", "'data' is not a volume (such as data:/var/lib/data)"),
        ("data:data", "'data:data' is not a volume (such as data:/var/lib/data)"),
        ("data:/", "'/' is not a folder to mount a volume on"),
        ("data:/a/../b", "'/a/../b' is not a folder to mount a volume on"),
        (
            "My Data:/data",
            (
                "'My Data' cannot be a name "
                "(1 to 40 of a-z, 0-9, '-' and '_', starting with a letter or digit)"
            ),
        ),
    ],
)
def test_what_is_no_volume(line: str, expected: str) -> None:
    assert problems(with_line(f"volumes: ['{line}']")) == [f"p.yaml:5:15: {expected}"]


def test_a_volume_in_long_form_is_refused() -> None:
    assert problems(with_line("volumes: [{type: bind}]")) == [
        (
            "p.yaml:5:15: an entry of 'volumes' must be a volume, such as data:/var/lib/data, "
            "not a mapping"
        )
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("redis-server --save ''", ("redis-server", "--save", "")),
        ("[redis-server, --port, 6380]", ("redis-server", "--port", "6380")),
        ("sh -c 'echo \"a b\"'", ("sh", "-c", 'echo "a b"')),
    ],
)
def test_a_command(line: str, expected: tuple[str, ...]) -> None:
    assert service(with_line(f"command: {line}")).command == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a 'b", "5:14: a quote in the command is never closed"),
        ("''", "5:14: the command is empty (leave the key out for the image's own)"),
        ("[]", "5:14: the command is empty (leave the key out for the image's own)"),
        ("[a, [b]]", "5:18: an entry of 'command' must be text, not a list"),
        (
            "{a: b}",
            (
                "5:14: 'command' must be text or a list, not a mapping "
                '(such as command: "redis-server --appendonly yes")'
            ),
        ),
    ],
)
def test_what_is_no_command(line: str, expected: str) -> None:
    assert problems(with_line(f"command: {line}")) == [f"p.yaml:{expected}"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("90", 90), ("0.5", 0.5), ("30s", 30), ("2m", 120), ("1m30s", 90), ("1h", 3600)],
)
def test_a_timeout_in_seconds(line: str, expected: float) -> None:
    assert service(with_line(f"timeout: {line}")).timeout == expected


@pytest.mark.parametrize("line", ["-1", "1e3", "2x", "''", "5 s", "s"])
def test_what_is_no_timeout(line: str) -> None:
    shown = line.strip("'")
    assert problems(with_line(f"timeout: {line}")) == [
        f"p.yaml:5:14: '{shown}' is not a duration (such as 90, 30s or 2m)"
    ]


@pytest.mark.parametrize("line", ["0", "25h"])
def test_a_timeout_is_never_without_a_limit(line: str) -> None:
    assert problems(with_line(f"timeout: {line}")) == [
        f"p.yaml:5:14: '{line}' is out of range (more than 0s, at most 24h)"
    ]


def test_a_service_has_a_minute_where_the_profile_does_not_say() -> None:
    assert service(with_line("")).timeout == 60


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("http: {}", HttpProbe("/", 200, "", None)),
        ("http: {path: '/a?b=c', status: 404, contains: x}", HttpProbe("/a?b=c", 404, "x", None)),
        ("http: {port: 80, contains: 5}", HttpProbe("/", 200, "5", 80)),
        ("tcp: {}", TcpProbe(None)),
        ("tcp: {port: 80}", TcpProbe(80)),
        ("tcp: 80", TcpProbe(80)),
        ("exec: {command: a b, contains: x}", ExecProbe(("a", "b"), "x")),
        ("exec: a b", ExecProbe(("a", "b"), "")),
        ("exec: [a, b]", ExecProbe(("a", "b"), "")),
    ],
)
def test_a_probe(line: str, expected: Verify) -> None:
    assert service(with_line(f"ports: [80]\n    verify: [{{{line}}}]")).verify == (expected,)


ONE_OF = "an entry of 'verify' is one of http, tcp or exec"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{}", f"6:14: {ONE_OF}"),
        ("{http: {}, tcp: {}}", f"6:14: {ONE_OF}"),
        ("http", "6:14: an entry of 'verify' must be a mapping, not text"),
        ("{htp: {}}", "6:15: unknown key 'htp' (did you mean 'http'?)"),
        ("{http: }", "6:20: 'http' is empty (give it a value or leave it out)"),
        ("{http: {pth: /}}", "6:22: unknown key 'pth' (did you mean 'path'?)"),
        ("{http: {path: a}}", "6:28: 'a' is not the path of a URL (such as /health)"),
        ('{http: {path: "/ x"}}', "6:28: '/ x' is not the path of a URL (such as /health)"),
        (
            "{http: {status: ok}}",
            "6:30: 'ok' is not an HTTP status (a whole number from 100 to 599)",
        ),
        (
            "{http: {status: []}}",
            "6:30: 'status' must be a number, not a list (such as status: 200)",
        ),
        ("{tcp: {port: 0}}", f"6:27: '0' is not a port {PORT}"),
        (
            "{exec: {}}",
            "6:21: the key 'command' is missing (such as command: \"redis-cli ping\")",
        ),
        ("{exec: {comand: x}}", "6:22: unknown key 'comand' (did you mean 'command'?)"),
        ('{exec: "a \'b"}', "6:21: a quote in the command is never closed"),
    ],
)
def test_what_is_no_probe(line: str, expected: str) -> None:
    text = with_line(f"ports: [80]\n    verify: [{line}]")
    assert problems(text) == [f"p.yaml:{expected}"]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (
            "postgres",
            (
                "the image 'postgres' is not pinned: it has no tag "
                "(name a version, such as postgres:1.2.3)"
            ),
        ),
        (
            "localhost:5000/a/app",
            (
                "the image 'localhost:5000/a/app' is not pinned: it has no tag "
                "(name a version, such as app:1.2.3)"
            ),
        ),
        (
            "redis:latest",
            (
                "the image 'redis:latest' is not pinned: "
                "'latest' moves with every release "
                "(name a version, such as redis:1.2.3)"
            ),
        ),
        ("'a b:1'", "'a b:1' is not an image (such as postgres:17.11)"),
        ('"app:1.0\\n"', "'app:1.0\\n' is not an image (such as postgres:17.11)"),
        ("app:ä", "'app:ä' is not an image (such as postgres:17.11)"),
        ("''", "'' is not an image (such as postgres:17.11)"),
        ("5", "'image' must be text, not the number 5 (such as image: \"postgres:17.11\")"),
    ],
)
def test_an_image_is_pinned(image: str, expected: str) -> None:
    assert problems(with_image(image)) == [f"p.yaml:4:12: {expected}"]


def test_a_floating_tag_is_a_warning() -> None:
    assert read(with_image("redis:8")).warnings == (
        (
            "services.s.image: the tag of 'redis:8' moves with each release "
            "until the lockfile pins its digest"
        ),
    )
    assert read(with_image(f"redis:8@sha256:{'0' * 64}")).warnings == ()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("web", "web"), ("./web/", "web"), ("a/b", "a/b"), (".", "."), (".docker", ".docker")],
)
def test_a_build_folder(folder: str, expected: str) -> None:
    text = with_line("").replace("image: app:1.0", f"build: {folder}")
    assert service(text).build == expected
    assert service(text).kind == "container"


FOLDER = "is not a folder that can be built (relative to the profile's own, such as webapp)"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("../web", "'../web' leads out of the profile's folder"),
        ("a/../../b", "'a/../../b' leads out of the profile's folder"),
        ("'a\\..\\b'", "'a\\..\\b' leads out of the profile's folder"),
        ("/srv/web", f"'/srv/web' {FOLDER}"),
        ("~/web", f"'~/web' {FOLDER}"),
        ("''", f"'' {FOLDER}"),
        ("https://h/r.git", f"'https://h/r.git' {FOLDER}"),
        (
            "{context: .}",
            "'build' must be a folder, such as webapp, not a mapping (such as build: \"webapp\")",
        ),
    ],
)
def test_what_is_no_build_folder(folder: str, expected: str) -> None:
    text = with_line("").replace("image: app:1.0", f"build: {folder}")
    assert problems(text) == [f"p.yaml:4:12: {expected}"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("imag: x", "unknown key 'imag' (did you mean 'image'?)"),
        ("healthcheck: {}", "unknown key 'healthcheck' (use 'verify')"),
        (
            "env_file: x",
            "unknown key 'env_file' (use 'environment', where ${VAR} is a variable of the caller)",
        ),
        (
            "container_name: x",
            "unknown key 'container_name' (a container is named INSTANCE-SERVICE)",
        ),
        ("privileged: true", "not offered: 'privileged' (a profile cannot have privileged mode)"),
        (
            "network_mode: host",
            "not offered: 'network_mode' (a profile cannot have the host's network)",
        ),
        ("pid: host", "not offered: 'pid' (a profile cannot have the host's processes)"),
        ("ipc: host", "not offered: 'ipc' (a profile cannot have the host's shared memory)"),
        (
            "userns_mode: host",
            "not offered: 'userns_mode' (a profile cannot have the host's users)",
        ),
        ("cap_add: [ALL]", "not offered: 'cap_add' (a profile cannot have more capabilities)"),
        ("devices: [x]", "not offered: 'devices' (a profile cannot have the host's devices)"),
        (
            "security_opt: [x]",
            "not offered: 'security_opt' (a profile cannot have weaker security)",
        ),
    ],
)
def test_a_key_that_a_service_does_not_have(line: str, expected: str) -> None:
    assert problems(with_line(line)) == [f"p.yaml:5:5: {expected}"]


@pytest.mark.parametrize("key", ["environment", "ports", "volumes", "command", "verify", "timeout"])
def test_a_key_without_a_value_is_refused(key: str) -> None:
    column = 5 + len(key) + 1
    assert problems(with_line(f"{key}:")) == [
        f"p.yaml:5:{column}: '{key}' is empty (give it a value or leave it out)"
    ]


@pytest.mark.parametrize(
    ("line", "expected"), [("0", 0.0), ("0.3", 0.3), ("2s", 2.0), ("1m30s", 90.0), ("24h", 86400.0)]
)
def test_how_long_a_service_must_live_on_may_be_nothing(line: str, expected: float) -> None:
    assert service(with_line(f"stable_for: {line}")).stable_for == expected


def test_a_service_must_live_on_for_three_tenths_of_a_second_unless_told_otherwise() -> None:
    assert service(with_line("")).stable_for == 0.3


def test_how_long_a_service_must_live_on_has_a_limit() -> None:
    assert problems(with_line("stable_for: 25h")) == [
        "p.yaml:5:17: '25h' is out of range (at most 24h)"
    ]


@pytest.mark.parametrize("word", ["no", "on-failure", "always", "unless-stopped"])
def test_a_restart_policy_in_composes_words(word: str) -> None:
    assert service(with_line(f"restart: {word}")).restart == word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("allways", "'allways' is not a restart policy (did you mean 'always'?)"),
        (
            "1",
            "'1' is not a restart policy (one of no, on-failure, always or unless-stopped)",
        ),
    ],
)
def test_what_is_no_restart_policy(word: str, expected: str) -> None:
    assert problems(with_line(f"restart: {word}")) == [f"p.yaml:5:14: {expected}"]


def test_a_limit_of_memory() -> None:
    assert service(with_line("mem_limit: 64MiB")).mem_limit == 64 << 20
    assert service(with_line("")).mem_limit is None


def test_the_number_of_processes_is_limited_whatever_the_profile_says() -> None:
    assert service(with_line("")).pids_limit == 2048
    assert service(with_line("pids_limit: 8192")).pids_limit == 8192
    range_of = "a whole number from 16 to 65536"
    for no_limit in ("-1", "0", "65537"):
        assert problems(with_line(f"pids_limit: {no_limit}")) == [
            f"p.yaml:5:17: '{no_limit}' is not a number of processes ({range_of})"
        ]


SEED = "is not a file of the profile (relative to the profile's own folder, such as seeds/"


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("../a.sql", "'../a.sql' leads out of the profile's folder"),
        ("a/../../b.sql", "'a/../../b.sql' leads out of the profile's folder"),
        ("/etc/passwd", f"'/etc/passwd' {SEED}people.sql)"),
        ("seeds/", f"'seeds/' {SEED}people.sql)"),
    ],
)
def test_what_is_no_seed(file: str, expected: str) -> None:
    assert problems(with_line(f"seed: ['{file}']")) == [f"p.yaml:5:12: {expected}"]

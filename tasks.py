"""The tasks of this repository: the user tasks, and those of whoever works on envcheck."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from invoke import Context, Exit, task

from envcheck.cli.tasks import *  # noqa: F403

VENV = Path(".venv/bin")
LOCK = Path("requirements-dev.txt")
STAMP = Path(".venv/installed.requirements-dev")

# Unit tests share nothing, so each processor has its part; some of them wait, so one more has.
UNIT = "tests/unit --numprocesses 3 --dist worksteal --durations 5"
# The others wait more than they work. So three parts run side by side, each with an engine of its
# own: the first with the one that the doctor installs, the others with the lab's.
FIRST = "tests/engine/faults " + " ".join(
    f"tests/engine/test_{name}.py" for name in ("bare", "lab", "snapshots")
)
SECOND = "tests/contract " + " ".join(
    f"tests/engine/test_{name}.py"
    for name in (
        *("at_once", "bundles", "changes", "check", "failures", "foreign", "lag", "looking_in"),
        *("on_failure", "plan_by_hand", "probes", "readiness", "registry", "run", "sample"),
        *("security", "webapp", "workflows"),
    )
)
# Whatever is in no other part.
THIRD = "tests --ignore tests/unit " + " ".join(
    f"--ignore {path}" for path in f"{FIRST} {SECOND}".split()
)
SHOWN = "--durations 15"
LAB = f"{VENV}/python -m tests.lab"
# What all parts need, and would otherwise install at the same time.
PACKAGES = "docker.io iptables tini mmdebstrap zsh fish"
NO_TESTS = 5
# The tests start Python thousands of times. Where it may keep no bytecode, as many images for
# containers have it set, each start would compile all it loads anew.
BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(Path(".venv/bytecode").resolve()),
}


def _tools(context: Context) -> None:
    """Install what the tests and linters need, as locked, where it is not there yet."""
    if STAMP.is_file() and STAMP.read_bytes() == LOCK.read_bytes():
        return
    context.run(f"{VENV}/python -m pip install -qq --require-hashes --requirement {LOCK}")
    STAMP.write_bytes(LOCK.read_bytes())


@task(
    help={
        "unit": "only the tests that need no Docker",
        "k": "only the tests that match, as pytest's -k",
    }
)
def test(context: Context, *, unit: bool = False, k: str = "") -> None:
    """Run the tests; where there is no engine, one is installed and started, as by the doctor."""
    _tools(context)
    if k:
        parts = [UNIT] if unit else [UNIT, "tests --ignore tests/unit"]
        codes = [_pytest(context, f"{part} -k '{k}'") for part in parts]
        codes = [code for code in codes if code != NO_TESTS] or codes
    else:
        codes = [_pytest(context, UNIT), *([] if unit else _all_parts(context))]
    if any(codes):
        raise Exit(code=max(codes))


def _pytest(context: Context, words: str, env: dict[str, str] | None = None) -> int:
    command = f"{VENV}/python -m pytest {words}"
    ran = context.run(command, warn=True, in_stream=False, env={**BYTECODE, **(env or {})})
    return int(ran.exited)


def _all_parts(context: Context) -> list[int]:
    """All parts side by side; what the others print is shown when the first is over."""
    context.run(f"{LAB} packages {PACKAGES}")
    with TemporaryDirectory(prefix="envcheck-images.") as folder:
        shared = {"ENVCHECK_TEST_IMAGES": f"{folder}/images.tar"}
        others = [
            context.run(
                f"{LAB} engine distribution -- {VENV}/python -m pytest {part} {SHOWN}",
                asynchronous=True,
                warn=True,
                env={**BYTECODE, **shared},
            )
            for part in (SECOND, THIRD)
        ]
        codes = [_pytest(context, f"{FIRST} {SHOWN}", shared)]
        for other in others:
            ran = other.join()
            sys.stdout.write(ran.stdout + ran.stderr)
            codes.append(int(ran.exited))
    return codes


@task(help={"starts": "how often each service is started"})
def bench(context: Context, starts: int = 30) -> None:
    """Measure how soon after a service is ready envcheck knows it. Needs an engine."""
    context.run(f"{VENV}/python -m tests.bench.lag {starts}")


@task
def lint(context: Context) -> None:
    """Check style, types and the walls between the rooms."""
    _tools(context)
    for command in ("ruff check", "ruff format --check", "mypy", "lint-imports"):
        context.run(f"{VENV}/{command}")


@task
def lock(context: Context) -> None:
    """Lock the newest versions that pyproject.toml allows, with hashes, for every platform."""
    options = "--universal --generate-hashes --no-header --no-emit-index-url --python-version 3.10"
    lean, full = "--extra build", "--extra build --extra dev"
    context.run(f"{VENV}/python -m pip install -qq uv")
    context.run(f"{VENV}/uv pip compile -q {options} {lean} pyproject.toml -o requirements.txt")
    same = "--constraint requirements.txt"
    context.run(f"{VENV}/uv pip compile -q {options} {full} {same} pyproject.toml -o {LOCK}")


@task
def schema(context: Context) -> None:
    """Write profiles/schema.json anew, for editors."""
    code = "from envcheck.core.parsing.schema import schema_text; print(schema_text(), end='')"
    context.run(f'{VENV}/python -c "{code}" > profiles/schema.json')


@task(pre=[lint, test])
def ready(_context: Context) -> None:
    """All that CI runs."""

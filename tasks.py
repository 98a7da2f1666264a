"""The tasks of this repository: the user tasks, and those of whoever works on envcheck."""

from pathlib import Path

from invoke import Context, Exit, task

from envcheck.cli.tasks import *  # noqa: F403

VENV = Path(".venv/bin")
LOCK = Path("requirements-dev.txt")
STAMP = Path(".venv/installed.requirements-dev")

# Unit tests share nothing, so each processor has its part; the others share one engine.
UNIT = "tests/unit --numprocesses auto --durations 5"
OTHERS = "tests --ignore tests/unit --durations 15"
NO_TESTS = 5


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
    parts = [UNIT] if unit else [UNIT, OTHERS]
    codes = [_pytest(context, part, k) for part in parts]
    # With -k, a part may well have no test that matches.
    failed = [code for code in codes if code not in ((0, NO_TESTS) if k else (0,))]
    if failed or all(codes):
        raise Exit(code=max(codes))


def _pytest(context: Context, part: str, k: str) -> int:
    chosen = f" -k '{k}'" if k else ""
    ran = context.run(f"{VENV}/python -m pytest {part}{chosen}", warn=True)
    return int(ran.exited)


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

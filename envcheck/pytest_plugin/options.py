"""What can be said to the plugin, on the command line or in pytest's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from envcheck.api import After, OnFailure


def add_options(parser: pytest.Parser) -> None:
    """Make them known to pytest."""
    parser.addini("envcheck_profile", "the profile of tests that name none", default="")
    parser.addini(
        "envcheck_environ",
        "whether the variables to connect with are in os.environ once the services are up",
        type="bool",
        default=False,
    )
    group = parser.getgroup("envcheck")
    group.addoption(
        "--envcheck-profile",
        metavar="PROFILE",
        help="the profile of tests that name none; the only one in profiles/ unless given",
    )
    group.addoption(
        "--envcheck-instance",
        metavar="NAME",
        default="",
        help="the name of the running copy of the profile; auto: from the folder's path",
    )
    group.addoption(
        "--envcheck-keep",
        action="store_true",
        help="leave everything up afterwards, to look at; also where it could not be brought up",
    )
    group.addoption(
        "--envcheck-reuse",
        action="store_true",
        help="leave the services up if they are ready, so that the next run starts at once",
    )


@dataclass(frozen=True)
class Options:
    """What was said.

    Attributes:
        folder: where ``profiles/`` is.
        environ: whether the variables are put into os.environ.
    """

    profile: str
    instance: str
    folder: Path
    after: After
    on_failure: OnFailure
    environ: bool


def options_of(config: pytest.Config) -> Options:
    """What was said for this run."""
    keep: bool = config.getoption("--envcheck-keep")
    reuse: bool = config.getoption("--envcheck-reuse")
    here = config.invocation_params.dir
    return Options(
        profile=config.getoption("--envcheck-profile") or str(config.getini("envcheck_profile")),
        instance=config.getoption("--envcheck-instance"),
        folder=config.rootpath if (config.rootpath / "profiles").is_dir() else here,
        after="keep" if keep or reuse else "as-before",
        on_failure="keep" if keep else "down",
        environ=bool(config.getini("envcheck_environ")),
    )

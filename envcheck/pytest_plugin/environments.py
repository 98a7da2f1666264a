"""The environments of a test session: each profile's is brought up once, when a test needs it."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from envcheck.api import EnvcheckError, StepFailed, Unhealthy, environment
from envcheck.host.profiles import path_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.outcomes import Failed

    from envcheck.api import Environment
    from envcheck.pytest_plugin.options import Options


class Environments:
    """Brings environments up, and takes all down at the end. What failed once is not tried again.

    Args:
        options: what was said to the plugin.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._up: dict[str, Environment] = {}
        self._failed: dict[str, Failed] = {}
        self._brief: dict[str, str] = {}
        self._open = ExitStack()

    def of(self, profile: str = "") -> Environment:
        """The environment of a profile, or of the one that is meant where none is named.

        Fails the test where it could not be brought up.
        """
        name = self._file(profile or self._options.profile)
        if name not in self._up and name not in self._failed:
            try:
                self._up[name] = self._begin(name)
            except EnvcheckError as error:
                self._failed[name] = _failed(f"{error}{self._hint(error)}")
                self._brief[name] = _briefly(error)
        if name in self._failed:
            raise self._failed[name] from None
        return self._up[name]

    def pytest_runtest_logfinish(self) -> None:
        """What one test has told in full, others that get the same error need not."""
        for name, error in self._failed.items():
            error.msg = self._brief[name]

    def _hint(self, error: EnvcheckError) -> str:
        """What the error's advice is in words of pytest's."""
        if error.id == "instance.elsewhere":
            return "\nWith pytest: --envcheck-instance NAME; auto makes one from the folder's path"
        gone = isinstance(error, Unhealthy | StepFailed) and self._options.on_failure != "keep"
        return "\nTo leave it for you to look at: pytest --envcheck-keep" if gone else ""

    def _file(self, profile: str) -> str:
        """The profile's file, by which it is the same however it is named."""
        try:
            return str(path_in(self._options.folder, profile))
        except EnvcheckError:  # met, and told, where it is brought up
            return profile

    def _begin(self, profile: str) -> Environment:
        options = self._options
        found = self._open.enter_context(
            environment(
                profile,
                instance=options.instance,
                folder=options.folder,
                after=options.after,
                on_failure=options.on_failure,
            )
        )
        if options.environ:
            self._open.enter_context(_exported(found))
        return found

    def close(self) -> None:
        """Take down what this session has brought up, unless it is used or kept."""
        with told():
            self._open.close()


def _briefly(error: EnvcheckError) -> str:
    """For all tests but the first one that it fails: the first line of its report."""
    first = " ".join(str(error).partition("\n")[0].split())
    return f"{first} (told in full where it was met first)"


@contextmanager
def told() -> Iterator[None]:
    """Fail the test with the text of an error of ours: where it was raised is of no interest."""
    try:
        yield
    except EnvcheckError as error:
        raise _failed(str(error)) from None


def _failed(text: str) -> Failed:
    return pytest.fail.Exception(text, pytrace=False)


@contextmanager
def _exported(found: Environment) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in found.variables}
    os.environ.update(found.variables)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value

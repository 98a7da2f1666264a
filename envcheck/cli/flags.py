"""The flags that tasks have in common, and the signature in which Invoke reads them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMON_HELP = {
    "profile": "a name in profiles/, or a path; left out, the only profile there is",
    "json": "one JSON document on stdout, all else on stderr",
    "yes": "agree to what would be asked",
    "instance": "the name of the running copy; auto makes one from the checkout's path; left out, "
    "that in ENVCHECK_INSTANCE, or the profile's own",
    "quiet": "say nothing but what went wrong",
    "debug": "show the traceback of an error",
}
TELLING_HELP = {
    "report": "write a report to this .html, .xml (JUnit), .md or .json file; may be given again",
    "timings": "tell at the end where the time went",
    "progress": "auto, plain (lines, on a terminal too) or json (one object a line on stderr)",
    "ci": "as for a CI job: nothing is asked, plain progress, all reports in envcheck-reports/",
}


@dataclass(frozen=True)
class Common:
    """The flags that every task takes."""

    json: bool = False
    yes: bool = False
    instance: str = ""
    quiet: bool = False
    debug: bool = False


@dataclass(frozen=True)
class Telling:
    """The flags of the tasks that bring up or verify: which reports to write, how to tell."""

    report: Sequence[str] = ()
    timings: bool = False
    progress: str = "auto"
    ci: bool = False


NOTHING_MORE = Telling()


def taken(flags: dict[str, Any], kind: type[Common | Telling]) -> dict[str, Any]:
    """Those of the flags that are of this kind, taken out of the others."""
    return {name: flags.pop(name) for name in vars(kind()) if name in flags}


def bare_words(body: Callable[..., object]) -> tuple[str, ...]:
    """The names of the bare words that a body takes after its Run: most take the profile only."""
    parameters = list(inspect.signature(body).parameters.values())[1:]
    return tuple(p.name for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY)


def signature(body: Callable[..., object], *, telling: bool) -> inspect.Signature:
    """The signature of a task: its bare words, the flags of its body, and the common ones.

    Args:
        body: takes a Run, a text for each bare word, and flags of its own.
        telling: whether it has the flags of `Telling`.
    """

    def flag(name: str, default: object) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)

    def word(name: str) -> inspect.Parameter:
        return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None)

    parameters = inspect.signature(body).parameters.values()
    own = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    # Invoke makes a list of what is not there; a default of ours would be added to.
    more = {**vars(Telling()), "report": None} if telling else {}
    return inspect.Signature(
        [
            inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD),
            *(word(name) for name in bare_words(body)),
            *(flag(parameter.name, parameter.default) for parameter in own),
            *(flag(name, default) for name, default in more.items()),
            *(flag(name, default) for name, default in vars(Common()).items()),
        ]
    )

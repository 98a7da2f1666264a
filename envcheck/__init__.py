"""envcheck: a project's development environment, set up, verified and removed.

From Python: `with envcheck.environment("webapp") as env: ...`, see `envcheck.api`.

The package is laid out in rooms; imports point downwards only:
cli | api > app > images > (engine | host | reporters) > (run | doctor) > services > core.
"""

from typing import TYPE_CHECKING, Any

__all__ = ["__version__", "environment"]
__version__ = "0.1.0"

if TYPE_CHECKING:
    from envcheck.api import environment
else:

    def __getattr__(name: str) -> Any:
        if name == "environment":  # nothing else that imports the package needs it
            from envcheck.api import environment

            return environment
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

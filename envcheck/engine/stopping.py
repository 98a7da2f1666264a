"""How a container is stopped: what is written into it when it is made, and how long that may take.

An image's own stop signal counts before its kind's: whoever made the image knows what its main
process listens to. The engine uses what stands in the container, else the image's, else SIGTERM
(moby, container/container.go, StopSignal); so ours is written only where the image has none. The
grace is written always, so that `docker stop` by hand gives it too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envcheck.core.spec import DEFAULT_GRACE

if TYPE_CHECKING:
    from envcheck.core.spec import ContainerSpec


def stopping(api: Any, spec: ContainerSpec) -> dict[str, Any]:
    """What of a container's configuration is about its end."""
    config: dict[str, Any] = {"StopTimeout": spec.grace}
    if spec.stop_signal and not _own_signal(api, spec.image):
        config["StopSignal"] = spec.stop_signal
    return config


def _own_signal(api: Any, image: str) -> str:
    return str((api.inspect_image(image).get("Config") or {}).get("StopSignal") or "")


def grace_of(api: Any, container: str) -> int:
    """The seconds that a container was given when it was made, until it is killed."""
    found = (api.inspect_container(container).get("Config") or {}).get("StopTimeout")
    # -1 stands for no limit; the SDK needs one for its own patience.
    return int(found) if found is not None and int(found) >= 0 else DEFAULT_GRACE

"""Records what an engine says, for `test_seen`: run it by hand where a new engine is to be added.

    python -m tests.lab engine current -- python -m tests.unit.engine.record NAME

It makes a few objects, asks for them, removes them, and writes ``recorded/NAME.json``.
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envcheck.core.context import BuildContext, ContextFile
from envcheck.core.spec import ContainerSpec, Mount, NetworkSpec, PortBinding, VolumeSpec
from envcheck.doctor.symptom import Symptom
from envcheck.engine.build import BuildOptions
from envcheck.engine.connecting import connect
from envcheck.engine.endpoint import resolve
from tests.contract.conftest import busybox

if TYPE_CHECKING:
    from collections.abc import Callable

    from envcheck.engine.client import DockerEngine

RECORDED = Path(__file__).parent / "recorded"
LABELS = {"whose": "the recorder's"}
STEADY, DYING = ("sleep", "1000"), ("sh", "-c", "exit 3")


def main() -> None:
    """Record, and write the file."""
    engine = connect(resolve(os.environ), os.environ)
    if isinstance(engine, Symptom):
        sys.exit(engine.text)
    name = f"rec{uuid.uuid4().hex[:8]}"
    try:
        _make(engine, name)
        said = _ask(engine, name)
    finally:
        _remove(engine, name)
    text = json.dumps(said, indent=1, sort_keys=True).replace(name, "rec")
    text = re.sub(r'"/[^"]*?/(containers|volumes)/', r'"/var/lib/docker/\1/', text)
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{sys.argv[1]}.json").write_text(f"{text}\n")


def _make(engine: DockerEngine, name: str) -> None:
    engine.import_image(f"{name}/base:1", busybox(), LABELS)
    dockerfile = f"FROM {name}/base:1\nVOLUME /data\n"
    context = BuildContext({"Dockerfile": ContextFile(dockerfile.encode())})
    engine.build(f"{name}/image:1", context, BuildOptions(LABELS), lambda *_: None)
    engine.tag_image(f"{name}/image:1", f"{name}/image:2")
    engine.create_network(NetworkSpec(name, LABELS))
    engine.create_volume(VolumeSpec(f"{name}_data", LABELS))
    ports = (PortBinding(80, None), PortBinding(81, None))
    for service, command in (("up", STEADY), ("made", STEADY), ("dead", DYING)):
        mounts = (Mount(f"{name}_data", "/data"),)
        container = f"{name}-{service}"
        engine.create_container(
            ContainerSpec(
                container, service, f"{name}/image:1", name, {}, ports, mounts, LABELS, command
            )
        )
    engine.start_container(f"{name}-up")
    engine.start_container(f"{name}-dead")
    engine.stop_container(f"{name}-dead", 10)


def _ask(engine: DockerEngine, name: str) -> dict[str, Any]:
    api: Any = engine._api  # noqa: SLF001 - the answers as they are, before we read them
    ours = _mentions(name)
    return {
        "version": {key: api.version()[key] for key in ("Version", "ApiVersion")},
        "containers": [c for c in api.containers(all=True) if ours(c)],
        "networks": [n for n in api.networks() if ours(n)],
        "volumes": [v for v in api.volumes()["Volumes"] if ours(v)],
        "images": [i for i in api.images() if ours(i)],
        "inspected": {
            service: _without_machine(api.inspect_container(f"{name}-{service}"))
            for service in ("up", "made", "dead")
        },
        "inspected_image": _without_machine(api.inspect_image(f"{name}/image:1")),
    }


def _mentions(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda answer: name in json.dumps(answer)


def _without_machine(answer: dict[str, Any]) -> dict[str, Any]:
    """What is said of the machine, its kernel and its folders is nobody's business here."""
    dropped = ("GraphDriver", "HostConfig", "AppArmorProfile", "Storage")
    return {key: value for key, value in answer.items() if key not in dropped}


def _remove(engine: DockerEngine, name: str) -> None:
    for service in ("up", "made", "dead"):
        engine.remove_container(f"{name}-{service}")
    engine.remove_network(name)
    engine.remove_volume(f"{name}_data")
    for tag in (f"{name}/image:1", f"{name}/image:2", f"{name}/base:1"):
        engine.remove_image(tag)


if __name__ == "__main__":
    main()

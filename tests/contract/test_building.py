"""Building: what comes out, what is left of it, and how a failing step is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.context import BuildContext, ContextFile
from envcheck.core.dockerfile import rebased
from envcheck.core.errors import StepFailed
from envcheck.core.spec import Label
from envcheck.engine.build import BuildOptions
from envcheck.engine.context_files import read_context
from tests.contract.bench import created, spec_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envcheck.core.observed import SeenImage
    from tests.contract.conftest import RealBench

pytestmark = pytest.mark.engine

ODD = {"odd": 'a "b" $HOME \\ c', "empty": ""}


def context(text: str, labels: Mapping[str, str]) -> BuildContext:
    return BuildContext({"Dockerfile": ContextFile(rebased(text, {}, labels).encode())})


def build(bench: RealBench, text: str, **arguments: str) -> list[str]:
    """Build ``NAME/built:1``; what was told of it."""
    labels = {Label.INSTANCE: bench.name, **ODD}
    told: list[str] = []
    bench.engine.build(
        f"{bench.name}/built:1",
        context(text, labels),
        BuildOptions(labels, arguments),
        lambda phase, *_: told.append(phase),
    )
    return told


def of_instance(bench: RealBench) -> list[SeenImage]:
    images = bench.engine.observe().images
    return [image for image in images if image.labels.get(Label.INSTANCE) == bench.name]


def test_every_stage_of_a_build_bears_the_labels(real_bench: RealBench) -> None:
    """The classic builder leaves the earlier stages behind without a name: labels find them."""
    text = (
        f"FROM {real_bench.image} AS first\nRUN echo made > /made\n"
        f"FROM {real_bench.image}\nCOPY --from=first /made /made\n"
    )
    build(real_bench, text)
    found = of_instance(real_bench)
    assert sorted(image.tags for image in found) == [(), (f"{real_bench.name}/built:1",)]
    for image in found:
        assert image.labels == {"of": "image", Label.INSTANCE: real_bench.name, **ODD}
    unnamed = [image.id for image in found if not image.tags]
    assert real_bench.engine.dangling(Label.INSTANCE, real_bench.name) == tuple(unnamed)


def test_a_build_leaves_no_container(real_bench: RealBench) -> None:
    build(real_bench, f"FROM {real_bench.image}\nRUN true\nRUN true\n")
    with pytest.raises(StepFailed):
        build(real_bench, f"FROM {real_bench.image}\nRUN false\n")
    containers = real_bench.engine.observe().containers
    assert [c.name for c in containers if c.labels.get(Label.INSTANCE) == real_bench.name] == []


def test_a_build_tells_its_steps_that_take_time(real_bench: RealBench) -> None:
    told = build(real_bench, f"FROM {real_bench.image}\nENV A=b\nRUN   true\n")
    assert told == [f"building: FROM {real_bench.image}"[:70], "building: RUN true"]


def test_a_build_has_its_arguments(real_bench: RealBench) -> None:
    build(real_bench, f"FROM {real_bench.image}\nARG WORD\nRUN test $WORD = given\n", WORD="given")
    assert len(of_instance(real_bench)) == 1


def test_a_failing_step_is_told_with_its_last_lines(real_bench: RealBench) -> None:
    said = "; ".join(f"echo line {number}" for number in range(40))
    with pytest.raises(StepFailed) as caught:
        build(real_bench, f"FROM {real_bench.image}\nRUN {said}; exit 5\n")
    assert caught.value.id == "image.build-failed"
    assert "exit 5" in caught.value.what
    assert "returned a non-zero code: 5" in caught.value.what
    assert "line 39" in caught.value.evidence
    assert len(caught.value.evidence) <= 15
    assert "line 0" not in caught.value.evidence
    assert caught.value.fix is not None


def test_what_a_failing_step_says_in_colour_is_told_without(real_bench: RealBench) -> None:
    with pytest.raises(StepFailed) as caught:
        build(real_bench, f"FROM {real_bench.image}\nRUN echo it broke >&2; exit 5\n")
    assert "it broke" in caught.value.evidence
    assert not [line for line in caught.value.evidence if "\x1b" in line]


def test_a_dockerfile_that_is_none_fails_with_what_the_engine_says(real_bench: RealBench) -> None:
    with pytest.raises(StepFailed) as caught:
        build(real_bench, f"FROM {real_bench.image}\nFROBNICATE it\n")
    assert "unknown instruction: FROBNICATE" in caught.value.what


def test_only_what_is_not_ignored_is_built_in(real_bench: RealBench, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    (tmp_path / "secret.env").write_text("secret")
    (tmp_path / "node_modules" / "deep").mkdir(parents=True)
    (tmp_path / "node_modules" / "deep" / "file.js").write_text("")
    (tmp_path / "run.sh").write_text("#!/bin/sh\necho ran\n")
    (tmp_path / "run.sh").chmod(0o755)
    (tmp_path / "link").symlink_to("kept.txt")
    (tmp_path / ".dockerignore").write_text("# not these\n*.env\nnode_modules\n")
    (tmp_path / "Dockerfile").write_text(
        f"FROM {real_bench.image}\nCOPY . /src\n"
        "RUN cd /src && test -f kept.txt && test ! -e secret.env && test ! -e node_modules"
        " && test -L link && test -x run.sh && ./run.sh\n"
    )
    found = read_context(str(tmp_path))
    labels = {Label.INSTANCE: real_bench.name}
    marked = context(found.dockerfile, labels).files
    real_bench.engine.build(
        f"{real_bench.name}/built:1",
        BuildContext({**found.files, **marked}),
        BuildOptions(labels),
        lambda *_: None,
    )
    assert len(of_instance(real_bench)) == 1


def test_what_is_built_can_be_a_container(real_bench: RealBench) -> None:
    build(real_bench, f"FROM {real_bench.image}\nVOLUME /data\n")
    facts = real_bench.engine.inspect_image(f"{real_bench.name}/built:1")
    assert facts is not None
    assert facts.volumes == ("/data",)
    assert created(real_bench, spec_of(real_bench))

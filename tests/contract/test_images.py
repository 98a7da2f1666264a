"""Images: their names, and when the last one may go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectConflict
from tests.contract.bench import created, spec_of

if TYPE_CHECKING:
    from envcheck.core.observed import SeenImage
    from tests.contract.bench import Bench


def seen(bench: Bench, reference: str) -> SeenImage | None:
    return bench.engine.observe().image(reference)


def upon(bench: Bench) -> str:
    """A new image upon the bench's own, for a test that removes it."""
    tag = f"{bench.name}/image:1"
    bench.build_upon(tag)
    return tag


def test_an_image_tells_what_it_is(bench: Bench) -> None:
    facts, found = bench.engine.inspect_image(bench.image), seen(bench, bench.image)
    assert facts is not None
    assert found is not None
    assert facts.id == found.id
    assert facts.labels == found.labels == {"of": "image"}
    assert facts.volumes == ()
    assert facts.digest == found.id  # it never was in a registry
    assert found.digests == ()
    assert found.size > 0


def test_an_image_that_is_not_here_has_nothing_to_tell(bench: Bench) -> None:
    assert bench.engine.inspect_image(f"{bench.name}/nothing:1") is None


def test_an_image_can_be_asked_for_by_its_id(bench: Bench) -> None:
    facts = bench.engine.inspect_image(bench.image)
    assert facts is not None
    assert bench.engine.inspect_image(facts.id) == facts


def test_an_image_in_use_stays(bench: Bench) -> None:
    tag = upon(bench)
    created(bench, replace(spec_of(bench), image=tag))
    with pytest.raises(ObjectConflict) as caught:
        bench.engine.remove_image(tag)
    assert caught.value.id == "docker.image-in-use"
    assert seen(bench, tag) is not None


def test_all_names_but_the_last_of_an_image_in_use_may_go(bench: Bench) -> None:
    created(bench, spec_of(bench))
    other = f"{bench.name}/other:2"
    bench.tag(other)
    bench.engine.remove_image(other)
    assert seen(bench, other) is None
    assert seen(bench, bench.image) is not None


def test_an_image_with_two_names_does_not_go_by_its_id(bench: Bench) -> None:
    other = f"{bench.name}/other:2"
    bench.tag(other)
    found = seen(bench, other)
    assert found is not None
    with pytest.raises(ObjectConflict):
        bench.engine.remove_image(found.id)
    assert seen(bench, other) == found


def test_an_image_that_nobody_uses_goes_with_its_only_name(bench: Bench) -> None:
    tag = upon(bench)
    found = seen(bench, tag)
    assert found is not None
    bench.engine.remove_image(tag)
    assert bench.engine.inspect_image(found.id) is None


def test_an_image_that_nobody_uses_goes_by_its_id(bench: Bench) -> None:
    tag = upon(bench)
    found = seen(bench, tag)
    assert found is not None
    bench.engine.remove_image(found.id)
    assert bench.engine.inspect_image(tag) is None


def test_an_image_that_others_are_built_upon_stays(bench: Bench) -> None:
    upon(bench)
    found = seen(bench, bench.image)
    assert found is not None
    with pytest.raises(ObjectConflict):
        bench.engine.remove_image(found.id)
    assert seen(bench, bench.image) == found

"""Where a pinned image comes from: here already, its registry, a recipe, in that order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from envcheck.core.errors import ObjectMissing, RegistryUnreachable, StepFailed
from envcheck.core.lockfile import LockedImage, LockedPlatform, Lockfile
from envcheck.core.observed import Observed, SeenImage
from envcheck.core.pins import Pins
from envcheck.core.plan import BuildBase, BuildRecipe, PullImage
from envcheck.core.reference import Reference, parse_reference
from envcheck.core.spec import Label
from envcheck.images.recipes import shipped
from envcheck.images.sources import Here, ToGet, digest_of, find, here

DIGEST = f"sha256:{'0a' * 32}"
POSTGRES = parse_reference("postgres:17.11")
EMPTY = Observed()
OURS = Pins(recipes=shipped())


@dataclass
class Asked:
    """A registry, and what it was asked for."""

    digest: str = DIGEST
    error: Exception | None = None
    references: list[str] = field(default_factory=list)

    def registry_digest(self, reference: Reference) -> str:
        """The digest, or the error."""
        self.references.append(str(reference))
        if self.error is not None:
            raise self.error
        return self.digest


class Nobody:
    """A registry that must not be asked."""

    def registry_digest(self, reference: Reference) -> str:
        """Never called."""
        pytest.fail(f"asked for {reference}, which is here")


def silent() -> Asked:
    """A registry that does not answer."""
    return Asked(error=RegistryUnreachable("dial tcp: no such host", id="registry.unreachable"))


def pulled(tag: str = "postgres:17.11") -> SeenImage:
    return SeenImage("sha256:p", (tag,), (f"postgres@{DIGEST}",), {}, 1)


def stand_in(tag: str = "envcheck.local/postgres:17.11", pin: str = "postgres:17.11") -> SeenImage:
    recipe = OURS.recipes.by_image["postgres"].fingerprint
    labels = {Label.RECIPE: pin, Label.VERSION: "1.0", Label.FINGERPRINT: recipe}
    return SeenImage("sha256:r", (tag,), (), labels, 1)


def engine_with(*images: SeenImage) -> Observed:
    return Observed(images=images)


def test_what_is_here_is_taken_and_nobody_is_asked() -> None:
    found = find(POSTGRES, engine_with(pulled()), Nobody(), OURS)
    assert found == Here("postgres:17.11", DIGEST, "registry")


def test_an_image_that_was_loaded_by_hand_is_local() -> None:
    image = SeenImage("sha256:l", ("postgres:17.11",), (), {}, 1)
    assert find(POSTGRES, engine_with(image), Nobody(), OURS) == Here(
        "postgres:17.11", "sha256:l", "local"
    )


def test_a_stand_in_that_is_here_is_taken_and_nobody_is_asked() -> None:
    found = find(POSTGRES, engine_with(stand_in()), Nobody(), OURS)
    assert found == Here("envcheck.local/postgres:17.11", "sha256:r", "recipe")


def test_the_official_image_comes_before_its_stand_in() -> None:
    found = find(POSTGRES, engine_with(stand_in(), pulled()), Nobody(), OURS)
    assert isinstance(found, Here)
    assert found.source == "registry"


def test_a_stand_in_of_another_version_that_was_built_for_this_pin_is_taken() -> None:
    """The packages had moved on; building it again would give the same."""
    moved_on = stand_in("envcheck.local/postgres:17.12")
    found = find(POSTGRES, engine_with(moved_on), Nobody(), OURS)
    assert found == Here("envcheck.local/postgres:17.12", "sha256:r", "recipe")


def test_a_stand_in_that_was_built_for_another_pin_is_not() -> None:
    other = stand_in("envcheck.local/postgres:17.12", pin="postgres:17.12")
    assert here(POSTGRES, engine_with(other), OURS) is None


def test_an_image_of_our_name_without_our_label_is_somebody_elses() -> None:
    theirs = SeenImage("sha256:x", ("envcheck.local/postgres:17.11",), (), {}, 1)
    assert here(POSTGRES, engine_with(theirs), OURS) is None


@pytest.mark.parametrize(
    "name", ["ghcr.io/acme/postgres", "acme/postgres", "localhost:5000/postgres"]
)
def test_a_stand_in_is_none_for_another_organisations_image_of_that_name(name: str) -> None:
    """Which has, for instance, extensions that the official one lacks."""
    reference = Reference(name, "17.11")
    assert here(reference, engine_with(stand_in()), OURS) is None
    with pytest.raises(RegistryUnreachable):
        find(reference, engine_with(stand_in()), silent(), OURS)


@pytest.mark.parametrize("name", ["docker.io/library/postgres", "library/postgres"])
def test_the_official_image_by_its_full_name_is_the_same(name: str) -> None:
    reference = Reference(name, "17.11")
    assert here(reference, engine_with(pulled()), OURS) == Here(str(reference), DIGEST, "registry")
    found = here(reference, engine_with(stand_in()), OURS)
    assert found is not None
    assert found.source == "recipe"


def test_what_is_not_here_is_pulled_where_its_registry_knows_it() -> None:
    registry = Asked()
    found = find(POSTGRES, EMPTY, registry, OURS)
    assert found == ToGet((PullImage(POSTGRES, DIGEST),), "not here", "postgres:17.11", "registry")
    assert registry.references == ["postgres:17.11"]


def test_what_its_registry_does_not_know_is_an_error_and_no_recipe() -> None:
    """A misspelt tag must not end in an image that nobody asked for."""
    missing = ObjectMissing("manifest unknown", id="registry.unknown-image")
    with pytest.raises(ObjectMissing):
        find(POSTGRES, EMPTY, Asked(error=missing), OURS)


def test_a_registry_that_says_no_is_an_error_and_no_recipe() -> None:
    with pytest.raises(StepFailed, match="too many"):
        find(POSTGRES, EMPTY, Asked(error=StepFailed("too many", id="registry.pull-failed")), OURS)


@pytest.mark.parametrize("registry", [silent(), None])
def test_where_no_registry_answers_a_recipe_stands_in(registry: Asked | None) -> None:
    found = find(POSTGRES, EMPTY, registry, OURS)
    assert isinstance(found, ToGet)
    base, build = found.acts
    assert isinstance(base, BuildBase)
    assert isinstance(build, BuildRecipe)
    assert (build.recipe.image, build.tag, build.base) == (
        "postgres",
        "envcheck.local/postgres:17.11",
        base.tag,
    )
    assert build.labels[Label.RECIPE] == "postgres:17.11"
    assert build.arguments["VERSION"] == "17.11"
    assert found.source == "recipe"
    assert "no registry can be reached" in found.cause


def test_an_engine_with_a_mirror_tries_it_where_the_registry_does_not_answer() -> None:
    """Only a pull asks mirrors; the question for a digest goes to the registry itself."""
    found = find(POSTGRES, EMPTY, silent(), OURS, mirrored=True)
    assert found == ToGet((PullImage(POSTGRES, ""),), "not here", "postgres:17.11", "registry")


def test_an_image_without_a_recipe_cannot_be_had_without_its_registry() -> None:
    with pytest.raises(RegistryUnreachable) as caught:
        find(parse_reference("mongo:8.0"), EMPTY, silent(), OURS)
    assert "there is no recipe for it" in caught.value.what
    assert caught.value.evidence == ("dial tcp: no such host",)


def test_a_recipe_does_not_give_another_major_version() -> None:
    with pytest.raises(StepFailed) as caught:
        find(parse_reference("postgres:16.9"), EMPTY, silent(), OURS)
    assert caught.value.id == "recipe.other-major"
    assert "version 17 only" in caught.value.what


PINNED = Reference("postgres", "17.11", DIGEST)


def test_a_digest_is_pinned_to_one_image_and_no_stand_in() -> None:
    assert here(PINNED, engine_with(stand_in()), OURS) is None
    with pytest.raises(RegistryUnreachable):
        find(PINNED, engine_with(stand_in()), silent(), OURS)


@pytest.mark.parametrize("tags", [(), ("postgres:17.11",), ("postgres:17",)])
def test_a_digest_that_is_here_is_taken(tags: tuple[str, ...]) -> None:
    image = SeenImage("sha256:d", tags, (f"postgres@{DIGEST}",), {}, 1)
    assert find(PINNED, engine_with(image), Nobody(), OURS) == Here(str(PINNED), DIGEST, "registry")


def test_another_digest_of_the_same_tag_is_not_taken() -> None:
    image = SeenImage("sha256:d", ("postgres:17.11",), (f"postgres@sha256:{'1' * 64}",), {}, 1)
    found = find(PINNED, engine_with(image), Asked(), OURS)
    assert isinstance(found, ToGet)
    assert found.acts == (PullImage(PINNED, DIGEST),)


def test_the_digest_of_an_image_that_never_was_in_a_registry_is_its_id() -> None:
    assert digest_of(pulled()) == DIGEST
    assert digest_of(stand_in()) == "sha256:r"


def test_what_is_pinned_by_its_digest_is_that_image_whatever_mirror_it_came_from() -> None:
    name = f"mirror.example/library/postgres@{DIGEST}"
    image = SeenImage("sha256:m", (), (name,), {}, 1)
    pin = parse_reference(f"postgres:17.11@{DIGEST}")
    assert here(pin, engine_with(image), OURS) == Here(name, DIGEST, "registry")
    other = parse_reference(f"postgres:17.11@sha256:{'9' * 64}")
    assert here(other, engine_with(image), OURS) is None


INDEX, MANIFEST, CONFIG = (f"sha256:{letter * 64}" for letter in "123")
LOCKED = LockedImage(
    POSTGRES, INDEX, "2026-11-24T12:00:00Z", {"linux/amd64": LockedPlatform(MANIFEST, CONFIG, 1)}
)
PINS = Pins(Lockfile({POSTGRES: LOCKED}), recipes=OURS.recipes)
STRICT = Pins(PINS.lock, strict=True, recipes=OURS.recipes)


def test_a_locked_image_is_known_by_its_digest_and_not_by_its_tag() -> None:
    other = SeenImage("sha256:o", ("postgres:17.11",), (f"postgres@{DIGEST}",), {}, 1)
    found = find(POSTGRES, engine_with(other), Asked(INDEX), PINS)
    pinned = f"postgres:17.11@{INDEX}"
    act = PullImage(parse_reference(pinned), INDEX, named="postgres:17.11")
    assert found == ToGet((act,), "not here", pinned, "registry")
    right = SeenImage("sha256:r", (), (f"postgres@{INDEX}",), {}, 1)
    assert here(POSTGRES, engine_with(other, right), PINS) == Here(pinned, INDEX, "registry")


@pytest.mark.parametrize("digest", [INDEX, MANIFEST])
def test_a_locked_image_that_came_from_a_mirror_is_called_by_its_digest_there(digest: str) -> None:
    name = f"mirror.example/library/postgres@{digest}"
    seen = SeenImage("sha256:m", ("postgres:17.11",), (name,), {}, 1)
    assert here(POSTGRES, engine_with(seen), STRICT) == Here(name, INDEX, "registry")


def test_a_locked_image_that_came_out_of_a_file_is_known_by_its_configuration() -> None:
    seen = SeenImage(CONFIG, ("postgres:17.11",), (), {}, 1)
    assert here(POSTGRES, engine_with(seen), STRICT) == Here(CONFIG, INDEX, "local")


def test_a_stand_in_will_do_for_a_locked_image_unless_it_must_be_that_one() -> None:
    world = engine_with(stand_in())
    found = here(POSTGRES, world, PINS)
    assert found is not None
    assert found.source == "recipe"
    assert here(POSTGRES, world, STRICT) is None
    with pytest.raises(RegistryUnreachable) as caught:
        find(POSTGRES, world, silent(), STRICT)
    assert caught.value.id == "lock.unreachable"
    assert find(POSTGRES, EMPTY, silent(), PINS).source == "recipe"


def test_a_digest_that_is_gone_from_the_registry_is_an_error_of_its_own() -> None:
    no = StepFailed("no such image", id="registry.unknown-image", evidence=("manifest unknown",))
    asked = Asked(error=no)
    with pytest.raises(StepFailed) as caught:
        find(POSTGRES, EMPTY, asked, PINS)
    assert asked.references == [f"postgres:17.11@{INDEX}"]
    assert caught.value.id == "lock.digest-gone"
    assert "2026-11-24" in caught.value.what
    with pytest.raises(StepFailed) as unlocked:
        find(POSTGRES, EMPTY, Asked(error=no), OURS)
    assert unlocked.value.id == "registry.unknown-image"

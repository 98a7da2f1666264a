"""What `recipe list` prints."""

from __future__ import annotations

from envcheck.app.recipe import BuiltImage, ListedRecipe
from envcheck.cli.recipe_list import recipes_data, recipes_text
from envcheck.core.context import BuildContext
from envcheck.core.recipe import Recipe

REDIS = Recipe("redis", "Redis from packages", "/r", BuildContext({}), versions=("8",))
OWN = Recipe("node", "Node", "/shop/recipes/node", BuildContext({}), own="recipes/node")
BUILT = (
    BuiltImage("envcheck.local/redis:8.0.2", "redis:8.0.1", current=True),
    BuiltImage("sha256:0a", "redis:8.0.2", current=False),
)


def test_the_recipes_and_what_they_have_built() -> None:
    found = (
        ListedRecipe(REDIS, replaces=False, images=BUILT),
        ListedRecipe(OWN, replaces=True, images=()),
    )
    assert recipes_text(found).splitlines() == [
        "redis   8     Redis from packages",
        "  envcheck.local/redis:8.0.2   for redis:8.0.1, current",
        "  sha256:0a   for redis:8.0.2, of an older recipe",
        "node    any   Node (recipes/node, instead of envcheck's own)",
    ]


def test_without_an_engine_their_images_are_unknown_and_not_none() -> None:
    (data,) = recipes_data((ListedRecipe(REDIS, replaces=False, images=None),))
    assert data == {
        "image": "redis",
        "describes": "Redis from packages",
        "versions": ["8"],
        "folder": None,
        "replaces": False,
        "fingerprint": REDIS.fingerprint,
        "images": None,
    }

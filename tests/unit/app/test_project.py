"""The files of a project that a bundle carries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from envcheck.app.builds import builds_of
from envcheck.app.project import project_files
from envcheck.core.errors import UsageError
from tests.unit.worlds import profile

if TYPE_CHECKING:
    from pathlib import Path

    from envcheck.core.profile import Profile

TEXT = """\
name: shop
services:
  web: {kind: node, build: web}
  db:
    image: postgres:17.11
    environment: {POSTGRES_PASSWORD: shop}
    seed: [seeds/people.sql]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Profile:
    files = {
        "shop.yaml": TEXT,
        "shop.lock": "version: 1\n",
        "other.yaml": "name: other\n",
        "seeds/people.sql": "SELECT 1;\n",
        "seeds/unused.sql": "SELECT 2;\n",
        "recipes/mine/recipe.yaml": "image: mine\n",
        "web/Dockerfile": "FROM node:24.21.0\n",
        "web/.dockerignore": "secret\n",
        "web/secret": "not for you",
        "web/bin/run": "#!/bin/sh\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "web/bin/run").chmod(0o750)
    (tmp_path / "web/start").symlink_to("bin/run")
    return replace(profile(TEXT), root=str(tmp_path))


def test_all_that_up_reads_is_carried_and_nothing_else(shop: Profile) -> None:
    files = {file.entry.path: file for file in project_files(shop, builds_of(shop))}
    assert {*files} == {
        "profiles/shop.yaml",
        "profiles/shop.lock",
        "profiles/seeds/people.sql",
        "profiles/recipes/mine/recipe.yaml",
        "profiles/web/Dockerfile",
        "profiles/web/.dockerignore",
        "profiles/web/bin/run",
        "profiles/web/start",
    }
    run = files["profiles/web/bin/run"]
    assert (run.entry.mode, run.entry.size) == (0o750, 10)
    assert b"".join(run.pieces()) == b"#!/bin/sh\n"
    assert b"".join(files["profiles/shop.yaml"].pieces()) == TEXT.encode()
    assert files["profiles/web/start"].entry.link == "bin/run"


def test_a_link_that_leads_out_can_be_in_no_bundle(shop: Profile, tmp_path: Path) -> None:
    (tmp_path / "web" / "hosts").symlink_to("/etc/hosts")
    with pytest.raises(UsageError, match="profiles/web/hosts can be in no bundle"):
        project_files(shop, builds_of(shop))

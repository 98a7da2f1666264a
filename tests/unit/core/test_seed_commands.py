"""A seed as what a person would type: whole, in docker's words, and without a secret."""

from __future__ import annotations

import gzip
import subprocess
from typing import TYPE_CHECKING

from envcheck.core.commands import commands
from envcheck.core.plan import ApplySeed
from envcheck.core.seeding import Mark, Seed, SeedFile, mark_text

if TYPE_CHECKING:
    from pathlib import Path

MARK = "/data/.envcheck-seed"


def act(folder: str = "/shop") -> ApplySeed:
    files = (
        SeedFile("a b.sql", f"{folder}/a b.sql", False, "/tmp/1", ("psql", "-f", "/tmp/1")),  # noqa: FBT003
        SeedFile("b.sql.gz", f"{folder}/b.sql.gz", True, "/tmp/2", ("psql", "-f", "/tmp/2")),  # noqa: FBT003
    )
    seed = Seed(
        files=files,
        fingerprint="abc",
        volume="shop_db-data",
        mark=MARK,
        ping=("psql", "-c", "SELECT 1"),
        environment={"PGPASSWORD": "hunter2", "PGCLIENTENCODING": "UTF8"},
        secrets=frozenset({"PGPASSWORD"}),
    )
    return ApplySeed("db", "shop-db", seed)


def test_it_reads_as_docker_has_it() -> None:
    run = "docker exec -e PGPASSWORD -e PGCLIENTENCODING=UTF8 shop-db psql"
    begun, done = (mark_text(Mark(state, "abc")).strip() for state in ("begun", "done"))
    write = "docker exec -i shop-db sh -c 'cat > \"$1\"' sh"
    mark = f"{write} {MARK}"
    assert commands(act()) == (
        f"until {run} -c 'SELECT 1'; do sleep 1; done",
        f"printf '%s\\n' '{begun}' | {mark}",
        "docker cp '/shop/a b.sql' shop-db:/tmp/1",
        f"{run} -f /tmp/1",
        "docker exec shop-db rm -f /tmp/1",
        f"gzip -dc /shop/b.sql.gz | {write} /tmp/2",
        f"{run} -f /tmp/2",
        "docker exec shop-db rm -f /tmp/2",
        f"printf '%s\\n' '{done}' | {mark}",
    )


def test_typed_into_a_shell_it_does_what_it_says(tmp_path: Path) -> None:
    """With a `docker` that only notes what it is asked, and what comes through the pipe."""
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\necho "$*" >> calls\ncase "$*" in *" -i "*) cat >> piped;; *) ;; esac\n'
    )
    docker.chmod(0o755)
    (tmp_path / "b.sql.gz").write_bytes(gzip.compress(b"unpacked\n"))
    for command in commands(act(str(tmp_path))):
        path = f"{tmp_path}:/usr/bin:/bin"
        subprocess.run(command, shell=True, cwd=tmp_path, env={"PATH": path}, check=True)
    piped = (tmp_path / "piped").read_text()
    begun, done = (mark_text(Mark(state, "abc")) for state in ("begun", "done"))
    assert piped == f"{begun}unpacked\n{done}"
    assert "hunter2" not in (tmp_path / "calls").read_text()
    assert len((tmp_path / "calls").read_text().splitlines()) == 9

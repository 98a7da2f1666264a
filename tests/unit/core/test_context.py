"""A build context's hash: same files, same hash; any difference, another one."""

from __future__ import annotations

import pytest

from envcheck.core.context import BuildContext, ContextFile

FILES = {"Dockerfile": ContextFile(b"FROM a:1\n"), "app/x.js": ContextFile(b"x")}
CONTEXT = BuildContext(FILES)


def test_the_order_of_files_does_not_matter() -> None:
    assert BuildContext(dict(reversed(FILES.items()))).digest() == CONTEXT.digest()


@pytest.mark.parametrize(
    "files",
    [
        {**FILES, "app/x.js": ContextFile(b"y")},
        {**FILES, "app/x.js": ContextFile(b"x", 0o755)},
        {**FILES, "app/x.js": ContextFile(b"", link="x")},
        {**FILES, "app/y.js": ContextFile(b"x")},
        {"Dockerfile": FILES["Dockerfile"], "app/y.js": FILES["app/x.js"]},
        {"Dockerfile": FILES["Dockerfile"]},
        {"Dockerfile": ContextFile(b"FROM a:1\nx"), "app/x.js": ContextFile(b"")},
    ],
)
def test_any_difference_changes_the_hash(files: dict[str, ContextFile]) -> None:
    assert BuildContext(files).digest() != CONTEXT.digest()


def test_a_file_is_added_or_replaced_in_a_copy() -> None:
    other = CONTEXT.with_file("Dockerfile", b"FROM b:2\n").with_file("more", b"")
    assert other.dockerfile == "FROM b:2\n"
    assert set(other.files) == {"Dockerfile", "app/x.js", "more"}
    assert CONTEXT.dockerfile == "FROM a:1\n"

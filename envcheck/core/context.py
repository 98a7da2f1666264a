"""A build context as a value: the files that a builder is given."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCKERFILE = "Dockerfile"


@dataclass(frozen=True)
class ContextFile:
    """One file: its bytes and permission bits, or the target of a symbolic link."""

    content: bytes
    mode: int = 0o644
    link: str = ""


@dataclass(frozen=True)
class BuildContext:
    """Files by their path in the context; the Dockerfile among them."""

    files: Mapping[str, ContextFile]

    @property
    def dockerfile(self) -> str:
        """The text of the Dockerfile."""
        return self.files[DOCKERFILE].content.decode("utf-8", "replace")

    def with_file(self, path: str, content: bytes) -> BuildContext:
        """The same context with one file added or replaced."""
        return BuildContext({**self.files, path: ContextFile(content)})

    def digest(self) -> str:
        """A hash of every path, permission and byte."""
        total = hashlib.sha256()
        for path, file in sorted(self.files.items()):
            total.update(f"{path}\0{file.mode:o}\0{file.link}\0{len(file.content)}\0".encode())
            total.update(file.content)
        return total.hexdigest()

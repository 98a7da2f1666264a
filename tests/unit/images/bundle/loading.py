"""`bundle load` in a folder and with an engine that takes whatever it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from envcheck.app.bundle_load import Loaded, load_bundle
from envcheck.app.session import Session
from envcheck.core.observed import Observed
from envcheck.engine.image_archive import ImageParts
from tests.unit.images.bundle import small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envcheck.core.events import Event


@dataclass
class Store:
    """An engine's images; ``loaded`` is what it was sent."""

    observed: Observed = field(default_factory=Observed)
    loaded: list[bytes] = field(default_factory=list)
    tagged: list[tuple[str, str]] = field(default_factory=list)
    has: dict[str, ImageParts] = field(default_factory=dict)

    @property
    def image_archive(self) -> Store:
        """The engine's part for archives."""
        return self

    def version(self) -> dict[str, Any]:
        """What platform it is for."""
        return {"Os": "linux", "Arch": "amd64"}

    def info(self) -> dict[str, Any]:
        """Who it is; where its data lies cannot be seen."""
        return {"ID": "test"}

    def observe(self) -> Observed:
        """What was there before."""
        return self.observed

    def load(self, archive: Iterator[bytes]) -> None:
        """Take an archive."""
        self.loaded.append(b"".join(archive))
        names = [*small.NAMES, *((id,) for id in small.IMAGES)]
        ids = [*small.IMAGES.items()] * 2
        for group, (id, layers) in zip(names, ids, strict=True):
            self.has |= {name: ImageParts(id, layers, "linux/amd64") for name in group}

    def tag_image(self, reference: str, tag: str) -> None:
        """Note a name that was given."""
        self.tagged.append((reference, tag))

    def parts(self, reference: str) -> ImageParts | None:
        """An image that was taken."""
        return self.has.get(reference)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Place:
    """A folder to load into, with something beside it that must stay as it is."""

    root: Path
    store: Store = field(default_factory=Store)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.into = self.root / "project"
        self.into.mkdir()
        (self.root / "outside").mkdir()
        (self.root / "outside" / "canary").write_text("alive")

    def load(self, bundle: bytes, *, yes: bool = False) -> Loaded:
        """Load a bundle as the task does."""
        file = self.root / "file.bundle"
        file.write_bytes(bundle)
        environ = {"XDG_STATE_HOME": str(self.root / "state")}
        session = Session(self.events.append, yes=yes, environ=environ)
        session._engine = cast("Any", self.store)  # noqa: SLF001 - there is no other to be found
        try:
            return load_bundle(session, str(file), str(self.into))
        finally:
            session.close()

    def files(self) -> dict[str, bytes | str]:
        """Everything below the folder's parent but the bundle and the ledger."""
        found: dict[str, bytes | str] = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if name == "file.bundle" or name.startswith("state"):
                continue
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif not path.is_dir():
                found[name] = path.read_bytes()
        return found

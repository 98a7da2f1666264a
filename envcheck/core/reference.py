"""Image references, ``[REGISTRY/]NAME[:TAG][@DIGEST]``, and what pins them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from envcheck.core.spec import LOCAL_REGISTRY

# Grammar: distribution/reference in the OCI distribution project; a name component is lower case.
_PATTERN = re.compile(
    r"^(?P<name>(?:[A-Za-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?$",
    re.ASCII,
)
_EXACT_VERSION = re.compile(r"^v?\d+\.\d+")


@dataclass(frozen=True)
class Reference:
    """An image reference in its parts."""

    name: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.name}{tag}{digest}"

    @property
    def official(self) -> str:
        """The short name of an official Docker Hub image (``postgres``), or the name as it is."""
        for prefix in ("docker.io/library/", "docker.io/", "library/"):
            if self.name.startswith(prefix):
                return self.name.removeprefix(prefix)
        return self.name

    @property
    def base(self) -> str:
        """The last component of the name, which tells what the image is."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def pinned(self) -> bool:
        """Whether anything but ``latest`` says which image this is."""
        return bool(self.digest) or self.tag not in ("", "latest")

    @property
    def floating(self) -> bool:
        """Whether the tag is one that moves with each release (``17``, ``alpine``)."""
        return self.pinned and not self.digest and not _EXACT_VERSION.match(self.tag)

    @property
    def version(self) -> str:
        """The version that the tag names (``17.11`` of ``17.11-bookworm``), or nothing."""
        match = re.match(r"^v?(\d+(?:\.\d+)*)", self.tag)
        return match.group(1) if match else ""

    @property
    def local_twin(self) -> Reference:
        """The name that a recipe gives to its stand-in for this image.

        Variants of a tag (``17.11-alpine``) have no twins of their own: a recipe knows versions.
        Images of other registries and organisations have the whole of their name in it.
        """
        whole = self.official.replace(":", "-").lower()  # no port can stand within a name
        return Reference(f"{LOCAL_REGISTRY}/{whole}", self.version or self.tag)


def parse_reference(text: str) -> Reference:
    """Read a reference.

    Raises:
        ValueError: the text is not a reference; the message says what one looks like.
    """
    match = _PATTERN.fullmatch(text)  # `$` alone lets a line break through
    if not match:
        raise ValueError(f"'{text}' is not an image reference such as postgres:17.11")
    return Reference(match["name"], match["tag"] or "", match["digest"] or "")


def short_digest(digest: str) -> str:
    """Enough of a digest or id to tell it from another by eye."""
    return digest[: len("sha256:") + 12]

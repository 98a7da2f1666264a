"""Reading a bundle: every byte is compared with what its index demands, none is believed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envcheck.images.bundle import limits, seal
from envcheck.images.bundle.form import malformed, read_index
from envcheck.images.bundle.index import INDEX_NAME, Index, Member, config_name
from envcheck.images.bundle.members import BLOCK, END, header, padding, size_in
from envcheck.images.bundle.seal import damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    from envcheck.images.bundle.index import ImageEntry

    Tell = Callable[[int], None]
    """Hears how many bytes were read."""

_PIECE = 1 << 20


@dataclass(frozen=True)
class Bundle:
    """An open bundle whose seal is whole and whose index holds nothing forbidden."""

    file: BinaryIO
    index: Index


def open_bundle(file: BinaryIO, tell: Tell) -> Bundle:
    """Look at a file's seal and index.

    Args:
        file: at its beginning.
        tell: hears how many bytes of it were read.

    Raises:
        BundleInvalid: it is no bundle, is damaged, or names what no bundle may hold.
    """
    seal.check_seal(file, tell)
    return Bundle(file, read_index(_Unpacked(file).index()))


def verify(bundle: Bundle, tell: Tell) -> None:
    """Read a bundle through, and compare all that is in it.

    Args:
        bundle: what is read.
        tell: hears how many bytes were read, unpacked.

    Raises:
        BundleInvalid: something in it is not what its index says.
    """
    configs: dict[str, bytes] = {}
    wanted = {config_name(image.id) for image in bundle.index.images}
    read = 0
    for member, pieces in contents(bundle):
        kept = []
        for piece in pieces:
            read += len(piece)
            if member.name in wanted:
                kept.append(piece)
        configs[member.name] = b"".join(kept)
        tell(read)
    for image in bundle.index.images:
        _compare(image, configs[config_name(image.id)])


def contents(bundle: Bundle) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """Each member behind the index with its content, which can be taken before the next only.

    Raises:
        BundleInvalid: one is not what the index says, or there are more or fewer of them.
    """
    bundle.file.seek(seal.SIZE)
    stream = _Unpacked(bundle.file)
    if stream.index() != bundle.index.text():
        raise damaged("it was changed while it was read")
    for member in (*bundle.index.head(), *bundle.index.tail()):
        stream.expect(header(member), member.name)
        content = stream.content(member)
        yield member, content
        for _ in content:  # what nobody wanted
            pass
        stream.expect(padding(member.size), member.name)
    stream.expect(END, "the end")
    if stream.some(1):
        raise malformed("there is more behind its end")


def _compare(image: ImageEntry, config: bytes) -> None:
    """See that an image's configuration is the one that the index tells of."""
    try:
        data = json.loads(config)
        layers = tuple(data["rootfs"]["diff_ids"])
        platform = _platform(data)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise malformed(f"the configuration of image {image.id[:19]} is none") from error
    if layers != image.layers or platform != image.platform:
        raise malformed(f"image {image.id[:19]} is not what its index says of it")


def _platform(config: Mapping[str, Any]) -> str:
    variant = f"/{config['variant']}" if config.get("variant") else ""
    return f"{config['os']}/{config['architecture']}{variant}"


@dataclass
class _Unpacked:
    """The archive in a bundle, from its beginning.

    Never more is unpacked than is asked for, and that is never more than one piece.
    """

    file: BinaryIO
    _stream: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from zstandard import ZstdDecompressor

        unpack = ZstdDecompressor(max_window_size=limits.WINDOW)
        self._stream = unpack.stream_reader(self.file, read_across_frames=True, closefd=False)

    def some(self, most: int) -> bytes:
        """The next bytes, as many as there are up to that many."""
        from zstandard import ZstdError

        parts = []
        try:
            while most and (part := self._stream.read(most)):
                parts.append(part)
                most -= len(part)
        except (ZstdError, MemoryError) as error:
            raise damaged(f"it cannot be unpacked ({str(error)[:80]})") from error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def expect(self, wanted: bytes, where: str) -> None:
        """Read what must come next."""
        found = self.some(len(wanted))
        if found != wanted:
            short = "it ends too early" if len(found) < len(wanted) else "it holds something else"
            raise malformed(f"{short} at {where[:80]}")

    def content(self, member: Member) -> Iterator[bytes]:
        """A member's content; its checksum is compared with the last piece."""
        total, left = hashlib.sha256(), member.size
        while left:
            piece = self.some(min(left, _PIECE))
            if not piece:
                raise malformed(f"it ends too early at {member.name[:80]}")
            total.update(piece)
            left -= len(piece)
            if left:
                yield piece
            else:
                _compare_sum(total.hexdigest(), member)
                yield piece
        if not member.size:
            _compare_sum(total.hexdigest(), member)

    def index(self) -> bytes:
        """The text of the index, which is the first member."""
        block = self.some(BLOCK)
        size = size_in(block)
        if size is None or size > limits.INDEX:
            raise malformed("it does not begin with its index")
        text = self.some(size)
        whole = Member(INDEX_NAME, size, "")
        if block != header(whole) or len(text) < size:
            raise malformed("it does not begin with its index")
        self.expect(padding(size), INDEX_NAME)
        return text


def _compare_sum(found: str, member: Member) -> None:
    if found != member.sha256:
        raise malformed(f"the content of {member.name[:80]} is not the one that its index names")

"""Images out of an engine and into it, as archives that are never held in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docker.errors import NotFound

from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import SDK_ERRORS, our_error, ours, symptom
from envcheck.engine.pull import drain, error_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PIECE = 1 << 20


@dataclass(frozen=True)
class ImageParts:
    """An image's id, the digests of its unpacked layers (lowest first), and its platform."""

    id: str
    layers: tuple[str, ...]
    platform: str


class ImageArchive:
    """Saves and loads through the SDK's low-level client.

    Its own `get_image` saves one image only, so that layers would come again with each; and its
    limit on waiting would strike while the engine still prepares an archive.
    """

    def __init__(self, api: Any) -> None:
        self._api = api

    @ours("looking at image")
    def parts(self, reference: str) -> ImageParts | None:
        """What an image consists of, or None where it is not here."""
        try:
            told = self._api.inspect_image(reference)
        except NotFound:
            return None
        variant = f"/{told['Variant']}" if told.get("Variant") else ""
        return ImageParts(
            str(told["Id"]),
            tuple((told.get("RootFS") or {}).get("Layers") or ()),
            f"{told.get('Os')}/{told.get('Architecture')}{variant}",
        )

    def save(self, references: Sequence[str]) -> Iterator[bytes]:
        """The archive of several images, piece by piece.

        Raises:
            StepFailed: the engine broke off.
        """
        names = {"names": list(references)}
        try:
            url = self._api._url("/images/get")  # noqa: SLF001 - the SDK's own way
            answer = self._api._get(url, params=names, stream=True, timeout=None)  # noqa: SLF001
            with answer:
                self._api._raise_for_status(answer)  # noqa: SLF001
                yield from answer.iter_content(_PIECE)
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "ask"), "saving images") from error

    def load(self, archive: Iterator[bytes]) -> None:
        """Load what an archive holds.

        Raises:
            StepFailed: the engine did not take it; what came before the fault may be loaded.
        """
        try:
            url = self._api._url("/images/load")  # noqa: SLF001
            answer = self._api._post(  # noqa: SLF001
                url, data=archive, params={"quiet": "1"}, stream=True, timeout=None
            )
            self._api._raise_for_status(answer)  # noqa: SLF001
            events = self._api._stream_helper(answer, decode=True)  # noqa: SLF001
            for event in events:
                if text := error_in(event):
                    drain(events)
                    raise our_error(Symptom("create", "images", text), "loading images")
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "create"), "loading images") from error

"""A client of the registry API: digests, manifests, tags, and the end of a blob."""

from __future__ import annotations

import hashlib
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from envcheck import __version__
from envcheck.core.errors import StepFailed
from envcheck.core.platforms import fits
from envcheck.images.registry.failures import refused, unreachable
from envcheck.images.registry.logins import Gate
from envcheck.images.registry.manifests import (
    INDEXES,
    MANIFESTS,
    RegistryImage,
    entries_of,
    is_index,
    platform_image,
    platform_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from envcheck.core.login import Login
    from envcheck.images.registry.manifests import Blob, PlatformImage

_TIMEOUT = (5.0, 20.0)
"""Seconds to connect, and to wait for the next bytes of an answer."""
_RETRIES = Retry(
    total=4,
    connect=2,  # who does not listen now rarely does in the next second
    backoff_factor=0.2,
    backoff_jitter=0.2,
    status_forcelist=(500, 502, 503, 504),
    raise_on_status=False,
    allowed_methods=("GET", "HEAD", "POST"),
)
_MOST = 8 << 20
"""Bytes of an answer that is a manifest or a list; the API itself allows 4 MiB for a manifest."""
_PIECE = 1 << 16
_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="?next"?')


class RegistryClient:
    """Asks registries. One for a run: it keeps connections and tokens."""

    def __init__(self, login: Callable[[str], Login | None]) -> None:
        self._http = requests.Session()
        self._http.headers["User-Agent"] = f"envcheck/{__version__}"
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, HTTPAdapter(max_retries=_RETRIES))
        self._gate = Gate(self._http, login, _TIMEOUT)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def digest(self, host: str, repository: str, reference: str) -> str:
        """The digest that a tag or digest stands for now.

        Raises:
            RegistryUnreachable: the registry gave no answer.
            StepFailed: it said no, or has no such image.
        """
        path = f"{repository}/manifests/{reference}"
        answer = self._ask("HEAD", host, repository, path, _accepted())
        told = answer.headers.get("Docker-Content-Digest", "")
        # Some registries leave it out of an answer to HEAD (or refuse that, see the API's errata).
        return told or self._manifest(host, repository, reference)[0]

    def image(
        self, host: str, repository: str, reference: str, platform: str = ""
    ) -> RegistryImage:
        """What a tag or digest stands for, with the image of each platform.

        Where a ``platform`` is named, an index is asked for that one and its variants alone.

        Raises:
            RegistryUnreachable: the registry gave no answer.
            StepFailed: it said no, has no such image, or its answer does not fit its digest.
        """
        digest, manifest = self._manifest(host, repository, reference)
        try:
            if is_index(manifest):
                entries = entries_of(manifest)
                if not entries:
                    raise ValueError("an index without an image")
                if platform:
                    entries = {n: d for n, d in entries.items() if fits(n, platform)}
                return RegistryImage(
                    digest,
                    {name: self._platform(host, repository, d) for name, d in entries.items()},
                )
            only = platform_image(digest, manifest)
            return RegistryImage(digest, {self._platform_of(host, repository, only): only})
        except (KeyError, TypeError, ValueError) as error:
            raise _odd(host, f"{repository}:{reference}", repr(error)) from error

    def tags(self, host: str, repository: str) -> tuple[str, ...]:
        """Every tag of a repository, in the registry's own order.

        Raises:
            RegistryUnreachable: the registry gave no answer.
            StepFailed: it said no, or has no such repository.
        """
        found: list[str] = []
        path = f"{repository}/tags/list?n=1000"
        while path:
            answer = self._ask("GET", host, repository, path, {})
            found += [str(tag) for tag in _json(host, repository, answer).get("tags") or ()]
            more = _NEXT.search(answer.headers.get("Link", ""))
            path = more[1].partition("/v2/")[2] if more else ""
        return tuple(found)

    def tail(self, host: str, repository: str, blob: Blob, count: int) -> bytes:
        """The last bytes of a blob; empty where the registry gives no parts of blobs.

        Raises:
            RegistryUnreachable: the registry gave no answer.
            StepFailed: it said no.
        """
        wanted = {"Range": f"bytes={max(0, blob.size - count)}-{blob.size - 1}"}
        path = f"{repository}/blobs/{blob.digest}"
        answer = self._ask("GET", host, repository, path, wanted)
        return answer.content if answer.status_code == HTTPStatus.PARTIAL_CONTENT else b""

    def pieces(
        self, host: str, repository: str, blob: Blob, begin: int
    ) -> tuple[int, Iterator[bytes]]:
        """A blob from a byte on: the byte at which the answer really begins, and its pieces.

        A registry that gives no parts begins at 0. While the pieces come, too:

        Raises:
            RegistryUnreachable: the registry gave no answer, or the connection broke.
            StepFailed: it said no.
        """
        path = f"{repository}/blobs/{blob.digest}"
        part = {"Range": f"bytes={begin}-"} if 0 < begin < blob.size else {}
        wanted = {"Accept-Encoding": "identity", **part}
        try:
            answer = self._gate.ask("GET", host, path, repository, wanted)
        except requests.RequestException as error:
            raise unreachable(host, repository, error) from error
        if not answer.ok:
            with answer:
                _read(answer)
            raise refused(host, repository, answer)
        partial = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        return (begin if partial else 0), _flow(answer, host, repository)

    def _platform(self, host: str, repository: str, digest: str) -> PlatformImage:
        return platform_image(digest, self._manifest(host, repository, digest)[1])

    def _platform_of(self, host: str, repository: str, image: PlatformImage) -> str:
        """The platform of an image that is in no index stands in its configuration."""
        path = f"{repository}/blobs/{image.config.digest}"
        answer = self._ask("GET", host, repository, path, {})
        return platform_name(_json(host, repository, answer))

    def _manifest(self, host: str, repository: str, reference: str) -> tuple[str, Any]:
        path = f"{repository}/manifests/{reference}"
        answer = self._ask("GET", host, repository, path, _accepted())
        digest = f"sha256:{hashlib.sha256(answer.content).hexdigest()}"
        if reference.startswith("sha256:") and reference != digest:
            raise _odd(host, f"{repository}@{reference}", f"its content has the digest {digest}")
        return digest, _json(host, repository, answer)

    def _ask(
        self, verb: str, host: str, repository: str, path: str, headers: Mapping[str, str]
    ) -> requests.Response:
        try:
            answer = self._gate.ask(verb, host, path, repository, headers)
            with answer:
                _read(answer)
        except requests.RequestException as error:
            raise unreachable(host, f"{repository}{_asked(path)}", error) from error
        if not answer.ok:
            raise refused(host, f"{repository}{_asked(path)}", answer)
        return answer


def _asked(path: str) -> str:
    """The tag or digest that a path asks for, as it stands in a reference."""
    reference = path.partition("/manifests/")[2]
    return f"{'@' if ':' in reference else ':'}{reference}" if reference else ""


def _flow(answer: requests.Response, host: str, repository: str) -> Iterator[bytes]:
    try:
        with answer:
            yield from answer.iter_content(_PIECE)
    except requests.RequestException as error:
        raise unreachable(host, repository, error) from error


def _read(answer: requests.Response) -> None:
    """Read an answer to its end, or to the most that may be.

    Raises:
        requests.RequestException: it is longer, or the connection broke.
    """
    content = bytearray()
    for piece in answer.iter_content(_PIECE):
        content += piece
        if len(content) > _MOST:
            raise requests.exceptions.ContentDecodingError(f"an answer of more than {_MOST} bytes")
    answer._content = bytes(content)  # noqa: SLF001 - what `content` gives out from now on


def _json(host: str, image: str, answer: requests.Response) -> Any:
    try:
        data = json.loads(answer.content)
    except ValueError as error:
        raise _odd(host, image, "its answer is no JSON") from error
    if not isinstance(data, dict):
        raise _odd(host, image, "its answer is no JSON object")
    return data


def _odd(host: str, image: str, why: str) -> StepFailed:
    return StepFailed(
        f"{host} gave an answer for {image} that cannot be used",
        id="registry.odd-answer",
        evidence=(why,),
    )


def _accepted() -> dict[str, str]:
    return {"Accept": ", ".join((*INDEXES, *MANIFESTS))}

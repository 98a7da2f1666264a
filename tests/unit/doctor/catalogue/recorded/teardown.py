"""What is in the way of removing something."""

from __future__ import annotations

from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_BOTH = "real: engines 20.10.24 and 28.5.2"


def _remove(subject: str, text: str, status: int = 409) -> Symptom:
    return Symptom("remove", subject, text, status=status, cause="HTTPError")


RECORDED = (
    Recording(
        "docker.volume-in-use",
        _remove(
            "cat-vol",
            "remove cat-vol: volume is in use -"
            " [bcb0b283f6f89a40a0b1124fbea83f67b339b7ddbf275bc7673c27848a1f0d87]",
        ),
        _BOTH,
    ),
    Recording(
        "docker.network-in-use",
        _remove(
            "cat-n",
            "error while removing network: network cat-n id"
            " bd0aef96d77c6994ea829b869d27ea116ed5620154af478ecca0c55c6690f2ce has active"
            " endpoints",
            403,
        ),
        "real: engine 20.10.24",
    ),
    Recording(
        "docker.network-in-use",
        _remove(
            "cat-n",
            "error while removing network: network cat-n has active endpoints"
            ' (name:"cat-a" id:"f8fc431af5f8")',
            403,
        ),
        "real: engine 28.5.2",
    ),
    Recording(
        "docker.image-in-use",
        _remove(
            "cat-box:1",
            'conflict: unable to remove repository reference "cat-box:1" (must force) - container'
            " bcb0b283f6f8 is using its referenced image f4b19fbe30b9",
        ),
        _BOTH,
    ),
    Recording(
        "docker.image-in-use",
        _remove(
            "sha256:f4b19fbe30b9",
            "conflict: unable to delete f4b19fbe30b9 (must be forced) - image is referenced in"
            " multiple repositories",
        ),
        _BOTH,
    ),
    Recording(
        "docker.removal-in-progress",
        _remove("cat-b", "removal of container cat-b is already in progress"),
        _BOTH,
    ),
    Recording(
        "docker.removal-in-progress", _remove("nosuch", "No such container: nosuch", 404), _BOTH
    ),
)

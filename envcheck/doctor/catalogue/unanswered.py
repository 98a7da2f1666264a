"""The ways in which an engine does not answer, told by type and errno; what entries are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envcheck.doctor.match import cause, chosen_by, doing, endpoint, errno, fact, says, status

if TYPE_CHECKING:
    from envcheck.doctor.symptom import Symptom


def at(symptom: Symptom) -> str:
    """The engine's address and what chose it."""
    chosen = f" ({symptom.chosen_by})" if symptom.chosen_by else ""
    return f"{symptom.endpoint or 'the engine'}{chosen}"


# Not while a service is waited for: what is refused then is the service's port. And an engine that
# answered with a status is one that was reached.
TALKING = doing("connect", "ask", "pull", "build", "create", "start", "stop", "remove") & status(
    None
)

# A build also reads files of its own, which may be absent or forbidden.
_SOCKET = TALKING & ~doing("build")

# An SSLError counts its own errno from 1 on, which is EPERM's.
TLS = TALKING & cause("SSLError", "SSLCertVerificationError", "SSLZeroReturnError", "SSLEOFError")

FORBIDDEN = (
    _SOCKET
    & (
        cause("PermissionError")
        | errno("EACCES", "EPERM")
        | says("permission denied while trying to connect to the docker")
    )
    & ~TLS
)
IN_GROUP = fact(lambda f: f.host.in_socket_group and f.host.group_in_session is not True)

# Texts are those of Docker's own client (moby, client/errors.go and client/request.go).
ABSENT = _SOCKET & (
    cause("FileNotFoundError")
    | errno("ENOENT")
    | says("Is the docker daemon running?", "failed to connect to the docker API", "docker_engine")
    # pywintypes.error, which has no errno, and whose text is in the user's language.
    | says("(2, 'CreateFile'")
)
REFUSED = TALKING & (cause("ConnectionRefusedError") | errno("ECONNREFUSED"))
LOST = TALKING & (
    cause("gaierror", "NameResolutionError", "ConnectTimeout", "ConnectTimeoutError")
    | errno("EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN")
    | (cause("TimeoutError", "timeout") & says("connect timeout"))
)
NOBODY = (ABSENT | REFUSED | LOST) & ~FORBIDDEN & ~TLS

# Nothing chosen counts as the default.
_DEFAULT = chosen_by("default", "")
NOBODY_BY_DEFAULT = NOBODY & _DEFAULT

WINDOWS = fact(lambda f: f.host.system == "windows") | endpoint("npipe:", "//./pipe/")
ELSEWHERE = fact(lambda f: f.host.answering)
WSL_ALONE = fact(lambda f: f.host.wsl and f.host.dockerd is False)

_HERE = NOBODY_BY_DEFAULT & ~WINDOWS & ~ELSEWHERE & ~WSL_ALONE
REFUSED_BY_DEFAULT = _HERE & REFUSED
ABSENT_BY_DEFAULT = _HERE & ~REFUSED
# Off Linux there is no dockerd to look for: the docker command comes with the engine.
NOT_INSTALLED = fact(
    lambda f: f.host.cli == "" if f.host.system == "darwin" else f.host.dockerd is False
)

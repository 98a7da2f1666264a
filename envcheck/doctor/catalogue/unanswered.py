"""The ways in which an engine does not answer, told by type and errno; what entries are made of."""

from __future__ import annotations

from envcheck.doctor.match import cause, chosen_by, doing, endpoint, errno, fact, says, status

# Not while a service is waited for: what is refused then is the service's port. And an engine that
# answered with a status is one that was reached.
TALKING = doing("connect", "ask", "pull", "build", "create", "start", "stop", "remove") & status(
    None
)

FORBIDDEN = (TALKING & (cause("PermissionError") | errno("EACCES", "EPERM"))) | (
    TALKING & says("permission denied while trying to connect to the docker")
)
IN_GROUP = fact(lambda f: f.host.in_socket_group and f.host.group_in_session is not True)

# Texts are those of Docker's own client (moby, client/errors.go and client/request.go).
ABSENT = TALKING & (
    cause("FileNotFoundError")
    | errno("ENOENT")
    | says("Is the docker daemon running?", "failed to connect to the docker API", "docker_engine")
)
REFUSED = TALKING & (cause("ConnectionRefusedError") | errno("ECONNREFUSED"))
LOST = TALKING & (
    cause("gaierror", "NameResolutionError", "ConnectTimeout", "ConnectTimeoutError")
    | errno("EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN")
)
NOBODY = (ABSENT | REFUSED | LOST) & ~FORBIDDEN

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

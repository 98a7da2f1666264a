"""The way to the engine. Exceptions are those of the SDK 7.2.0 with urllib3 2."""

from __future__ import annotations

from dataclasses import replace

from envcheck.doctor.facts import Facts, HostFacts, SeenSocket
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_SOCKET = "unix:///var/run/docker.sock"
_ABSENT = Symptom(
    "connect",
    text="Error while fetching server API version: ('Connection aborted.',"
    " FileNotFoundError(2, 'No such file or directory'))",
    cause="FileNotFoundError",
    errno=2,
    endpoint=_SOCKET,
    chosen_by="default",
)
_REFUSED = replace(
    _ABSENT,
    text="Error while fetching server API version: ('Connection aborted.',"
    " ConnectionRefusedError(111, 'Connection refused'))",
    cause="ConnectionRefusedError",
    errno=111,
)
_FORBIDDEN = replace(
    _ABSENT,
    text="Error while fetching server API version: ('Connection aborted.',"
    " PermissionError(13, 'Permission denied'))",
    cause="PermissionError",
    errno=13,
)
_INSTALLED = HostFacts(system="linux", dockerd=True, cli="/usr/bin/docker")
_ANNA = replace(_INSTALLED, user="anna", socket_group="docker")


def _on(symptom: Symptom, host: HostFacts) -> Symptom:
    return replace(symptom, facts=Facts(host))


RECORDED = (
    Recording(
        "docker.socket-permission",
        _on(_FORBIDDEN, replace(_ANNA, in_socket_group=False, group_in_session=False)),
        "real: SDK 7.2.0 as another user, engine 20.10",
    ),
    Recording(
        "docker.socket-permission",
        Symptom(
            "ask",
            text="permission denied while trying to connect to the Docker daemon socket at"
            " unix:///var/run/docker.sock: Get"
            ' "http://%2Fvar%2Frun%2Fdocker.sock/v1.47/containers/json": dial unix'
            " /var/run/docker.sock: connect: permission denied",
            endpoint=_SOCKET,
            chosen_by="default",
        ),
        "quoted: docker 27 (moby, client/request.go)",
    ),
    Recording(
        "docker.group-stale",
        _on(_FORBIDDEN, replace(_ANNA, in_socket_group=True, group_in_session=False)),
        "real: SDK 7.2.0 as another user; facts: after usermod, before a new login",
    ),
    Recording(
        "docker.host-dead",
        replace(_ABSENT, endpoint="unix:///tmp/none.sock", chosen_by="DOCKER_HOST"),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.host-dead",
        Symptom(
            "connect",
            text="Error while fetching server API version: HTTPConnectionPool("
            "host='no-such-host.invalid', port=2375): Max retries exceeded with url: /version"
            " (Caused by NameResolutionError(\"HTTPConnection(host='no-such-host.invalid',"
            " port=2375): Failed to resolve 'no-such-host.invalid' ([Errno -2] Name or service"
            ' not known)"))',
            cause="gaierror",
            errno=-2,
            endpoint="tcp://no-such-host.invalid:2375",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.host-dead",
        Symptom(
            "connect",
            text="Error while fetching server API version: HTTPConnectionPool(host='127.0.0.1',"
            " port=1): Max retries exceeded with url: /version (Caused by NewConnectionError("
            "\"HTTPConnection(host='127.0.0.1', port=1): Failed to establish a new connection:"
            ' [Errno 111] Connection refused"))',
            cause="ConnectionRefusedError",
            errno=111,
            endpoint="tcp://127.0.0.1:1",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.context-dead",
        _on(
            replace(
                _ABSENT,
                endpoint="unix:///home/anna/.docker/desktop/docker.sock",
                chosen_by="context desktop-linux",
            ),
            _INSTALLED,
        ),
        "real: SDK 7.2.0; facts: Docker Desktop for Linux that does not run",
    ),
    Recording(
        "docker.desktop-off",
        Symptom(
            "connect",
            text="Error while fetching server API version: (2, 'CreateFile',"
            " 'O sistema não pode encontrar o arquivo especificado.')",
            cause="error",
            endpoint="npipe:////./pipe/docker_engine",
            chosen_by="default",
            facts=Facts(HostFacts(system="windows")),
        ),
        "quoted: a Portuguese Windows, found as an exact string; English in bartfeenstra/betty#744",
    ),
    Recording(
        "docker.desktop-off",
        Symptom(
            "ask",
            text="error during connect: Get"
            ' "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.24/version": open //./pipe/docker_engine:'
            " The system cannot find the file specified.",
            endpoint="npipe:////./pipe/docker_engine",
            chosen_by="default",
        ),
        "quoted: docker 20.10 on Windows (moby, client/request.go)",
    ),
    Recording(
        "docker.socket-elsewhere",
        _on(
            _ABSENT,
            replace(
                _INSTALLED,
                dockerd=False,
                sockets=(
                    SeenSocket("/var/run/docker.sock", "absent"),
                    SeenSocket("/run/user/1000/podman/podman.sock", "answers"),
                ),
            ),
        ),
        "real: SDK 7.2.0; facts: the places that nektos/act looks at",
    ),
    Recording(
        "docker.wsl-integration",
        _on(_ABSENT, HostFacts(system="linux", wsl=True, dockerd=False)),
        "real: SDK 7.2.0; facts: ddev/ddev, pkg/nodeps/wsl.go",
    ),
    Recording(
        "docker.wsl-integration",
        Symptom(
            "ask",
            text="\nThe command 'docker' could not be found in this WSL 2 distro.\n"
            "We recommend to activate the WSL integration in Docker Desktop settings.\n\n"
            "For details about using Docker Desktop with WSL 2, visit:\n\n"
            "https://docs.docker.com/go/wsl2/\n",
            exit_code=1,
        ),
        "quoted: docker/for-win#14517 (Desktop 4.37)",
    ),
    Recording(
        "docker.not-installed",
        _on(_ABSENT, HostFacts(system="linux", dockerd=False, cli="")),
        "real: SDK 7.2.0; facts: a bare Debian 12",
    ),
    Recording(
        "docker.not-installed",
        _on(_ABSENT, HostFacts(system="darwin", cli="")),
        "facts: macOS without any engine",
    ),
    Recording("docker.not-running", _on(_ABSENT, _INSTALLED), "real: SDK 7.2.0, Debian 12"),
    Recording(
        "docker.not-running",
        Symptom(
            "ask",
            text="Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker"
            " daemon running?\n",
            endpoint=_SOCKET,
            chosen_by="default",
            facts=Facts(_INSTALLED),
        ),
        "real: docker 28.2.2 and 28.5.2",
    ),
    Recording(
        "docker.not-running",
        Symptom(
            "ask",
            text="failed to connect to the docker API at unix:///Users/anna/.docker/run/docker.sock;"
            " check if the path is correct and if the daemon is running: dial unix"
            " /Users/anna/.docker/run/docker.sock: connect: no such file or directory",
            endpoint="unix:///Users/anna/.docker/run/docker.sock",
            chosen_by="default",
            facts=Facts(HostFacts(system="darwin", cli="/usr/local/bin/docker")),
        ),
        "quoted: docker 29 (moby, client/request.go)",
    ),
    Recording("docker.socket-dead", _on(_REFUSED, _INSTALLED), "real: SDK 7.2.0"),
    Recording(
        "docker.tls-mismatch",
        Symptom(
            "connect",
            text="Error while fetching server API version: HTTPSConnectionPool(host='127.0.0.1',"
            " port=44687): Max retries exceeded with url: /version (Caused by SSLError(SSLError(1,"
            " '[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)')))",
            cause="SSLError",
            errno=1,
            endpoint="tcp://127.0.0.1:44687",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0 with TLS, server without",
    ),
    Recording(
        "docker.tls-mismatch",
        Symptom(
            "connect",
            text="Error while fetching server API version: HTTPSConnectionPool(host='127.0.0.1',"
            " port=44921): Max retries exceeded with url: /version (Caused by SSLError("
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify"
            " failed: self-signed certificate (_ssl.c:1006)')))",
            cause="SSLCertVerificationError",
            errno=1,
            endpoint="tcp://127.0.0.1:44921",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0, a certificate of another authority",
    ),
    Recording(
        "docker.tls-mismatch",
        Symptom(
            "connect",
            text="Error while fetching server API version: ('Connection aborted.',"
            " ConnectionResetError(104, 'Connection reset by peer'))",
            cause="ConnectionResetError",
            errno=104,
            endpoint="tcp://127.0.0.1:2376",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0 without TLS, server (Python's) with",
    ),
    Recording(
        "docker.tls-mismatch",
        Symptom(
            "connect",
            text="Client sent an HTTP request to an HTTPS server.\n",
            status=400,
            cause="HTTPError",
            endpoint="tcp://127.0.0.1:2376",
            chosen_by="DOCKER_HOST",
        ),
        "quoted: Go's net/http, in every engine with TLS",
    ),
    Recording(
        "docker.no-answer",
        Symptom(
            "connect",
            text="Error while fetching server API version: UnixHTTPConnectionPool("
            "host='localhost', port=None): Read timed out. (read timeout=2)",
            cause="TimeoutError",
            endpoint=_SOCKET,
            chosen_by="default",
            facts=Facts(_INSTALLED),
        ),
        "real: SDK 7.2.0, a socket whose owner never answers",
    ),
    Recording(
        "docker.other-program",
        Symptom(
            "connect",
            text='Invalid response from docker daemon: key "ApiVersion" is missing.',
            cause="KeyError",
            endpoint="tcp://127.0.0.1:8080",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0, a web server that answers with other JSON",
    ),
    Recording(
        "docker.other-program",
        Symptom(
            "connect",
            text="Error while fetching server API version: 404 Client Error for"
            ' http://127.0.0.1:37065/version: Not Found ("not found")',
            status=404,
            cause="HTTPError",
            endpoint="tcp://127.0.0.1:37065",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0, a web server that has no such page",
    ),
    Recording(
        "docker.other-program",
        Symptom(
            "connect",
            text="Error while fetching server API version: ('Connection aborted.',"
            " BadStatusLine('SSH-2.0-OpenSSH\\r\\n'))",
            cause="BadStatusLine",
            endpoint="tcp://127.0.0.1:22",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0, a server that greets as sshd does",
    ),
    Recording(
        "docker.client-too-old",
        Symptom(
            "ask",
            text="client version 1.10 is too old. Minimum supported API version is 1.24, please"
            " upgrade your client to a newer version\n",
            status=400,
            cause="HTTPError",
        ),
        "real: engine 28.5.2; 20.10 says the same with 1.12",
    ),
    Recording(
        "docker.client-too-new",
        Symptom(
            "ask",
            text="client version 1.99 is too new. Maximum supported API version is 1.51",
            status=400,
            cause="HTTPError",
        ),
        "real: engine 28.5.2; 20.10 says the same with 1.41",
    ),
    Recording(
        "docker.client-too-new",
        Symptom(
            "connect",
            text="API versions below 1.24 are no longer supported by this library.",
            cause="InvalidVersion",
        ),
        "real: SDK 7.2.0",
    ),
)

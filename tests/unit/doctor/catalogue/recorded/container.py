"""Containers that cannot run what they should, and what they came to. runc is 1.1.5."""

from __future__ import annotations

from envcheck.doctor.facts import EngineFacts, Facts, Needs, SeenImage
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_RUNC = (
    "failed to create shim task: OCI runtime create failed: runc create failed: unable to start"
    " container process: "
)
_TASK = "failed to create task for container: "
_BOTH = "real: engines 20.10.24 and 28.5.2"


def _start(text: str, status: int = 400) -> Symptom:
    return Symptom("start", "webapp-web", text, status=status, cause="HTTPError")


def _exited(code: int, *logs: str, oom: bool = False) -> Symptom:
    return Symptom("wait", "webapp-web", state="exited", exit_code=code, oom_killed=oom, logs=logs)


RECORDED = (
    Recording("service.out-of-memory", _exited(137, oom=True), _BOTH),
    Recording("service.wrong-architecture", _exited(1, "exec /garbage: exec format error"), _BOTH),
    Recording(
        "service.wrong-architecture",
        _exited(1, "standard_init_linux.go:228: exec user process caused: exec format error"),
        "quoted: Red5d/docker-autocompose#27 (runc 1.0)",
    ),
    Recording(
        "service.wrong-architecture",
        Symptom(
            "create",
            text="image with reference cat-box:1 was found but does not match the specified"
            " platform: wanted linux/arm64, actual: linux/amd64",
            status=404,
        ),
        "real: engine 20.10.24",
    ),
    Recording(
        "service.wrong-architecture",
        Symptom(
            "create",
            text="image with reference cat-box:1 was found but its platform (linux/amd64) does not"
            " match the specified platform (linux/arm64)",
            status=404,
        ),
        "real: engine 28.5.2",
    ),
    Recording(
        "service.wrong-architecture",
        Symptom(
            "look",
            facts=Facts(
                engine=EngineFacts(architecture="x86_64"),
                needs=Needs(
                    images=(SeenImage("redis:8.0.2", "amd64"), SeenImage("shop:1", "arm64"))
                ),
            ),
        ),
        "facts: Architecture of image and engine as both report it",
    ),
    Recording(
        "service.interpreter-missing",
        _exited(1, "exec /crlf.sh: no such file or directory"),
        f"{_BOTH}; the script has Windows line ends",
    ),
    Recording(
        "service.command-not-found",
        _start(f'{_RUNC}exec: "nosuch": executable file not found in $PATH: unknown'),
        "real: engine 20.10.24",
    ),
    Recording(
        "service.command-not-found",
        _start(f'{_TASK}{_RUNC}exec: "nosuch": executable file not found in $PATH'),
        "real: engine 28.5.2",
    ),
    Recording(
        "service.command-not-found",
        _start(
            f'{_TASK}{_RUNC}exec: "/no/such": stat /no/such: no such file or directory',
        ),
        "real: engine 28.5.2",
    ),
    Recording("service.command-not-found", _exited(127, "sh: nosuch: not found"), _BOTH),
    Recording(
        "service.command-not-executable",
        _start(f'{_RUNC}exec: "/noexec": permission denied: unknown'),
        "real: engine 20.10.24",
    ),
    Recording(
        "service.command-not-executable",
        Symptom(
            "wait",
            "webapp-web",
            f'{_TASK}{_RUNC}exec: "/noexec": permission denied',
            state="created",
            exit_code=126,
        ),
        "real: engine 28.5.2, State.Error",
    ),
    Recording(
        "docker.connection-lost",
        Symptom(
            "create",
            text="('Connection aborted.', RemoteDisconnected('Remote end closed connection without"
            " response'))",
            cause="RemoteDisconnected",
            endpoint="unix:///var/run/docker.sock",
            chosen_by="default",
        ),
        "real: SDK 7.2.0, a server that hangs up in mid-question",
    ),
    Recording(
        "service.cannot-start",
        _start("unable to find user nobodyhere: no matching entries in passwd file", 500),
        _BOTH,
    ),
    Recording(
        "service.cannot-start",
        Symptom(
            "wait",
            "webapp-web",
            'error gathering device information while adding custom device "/dev/nosuch": no such'
            " file or directory",
            state="created",
            exit_code=128,
        ),
        f"{_BOTH}, State.Error",
    ),
    Recording(
        "service.crash-loop",
        Symptom(
            "wait",
            "webapp-web",
            state="restarting",
            exit_code=1,
            restarts=5,
            logs=("crash", "crash", "crash", "crash", "crash"),
        ),
        _BOTH,
    ),
    Recording("service.exited", _exited(3, "bye"), _BOTH),
    Recording("service.exited", _exited(0), _BOTH),
    Recording(
        "service.unhealthy",
        Symptom("wait", "webapp-web", "not well\n", state="running", health="unhealthy"),
        _BOTH,
    ),
    Recording(
        "service.timeout",
        Symptom("wait", "webapp-web", "connection refused", state="running", exit_code=0),
        "facts: a running container whose port nobody listens on",
    ),
)

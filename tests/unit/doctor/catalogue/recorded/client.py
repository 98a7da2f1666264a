"""The client's side."""

from __future__ import annotations

from envcheck.doctor.facts import ClientFacts, Facts, HostFacts, Needs, System
from envcheck.doctor.symptom import Symptom
from tests.unit.doctor.catalogue.recorded.recording import Recording

_LINUX: System = "linux"

RECORDED = (
    Recording(
        "docker.cli-missing",
        Symptom("look", facts=Facts(host=HostFacts(system=_LINUX, cli="", dockerd=True))),
        "facts: Debian 12 with docker.io 20.10, whose docker-cli is a package of its own",
    ),
    Recording(
        "docker.compose-missing",
        Symptom(
            "ask",
            text="docker: unknown command: docker compose\n\nRun 'docker --help' for more"
            " information\n",
            exit_code=1,
        ),
        "real: docker 28.2.2 and 28.5.2 without the plugin",
    ),
    Recording(
        "docker.compose-missing",
        Symptom("ask", text="docker: 'compose' is not a docker command.\nSee 'docker --help'"),
        "quoted: docker 20.10 without the plugin (docker/cli, cli-plugins)",
    ),
    Recording(
        "docker.compose-missing",
        Symptom("look", facts=Facts(HostFacts(compose=False), needs=Needs(compose=True))),
        "facts: Debian 12, `docker compose version` exits with 1",
    ),
    Recording(
        "docker.buildx-missing",
        Symptom(
            "build",
            text="ERROR: BuildKit is enabled but the buildx component is missing or broken.\n"
            "       Install the buildx component to build images with BuildKit:\n"
            "       https://docs.docker.com/go/buildx/",
        ),
        "quoted: docker/cli, cmd/docker/builder.go",
    ),
    Recording(
        "docker.buildx-missing",
        Symptom("ask", text="docker: unknown command: docker buildx\n", exit_code=1),
        "real: docker 28.5.2 without the plugin",
    ),
    Recording(
        "docker.run-with-sudo",
        Symptom("look", facts=Facts(HostFacts(system=_LINUX, root=True, sudo_user="anna"))),
        "facts: what sudo sets",
    ),
    Recording(
        "docker.config-unreadable",
        Symptom(
            "look",
            facts=Facts(
                client=ClientFacts(
                    config_file="~/.docker/config.json",
                    config_error="Expecting property name enclosed in double quotes: line 1",
                )
            ),
        ),
        "facts: Python's json on a file that ends early; SDK 7.2.0 says nothing",
    ),
    Recording(
        "docker.context-unknown",
        Symptom(
            "ask",
            text='Failed to initialize: unable to resolve docker endpoint: context "nosuch":'
            " context not found: open /home/anna/.docker/contexts/meta/"
            "9e62f93eb7d2499903ac66232f187c56fc050eb74c765f90eb214360b21f0e96/meta.json: no such"
            " file or directory\n",
            exit_code=1,
        ),
        "real: docker 28.2.2 and 28.5.2",
    ),
    Recording(
        "docker.context-unknown",
        Symptom("look", facts=Facts(client=ClientFacts(context="work", context_known=False))),
        "facts: a currentContext without its meta.json; SDK 7.2.0 says nothing",
    ),
    Recording(
        "docker.tls-certificates",
        Symptom(
            "connect",
            text="Path to a certificate and key files must be provided through the client_cert"
            " param. TLS configurations should map the Docker CLI client configurations. See"
            " https://docs.docker.com/engine/articles/https/ for API details.",
            cause="TLSParameterError",
            endpoint="tcp://127.0.0.1:2376",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.ssh-support",
        Symptom(
            "connect",
            text="Install paramiko package to enable ssh:// support",
            cause="NameError",
            endpoint="ssh://me@host",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.host-invalid",
        Symptom(
            "connect",
            text="Invalid bind address protocol: foo://x",
            cause="DockerException",
            endpoint="foo://x",
            chosen_by="DOCKER_HOST",
        ),
        "real: SDK 7.2.0",
    ),
    Recording(
        "docker.host-invalid",
        Symptom(
            "connect",
            text="The npipe:// protocol is only supported on Windows",
            cause="DockerException",
            endpoint="npipe:////./pipe/docker_engine",
            chosen_by="DOCKER_HOST",
            facts=Facts(HostFacts(system=_LINUX)),
        ),
        "real: SDK 7.2.0 on Linux",
    ),
)

"""What a bare machine must be given to reach the package registries as this machine does."""

from __future__ import annotations

import configparser
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from . import apt

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
LOCAL_CERTIFICATES = Path("/usr/local/share/ca-certificates")
RESOLVER = Path("/etc/resolv.conf")
PIP = Path("/etc/pip.conf")
NPM = Path("/etc/npmrc")
PIP_KEYS = {"index-url", "extra-index-url", "trusted-host", "proxy", "cert", "timeout"}
NPM_KEYS = {"registry", "cafile", "proxy", "https-proxy", "noproxy", "strict-ssl"}
VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "PIP_INDEX_URL", "npm_config_registry")


def environment() -> dict[str, str]:
    """The variables of ours that say how to reach a registry."""
    names = [*VARIABLES, *(name.upper() for name in VARIABLES)]
    return {name: os.environ[name] for name in names if _reachable(os.environ.get(name, ""))}


def equip(root: Path) -> None:
    """Write the files that say how to reach the registries below a machine's root folder."""
    _write(root, RESOLVER, RESOLVER.read_text())
    _write(root, Path("/etc/apt/apt.conf.d/99lab"), "".join(f"{o}\n" for o in apt.reach_options()))
    if PIP.exists():
        _write(root, PIP, "\n".join(_pip_lines(PIP.read_text())))
    if NPM.exists():
        _write(root, NPM, "\n".join(_npm_lines(NPM.read_text())))
    _trust(root)


def _trust(root: Path) -> None:
    """Have the machine trust what this one trusts, such as a proxy that opens TLS.

    Both are needed: a package that renews the bundle makes it of the local certificates, and the
    bundle may hold one that stands nowhere else.
    """
    _write(root, BUNDLE, BUNDLE.read_text())
    if LOCAL_CERTIFICATES.is_dir():
        shutil.copytree(LOCAL_CERTIFICATES, _inside(root, LOCAL_CERTIFICATES))


def _pip_lines(text: str) -> Iterator[str]:
    """The part of a pip configuration that tells how to reach an index."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    yield "[global]"
    for section in parser.sections():
        for key, value in parser.items(section):
            words = [word for word in value.split() if _reachable(word)]
            if key in PIP_KEYS and words:
                yield f"{key} = {' '.join(words)}"
    yield ""


def _npm_lines(text: str) -> Iterator[str]:
    """The part of an npm configuration that tells how to reach the registry."""
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key.strip() in NPM_KEYS and _reachable(value.strip()):
            yield line
    yield ""


def _reachable(value: str) -> bool:
    """Whether it says something, and nothing about files that a bare machine does not have."""
    return bool(value) and not value.startswith("file:")


def _write(root: Path, place: Path, text: str) -> None:
    target = _inside(root, place)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def _inside(root: Path, place: Path) -> Path:
    return root / place.relative_to("/")

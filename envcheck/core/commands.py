"""Each act as the docker commands that do the same, for people who want to see or to do it by hand.

A secret never stands in a command: ``-e NAME`` without a value takes it from the environment of
whoever types the command. One in a container's own command is blanked, since that has no such way.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from envcheck.core import plan as p
from envcheck.core.images import BASE_OPTIONS, import_options, recipe_build_options
from envcheck.core.secrets import blank_urls, blank_words
from envcheck.core.seed_commands import mark_command, seed_commands
from envcheck.core.seeding import Mark
from envcheck.core.spec import DEFAULT_GRACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envcheck.core.spec import ContainerSpec


def commands(act: p.Act) -> tuple[str, ...]:
    """The shell commands for an act, in order; none where docker has no word for it."""
    match act:
        case p.PullImage():
            return _pull(act)
        case p.BuildBase() | p.BuildRecipe() | p.BuildImage():
            return (_get(act),)
        case p.CreateNetwork():
            return (_line("docker", "network", "create", *_labels(act.spec.labels), act.spec.name),)
        case p.CreateVolume():
            return (_line("docker", "volume", "create", *_labels(act.spec.labels), act.spec.name),)
        case p.CreateContainer():
            return (_create(act.spec),)
        case p.StartContainer() | p.StartJob():
            return (_line("docker", "start", act.name),)
        case p.AwaitJob():
            return (_line("docker", "wait", act.container),)
        case p.ApplySeed():
            return seed_commands(act)
        case p.LeaveSeed():
            return (mark_command(act.container, act.mark, Mark("left", "")),)
        case p.StopContainer():
            time = () if act.grace is None else ("--time", str(act.grace))
            return (_line("docker", "stop", *time, act.name),)
        case p.RenameContainer():
            return (_line("docker", "rename", act.name, act.new),)
        case p.RemoveContainer() | p.RemoveNetwork() | p.RemoveVolume() | p.RemoveImage():
            return (_remove(act),)
        case p.AwaitReady() | p.SkipJob() | p.RunCheck():
            return ()


def _remove(act: p.RemoveContainer | p.RemoveNetwork | p.RemoveVolume | p.RemoveImage) -> str:
    match act:
        case p.RemoveContainer():
            return _line("docker", "rm", "--force", "--volumes", act.name)
        case p.RemoveNetwork():
            return _line("docker", "network", "rm", act.name)
        case p.RemoveVolume():
            return _line("docker", "volume", "rm", act.name)
        case p.RemoveImage():
            return _line("docker", "rmi", act.reference)


def _pull(act: p.PullImage) -> tuple[str, ...]:
    name = str(act.reference)
    if act.mirror is None:
        return (_line("docker", "pull", name),)
    pull = _line("docker", "pull", str(act.mirror))
    if act.reference.digest:
        return (pull,)
    return (pull, _line("docker", "tag", str(act.mirror), name))


def _get(act: p.BuildBase | p.BuildRecipe | p.BuildImage) -> str:
    match act:
        case p.BuildBase():
            make = _line("mmdebstrap", *BASE_OPTIONS, act.suite)
            load = _line("docker", "import", *import_options(act.labels), "-", act.tag)
            return f"{make} - | {load}"
        case p.BuildRecipe():
            return _recipe(act)
        case p.BuildImage():
            return _build(act)


def _line(*words: str) -> str:
    return shlex.join(words)


def _labels(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(word for name, value in labels.items() for word in ("--label", f"{name}={value}"))


def _recipe(act: p.BuildRecipe) -> str:
    files = (*act.recipe.shares, "/etc/ssl/certs/ca-certificates.crt")
    folders = (file.rpartition("/") for file in files)
    more = (word for folder, _, name in folders for word in ("-C", folder, name))
    context = _line("tar", "-c", "--exclude=./recipe.yaml", "-C", act.recipe.folder, ".", *more)
    options = recipe_build_options(act)
    build = _line("docker", "build", *options, *_labels(act.labels), "-t", act.tag, "-")
    return f"{context} | {build}"


def _build(act: p.BuildImage) -> str:
    network = ("--network", "none") if act.offline else ()
    options = (*network, *_labels(act.labels), "-t", act.tag)
    other = {name: used for name, used in act.bases.items() if name != used}
    if not other:
        return _line("docker", "build", *options, act.folder)
    edits = "; ".join(_edit(name, used) for name, used in other.items())
    read = _line("sed", edits, f"{act.folder}/Dockerfile")
    return f"{read} | {_line('docker', 'build', *options, '-f', '-', act.folder)}"


def _edit(name: str, used: str) -> str:
    """What sed must do to a FROM line, its flags and its stage's name left as they are."""
    return rf"s|^\(FROM \(.* \)*\){re.escape(name)}\( .*\)*$|\1{used}\3|"


def _create(spec: ContainerSpec) -> str:
    words = ["docker", "create", "--name", spec.name, "--network", spec.network]
    words += ["--network-alias", spec.service]
    if spec.hostname:
        words += ["--hostname", spec.hostname]
    words += _labels(spec.labels)
    for name, value in spec.environment.items():
        secret = name in spec.secrets or blank_urls(value) != value
        words += ["-e", name if secret else f"{name}={value}"]
    for port in spec.ports:
        words += ["-p", f"127.0.0.1:{port.host or ''}:{port.container}"]
    if spec.restart != "no":
        words += ["--restart", spec.restart]
    if spec.memory is not None:
        words += ["--memory", str(spec.memory), "--memory-swap", str(spec.memory)]
    if spec.grace != DEFAULT_GRACE:
        words += ["--stop-timeout", str(spec.grace)]
    words += ["--security-opt", "no-new-privileges", "--pids-limit", str(spec.pids)]
    for mount in spec.mounts:
        words += ["-v", f"{mount.volume}:{mount.target}"]
    return _line(*words, spec.image, *blank_words(spec.command or ()))

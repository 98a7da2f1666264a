"""A Docker engine through the SDK."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from docker.errors import APIError, NotFound

from envcheck.core.events import EngineInfo
from envcheck.core.observed import Observed
from envcheck.core.spec import Label
from envcheck.doctor.symptom import Symptom
from envcheck.engine import seen
from envcheck.engine.about import About
from envcheck.engine.archive import Archive
from envcheck.engine.build import BuildOptions, context_tar, follow_build
from envcheck.engine.container_config import container_config
from envcheck.engine.counting import counted
from envcheck.engine.exec_line import ExecLine, begin
from envcheck.engine.failures import SDK_ERRORS, explanation, our_error, ours, symptom
from envcheck.engine.happenings import EventStream, events_of
from envcheck.engine.image_archive import ImageArchive
from envcheck.engine.log_stream import LogStream
from envcheck.engine.one_off import OneOff, Place
from envcheck.engine.pull import follow_pull, open_pull, unwatched
from envcheck.engine.stopping import grace_of, stopping
from envcheck.engine.volume_data import VolumeData
from envcheck.engine.volumes import volume_sizes
from envcheck.run.ports import NO_VARIABLES, ContainerState, ImageFacts, Ran

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import BinaryIO

    from envcheck.core.context import BuildContext
    from envcheck.core.reference import Reference
    from envcheck.core.spec import ContainerSpec, Mount, NetworkSpec, VolumeSpec
    from envcheck.engine.endpoint import Endpoint
    from envcheck.engine.pull import Watched
    from envcheck.run.ports import Content, Progress

_PIECE = 1 << 20


class DockerEngine:
    """An engine that answered. Fulfils `envcheck.run.ports.Engine`; thread-safe as the SDK is.

    ``process`` is our own process, by which containers are known that it removes at its end.
    """

    def __init__(self, api: Any, endpoint: Endpoint, process: str = "") -> None:
        # Any: the SDK has no types of its own, and those that others publish for it are wrong in
        # places (an exec is started by what exec_create gives, a command may be None, …).
        self._api = api
        self._endpoint = endpoint
        self._process = process

    @property
    def about(self) -> About:
        """Questions about the engine as a whole."""
        return About(self._api)

    @property
    def image_archive(self) -> ImageArchive:
        """Images out of the engine and into it."""
        return ImageArchive(self._api)

    @property
    def volume_data(self) -> VolumeData:
        """All that is in a volume, out of it and into it."""
        return VolumeData(self._api, self.remove_container, self._process)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    # Questions

    @ours("asking the engine about itself")
    def info(self) -> dict[str, Any]:
        """What ``docker info`` shows, as data. Any key may be missing."""
        return dict(self._api.info())

    @ours("asking the engine for its version")
    def version(self) -> dict[str, Any]:
        """What ``docker version`` shows of the server, as data."""
        return dict(self._api.version())

    @ours("asking the engine for its version")
    def describe(self) -> EngineInfo:
        """Which engine this is, and why it was chosen."""
        version = self.version()
        return EngineInfo(
            endpoint=self._endpoint.url,
            chosen_by=self._endpoint.chosen_by,
            kind=seen.engine_kind(self.info(), version),
            version=str(version.get("Version", "")),
            api=str(version.get("ApiVersion", "")),
        )

    @ours("looking at the engine's objects")
    def observe(self) -> Observed:
        """Everything on the engine that a decision may rest on, in one look."""
        api = self._api
        return Observed(
            containers=tuple(seen.container(c) for c in api.containers(all=True)),
            networks=tuple(seen.network(n) for n in api.networks()),
            volumes=tuple(seen.volume(v) for v in api.volumes().get("Volumes") or ()),
            # Without the layers in between, but with a build's unnamed earlier stages.
            images=tuple(seen.image(i) for i in api.images()),
        )

    @ours("adding up the engine's disk use")
    def disk_use(self) -> int:
        """Bytes that images, volumes and containers take, as the engine counts them."""
        return seen.disk_use(counted(self._api.df))

    def volume_sizes(self) -> dict[str, int]:
        """Bytes that each volume takes, as the engine counts; see `engine.volumes`."""
        return volume_sizes(self._api)

    @ours("looking at container")
    def inspect_container(self, name: str) -> ContainerState:
        """How a container is now; ObjectMissing where it is not there."""
        return seen.container_state(self._api.inspect_container(name))

    def inspect_image(self, reference: str) -> ImageFacts | None:
        """What an image says of itself, or None where it is not here."""
        try:
            return seen.image_facts(self._api.inspect_image(reference))
        except NotFound:
            return None
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "ask", reference), f"looking at {reference}") from error

    def registry_digest(self, reference: Reference) -> str:
        """The digest that an image has in its registry now; nothing is pulled.

        Raises:
            RegistryUnreachable: no registry answered.
            StepFailed: the registry said no, or there is no such image in it.
        """
        name = str(reference)
        try:
            answer = self._api.inspect_distribution(name)
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "pull", name), f"asking for {name}") from error
        return str((answer.get("Descriptor") or {}).get("digest", ""))

    @ours("looking for unnamed images")
    def dangling(self, label: str, value: str) -> tuple[str, ...]:
        """Ids of the images that have no name, no children and this label."""
        found = self._api.images(filters={"dangling": True, "label": f"{label}={value}"})
        return tuple(str(image["Id"]) for image in found)

    def happenings(self, instance: str) -> EventStream:
        """What happens to an instance's containers from now on."""
        return events_of(self._api, instance)

    @ours("reading the log of")
    def logs(self, name: str, lines: int) -> tuple[str, ...]:
        """The last lines that a container printed, oldest first."""
        raw: bytes = self._api.logs(name, stdout=True, stderr=True, tail=lines)
        return tuple(raw.decode("utf-8", "replace").splitlines())

    def log_stream(self, name: str, *, since: float | None, lines: int, follow: bool) -> LogStream:
        """The lines that a container has printed, or prints; see `engine.log_stream`."""
        return LogStream(self._api, name, since=since, lines=lines, follow=follow)

    # Objects

    @ours("creating network", "create")
    def create_network(self, spec: NetworkSpec) -> None:
        """Create a bridge network; ObjectConflict where one of that name exists."""
        self._api.create_network(
            spec.name, driver="bridge", labels=dict(spec.labels), check_duplicate=True
        )

    @ours("creating volume", "create")
    def create_volume(self, spec: VolumeSpec) -> None:
        """Create a named volume, labelled with the time; no error where it exists."""
        made = datetime.now(timezone.utc).isoformat()
        self._api.create_volume(spec.name, labels={**spec.labels, Label.MADE: made})

    @ours("creating container", "create")
    def create_container(self, spec: ContainerSpec) -> None:
        """Create a container without starting it. Never pulls: a missing image is ObjectMissing."""
        config = container_config(self._api, spec, self._process) | stopping(self._api, spec)
        self._api.create_container_from_config(config, spec.name)

    @ours("starting", "start")
    def start_container(self, name: str) -> None:
        """Start a container; no error where it runs already."""
        self._api.start(name)

    @ours("stopping", "stop")
    def stop_container(self, name: str, grace: int | None = None) -> None:
        """Stop a container with its own stop signal, and kill it after ``grace`` seconds.

        None stands for the grace that it was made with.
        """
        # Not left to the engine: the SDK would give up waiting after the engine's default.
        self._api.stop(name, timeout=grace_of(self._api, name) if grace is None else grace)

    @ours("renaming container", "create")
    def rename_container(self, name: str, new: str) -> None:
        """Give a container another name; ObjectConflict where that is taken."""
        self._api.rename(name, new)

    @ours("removing container", "remove")
    def remove_container(self, name: str) -> None:
        """Kill and remove a container with its anonymous volumes; gone already is no error."""
        try:
            self._api.remove_container(name, v=True, force=True)
        except NotFound:
            return
        except APIError as error:
            if "already in progress" not in explanation(error):
                raise
            # Somebody else removes it. Its name is free when that has come to its end.
            with suppress(NotFound):
                self._api.wait(name, condition="removed")

    @ours("removing network", "remove")
    def remove_network(self, name: str) -> None:
        """Remove a network; gone already is no error, ObjectConflict while in use."""
        try:
            self._api.remove_network(name)
        except NotFound:
            return

    @ours("removing volume", "remove")
    def remove_volume(self, name: str) -> None:
        """Remove a volume and its data; gone already is no error, ObjectConflict while in use."""
        try:
            self._api.remove_volume(name)
        except NotFound:
            return

    @ours("removing image", "remove")
    def remove_image(self, reference: str) -> None:
        """Remove a name of an image, and the image with its last one; gone already is no error."""
        try:
            self._api.remove_image(reference)
        except NotFound:
            return

    # Work

    @ours("running a command in")
    def execute(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] = NO_VARIABLES
    ) -> Ran:
        """Run a command in a running container, with these variables besides its own."""
        task = self._api.exec_create(name, list(command), environment=dict(environment))
        output: bytes = self._api.exec_start(task)
        code = self._api.exec_inspect(task).get("ExitCode")
        return Ran(-1 if code is None else int(code), output.decode("utf-8", "replace"))

    def begin(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] | None,
    ) -> ExecLine:
        """Begin a command in a running container whose streams are ours; see `engine.exec_line`."""
        return begin(name, self._api, command, environment, size=size)

    @property
    def _archive(self) -> Archive:
        return Archive(self._api, self.volume_data)

    def put_file(self, name: str, path: str, content: Content) -> None:
        """Write a file into a container, running or not; its folder must be there."""
        self._archive.put(name, path, content)

    def read_file(self, name: str, path: str) -> bytes | None:
        """A small file in a container, running or not; None where it is not there."""
        return self._archive.read(name, path)

    def read_in_volume(
        self, volume: str, file: str, image: str, labels: Mapping[str, str]
    ) -> bytes | None:
        """A small file in a volume, read through a container of that image; None if not there."""
        return self._archive.read_in_volume(volume, file, image, labels)

    @property
    def _one_off(self) -> OneOff:
        return OneOff(self._api, self.remove_container, self._process)

    def run_once(
        self,
        image: str,
        labels: Mapping[str, str],
        command: Sequence[str] | None = None,
        *,
        mounts: Sequence[Mount] = (),
    ) -> Ran:
        """Create a container, run it to its end, and remove it; see `engine.one_off`."""
        place = Place(mounts=tuple(mounts))
        return OneOff(self._api, self.remove_container, self._process).run(
            image, labels, command, place
        )

    def run_on_network(
        self, image: str, labels: Mapping[str, str], network: str, command: Sequence[str]
    ) -> Ran:
        """The same on a network, with nothing of the image's own entrypoint."""
        place = Place(network=network, plain=True)
        return OneOff(self._api, self.remove_container, self._process).run(
            image, labels, command, place
        )

    def pull(self, reference: Reference, progress: Progress, watched: Watched = unwatched) -> None:
        """Get an image from its registry.

        Args:
            reference: the image.
            progress: hears how far it is.
            watched: a context for the time that it takes, which gets a way to break it off.

        Raises:
            RegistryUnreachable: no registry answered.
            StepFailed: anything else that went wrong, before or in the stream.
        """
        name = str(reference)
        try:
            stream, cut = open_pull(self._api, reference)
            with watched(cut):
                follow_pull(stream, name, progress)
        except SDK_ERRORS as error:
            raise our_error(symptom(error, "pull", name), f"pulling {name}") from error

    @ours("building", "build")
    def build(self, tag: str, context: BuildContext, options: BuildOptions, tell: Progress) -> None:
        """Build an image with the classic builder.

        Raises:
            StepFailed: a step of the Dockerfile failed; its last lines are the evidence.
        """
        stream = self._api.build(
            fileobj=context_tar(context),
            custom_context=True,
            tag=tag,
            labels=dict(options.labels),
            buildargs=dict(options.arguments),
            network_mode=options.network,
            rm=True,
            forcerm=True,
            pull=False,
            decode=True,
        )
        follow_build(stream, tag, tell)

    @ours("importing", "build")
    def import_image(self, tag: str, archive: BinaryIO, labels: Mapping[str, str]) -> None:
        """Make an image from a root file system's tar."""
        repository, _, version = tag.rpartition(":")
        changes = [f'LABEL {name}="{value}"' for name, value in labels.items()]
        # Pieces, not the file: for a file the SDK sends its length and says "chunked" besides,
        # which the engine cannot read.
        pieces = iter(lambda: archive.read(_PIECE), b"")
        answer = self._api.import_image_from_stream(
            pieces, repository=repository, tag=version, changes=changes
        )
        _raise_import_error(answer, tag)

    @ours("tagging", "create")
    def tag_image(self, reference: str, tag: str) -> None:
        """Give an image one more name."""
        repository, _, version = tag.rpartition(":")
        self._api.tag(reference, repository, version)


def _raise_import_error(answer: Iterable[str] | str, tag: str) -> None:
    text = answer if isinstance(answer, str) else "".join(answer)
    if '"error"' in text:
        raise our_error(Symptom("build", tag, text.strip()), f"importing {tag}")

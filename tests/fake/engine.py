"""The fake engine: Docker's own rules, in memory."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from threading import RLock
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from envcheck.core.errors import EnvcheckError, ObjectMissing, RegistryUnreachable
from envcheck.core.observed import Observed
from envcheck.core.spec import Label
from envcheck.doctor.symptom import Symptom
from envcheck.engine.failures import our_error
from envcheck.run.ports import NO_VARIABLES, Happening, Ran
from tests.fake.clock import FakeClock
from tests.fake.files import Files
from tests.fake.happenings import FakeHappenings
from tests.fake.life import Script
from tests.fake.store import Store, missing
from tests.fake.things import Container, Image, Network, Volume
from tests.fake.volume_data import FakeVolumeData

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envcheck.core.reference import Reference
    from envcheck.core.spec import ContainerSpec, NetworkSpec, VolumeSpec
    from envcheck.doctor.symptom import Doing
    from envcheck.run.ports import ContainerState, Content, ImageFacts, Progress

P = ParamSpec("P")
R = TypeVar("R")

_FIRST_FREE_PORT = 49153


def _act(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a method that does something: one at a time, on record, and open to faults."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        engine = args[0]
        assert isinstance(engine, FakeEngine)
        what = (method.__name__, str(getattr(args[1], "name", args[1])))
        with engine.lock:
            engine.before_each_act(what)
            engine.acts.append(what)
            engine.let_time_pass()
            return method(*args, **kwargs)

    return call


class FakeEngine:
    """Fulfils `envcheck.run.ports.Engine`.

    Attributes:
        script: the lives of the containers to come.
        store: what stands on it.
        taken: host ports that a process outside of Docker holds.
        registry: the images that can be pulled, by reference; None where no registry answers.
        acts: every act that was asked for: the method's name, and that of its object.
        before_each_act: called with the same before an act; may raise, to make it fail.
        hears: told of all that happens to containers.
        calls: what comes of a command that is run on a network, of its image and its words.
        executes: what comes of a command in a container, by its name; None leaves it to its life.
    """

    def __init__(self, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.script = Script()
        self.store = Store()
        self.taken: set[int] = set()
        self.registry: dict[str, Image] | None = {}
        self.acts: list[tuple[str, str]] = []
        self.before_each_act: Callable[[tuple[str, str]], None] = lambda _what: None
        self.hears: list[Callable[[Happening], None]] = []
        self.executes: Callable[[str, tuple[str, ...]], Ran | None] = lambda _name, _command: None
        self.calls: Callable[[str, tuple[str, ...]], Ran] = lambda _image, _words: Ran(0, "")
        self.lock = RLock()
        self.clock.aging.append(self.let_time_pass)
        self._free_ports = itertools.count(_FIRST_FREE_PORT)
        self._made = itertools.count(1)
        self._files = Files(self.store)

    def add_image(self, *tags: str, **facts: Any) -> Image:
        """An image that simply is there; ``facts`` are fields of `Image`."""
        image = Image(self.store.new_id("sha256:"), list(tags), **facts)
        self.store.images[image.id] = image
        return image

    def let_time_pass(self) -> None:
        """End the processes whose time has come."""
        with self.lock:
            for container in self.store.containers.values():
                with self._telling(container):
                    container.age(self.clock.now())

    @contextmanager
    def _telling(self, container: Container) -> Iterator[None]:
        """Tell of the container's start or end, if it comes during the context."""
        before = container.running
        yield
        if container.running != before:
            self._tell(container, "start" if container.running else "die")

    def _tell(self, container: Container, action: str) -> None:
        for hear in self.hears:
            hear(Happening(container.spec.name, action))

    # Questions

    def observe(self) -> Observed:
        """Everything on the engine, by name: no plan depends on which thread came first."""
        with self.lock:
            self.let_time_pass()
            store = self.store
            containers = sorted(store.containers.values(), key=lambda c: c.spec.name)
            return Observed(
                containers=tuple(container.seen() for container in containers),
                networks=tuple(network.seen() for network in store.networks.values()),
                volumes=tuple(store.volumes[name].seen() for name in sorted(store.volumes)),
                images=tuple(image.seen() for image in store.listed()),
            )

    def inspect_container(self, name: str) -> ContainerState:
        """How a container is now."""
        with self.lock:
            self.let_time_pass()
            return self.store.container(name).state()

    def inspect_image(self, reference: str) -> ImageFacts | None:
        """What an image says of itself."""
        with self.lock:
            image = self.store.image(reference)
            return image.facts() if image else None

    def happenings(self, instance: str) -> FakeHappenings:
        """What happens to an instance's containers from now on; without a name, to all of ours."""

        def ours(name: str) -> bool:
            owner = self.store.container(name).labels.get(Label.INSTANCE, "")
            return owner == instance if instance else owner != ""

        return FakeHappenings(self.hears, ours)

    def volume_sizes(self) -> dict[str, int]:
        """Bytes in each volume."""
        with self.lock:
            volumes = self.store.volumes.values()
            return {volume.name: sum(map(len, volume.files.values())) for volume in volumes}

    def logs(self, name: str, lines: int) -> tuple[str, ...]:
        """The last lines of a container's log."""
        with self.lock:
            container = self.store.container(name)
            return container.life.says[-lines:] if container.started is not None else ()

    # What our own engine answers besides what `run` needs of one

    def info(self) -> dict[str, Any]:
        """What it says of itself."""
        return {"ID": "fake"}

    def run_on_network(
        self,
        image: str,
        labels: Mapping[str, str],  # noqa: ARG002 - nobody ever sees its container
        network: str,
        command: Sequence[str],
    ) -> Ran:
        """Run a command in a container that nobody ever sees."""
        with self.lock:
            self.acts.append(("run_on_network", image))
            if self.store.image(image) is None:
                raise missing(f"No such image: {image}")
            if self.store.network(network) is None:
                raise missing(f"network {network} not found")
            return self.calls(image, tuple(command))

    @property
    def volume_data(self) -> FakeVolumeData:
        """What is in its volumes."""
        return FakeVolumeData(self)

    def disk_use(self) -> int:
        """Bytes that its images take."""
        with self.lock:
            return sum(image.size for image in self.store.images.values())

    # Acts

    @_act
    def create_network(self, spec: NetworkSpec) -> None:
        """Create a network."""
        if self.store.network(spec.name) is not None:
            raise _conflict(f"network with name {spec.name} already exists", "create")
        network = Network(self.store.new_id(), spec.name, dict(spec.labels))
        self.store.networks[network.id] = network

    @_act
    def create_volume(self, spec: VolumeSpec) -> None:
        """Create a volume; one that is there stays as it is, labels and all."""
        labels = {**spec.labels, Label.MADE: f"{next(self._made)}"}
        self.store.volumes.setdefault(spec.name, Volume(spec.name, labels))

    @_act
    def create_container(self, spec: ContainerSpec) -> None:
        """Create a container; an image's labels become its own, a volume that is not there too."""
        image = self.store.image(spec.image)
        if image is None:
            raise missing(f"No such image: {spec.image}")
        if self.store.look(spec.name) is not None:
            raise _conflict(
                f'Conflict. The container name "/{spec.name}" is already in use by container "0"',
                "create",
            )
        for mount in spec.mounts:
            self.store.volumes.setdefault(mount.volume, Volume(mount.volume, {}))
        life = self.script.life_of(spec.name, spec.command or ())
        labels = {**image.labels, **spec.labels}
        container = Container(self.store.new_id(), spec, image.id, labels, life)
        self.store.containers[container.id] = container

    @_act
    def start_container(self, name: str) -> None:
        """Start a container: connect it, publish its ports, run its process."""
        container = self.store.container(name)
        if container.running:
            return
        try:
            container.network_id = self._network_of(container)
            ports = self._publish(container)
            if container.life.cannot_start:
                raise _conflict(container.life.cannot_start, "start", 400)
        except EnvcheckError as error:
            container.refuse("\n".join(error.evidence) or error.what)
            raise
        with self._telling(container):
            container.start(self.clock.now(), ports)
        with self._telling(container):
            container.age(self.clock.now())

    @_act
    def stop_container(self, name: str, grace: int | None = None) -> None:
        """Stop a container; one that is deaf costs the whole grace."""
        container = self.store.container(name)
        if container.running:
            if container.life.deaf:
                self.clock.wait(container.spec.grace if grace is None else grace)
            with self._telling(container):
                container.stop()

    @_act
    def rename_container(self, name: str, new: str) -> None:
        """Give a container another name."""
        container = self.store.container(name)
        if self.store.look(new) is not None:
            raise _conflict(
                f'Error when allocating new name: Conflict. The container name "/{new}" is already '
                'in use by container "0"',
                "create",
            )
        container.spec = replace(container.spec, name=new)

    @_act
    def remove_container(self, name: str) -> None:
        """Kill and remove a container."""
        found = self.store.look(name)
        if found is not None:
            if found.running:
                self._tell(found, "die")
            del self.store.containers[found.id]

    @_act
    def remove_network(self, name: str) -> None:
        """Remove a network that no running container is on."""
        network = self.store.network(name)
        if network is None:
            return
        if any(c.running and c.network_id == network.id for c in self.store.containers.values()):
            raise _conflict(f"network {name} has active endpoints", status=403)
        del self.store.networks[network.id]

    @_act
    def remove_volume(self, name: str) -> None:
        """Remove a volume that no container has, running or not."""
        if name in self.store.volumes and self.store.users_of_volume(name):
            raise _conflict(f"remove {name}: volume is in use")
        self.store.volumes.pop(name, None)

    @_act
    def remove_image(self, reference: str) -> None:
        """Remove a name of an image, and the image itself with the last one."""
        image = self.store.image(reference)
        if image is None:
            return
        by_id, last = reference == image.id, len(image.tags) <= 1
        if by_id and not last:
            raise _conflict(
                f"conflict: unable to delete {image.id} (must be forced) - "
                "image is referenced in multiple repositories"
            )
        if last and self.store.users_of_image(image):
            raise _conflict(
                f"conflict: unable to remove repository reference {reference} (must force) - "
                "container 0 is using its referenced image"
            )
        children = self.store.children(image)
        if by_id and children:
            raise _conflict(
                f"conflict: unable to delete {image.id} (cannot be forced) - "
                "image has dependent child images"
            )
        image.tags = [] if by_id else [tag for tag in image.tags if tag != reference]
        if not image.tags and not children:
            self.store.delete(image)

    @_act
    def pull(self, reference: Reference, progress: Progress) -> None:
        """Get an image from the registry."""
        if self.registry is None:
            raise RegistryUnreachable(f"pulling {reference}: no host", id="registry.unreachable")
        found = self.registry.get(str(reference))
        if found is None:
            raise ObjectMissing(f"manifest for {reference} unknown", id="registry.unknown-image")
        for done in (0, found.size // 2, found.size):
            progress("pulling", done, found.size)
        unnamed = Image(found.id, [], found.digests, found.labels, found.size, found.volumes)
        here = self.store.images.setdefault(found.id, unnamed)
        if not reference.digest and str(reference) not in here.tags:
            here.tags.append(str(reference))

    @_act
    def execute(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] = NO_VARIABLES
    ) -> Ran:
        """Run a command in a running container; ``env`` is in every image."""
        container = self.store.container(name)
        if not container.running:
            raise _conflict(f"container {container.id} is not running")
        if tuple(command) == ("env",):
            variables = {**container.spec.environment, **environment}
            return Ran(0, "".join(f"{key}={value}\n" for key, value in variables.items()))
        return self.executes(name, tuple(command)) or container.life.run(tuple(command))

    @_act
    def put_file(self, name: str, path: str, content: Content) -> None:
        """Write a file into a container."""
        self._files.put(self.store.container(name), path, content)

    def read_file(self, name: str, path: str) -> bytes | None:
        """A file in a container."""
        with self.lock:
            return self._files.read(self.store.container(name), path)

    def read_in_volume(
        self,
        volume: str,
        file: str,
        image: str,
        labels: Mapping[str, str],  # noqa: ARG002 - nobody ever sees its container
    ) -> bytes | None:
        """A file in a volume, which the engine makes where it is not there."""
        with self.lock:
            if self.store.image(image) is None:
                raise missing(f"No such image: {image}")
            found = self.store.volumes.setdefault(volume, Volume(volume, {}))
            return found.files.get(f"/{file}")

    def _network_of(self, container: Container) -> str:
        wanted = container.network_id or container.spec.network
        network = self.store.network(wanted)
        if network is None:
            raise missing(f"network {wanted} not found")
        return network.id

    def _taken(self, port: int) -> str:
        if port in self.taken:
            return f"listen tcp4 127.0.0.1:{port}: bind: address already in use"
        return f"Bind for 127.0.0.1:{port} failed: port is already allocated"

    def _publish(self, container: Container) -> dict[int, int]:
        busy = self.taken | set(self.store.ports_in_use())
        # As Docker does: the next port, never one that was given back a moment ago.
        free = (port for port in self._free_ports if port not in busy)
        published: dict[int, int] = {}
        for port in container.spec.ports:
            host = port.host if port.host is not None else next(free)
            if host in busy:
                raise _conflict(self._taken(host), "start", 500)
            published[port.container] = host
        return published


def _conflict(text: str, doing: Doing = "remove", status: int = 409) -> EnvcheckError:
    """What our own translation makes of the engine's words: the fake cannot drift from it."""
    return our_error(Symptom(doing, text=text, status=status), doing)

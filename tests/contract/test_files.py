"""Files put into containers and read in them, whether they run or not; and volumes looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envcheck.core.errors import ObjectMissing, StepFailed
from envcheck.core.spec import Label
from envcheck.run.ports import Content
from tests.contract.bench import DYING, created, ended, spec_of, started, volume_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.bench import Bench
    from tests.contract.conftest import RealBench


def of(content: bytes) -> Content:
    return Content(len(content), lambda: iter([content]))


def test_a_file_is_read_as_it_was_put(bench: Bench) -> None:
    name = started(bench, spec_of(bench))
    for content in (b"one\0two\n", b"", b"x" * 70_000):
        bench.engine.put_file(name, "/etc/file", of(content))
        assert bench.engine.read_file(name, "/etc/file") == content


def test_what_is_not_there_is_none_and_no_error(bench: Bench) -> None:
    name = created(bench, spec_of(bench))
    assert bench.engine.read_file(name, "/etc/nothing") is None
    assert bench.engine.read_file(name, "/nowhere/nothing") is None


def test_a_container_or_a_folder_that_is_not_there_is_missing(bench: Bench) -> None:
    with pytest.raises(ObjectMissing):
        bench.engine.read_file(f"{bench.name}-nobody", "/etc/file")
    with pytest.raises(ObjectMissing):
        bench.engine.put_file(f"{bench.name}-nobody", "/etc/file", of(b"x"))
    name = created(bench, spec_of(bench))
    with pytest.raises(ObjectMissing):
        bench.engine.put_file(name, "/nowhere/file", of(b"x"))


def test_a_container_need_not_run_for_it(bench: Bench) -> None:
    name = created(bench, spec_of(bench, program=DYING))
    bench.engine.put_file(name, "/etc/file", of(b"before"))
    bench.engine.start_container(name)
    ended(bench, name)
    assert bench.engine.read_file(name, "/etc/file") == b"before"
    bench.engine.put_file(name, "/etc/file", of(b"after"))
    assert bench.engine.read_file(name, "/etc/file") == b"after"


def test_what_is_put_into_a_volume_outlives_the_container(bench: Bench) -> None:
    volume = volume_of(bench).name
    bench.engine.create_volume(volume_of(bench))
    name = started(bench, spec_of(bench, volumes=(volume,)))
    bench.engine.put_file(name, f"/mnt/{volume}/.mark", of(b"kept"))
    assert bench.engine.read_file(name, f"/mnt/{volume}/.mark") == b"kept"
    bench.engine.remove_container(name)
    labels = {Label.INSTANCE: bench.name}
    look = bench.engine.read_in_volume
    assert look(volume, ".mark", bench.image, labels) == b"kept"
    assert look(volume, ".nothing", bench.image, labels) is None
    again = created(bench, spec_of(bench, "two", volumes=(volume,)))
    assert bench.engine.read_file(again, f"/mnt/{volume}/.mark") == b"kept"


def test_looking_into_a_volume_leaves_no_container(bench: Bench) -> None:
    bench.engine.create_volume(volume_of(bench))
    before = bench.engine.observe().containers
    labels = {Label.INSTANCE: bench.name}
    bench.engine.read_in_volume(volume_of(bench).name, ".mark", bench.image, labels)
    assert {c.id for c in bench.engine.observe().containers} == {c.id for c in before}
    with pytest.raises(ObjectMissing):
        bench.engine.read_in_volume(
            volume_of(bench).name, ".mark", f"{bench.name}.invalid/nothing:1", labels
        )


@pytest.mark.engine
def test_a_file_is_sent_in_pieces_however_large_it_is(real_bench: RealBench) -> None:
    pieces, most = 300, 0
    piece = b"0123456789abcdef" * 65536

    def count() -> Iterator[bytes]:
        nonlocal most
        for number in range(pieces):
            most = number
            yield piece

    name = started(real_bench, spec_of(real_bench))
    real_bench.engine.put_file(name, "/etc/large", Content(len(piece) * pieces, count))
    assert most == pieces - 1
    ran = real_bench.engine.execute(name, ("sh", "-c", "busybox wc -c < /etc/large"))
    assert (ran.exit_code, int(ran.output)) == (0, len(piece) * pieces), ran.output


@pytest.mark.engine
@pytest.mark.parametrize("said", [3, 5])
def test_a_file_that_changes_on_the_way_is_an_error(real_bench: RealBench, said: int) -> None:
    name = started(real_bench, spec_of(real_bench))
    content = Content(said, lambda: iter([b"1234"]))
    with pytest.raises(StepFailed) as caught:
        real_bench.engine.put_file(name, "/etc/file", content)
    assert caught.value.id == "file.changed-meanwhile"

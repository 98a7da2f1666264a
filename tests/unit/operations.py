"""Random operations on an engine: everything that is ever done there, in any order, and its laws.

The rules are the same for every engine. What they are carried out on is a `Place`: the fake engine
in the unit tests, a real one in `tests/engine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from envcheck.core.observed import Observed, owned
from envcheck.core.teardown import leftovers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from hypothesis.strategies import SearchStrategy

Outcome = Literal["done", "refused", "killed", "failed"]
INSTANCES = ("shop", "shop-two")
DEEDS = ("stop", "die", "remove", "lose volume", "lose network")
Labels: TypeAlias = "Mapping[str, str]"


class Place(Protocol):
    """An engine with whatever is needed to work on it, and our ledger of it."""

    def up(self, instance: str, profile: str, calls: int | None) -> Outcome:
        """Bring an instance up; killed after so many calls to the engine, unless None."""

    def down(self, instance: str, calls: int | None) -> Outcome:
        """Take its containers away."""

    def clean(self, instance: str, calls: int | None) -> Outcome:
        """Take everything away."""

    def restless(self, instance: str, profile: str) -> list[str]:
        """What another `up` would do: nothing, where the instance is up."""

    def observe(self) -> Observed:
        """The engine as it is."""

    def on_record(self, instance: str) -> dict[str, object]:
        """What the ledger holds of an instance."""

    def lose_ledger(self, how: str) -> None:
        """Have the ledger gone, or broken."""

    def commit(self, deed: str, number: int) -> None:
        """Do something to one of our own objects, behind our back."""

    def stranger(self, kind: str, name: str, labels: Labels) -> None:
        """Have somebody else make something, where its name is free."""

    def strangers(self) -> object:
        """All that can be seen of what is not ours."""

    def lose_strangers(self) -> None:
        """Have those strangers go who have come."""

    def close(self) -> None:
        """Put everything away."""


def kills() -> SearchStrategy[int | None]:
    """After how many calls to the engine a run is killed; mostly it is not."""
    return st.one_of(st.none(), st.none(), st.integers(0, 25))


class Operations(RuleBasedStateMachine):
    """The machine; whoever runs it says where, and with which profiles and strangers."""

    profiles: SearchStrategy[str]
    foreign_labels: SearchStrategy[dict[str, str]]

    def __init__(self) -> None:
        super().__init__()
        self.place = self.make()
        self.seen = self.place.strangers()
        self.up_with: dict[str, str] = {}

    def make(self) -> Place:
        """The place of one sequence."""
        raise NotImplementedError

    def teardown(self) -> None:
        """Whatever happened before: once they are gone, clean leaves nothing."""
        try:
            for instance in INSTANCES:
                self._cleaned(instance)
        finally:
            self.place.close()

    @rule(data=st.data(), instance=st.sampled_from(INSTANCES), calls=kills())
    def up(self, data: st.DataObject, instance: str, calls: int | None) -> None:
        """After `up` there is nothing to do, and every volume is still there."""
        profile = data.draw(self.profiles)
        volumes = self._volumes(instance)
        outcome = self.place.up(instance, profile, calls)
        assert outcome != "failed"
        assert volumes <= self._volumes(instance)
        self.up_with.pop(instance, None)
        if outcome == "done":
            assert self.place.restless(instance, profile) == []
            self.up_with[instance] = profile

    @precondition(lambda self: self.up_with)
    @rule(data=st.data())
    def up_again(self, data: st.DataObject) -> None:
        """What is up stays as it is: not an object changes."""
        instance = data.draw(st.sampled_from(sorted(self.up_with)))
        before = self.place.observe()
        assert self.place.up(instance, self.up_with[instance], None) == "done"
        assert self.place.observe() == before

    @rule(instance=st.sampled_from(INSTANCES), calls=kills())
    def down(self, instance: str, calls: int | None) -> None:
        """Containers and network go, volumes stay."""
        volumes = self._volumes(instance)
        outcome = self.place.down(instance, calls)
        assert volumes == self._volumes(instance)
        self.up_with.pop(instance, None)
        if outcome == "done":
            observed = self.place.observe()
            assert not [*observed.of_instance(instance)]
            assert not [n for n in observed.networks if owned(n.labels, instance)]

    @rule(instance=st.sampled_from(INSTANCES), calls=kills())
    def clean(self, instance: str, calls: int | None) -> None:
        """Everything goes, and nothing is on record any more."""
        self.up_with.pop(instance, None)
        if calls is None or self.place.clean(instance, calls) != "killed":
            self._cleaned(instance)

    def _cleaned(self, instance: str) -> None:
        assert self.place.clean(instance, None) == "done"
        assert leftovers(instance, self.place.observe()) == ()
        assert self.place.on_record(instance) == {}

    @rule(deed=st.sampled_from(DEEDS), number=st.integers(0, 5))
    def mischief(self, deed: str, number: int) -> None:
        """Somebody does something to what is ours."""
        self.place.commit(deed, number)
        self.up_with.clear()

    @rule(how=st.sampled_from(["gone", "garbage", "half"]))
    def lose_ledger(self, how: str) -> None:
        """The ledger's file is lost: a job that is done may be run again after it."""
        self.place.lose_ledger(how)
        self.up_with.clear()

    @rule(
        data=st.data(),
        kind=st.sampled_from(["container", "network", "volume", "image"]),
        name=st.sampled_from(
            ["shop", "shop-a", "shop_a-data", "shop_one", "shop-two", "shop-two-b"]
        ),
    )
    def stranger(self, data: st.DataObject, kind: str, name: str) -> None:
        """Somebody else makes something that has our name, or the like."""
        self.place.stranger(kind, name, data.draw(self.foreign_labels))
        self.seen = self.place.strangers()

    @rule()
    def lose_strangers(self) -> None:
        """The strangers that have come go again."""
        self.place.lose_strangers()
        self.seen = self.place.strangers()

    @invariant()
    def nothing_foreign_is_changed(self) -> None:
        """Whatever was done, what is not ours is as it was."""
        assert self.place.strangers() == self.seen

    def _volumes(self, instance: str) -> set[str]:
        return {v.name for v in self.place.observe().volumes if owned(v.labels, instance)}

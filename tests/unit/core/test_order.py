"""Dependency order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envcheck.core.order import in_order


def test_each_comes_after_what_it_needs_and_otherwise_as_written() -> None:
    needs = {"web": ("db", "cache"), "db": (), "mail": (), "cache": ("db",)}
    assert in_order(needs) == ("db", "cache", "web", "mail")


def test_without_needs_the_order_stays() -> None:
    assert in_order({"b": (), "a": (), "c": ()}) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("needs", "circle"),
    [
        ({"a": ("a",)}, "a -> a"),
        ({"a": ("b",), "b": ("a",)}, "a -> b -> a"),
        ({"x": ("a",), "a": ("b",), "b": ("c",), "c": ("a",)}, "a -> b -> c -> a"),
    ],
)
def test_a_circle_is_named(needs: dict[str, tuple[str, ...]], circle: str) -> None:
    with pytest.raises(ValueError, match=f"^{circle}$"):
        in_order(needs)


@given(st.data(), st.integers(1, 8))
def test_every_order_without_a_circle_is_kept(data: st.DataObject, count: int) -> None:
    names = [f"n{at}" for at in range(count)]
    needs = {
        name: tuple(data.draw(st.sets(st.sampled_from(names[:at])))) if at else ()
        for at, name in enumerate(names)
    }
    shuffled = {name: needs[name] for name in data.draw(st.permutations(names))}
    order = in_order(shuffled)
    assert sorted(order) == sorted(names)
    assert all(order.index(need) < order.index(name) for name in names for need in needs[name])

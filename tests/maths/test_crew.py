"""A crew visits every block once, parents first, and stops at the first error."""

from __future__ import annotations

import threading

import pytest

from models.errors import NoPlan
from optimizer.chains import Chain
from optimizer.crew import forest_of, visit_all
from optimizer.staging import Options


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_parents_come_first(threads: int) -> None:
    parents = [3, -1, 0, 1, 3, 1, -1, 6, 7, 7, 2, 0] * 1
    seen: list[int] = []
    lock = threading.Lock()

    def visit(session, number: int) -> None:
        assert session is not None
        with lock:
            assert parents[number] < 0 or parents[number] in seen
            seen.append(number)

    visit_all(parents, visit, Options(threads=threads))
    assert sorted(seen) == list(range(len(parents)))


@pytest.mark.parametrize("threads", [1, 3])
def test_a_refusal_stops_everybody(threads: int) -> None:
    seen = []

    def visit(session, number: int) -> None:
        seen.append(number)
        if number == 5:
            raise NoPlan("No plan.", "None.")

    with pytest.raises(NoPlan):
        visit_all([-1, *range(39)], visit, Options(threads=threads))  # one long chain
    assert seen == [0, 1, 2, 3, 4, 5]


def test_later_chains_hang_on_the_first_of_their_shape() -> None:
    chains = [Chain((2, 0), (-1, 2)), Chain((4, 1), (-1, 4)), Chain((3,), (-1,))]
    assert forest_of(chains, [7, 7, 7, 8, 7]) == [2, 4, -1, -1, 2]

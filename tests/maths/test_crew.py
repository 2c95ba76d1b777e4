"""A crew visits every block once, parents first, and stops at the first error."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from models.errors import NoPlan
from optimizer.chains import Chain
from optimizer.crew import FEW, WORTH, forest_of, visit_all, worth
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


@pytest.mark.parametrize(
    ("blocks", "each", "threads"), [(2, FEW, 1), (2, 1, 2), (3 * FEW, FEW, 3), (40, FEW, 4)]
)
def test_every_thread_has_some_blocks(blocks: int, each: int, threads: int) -> None:
    names: set[str] = set()
    start = threading.Barrier(threads, timeout=10)

    def visit(_: object, number: int) -> None:
        if threading.current_thread().name not in names:
            names.add(threading.current_thread().name)
            start.wait()  # until as many are there

    visit_all([-1] * blocks, visit, Options(threads=4), each=each)
    assert len(names) == threads


def test_small_blocks_have_one_thread() -> None:
    options = Options(threads=4)
    assert worth(options, 10 * WORTH, 10).threads == 4
    assert worth(options, 10 * WORTH - 1, 10).threads == 1


def test_ctrl_c_halts_long_visits() -> None:
    """The visits wait for what `halt` does; nobody begins another one."""
    halted, begun = threading.Event(), []
    both, first = threading.Barrier(2, timeout=20), threading.Lock()

    def visit(_: object, number: int) -> None:
        begun.append(number)
        both.wait()
        if first.acquire(blocking=False):  # one signal, not one of each thread
            os.kill(os.getpid(), signal.SIGINT)
        assert halted.wait(20)

    with pytest.raises(KeyboardInterrupt):
        visit_all([-1] * 6, visit, Options(threads=2), each=1, halt=halted.set)
    assert sorted(begun) == [0, 1]

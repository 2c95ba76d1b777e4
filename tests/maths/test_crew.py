"""A crew of threads: how many there are, and how Ctrl-C ends it."""

import os
import signal
import threading

import pytest

from optimizer.crew import FEW, WORTH, visit_all, worth
from optimizer.staging import Options


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

    def visit(_: object, number: int) -> None:
        begun.append(number)
        if len(begun) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        assert halted.wait(20)

    with pytest.raises(KeyboardInterrupt):
        visit_all([-1] * 6, visit, Options(threads=2), each=1, halt=halted.set)
    assert sorted(begun) == [0, 1]

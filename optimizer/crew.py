"""A crew of threads, each with a solver session of its own, that visits blocks in the order of a forest."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from models.errors import NoPlan
from optimizer.staging import Options

Visit = Callable[[Any, int], None]  # (session, number of the block)

FEW = 4  # blocks for each thread; with fewer a thread is not worth its start
WORTH = 250  # columns a block from which threads take less time than they cost


def visit_all(
    parents: Sequence[int],
    visit: Visit,
    options: Options,
    *,
    each: int = FEW,
    halt: Callable[[], None] | None = None,
) -> None:
    """Visit every block once, a parent before its children, with as many threads as there is work for.

    What a visit finds does not depend on the number of threads: it may look at nothing but its parent. The first
    error stops everybody, and so does Ctrl-C, at the next block.

    Parameters
    ----------
    parents
        For every block the one that is visited before it, −1 for none.
    visit
        Called with a session of the calling thread, empty or with the model of an earlier visit.
    options
        Threads and time limit.
    each
        The least number of blocks for a thread.
    halt
        Called on Ctrl-C, where visits are long and can be stopped.

    """
    crew = _Crew(parents, visit, options)
    count = max(1, min(options.threads, len(parents) // each))
    if count == 1:
        crew.work()
    else:
        threads = [threading.Thread(target=crew.work) for _ in range(count)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt as interrupt:
            crew.stop(interrupt)
            if halt is not None:
                halt()
            for thread in threads:
                thread.join()
            raise
    for error in crew.errors:
        if isinstance(error, NoPlan) or error is crew.errors[-1]:
            raise error


def worth(options: Options, columns: int, blocks: int) -> Options:
    """One thread in the place of several where blocks are so small that threads would wait for each other."""
    return replace(options, threads=1) if columns < WORTH * blocks else options


class _Crew:
    """What the threads share: the blocks whose parents are done, how many are left, and what went wrong."""

    def __init__(self, parents: Sequence[int], visit: Visit, options: Options) -> None:
        self.visit, self.options = visit, options
        self.left = len(parents)
        self.ready: deque[int] = deque()
        self.errors: list[BaseException] = []
        self.children: list[list[int]] = [[] for _ in parents]
        for number, parent in enumerate(parents):
            (self.children[parent] if parent >= 0 else self.ready).append(number)
        self.change = threading.Condition()

    def work(self) -> None:
        """Visit blocks until there are none left, or something went wrong."""
        from optimizer.solvers.highs import Session

        session = Session(time_limit=self.options.left(), perturb=False)
        while (number := self._next()) is not None:
            try:
                self.visit(session, number)
            except BaseException as error:  # whoever started the threads raises it
                self.stop(error)
                return
            self._done(number)

    def _next(self) -> int | None:
        with self.change:
            self.change.wait_for(lambda: self.ready or not self.left or self.errors)
            return self.ready.popleft() if self.ready and not self.errors else None

    def _done(self, number: int) -> None:
        with self.change:
            self.left -= 1
            self.ready.extend(self.children[number])
            if self.children[number] or not self.left:
                self.change.notify_all()

    def stop(self, error: BaseException) -> None:
        """Let everybody stop at the next block."""
        with self.change:
            self.errors.append(error)
            self.change.notify_all()


def forest_of(chains: Sequence[Any], shape_keys: Sequence[int]) -> list[int]:
    """The parent of every block of some chains (`chains.Chain`); later chains of a shape hang on the first one's root."""
    parents = [-1] * len(shape_keys)
    root: dict[int, int] = {}
    for chain in chains:
        first = chain.members[0]
        for member, parent in zip(chain.members, chain.parents):
            parents[member] = parent
        parents[first] = root.setdefault(shape_keys[first], first)
        if parents[first] == first:
            parents[first] = -1
    return parents

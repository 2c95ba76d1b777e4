"""Whoever solves chunks, here or elsewhere: takes some, hands results back as they come, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from batch.jobs import Chunk

TRIES = 3  # times that a chunk is handed out while its worker dies of it

# A task and its results; `None` where worker after worker died of it.
Answer = tuple[Chunk, list[dict[str, Any]] | None]


class Crew(Protocol):
    """Some workers, for as long as the context lasts."""

    def __enter__(self) -> Crew:
        """Find or start the workers."""
        ...

    def __exit__(self, *ended: object) -> None:
        """Let them go, at once."""
        ...

    def wants(self) -> bool:
        """Whether there is room for another chunk."""
        ...

    def give(self, chunk: Chunk) -> None:
        """Hand a chunk out."""
        ...

    def take(self) -> Iterator[Answer]:
        """Wait until a chunk is done or given up, and yield what there is by then."""
        ...

"""What a cluster says of its chunks, without a cluster; the real one is in `test_batch`."""

from types import SimpleNamespace

import pytest

from batch.cluster import Cluster
from models.errors import SolverFailure


class Future:
    """A future of Dask that goes through some states, one each time it is asked; the last one stays."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)

    @property
    def status(self) -> str:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def result(self, timeout: float) -> list[dict[str, int]]:
        assert self.states == ["finished"]
        return [{"job": 1}]


@pytest.fixture
def cluster() -> Cluster:
    pytest.importorskip("distributed")
    made = Cluster("tcp://nowhere")
    made._client = SimpleNamespace(status="running")
    made._woken = SimpleNamespace(wait=lambda seconds: None, clear=lambda: None)
    return made


def test_a_result_that_died_with_its_worker_is_waited_for(cluster) -> None:
    """Dask says "lost" until another worker has solved the chunk again; the scheduler is there."""
    chunk = object()
    cluster._flying[Future("pending", "lost", "lost", "finished")] = chunk
    assert list(cluster.take()) == [(chunk, [{"job": 1}])]
    assert cluster._flying == {}


def test_a_chunk_that_the_scheduler_dropped_ends_the_batch(cluster) -> None:
    cluster._flying[Future("pending", "cancelled")] = object()
    with pytest.raises(SolverFailure, match="The Dask scheduler at tcp://nowhere went away"):
        list(cluster.take())

"""Chains of like blocks: in which order to solve them, and from whose basis each starts.

Blocks with coefficients in the same places share bases. Among them each block starts from the solved one that is nearest
to it: sides (relative to the block's size) and coefficients that differ at all are compared in units of their spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.blocks import Block

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

LENGTH = 128  # blocks of a chain; chains are solved side by side
TRAITS = 24  # directions of largest spread that are compared


@dataclass(frozen=True)
class Chain:
    """Blocks in the order in which to solve them, each with the earlier one whose basis it starts from, −1 for none."""

    members: tuple[int, ...]
    parents: tuple[int, ...]


def chains_of(blocks: Sequence[Block]) -> list[Chain]:
    """Put blocks into chains; the longest come first."""
    alike: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        alike.setdefault(block.shape_key, []).append(number)
    chains = []
    for members in alike.values():
        traits = _traits([blocks[number] for number in members])
        for part in _parts(traits, LENGTH):
            order, parent = _nearest_first(traits[part])
            numbers = [members[i] for i in part]
            chains.append(
                Chain(tuple(numbers[i] for i in order), tuple(numbers[i] if i >= 0 else -1 for i in parent))
            )
    return sorted(chains, key=lambda chain: (-len(chain.members), chain.members))


def _traits(blocks: Sequence[Block]) -> Array:
    """What tells blocks of one shape apart, axes (blocks, traits)."""
    lower = np.array([block.matrix.row_lower for block in blocks])
    upper = np.array([block.matrix.row_upper for block in blocks])
    sides = np.where(np.isfinite(np.hstack([lower, upper])), np.hstack([lower, upper]), 0.0)
    positive = (sides > 0).all(axis=0)
    if positive.any():
        sides /= np.exp(np.log(sides[:, positive]).mean(axis=1))[:, None]
    values = np.hstack([sides, np.array([block.matrix.A.data for block in blocks])])
    spread = np.ptp(values, axis=0)
    differ = spread > 1e-9 * (1e-12 + np.abs(values).max(axis=0))
    values = values[:, differ]
    if values.shape[1] == 0:
        return np.zeros((len(blocks), 1))
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    gram = values @ values.T
    weight, direction = np.linalg.eigh(gram)
    first = slice(None, -TRAITS - 1, -1)
    return np.asarray(direction[:, first] * np.sqrt(np.maximum(weight[first], 0.0)))


@dataclass(frozen=True, eq=False)
class Few:
    """Some blocks that stand for all: which they are, for how many of its own size each stands, and who stands for whom.

    `stands` has for every block the position in `chosen` of the one that stands for it, −1 where all do.
    """

    chosen: Indices
    weight: Array
    stands: Indices


def representatives(blocks: Sequence[Block], count: int) -> Few:
    """Choose about `count` blocks that stand for all.

    The blocks of every common shape are halved along their largest differences; the member nearest to the middle of
    each part stands for it, and all together for the blocks of rare shapes.
    """
    size = np.array([_size(block) for block in blocks])
    alike: dict[int, list[int]] = {}
    for number, block in enumerate(blocks):
        alike.setdefault(block.shape_key, []).append(number)
    chosen: list[int] = []
    weight: list[float] = []
    stands = np.full(len(blocks), -1, dtype=np.int64)
    for members in sorted(alike.values(), key=lambda members: (-len(members), members)):
        share = round(count * len(members) / len(blocks))
        if not share and chosen:
            continue
        numbers = np.array(members)
        traits = _traits([blocks[number] for number in members])
        for part in _parts(traits, -(-len(members) // max(share, 1))):
            away = ((traits[part] - np.average(traits[part], axis=0)) ** 2).sum(axis=1)
            first = int(numbers[part[int(away.argmin())]])
            stands[numbers[part]] = len(chosen)
            chosen.append(first)
            weight.append(float(size[numbers[part]].sum() / size[first]))
    picked = np.array(chosen)
    level = np.array(weight)
    return Few(picked, level * (size.sum() / (level @ size[picked])), stands)


def _size(block: Block) -> float:
    """Size of a block: the sum of its finite sides, mostly money."""
    sides = np.concatenate([block.matrix.row_lower, block.matrix.row_upper])
    return float(np.abs(sides[np.isfinite(sides)]).sum()) or 1.0


def _parts(traits: Array, length: int) -> list[Indices]:
    """Halve along the direction of largest spread until no part is longer than `length`."""
    waiting, done = [np.arange(traits.shape[0])], []
    while waiting:
        part = waiting.pop()
        if part.size <= length:
            done.append(part)
            continue
        own = traits[part]
        order = np.argsort(own[:, np.argmax(np.var(own, axis=0))], kind="stable")
        half = part.size // 2
        waiting += [part[order[:half]], part[order[half:]]]
    return done


def _nearest_first(traits: Array) -> tuple[list[int], list[int]]:
    """Start in the middle and go on to whatever is nearest to anything visited (Prim's spanning tree)."""
    size = (traits**2).sum(axis=1)
    distance = size[:, None] + size[None, :] - 2.0 * traits @ traits.T
    start = int(((traits - traits.mean(axis=0)) ** 2).sum(axis=1).argmin())
    order, parent = [start], [-1]
    nearest, best = np.full(size.size, start), distance[start].copy()
    best[start] = np.inf
    visited = np.zeros(size.size, dtype=bool)
    visited[start] = True
    for _ in range(size.size - 1):
        following = int(best.argmin())
        order.append(following)
        parent.append(int(nearest[following]))
        visited[following] = True
        closer = distance[following] < best
        nearest[closer], best[closer] = following, distance[following][closer]
        best[visited] = np.inf
    return order, parent

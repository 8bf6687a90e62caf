"""A maximum flow between two sides, kept as its residual network so that it can be extended and cut."""

from __future__ import annotations

import copy

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from reviews.matching.problem import Bools, Ints

LEVELS = 16  # turns before the rest is served in one; no workshop asks for more reviews of a paper


class Flow:
    """A maximum flow source → left (need) → right (room) → sink, kept as its residual so that it can be extended."""

    def __init__(self, need: Ints, room: Ints, allowed: Bools) -> None:
        self.left, self.right = allowed.shape
        self.sink = 1 + self.left + self.right
        self.sent = 0
        rows, columns = np.nonzero(allowed)
        self.residual = self._arcs(
            np.concatenate([np.zeros(self.left, dtype=int), self.of_left(rows), self.of_right(np.arange(self.right))]),
            np.concatenate(
                [self.of_left(np.arange(self.left)), self.of_right(columns), np.full(self.right, self.sink)]
            ),
            np.concatenate([need, np.ones(len(rows), dtype=int), np.minimum(room, self.left)]),
        )
        self._push()

    @classmethod
    def levelled(cls, need: Ints, room: Ints, allowed: Bools) -> Flow:
        """The maximum flow, served in turns of one for each left node, so that what it lacks is spread evenly."""
        flow = cls(np.minimum(need, 1), room, allowed)
        for level in range(2, 1 + min(int(need.max(initial=0)), LEVELS)):
            flow._demand(np.minimum(need, level) - np.minimum(need, level - 1))
        flow._demand(np.maximum(need - LEVELS, 0))
        return flow

    def _demand(self, more: Ints) -> None:
        self._extend(np.zeros(self.left, dtype=int), self.of_left(np.arange(self.left)), more)

    def copy(self) -> Flow:
        return copy.copy(self)  # no method changes the residual in place

    def of_left(self, index: Ints) -> Ints:
        return 1 + index

    def of_right(self, index: Ints) -> Ints:
        return 1 + self.left + index

    def _arcs(self, tails: Ints, heads: Ints, capacities: Ints) -> csr_array:
        size = self.sink + 1
        return coo_array((capacities.astype(np.int32), (tails, heads)), shape=(size, size)).tocsr()

    def _push(self) -> None:
        result = maximum_flow(self.residual, 0, self.sink)
        residual = csr_array(self.residual - result.flow, dtype=np.int32)
        residual.eliminate_zeros()
        self.residual, self.sent = residual, self.sent + int(result.flow_value)

    def _extend(self, tails: Ints, heads: Ints, capacities: Ints) -> None:
        self.residual = csr_array(self.residual + self._arcs(tails, heads, capacities), dtype=np.int32)
        self._push()

    def widen(self, right: Ints, by: Ints) -> None:
        """Give these right nodes more room and send what can be sent now; what was sent stays sent."""
        heads = np.full(len(right), self.sink)
        self._extend(self.of_right(right), heads, np.minimum(by, self.left))

    def lend(self, left: Ints, right: Ints) -> Bools:
        """Send what can be sent over these new pairs too; returns which of them are used, and settles them so."""
        self._extend(self.of_left(left), self.of_right(right), np.ones(len(left), dtype=int))
        used = np.asarray(self.residual[self.of_right(right), self.of_left(left)]).ravel() > 0
        self.settle(left, right)
        return used

    def settle(self, left: Ints, right: Ints) -> None:
        """Keep these pairs as they are, used or not, whatever is sent later."""
        tails, heads = self.of_left(left), self.of_right(right)
        both_ways = self._arcs(np.append(tails, heads), np.append(heads, tails), np.ones(2 * len(left), dtype=int))
        residual = csr_array(self.residual - self.residual.multiply(both_ways), dtype=np.int32)
        residual.eliminate_zeros()
        self.residual = residual

    def pairs(self) -> tuple[Ints, Ints]:
        """The pairs in use, as left and right indexes."""
        used = self.residual[self.left + 1 : self.sink, 1 : self.left + 1].tocoo()
        return used.col.astype(np.int64), used.row.astype(np.int64)

    def used_between(self, left: Bools, right: Bools) -> tuple[Ints, Ints]:
        """The pairs in use between these left and these right nodes."""
        ones, others = self.pairs()
        inside = left[ones] & right[others]
        return ones[inside], others[inside]

    def loads(self) -> Ints:
        return np.asarray(self.residual[[self.sink], :].toarray()[0, self.left + 1 : self.sink], dtype=np.int64)

    def unmet(self) -> Ints:
        """What each left node still lacks."""
        return np.asarray(self.residual[[0], :].toarray()[0, 1 : self.left + 1], dtype=np.int64)

    def short_side(self) -> tuple[Bools, Bools]:
        """The source's side of the minimum cut nearest to the source: which left and which right nodes."""
        reached = np.zeros(self.sink + 1, dtype=bool)
        reached[breadth_first_order(self.residual, 0, return_predecessors=False)] = True
        return reached[1 : self.left + 1], reached[self.left + 1 : self.sink]

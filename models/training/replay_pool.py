"""Keeps labelled examples in memory and uses them several times.

The teacher's answer takes a good part of the student's training step. So each labelled example is
drawn `reuse` times on average before a newer one replaces it. The pool is filled before the first
draw. A growing pool would show its first examples ten times more often than its last ones, and the
predictor learnt those by heart.
"""
import torch

BATCHES = 128


class ReplayPool:
    """A pool of examples. `produce(n)` returns a tuple of tensors with n rows. Checkpoints do not
    hold the pool, so a resumed run fills it anew."""

    def __init__(self, produce, batch, reuse, rng, batches=BATCHES):
        self.produce, self.batch, self.rng = produce, batch, rng
        self.fresh_per_batch, self.owed, self.next = batch / reuse, 0.0, 0
        self.chunk = max(4, batch // 2)
        chunks = [produce(self.chunk) for _ in range(batches * batch // self.chunk)]
        self.columns = [torch.cat(column) for column in zip(*chunks)]
        self.size = len(self.columns[0])

    def draw(self):
        """Replaces as many examples as the reuse rate demands, and returns one batch drawn
        uniformly from the pool."""
        self.owed += self.fresh_per_batch
        while self.owed >= self.chunk:
            for column, values in zip(self.columns, self.produce(self.chunk)):
                column[self.next:self.next + self.chunk] = values
            self.next = (self.next + self.chunk) % self.size
            self.owed -= self.chunk
        rows = self.rng.choice(self.size, self.batch, replace=False)
        return [column[rows] for column in self.columns]

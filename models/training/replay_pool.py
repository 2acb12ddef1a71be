"""Labelled examples kept in memory and used several times.

The teacher's answer costs a good part of the student's training step. Each labelled example is
therefore drawn `reuse` times on average before a newer one takes its place. The pool is filled before
the first draw: a pool that grows shows its first examples ten times more often than its last, and the
predictor learnt those by heart.
"""
import torch

BATCHES = 128


class ReplayPool:
    """`produce(n)` → tuple of tensors with n rows. Not saved in checkpoints: it is filled anew."""

    def __init__(self, produce, batch, reuse, rng, batches=BATCHES):
        self.produce, self.batch, self.rng = produce, batch, rng
        self.fresh_per_batch, self.owed, self.next = batch / reuse, 0.0, 0
        self.chunk = max(4, batch // 2)
        chunks = [produce(self.chunk) for _ in range(batches * batch // self.chunk)]
        self.columns = [torch.cat(column) for column in zip(*chunks)]
        self.size = len(self.columns[0])

    def draw(self):
        """One batch, uniformly from the pool, after bringing in what the reuse rate owes."""
        self.owed += self.fresh_per_batch
        while self.owed >= self.chunk:
            for column, values in zip(self.columns, self.produce(self.chunk)):
                column[self.next:self.next + self.chunk] = values
            self.next = (self.next + self.chunk) % self.size
            self.owed -= self.chunk
        rows = self.rng.choice(self.size, self.batch, replace=False)
        return [column[rows] for column in self.columns]

"""Labelled examples kept in memory and used several times.

The teacher's answer costs about as much as the student's whole training step. Each labelled example
is therefore drawn `reuse` times on average before a newer one takes its place.
"""
class ReplayPool:
    """`produce(n)` → tuple of tensors with n rows. Not saved in checkpoints: it is filled anew."""

    def __init__(self, produce, capacity, batch, reuse, rng):
        self.produce, self.capacity, self.batch, self.rng = produce, capacity, batch, rng
        self.fresh_per_batch, self.owed = batch / reuse, 0.0
        self.columns, self.filled, self.next = None, 0, 0
        self.chunk = max(8, batch // 2)
        while self.filled < min(capacity, 12 * batch):
            self._add(self.produce(self.chunk))

    def _add(self, rows):
        if self.columns is None:
            self.columns = [r.new_empty((self.capacity, *r.shape[1:])) for r in rows]
        for i in range(len(rows[0])):
            for column, values in zip(self.columns, rows):
                column[self.next] = values[i]
            self.next = (self.next + 1) % self.capacity
            self.filled = min(self.filled + 1, self.capacity)

    def draw(self):
        """One batch, uniformly from the pool, after bringing in what the reuse rate owes."""
        self.owed += self.fresh_per_batch
        while self.owed >= self.chunk:
            self._add(self.produce(self.chunk))
            self.owed -= self.chunk
        rows = self.rng.choice(self.filled, self.batch, replace=False)
        return [column[rows] for column in self.columns]

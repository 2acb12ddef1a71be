"""Pseudo-random numbers as a pure function of (seed, name, index), in numpy.

engine/model/pseudo_random.hpp gives the same bits in C++.
"""

import numpy as np

_MASK = (1 << 64) - 1


def splitmix64(x):
    """Returns the finaliser of Steele, Lea & Flood (2014) of each element of a uint64 array."""
    x = np.asarray(x, np.uint64)
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def fnv1a(name):
    """Returns the 64-bit FNV-1a hash of the UTF-8 bytes of `name`."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = ((h ^ byte) * 0x100000001B3) & _MASK
    return h


class PseudoRandom:
    """Gives uniform numbers in [0, 1): 2^-24 times the top 24 bits of a hash.

    The hash is splitmix64(splitmix64(seed ^ fnv1a(name)) + index).
    """

    def __init__(self, seed, name):
        self._base = splitmix64(np.uint64((seed ^ fnv1a(name)) & _MASK))

    def bits24(self, index):
        """Returns the 24 random bits as integers, for formulas that must stay exact."""
        with np.errstate(over="ignore"):
            mixed = splitmix64(self._base + np.asarray(index, np.uint64))
        return (mixed >> np.uint64(40)).astype(np.int64)

    def unit(self, index):
        return self.bits24(index).astype(np.float32) * np.float32(2.0**-24)

    def symmetric(self, index):
        """Returns uniform numbers in [-1, 1)."""
        return np.float32(2) * self.unit(index) - np.float32(1)


def checksum(values):
    """Returns a 64-bit sum over the bits of float32 values that depends on their order.
    tests/support has it in C++."""
    bits = np.ascontiguousarray(values, np.float32).reshape(-1).view(np.uint32)
    bits = bits.astype(np.uint64)
    index = np.arange(bits.size, dtype=np.uint64)
    return int(np.sum(splitmix64((index << np.uint64(32)) | bits), dtype=np.uint64))

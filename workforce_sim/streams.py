"""Luck: the only place where chance is made, as a pure function of who, what for and which time.

In: (study seed, replication, who, purpose, count). Out: four independent 32-bit uniform integers.
Nothing is consumed and nothing is remembered, so the order of events cannot change anyone's luck.

Generator: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC11, 2011),
checked in the tests against the Random123 known answers. The same source runs compiled and plain.
"""

from __future__ import annotations

import hashlib
from enum import IntEnum

import numpy as np
from numba import njit

from workforce_sim import compiled

compiled.use_cache()

WORD = 0xFFFFFFFF
"""Greatest 32-bit word. A chance p is stored as the threshold round(p * 2**32): it happens if word < threshold."""

CERTAIN = 1 << 32
"""Threshold of a sure event."""


class Purpose(IntEnum):
    """What a draw is for. Numbers are part of the promise that results repeat: never reuse or renumber one."""

    REFERRALS = 1  # how many are referred by a source on a day
    PERSON = 2  # group, remote ability, deterred from being referred, prefers remote
    ARRIVAL = 3  # severity at first referral
    TRIAGE = 4  # declined, bounces back, delay of the bounce, urgent
    BEFALL = 5  # what happens at a candidate day, days to the next
    ASSESSMENT = 6  # attends, remote, joint, needs a second one
    OUTCOME = 7  # goes on to treatment, package
    COURSE = 8  # contacts planned, drops out at handover, longer course
    CONTACT = 9  # attends, days to the next, remote, may be covered by support roles
    RETURN = 10  # comes back, after how long
    OPENING = 11  # the people found on the first day
    OPT_IN = 12  # answers the invitation, after how long
    STEP = 13  # goes on to another package
    REVIEW = 14  # is found ready to leave
    REMOTE = 15  # drops out after a remote contact
    PERSON_IN_POST = 20  # tenure of those found in post
    LEAVING = 21  # leaves at a candidate day
    ANNUAL_LEAVE = 22
    STUDY = 23
    SICKNESS = 24
    HIRING = 25  # is a round successful; how far has an open vacancy come on the first day; filled from below
    LONG_SICKNESS = 26  # begins on a candidate day, days to the next; length of the spell
    PARENTAL = 27
    TRAINING = 28  # day of giving up; stays after qualifying


@njit(cache=True, inline="always")
def philox(c0, c1, c2, c3, k0, k1):  # type: ignore[no-untyped-def]
    """Philox 4x32-10 of a 4-word counter and a 2-word key: four words, each an int in [0, 2**32)."""
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0 = ((p1 >> 32) & 0xFFFFFFFF) ^ c1 ^ k0
        c2 = ((p0 >> 32) & 0xFFFFFFFF) ^ c3 ^ k1
        c1 = p1 & 0xFFFFFFFF
        c3 = p0 & 0xFFFFFFFF
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


@njit(cache=True)
def luck(seed, replication, who, purpose, count):  # type: ignore[no-untyped-def]
    """Four 32-bit words of luck for `who` (64-bit key), `purpose` (Purpose) and `count` (32 bit, from 0)."""
    who, count, seed, replication = int(who), int(count), int(seed), int(replication)  # no narrow integers, if plain
    return philox(who & 0xFFFFFFFF, (who >> 32) & 0xFFFFFFFF, purpose, count & 0xFFFFFFFF, seed, replication)


@njit(cache=True)
def _fill(words, seed, replication, who, purpose, count):  # type: ignore[no-untyped-def]
    for i in range(who.shape[0]):
        words[0, i], words[1, i], words[2, i], words[3, i] = luck(seed, replication, who[i], purpose, count[i])


def luck_of_many(seed: int, replication: int, who: np.ndarray, purpose: int, count: np.ndarray | int) -> np.ndarray:
    """`luck` for many at once: int64, (word 0..3, one per `who`). `who`: int64, (n,); `count`: one, or one each."""
    words = np.empty((4, len(who)), dtype=np.int64)
    _fill(words, seed, replication, who, int(purpose), np.broadcast_to(np.asarray(count, dtype=np.int64), who.shape))
    return words


def name_key(*parts: str) -> int:
    """A 24-bit number made from names, the same on every machine and in every order of declaration."""
    return int.from_bytes(hashlib.blake2b("/".join(parts).encode(), digest_size=3).digest(), "big")


def threshold(chance: float) -> int:
    """The integer that a word of luck is less than with probability `chance`, to within 2**-32."""
    return min(CERTAIN, max(0, round(chance * CERTAIN)))


def thresholds(chances: np.ndarray) -> np.ndarray:
    """int64, shape of `chances`: the `threshold` of each."""
    return np.asarray(np.clip(np.rint(chances * CERTAIN), 0, CERTAIN), dtype=np.int64)

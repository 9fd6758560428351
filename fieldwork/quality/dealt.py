"""Interviews of an area dealt out again by lot to those who took them, and how small a p chance then shows."""

from collections.abc import Iterator

import numpy as np

DEALS = 300
TIED = 1e-9  # of a probability: what a sum in another order changes


def dealt_again(
    area: np.ndarray, who: np.ndarray, *, rng: np.random.Generator, deals: int = DEALS
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each area with several interviewers: the places of its n interviews, and orders of these (deals, n).

    area, who (n,): codes;  in a deal the interviewer of the k-th interview gets the one that stands k-th in the order
    """
    for rows in areas_apart(area):
        if (who[rows] != who[rows[0]]).any():
            yield rows, rng.permuted(np.tile(np.arange(len(rows), dtype=np.int32), (deals, 1)), axis=1)


def areas_apart(area: np.ndarray) -> list[np.ndarray]:
    """The places of each area's interviews."""
    order = np.argsort(area, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(area[order])) + 1) if len(order) else []


def among(order: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """The same deals (deals, m) of the m interviews that are kept (n,) alone."""
    if kept.all():
        return order
    places = np.cumsum(kept) - 1
    return places[order[kept[order]]].reshape(len(order), int(kept.sum()))


def adjusted(p: np.ndarray, of_deals: np.ndarray) -> np.ndarray:
    """Probabilities (m,) adjusted for the number of tests: how often chance has one as small among those not smaller.

    Step-down min P: Westfall & Young (1993), algorithm 2.8; the wave itself is counted as one of the deals, so that
    the error holds for any number of them.
    of_deals (deals, m): the same probabilities when the interviews are dealt out again
    """
    order = np.argsort(p, kind="stable")
    least = np.minimum.accumulate(of_deals[:, order][:, ::-1], axis=1)[:, ::-1]
    as_small = (1 + (least <= p[order] * (1 + TIED)).sum(axis=0)) / (len(of_deals) + 1)
    stepped = np.empty(len(p))
    stepped[order] = np.maximum.accumulate(as_small)
    return stepped

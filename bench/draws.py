"""Whether weights are right: Σw and totals of chains of waves beside the truth, over many draws of one population.

    make bench            (or: .venv/bin/python -m bench.draws [--quick])

Each replication is a small population of its own strata, 3 strata of some 70 people, drawn in one pass with all others.
y is large for those who have just left the stratum in which most are called: weights N/n would miss them.  A line says
the mean relative error of Σw and of Σwy, and z, that error over its standard error.  Where people move, a relative bias
of the order 1/N_h is stated by `draw_rested`: 0.01 is allowed beside three standard errors.
"""

import numpy as np
import pandas as pd

from bench.measured import quick_asked
from estimation.weighting.weights import phone_weight
from sampling import Succession, draw_key, draw_rested, released, split_releases
from sampling.draw.past import PastWave, released_rates

PEOPLE, WAVES, BLOCK, PARTS = (
    210,
    4,
    400,
    10,
)  # of a replication; replications at once, and how often
ALLOWED, LARGEST = 0.01, 3
PORTIONS = (0.5, 0.5)
CASES: dict[str, dict] = {  # rest, kept part, share that moves, that comes or goes, and how many portions are out
    "one wave, half of its portions": {"waves": 1, "through": 1},
    "four waves, nobody moves": {"rest": 3},
    "four waves, half kept": {"rest": 3, "keep": 0.5},
    "four waves, 10 % move, 4 % come or go": {"rest": 3, "moving": 0.10, "changing": 0.04},
    "the same, half kept": {"rest": 2, "keep": 0.5, "moving": 0.10, "changing": 0.04},
    "the same, half of the portions": {"rest": 4, "moving": 0.10, "changing": 0.04, "through": 1},
}


def main(quick: bool) -> None:
    """One line for each case."""
    block, parts = (50, 1) if quick else (BLOCK, PARTS)
    print(f"{block * parts:,} replications: relative error of Σw and of Σwy, and z")
    missed = False
    for name, case in CASES.items():
        errors = np.concatenate([_chain(part, block, **case) for part in range(parts)], axis=1)
        missed |= _say(name, errors, ALLOWED if case.get("moving") else 0.0)
    errors = np.concatenate([_two_frames(part, block) for part in range(parts)], axis=1)
    missed |= _say("two frames of telephones", errors, 0.0)
    print("* beyond what is allowed" if missed else "all within what is allowed")


def _say(name: str, errors: np.ndarray, allowed: float) -> bool:
    """Print a case's line; errors (2,R): of Σw and of Σwy. Gives whether one of them is beyond what is allowed."""
    mean, standard = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(errors.shape[1])
    beyond = np.abs(mean) > allowed + LARGEST * standard + 1e-12
    z = np.divide(mean, standard, out=np.zeros(2), where=standard > 1e-12)
    print(
        f"{name:40}{mean[0]:+9.5f} z {z[0]:+5.1f}{mean[1]:+12.5f} z {z[1]:+5.1f}{' *' * bool(beyond.any())}", flush=True
    )
    return bool(beyond.any())


def _chain(
    part: int,
    blocks: int,
    *,
    waves: int = WAVES,
    rest: int = 3,
    keep: float = 0.0,
    moving: float = 0.0,
    changing: float = 0.0,
    through: int = 2,
) -> np.ndarray:
    """Relative errors of Σw and Σwy (2,R) of the last wave of a chain; through: the portions that are out in each."""
    rng = np.random.default_rng(5)  # one population; chance is in the keys
    home, there = [rng.integers(0, 3, PEOPLE)], [rng.random(PEOPLE) < 0.93]
    for _ in range(waves):
        home.append(np.where(rng.random(PEOPLE) < moving, rng.integers(0, 3, PEOPLE), home[-1]))
        there.append(there[-1] ^ (rng.random(PEOPLE) < changing))
    y = 0.1 + 0.1 * rng.random(PEOPLE) + (home[waves - 1] == 0) * (home[max(waves - 2, 0)] == 1)
    allocation = {f"{b:05d}-{h}": (6, 14, 6)[h] for b in range(blocks) for h in range(3)}
    past: list[PastWave] = []
    drawn = pd.DataFrame()
    for t in range(waves):
        here = np.flatnonzero(there[t])
        ids = [f"{b:05d}-{i:03d}" for b in range(blocks) for i in here]
        strata = [f"{b:05d}-{h}" for b in range(blocks) for h in home[t][here]]
        frame = pd.DataFrame({"unit_id": ids, "stratum": strata})
        key = draw_key(f"a seed of the bench {part}", f"w{t}", None)
        succession = Succession(rest, keep if t else 0.0, past=past)
        drawn, rates = draw_rested(frame, allocation, succession, key=key)
        drawn = split_releases(drawn, PORTIONS)
        out = frozenset(released(drawn, through).unit_id)
        by_unit = frame.set_index("unit_id").stratum
        past.append(PastWave(f"w{t}", rest, by_unit, out, released_rates(rates, drawn, through)))
    drawn = released(drawn, through)
    number = drawn.unit_id.str[6:].astype(int).to_numpy()
    return _errors(
        drawn.base_weight.to_numpy(), y[number], drawn.unit_id.str[:5].astype(int), y[there[waves - 1]], blocks
    )


def _two_frames(part: int, blocks: int) -> np.ndarray:
    """The same of 12 landlines and 30 mobiles drawn by number, weighted for all numbers that reach a person."""
    rng = np.random.default_rng(5)
    household = np.repeat(np.arange(PEOPLE // 2), 2)
    lines = rng.choice([0, 1, 1, 2], PEOPLE // 2)[household]
    mobiles = np.where(lines == 0, 1, rng.choice([0, 1, 1, 2], PEOPLE))
    y = 0.2 + (mobiles == 2) + rng.random(PEOPLE)
    of_line = np.repeat(np.arange(PEOPLE // 2), lines[::2])  # a landline is its household's
    of_mobile = np.repeat(np.arange(PEOPLE), mobiles)
    chance = np.random.default_rng([6, part])
    weights, values, of_block = [], [], []
    for block in range(blocks):
        asked = 2 * of_line[chance.choice(len(of_line), 12, replace=False)] + chance.integers(
            0, 2, 12
        )  # one of two adults
        reached = np.concatenate([asked, of_mobile[chance.choice(len(of_mobile), 30, replace=False)]])
        shares = 12 / len(of_line), 30 / len(of_mobile)
        weights.append(phone_weight(*shares, lines[reached], np.full(42, 2), mobiles[reached]))
        values.append(y[reached])
        of_block.append(np.full(42, block))
    return _errors(*(np.concatenate(of) for of in (weights, values, of_block)), y, blocks)


def _errors(weight: np.ndarray, y: np.ndarray, block, truth: np.ndarray, blocks: int) -> np.ndarray:
    """Σw/N - 1 and Σwy/Y - 1 (2,R) of each replication; truth: y of everybody."""
    counted = np.bincount(block, weights=weight, minlength=blocks) / len(truth)
    return np.stack([counted, np.bincount(block, weights=weight * y, minlength=blocks) / truth.sum()]) - 1


if __name__ == "__main__":
    main(quick_asked())

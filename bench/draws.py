"""Whether weights are right: Σw and totals of chains of waves beside the truth, over many draws of one population.

    make bench            (or: .venv/bin/python -m bench.draws [--quick])

Each replication is a small population of its own strata, 3 strata of 42, 53 and 71 people, drawn in one pass with all
others.  y is large for those who have just left the stratum in which most are called: weights N/n would miss them.  A
line says the mean relative error of Σw and of Σwy, and z, that error over its standard error.

Where no stratum is used up and no answer decides who is called again, w is exact in expectation (`courses`), whoever
moves: nothing is allowed beside three standard errors.  Otherwise a bias of the order 1/N_h is
stated.  Those cases are drawn again with the same people three and ten times over: the bias must fall as fast as 1/N_h.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.measured import quick_asked
from estimation.weighting.weights import phone_weight
from sampling import Spread, Succession, draw_key, draw_rested, released, split_releases
from sampling.draw.past import PastWave, released_rates

PEOPLE, BLOCK, PARTS = 210, 400, 10  # of a replication; replications at once, and how often
LARGEST, SIZES, QUICK_SIZES = 3, (1, 3, 10), (1, 2)
PORTIONS, ANSWERING = (0.5, 0.5), 0.6


@dataclass(frozen=True)
class Case:
    """A chain of waves: what is planned, who moves, and how often every person is there.

    moving, changing  the shares that move, and that come or go, from wave to wave
    sample            n_h of the strata, for every copy of the people
    through           how many of two portions are out in each wave
    spread            how the people, whose age and sex are known, are sorted or balanced
    exact             whether Σw and Σwy must be right in expectation, to the last digit
    """

    waves: int = 4
    rest: int = 3
    keep: float = 0.0
    respondents: bool = False
    rotation: tuple[int, ...] | None = None
    moving: float = 0.10
    changing: float = 0.04
    sample: tuple[int, int, int] = (6, 8, 6)
    through: int = 2
    spread: Spread | None = None
    exact: bool = False


STILL: dict[str, Any] = {"moving": 0.0, "changing": 0.0, "exact": True}
CASES = {
    "one wave, half of its portions": Case(waves=1, through=1, exact=True),
    "four waves, nobody moves": Case(**STILL),
    "four waves, nobody moves, half kept": Case(keep=0.5, **STILL),
    "10 % move, 4 % come or go": Case(exact=True),
    "the same, half of the portions": Case(rest=4, sample=(8, 12, 8), through=1, exact=True),
    "10 % move, sorted by age": Case(spread=Spread("sorted", ("age",)), exact=True),
    "10 % move, balanced on age and sex": Case(spread=Spread("balanced", ("age", "sex")), exact=True),
    "a stratum used up in every other draw": Case(sample=(6, 13, 6)),
    "seven waves, called again after two": Case(waves=7, rest=2, exact=True),
    "half kept": Case(rest=2, keep=0.5, sample=(6, 14, 6), exact=True),
    "half of those who answered kept": Case(rest=2, keep=0.5, respondents=True, sample=(6, 14, 6)),
    "rotation 2-1-1": Case(waves=5, rest=2, rotation=(2, 1, 1), exact=True),
    "rotation 2-1-1, 2 % move": Case(waves=5, rest=2, rotation=(2, 1, 1), moving=0.02, changing=0.01, exact=True),
    "rotation 2-1-1, one or two in a group": Case(waves=5, rest=2, rotation=(2, 1, 1), sample=(3, 4, 3), exact=True),
    "rotation 2-2-2, nine waves": Case(waves=9, rest=1, rotation=(2, 2, 2), sample=(8, 8, 8), exact=True),
}
QUICK_CASES = (  # of --quick: every kind of draw once
    "one wave, half of its portions",
    "10 % move, sorted by age",
    "10 % move, balanced on age and sex",
    "half of those who answered kept",
    "rotation 2-1-1",
)


def main(quick: bool) -> None:
    """One line for each case and size."""
    block, parts = (4, 1) if quick else (BLOCK, PARTS)
    cases = {name: CASES[name] for name in QUICK_CASES} if quick else CASES
    print(f"{block * parts:,} replications: relative error of Σw and of Σwy, and z")
    missed = False
    for name, case in cases.items():
        first: tuple[np.ndarray, np.ndarray] | None = None
        for size in (1,) if case.exact else QUICK_SIZES if quick else SIZES:
            errors = np.concatenate([_chain(part, max(block // size, 2), case, size) for part in range(parts)], axis=1)
            measured = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(errors.shape[1])
            bias, its_error = (np.zeros(2), np.zeros(2)) if case.exact else (first or measured)
            label = name if case.exact else f"{name}, people {size}×"
            missed |= _say(label, *measured, np.abs(bias) / size, its_error / size)
            first = first or measured
    errors = np.concatenate([_two_frames(part, block) for part in range(parts)], axis=1)
    mean, standard = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(errors.shape[1])
    missed |= _say("two frames of telephones", mean, standard, np.zeros(2), np.zeros(2))
    print("* beyond what is allowed" if missed else "all within what is allowed")


def _say(name: str, mean: np.ndarray, standard: np.ndarray, allowed: np.ndarray, its_error: np.ndarray) -> bool:
    """Print the errors (2,) of Σw and of Σwy; gives whether one is above what is allowed by three standard errors.

    allowed, its_error  |bias| of the smallest size over this one, which was measured too, and its standard error
    """
    beyond = np.abs(mean) > allowed + LARGEST * np.hypot(standard, its_error) + 1e-12
    z = np.divide(mean, standard, out=np.zeros(2), where=standard > 1e-12)
    print(
        f"{name:52}{mean[0]:+9.5f} z {z[0]:+5.1f}{mean[1]:+12.5f} z {z[1]:+5.1f}{' *' * bool(beyond.any())}", flush=True
    )
    return bool(beyond.any())


def _chain(part: int, blocks: int, case: Case, size: int) -> np.ndarray:
    """Relative errors of Σw and Σwy (2,R) of the last wave of a chain, with everybody there `size` times."""
    rng = np.random.default_rng(5)  # one population; chance is in the keys, and in who answers
    home, there = [rng.integers(0, 3, PEOPLE)], [rng.random(PEOPLE) < 0.93]
    for _ in range(case.waves):
        home.append(np.where(rng.random(PEOPLE) < case.moving, rng.integers(0, 3, PEOPLE), home[-1]))
        there.append(there[-1] ^ (rng.random(PEOPLE) < case.changing))
    last = case.waves - 1
    y = 0.1 + 0.1 * rng.random(PEOPLE) + (home[last] == 0) * (home[max(last - 1, 0)] == 1)
    chance = np.random.default_rng([7, part, size])
    allocation = {f"{b:05d}-{h}": case.sample[h] * size for b in range(blocks) for h in range(3)}
    past: list[PastWave] = []
    drawn = pd.DataFrame()
    for t in range(case.waves):
        present = np.flatnonzero(there[t])
        people = [(i, c) for i in present for c in range(size)]
        ids = [f"{b:05d}-{i:03d}-{c}" for b in range(blocks) for i, c in people]
        strata = [f"{b:05d}-{home[t][i]}" for b in range(blocks) for i, _ in people]
        age = [str(18 + i % 60) for i, _ in people] * blocks
        sex = ["f" if i % 7 < 3 else "m" for i, _ in people] * blocks
        frame = pd.DataFrame({"unit_id": ids, "stratum": strata, "age": age, "sex": sex})
        panel = {"respondents": case.respondents and t > 0, "rotation": case.rotation, "past": past}
        succession = Succession(case.rest, case.keep if t else 0.0, **panel)
        drawn, rates = draw_rested(
            frame,
            allocation,
            succession,
            key=draw_key(f"a seed of the bench {part}", f"w{t}", None),
            spread=case.spread,
        )
        drawn = split_releases(drawn, PORTIONS)
        past.append(_past(f"w{t}", succession.keep, case, frame, drawn, rates, chance))
    out = released(drawn, case.through)
    number = out.unit_id.str[6:9].astype(int).to_numpy()
    truth = np.tile(y[there[last]], size)
    return _errors(out.base_weight.to_numpy(), y[number], out.unit_id.str[:5].astype(int), truth, blocks)


def _past(
    name: str, keep: float, case: Case, frame: pd.DataFrame, drawn: pd.DataFrame, rates: pd.DataFrame, chance
) -> PastWave:
    """A wave as the next one knows it; of those released six in ten answer, whoever they are."""
    out = released(drawn, case.through)
    answered = frozenset(out.unit_id[chance.random(len(out)) < ANSWERING]) if case.respondents else None
    joined = out.iloc[:0] if case.rotation is None else out[out.age != out["rest"]]
    of_groups = {} if case.rotation is None else dict(zip(joined.unit_id, joined.age.astype(int), strict=True))
    by_unit, part = frame.set_index("unit_id").stratum, released_rates(rates, drawn, case.through)
    return PastWave(
        name,
        case.rest,
        by_unit,
        frozenset(out.unit_id),
        part,
        answered,
        case.rotation,
        of_groups,
        keep,
        case.respondents,
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

"""Are the probabilities of ranks right?  What they say beside what is true, where few or many areas moved."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from estimation import INDEPENDENT, Estimate, ranks, shift_posterior, smooth_shares
from study.claims.draws import DEVIATION, MEAN
from words import Fault

AREAS, K, FALL = 70, 5, 0.05
SIZES = (125, 500, 2000)
KINDS = ("0", "1", "5", "spread1", "spread3")  # areas that fall by 5 points; all move, with so many points' deviation
FEW = ("0", "1", "5")
BANDS = (0.5, 0.8, 0.95, 1.0)
SAID = ("p_worse", "p_rank_worse", "p_last")
DIGITS = 9


def league(kind: str, n: int, rng: np.random.Generator) -> pd.DataFrame | None:
    """One row per area: SAID by the two-wave model, whether each is true (true_…), and whether the model fits.

    True shares are normal quantiles before; None where the model gives no answer.
    """
    before = MEAN + DEVIATION * ndtri((np.arange(AREAS) * 17 % AREAS + 0.5) / AREAS)
    after = before.copy()
    if kind in FEW:
        after[rng.choice(AREAS, int(kind), replace=False)] -= FALL
    else:
        after = np.clip(before + rng.normal(0, int(kind[len("spread") :]) / 100, AREAS), 0.5, 0.995)
    try:
        posterior = shift_posterior(_wave(before, n, rng), _wave(after, n, rng), cross=INDEPENDENT, k=K, rng=rng)
    except Fault:
        return None
    one, two = (ranks(np.round(x, DIGITS)) for x in (before, after))
    said = (posterior.p_score_worse, posterior.p_rank_worse, posterior.after.p_last)
    true = (np.round(after - before, DIGITS) < 0, two > one, ranks(after, largest_is_best=False) <= K)
    columns = dict(zip((*SAID, *(f"true_{name}" for name in SAID)), (*said, *true), strict=True))
    return pd.DataFrame(columns).assign(kind=kind, n=n, fits=bool(posterior.league.fit.fits))


def _wave(share, n: int, rng: np.random.Generator) -> Estimate:
    x = rng.binomial(n, share) / n
    plain = Estimate(tuple(range(len(x))), x, np.diag(x * (1 - x) / (n - 1)), n - 1.0)
    return smooth_shares(plain, np.full(len(x), float(n)))


def leagues(count: int, *, seed: int, begin: int = 0) -> pd.DataFrame:
    """Leagues begin .. begin+count-1, each from a stream of its own, kinds and sizes in turn."""
    tables, kinds = [], [(kind, n) for n in SIZES for kind in KINDS]
    for i in range(begin, begin + count):
        rng = np.random.Generator(np.random.Philox(key=[seed, i]))
        rows = league(*kinds[i % len(kinds)], rng)
        tables += [] if rows is None else [rows.assign(league=i)]
    return pd.concat(tables, ignore_index=True)


def calibration(rows: pd.DataFrame) -> pd.DataFrame:
    """Where the model fits: the mean probability said, the part that was true and its error, by `few`, name and band.

    error: of `true`, with leagues as the units;  wrong: of leagues with such areas, the part where none is
    """
    fitting, lines = rows[rows.fits], []
    for few, part in fitting.groupby(fitting.kind.isin(FEW)):
        for name in SAID:
            band = np.digitize(part[name], BANDS[:-1])
            for b, low in enumerate(BANDS[:-1], start=1):
                in_band = part[band == b]
                if len(in_band):
                    by_league = in_band.groupby("league")[f"true_{name}"].agg(["sum", "size"])
                    true = by_league["sum"].sum() / by_league["size"].sum()
                    error = (
                        np.sqrt(((by_league["sum"] - true * by_league["size"]) ** 2).sum()) / by_league["size"].sum()
                    )
                    wrong = (by_league["sum"] == 0).mean()
                    lines.append([few, name, low, BANDS[b], in_band[name].mean(), true, error, wrong, len(in_band)])
    columns = ["few", "name", "low", "high", "said", "true", "error", "wrong", "count"]
    return pd.DataFrame(lines, columns=columns)


def kept(folder: Path, count: int, *, seed: int, at_once: int = 15, until=lambda: False) -> pd.DataFrame:
    """`count` leagues, kept in `folder` in parts: a run that was stopped goes on; `until` says when to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    for begin in range(0, count, at_once):
        file = folder / f"probabilities{begin:06d}.csv"
        if not file.exists() and (begin == 0 or not until()):  # at least one part, however little time there is
            leagues(min(at_once, count - begin), seed=seed, begin=begin).to_csv(file, index=False)
    parts = sorted(folder.glob("probabilities*.csv"))
    return pd.concat([pd.read_csv(part, dtype={"kind": str}) for part in parts], ignore_index=True)

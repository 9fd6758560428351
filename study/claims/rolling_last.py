"""How many of the listed last five are truly among the last five: by a quarter, and by a rolling year of quarters.

`python -m study.claims.rolling_last` prints a table of simulated leagues.  Townships have true shares normal about
the mean, cut at 99.5 %; a quarter asks n people each, independently of every other quarter; all areas tied at the
fifth-last place are listed.
"""

import numpy as np

from words import speaker

AREAS, N, K, MEAN, QUARTERS, LEAGUES = 70, 60, 5, 0.8955, 4, 4_000
SPREADS = (0.0, 0.02, 0.03, 0.04, 0.05)


def right(spread: float, *, rng: np.random.Generator, leagues: int = LEAGUES) -> dict[int, tuple[float, float]]:
    """Quarters -> (how many of five places are truly deserved on average, how many areas are listed on average).

    Of more than five listed because of ties, a place counts as 5/listed of one, as if five were drawn by lot.
    """
    deserved: dict[int, tuple[float, float]] = {}
    truth = np.minimum(rng.normal(MEAN, spread, (leagues, AREAS)) + rng.uniform(0, 1e-9, (leagues, AREAS)), 0.995)
    last = np.zeros((leagues, AREAS), dtype=bool)
    np.put_along_axis(last, np.argsort(truth, axis=1)[:, :K], True, axis=1)
    for quarters in (1, QUARTERS):
        safe = rng.binomial(N * quarters, truth)
        fifth = np.sort(safe, axis=1)[:, [K - 1]]
        listed = safe <= fifth
        counts = listed.sum(axis=1)
        deserved[quarters] = float((K * (listed & last).sum(axis=1) / counts).mean()), float(counts.mean())
    return deserved


def main() -> None:
    t = speaker("en")
    for spread in SPREADS:
        found = right(spread, rng=np.random.default_rng(20))
        (one, ties), (year, ties_year) = found[1], found[QUARTERS]
        values = {"one": one, "ties": ties, "year": year, "ties_year": ties_year}
        print(t("study.rolling_line", areas=AREAS, n=N, spread=spread, **values))


if __name__ == "__main__":
    main()

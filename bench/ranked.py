"""One measurement of ranks in a process of its own, as in bench.measured: CPU time of one thread, one line of JSON."""

import json
import resource
import signal
import sys
import time
from pathlib import Path

from bench.measured import cpu_seconds, peak

DRAWS = 1_000
SPREAD = 3.0  # standard deviation of the true values, in median standard errors
MEMORY_GUARD = 12 * 2**30  # address space a peer may take, in bytes


def league(p: int, errors: str, seed: int = 1):
    """True values θ ~ N(0, SPREAD²), standard errors (p,) and estimates x = θ + error, areas independent.

    errors: "equal", all 1;  "mild", uniform in 0.5 to 2;  "very unequal", exp(1.5 N(0,1)).
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    normal, uniform = rng.standard_normal(p), rng.uniform(0.5, 2, p)
    se = {"equal": np.ones(p), "mild": uniform, "very unequal": np.exp(1.5 * normal)}[errors]
    truth = SPREAD * rng.standard_normal(p)
    return truth, se, truth + se * rng.standard_normal(p)


def sets(p: int, errors: str, df: float = float("inf"), correlated: str = "", repeats: int = 5, **options) -> dict:
    """Rank sets beside the floor: the draws Z ~ N(0, Σ) and np.sign of all p² differences, no more.

    correlated: Σ = LL' + diag(se²), dense; "weakly" with 20 common factors of half the variance se² (correlations 0.07
    in root mean square), "by factors" with 3 of as much (0.25); "by neighbours": Σ_jk = 0.9^|j-k| se_j se_k.  The floor
    then takes Cholesky's root and multiplies.
    Times without the making of the Estimate; peak of the whole process, with it.
    """
    import numpy as np
    import scipy.sparse as sp

    from estimation import Estimate, rank_confidence_set

    imported = peak()
    _, se, x = league(p, errors)
    if correlated == "by neighbours":
        covariance = 0.9 ** np.abs(np.subtract.outer(np.arange(p), np.arange(p))) * np.outer(se, se)
    elif correlated:
        factors, share = {"weakly": (20, 0.5), "by factors": (3, 1.0)}[correlated]
        loading = np.random.default_rng(2).standard_normal((p, factors)) * se[:, None] * np.sqrt(share / factors)
        covariance = loading @ loading.T + np.diag(se**2)
    else:
        covariance = sp.diags_array(se**2).tocsr()
    estimate = Estimate(tuple(range(p)), x, covariance, df)

    def ours():
        return rank_confidence_set(estimate, rng=np.random.default_rng(3), draws=DRAWS, **options)

    def floor():
        z = np.random.default_rng(3).standard_normal((DRAWS, p))
        z = z @ np.linalg.cholesky(covariance).T if correlated else z * se
        return z, np.sign(x[:, None] - x)

    rank_sets = ours()
    highest = peak()
    bare, taken = cpu_seconds(floor, ours, repeats=repeats)
    width = float(np.mean(rank_sets.upper - rank_sets.lower + 1))
    return {"floor": bare, "seconds": taken, "peak": highest, "imported": imported, "width": width}


def waves(p: int, draws: int = DRAWS, repeats: int = 3) -> dict:
    """Block R of two waves of p independent areas, an area's two estimates correlated by a half; Σ and C sparse."""
    import numpy as np

    from estimation import rank_change

    imported = peak()
    before, after, cross = two_waves(p)

    def ours():
        return rank_change(before, after, cross=cross, rng=np.random.default_rng(3), draws=draws)

    ours()
    highest = peak()
    (taken,) = cpu_seconds(ours, repeats=repeats)
    return {"seconds": taken, "peak": highest, "imported": imported}


def comparison(p: int, repeats: int = 5) -> dict:
    """`compare_league` as it is called by default: every level of change and the verdict on each of p areas."""
    import numpy as np

    from estimation import compare_league

    imported = peak()
    before, after, cross = two_waves(p)

    def ours():
        return compare_league(before, after, cross=cross, rng=np.random.default_rng(3))

    ours()
    highest = peak()
    (taken,) = cpu_seconds(ours, repeats=repeats)
    return {"seconds": taken, "peak": highest, "imported": imported}


def two_waves(p: int):
    """Before, after and the covariance between them: "mild" errors, true values that moved by half an error."""
    import numpy as np
    import scipy.sparse as sp

    from estimation import Estimate

    rng = np.random.default_rng(2)
    truth, se, x = league(p, "mild")
    y = truth + 0.5 * rng.standard_normal(p) + 0.5 * (x - truth) + np.sqrt(0.75) * se * rng.standard_normal(p)
    variance = sp.diags_array(se**2).tocsr()
    names = tuple(range(p))
    return Estimate(names, x, variance, np.inf), Estimate(names, y, variance, np.inf), 0.5 * variance


def peer(p: int, stepdown: bool, repeats: int, patience: int, path: str) -> dict:
    """multiple-inference: SimultaneousRanking fitted and asked for its 95 % sets; its draws are kept for us in `path`.

    It is asked for nothing else, but its fit also works out p- and q-values of all pairs, and draws twice.
    Stopped after `patience` CPU seconds or at MEMORY_GUARD: then {"after", "why"}.
    """
    import numpy as np
    from multiple_inference.confidence_set import SimultaneousRanking

    _, se, x = league(p, "mild")
    results = {}

    def theirs():
        results["model"] = SimultaneousRanking(x, np.diag(se**2), random_state=1).fit(n_samples=DRAWS)
        results["sets"] = results["model"].conf_int(0.05, fast=not stepdown)

    def stop(*_):
        raise TimeoutError(f"{patience:,} s")

    signal.signal(signal.SIGXCPU, stop)
    start = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(start) + patience, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_GUARD, MEMORY_GUARD))
    try:
        (taken,) = cpu_seconds(theirs, repeats=repeats)
    except (TimeoutError, MemoryError) as error:
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        why = str(error) if isinstance(error, TimeoutError) else f"{MEMORY_GUARD / 2**30:.0f} GiB"
        return {"after": time.process_time() - start, "why": why, "peak": peak()}
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    np.save(path, results["model"]._pairwise_comparison._rvs - x)
    return {"seconds": taken, "peak": peak(), "sets": np.asarray(results["sets"]).tolist()}


def beside_peer(p: int, stepdown: bool, path: str) -> dict:
    """Ours on the peer's league and, if `path` has them, our sets from the peer's own draws."""
    import numpy as np

    from estimation import Estimate, rank_confidence_set

    _, se, x = league(p, "mild")
    estimate = Estimate(tuple(range(p)), x, np.diag(se**2), np.inf)

    def ours(draws=DRAWS):
        return rank_confidence_set(estimate, rng=np.random.default_rng(3), draws=draws, stepdown=stepdown)

    ours()
    highest = peak()
    (taken,) = cpu_seconds(ours, repeats=9)
    results = {"seconds": taken, "peak": highest}
    if Path(path).exists():
        same = ours(np.load(path))
        results["sets"] = np.stack([same.lower, same.upper], axis=1).tolist()
    return results


if __name__ == "__main__":
    task, options = sys.argv[1:]
    tasks = {each.__name__: each for each in (sets, waves, comparison, peer, beside_peer)}
    print(json.dumps(tasks[task](**json.loads(options))))

"""What a sample plan will be able to tell: each area's precision, the cost, the last five areas, and falls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import scipy

from estimation import Estimate, usual_comparisons
from sampling.planning.area_precision import area_precision, spread_within
from sampling.planning.change_power import LEVELS, fall_curve
from sampling.planning.kept import kept_comparisons, overlaps_of
from sampling.planning.power import Progress, interviews_for, last_k_curve, league_rates
from words import Fault

LAST = 5  # areas on the list of the last
GRID = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 6.0, 8.0, 16.0)  # of the plan's interviews
DRAWS = 1_000  # leagues simulated for each number of interviews
FALLING = 100  # of them in which areas fall, ten in turn
EARLIEST = ("quarters", "quarters_panel", "years")  # designs in plans stored before falls were simulated


@dataclass(frozen=True)
class Assumed:
    """What a plan assumes about the areas before anybody has been asked.

    share          the true share in the middle area
    spread         the standard deviation of the areas' true shares
    fall           the fall of one area's share that should be noticed
    design_effect  of an area's estimate
    panel          the correlation of one person's two answers in a panel
    information    of an answer on a scale, as a multiple of a yes-or-no answer's (`estimation.score_information`)
    chance         the wanted chance that the list is right and that the fall is called
    wave, measure  earlier estimates from which the true shares are drawn instead of share and spread; None: assumed
    sd             of a mean of numbers, the known standard deviation of one answer; spread and fall are then in its
                   unit, and share says nothing; None: the plan is for a share
    """

    share: float = 0.9
    spread: float = 0.03
    fall: float = 0.05
    design_effect: float = 1.0
    panel: float = 0.5
    information: float = 2.2
    chance: float = 0.8
    wave: str | None = None
    measure: str | None = None
    sd: float | None = None

    def __post_init__(self):
        if not 0 < self.chance < 1:
            raise Fault(key="foresight.chance", found=self.chance)
        if (self.wave is None) != (self.measure is None):
            raise Fault(key="foresight.earlier", wave=str(self.wave), measure=str(self.measure))
        if self.sd is None:
            return
        if self.wave is not None:
            raise Fault(key="foresight.sd_earlier", wave=self.wave, measure=str(self.measure))
        if not (0 < self.sd < np.inf and 0 <= self.spread < self.sd and 0 < self.fall < self.sd):
            raise Fault(key="foresight.sd", sd=self.sd, spread=self.spread, fall=self.fall)

    @property
    def as_share(self) -> "Assumed":
        """The same to simulate shares: a mean with σ, spread s and fall f is like a share of 50 % with s/2σ and f/2σ.

        An answer of yes or no with p = ½ has the standard deviation ½, so that everything is as large as it was when
        counted in standard deviations; the answers' shape is lost, which a mean of many answers hardly shows.
        """
        if self.sd is None:
            return self
        return replace(self, share=0.5, spread=self.spread / (2 * self.sd), fall=self.fall / (2 * self.sd), sd=None)

    def rates(self, areas: int) -> np.ndarray:
        """True shares of m areas (m,): share + spread Φ⁻¹((j - 1/2)/m), kept within 0.01 and 0.99."""
        if not (0 < self.share < 1 and 0 <= self.spread < 0.5):
            raise Fault(key="foresight.assumed", share=self.share, spread=self.spread)
        middle = (np.arange(areas) + 0.5) / areas
        return np.clip(self.share + self.spread * scipy.stats.norm.ppf(middle), 0.01, 0.99)

    def leagues(self, areas: int, *, rng: np.random.Generator) -> np.ndarray:
        """The assumed shares in `DRAWS` random orders (DRAWS,m), so that any area may be among the last."""
        rates = self.rates(areas)
        return np.array([rng.permutation(rates) for _ in range(DRAWS)])


@dataclass(frozen=True, eq=False)
class Foresight:
    """What a plan's interviews can tell.

    k          how many areas count as the last
    precision  area, population, sample, margin, weight and, if it is known, cost; the last row is all areas (area None)
    power      one row per mean number of interviews per area; planned = True is the plan's own.  right: the chance that
               the last k are the true ones; wrong: the expected number of areas listed wrongly
    falls      design, interviews, score, standing, rank: the chance that the fall is called, by comparison and level
    error      the largest Monte-Carlo standard error of a chance; None in plans stored earlier, by normal theory
    basis      from what the true shares were drawn: wave, measure, name (of the measure, by language), estimated (how
               many areas have estimates); None: from the plan's assumptions
    kept       the part of each wave's people that the comparisons suppose to be called in the next one too; None: new
               people in every wave, beside a full panel
    """

    k: int
    precision: pd.DataFrame
    power: pd.DataFrame
    falls: pd.DataFrame
    error: float | None
    basis: Mapping | None = None
    kept: float | None = None

    @property
    def cost(self) -> float | None:
        """The cost of all interviews; None if the cost of one is not known."""
        return float(self.precision.cost.iloc[-1]) if "cost" in self.precision else None

    @property
    def designs(self) -> list[str]:
        """The comparisons, as `usual_comparisons` names them."""
        return list(dict.fromkeys(self.falls.design))

    def called(self, design: str, level: str) -> pd.Series:
        """The chance that the fall is called, by number of interviews."""
        return self.falls[self.falls.design == design].set_index("interviews")[level].astype(float)

    def interviews_for(self, chance: float, design: str | None = None, level: str | None = None) -> float:
        """The n per area at which the fall is called with this chance or, without a design, the last k are right.

        Infinite if even the largest n that was simulated does not reach it.
        """
        if design is None:
            curve = self.power.set_index("interviews").right
        else:
            assert level is not None
            curve = self.called(design, level)
        return interviews_for(curve.index, curve, chance)

    def plain(self) -> dict:
        """In values fit for JSON."""
        tables = {name: records(getattr(self, name)) for name in ("precision", "power", "falls")}
        basis = None if self.basis is None else dict(self.basis)
        kept = {} if self.kept is None else {"kept": self.kept}
        return {"k": self.k, "error": self.error, "basis": basis} | kept | tables

    @classmethod
    def read(cls, plain: Mapping) -> "Foresight":
        """From such values, also those of older plans, whose rows of power hold the falls by normal theory."""
        power = pd.DataFrame(plain["power"], columns=None if plain["power"] else POWER)
        if "falls" in plain:
            falls = pd.DataFrame(plain["falls"], columns=FALLS)
        else:
            parts = [_stored_falls(power, design) for design in EARLIEST if len(power)]
            falls = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=FALLS)
        later = plain.get("error"), plain.get("basis"), plain.get("kept")
        return cls(plain["k"], pd.DataFrame(plain["precision"]), power[POWER], falls, *later)


POWER = ["interviews", "planned", "right", "wrong"]
FALLS = ["design", "interviews", *LEVELS]


def foresee(
    areas: pd.DataFrame,
    assumed: Assumed,
    *,
    rng: np.random.Generator,
    cost: float | None = None,
    eligibility: float = 1.0,
    earlier: Estimate | None = None,
    kept: float = 0.0,
    rotation: Sequence[int] = (),
    answering: float = 1.0,
    respondents: bool = False,
    progress: Progress | None = None,
) -> Foresight:
    """What the interviews of each area can tell: `expected_precision`, `last_k_curve` and `fall_curve` of one plan.

    areas: area, population, sample (interviews) and perhaps represents, one row for each area or each of its strata
    (`area_precision`);  rng: of the simulated leagues;  cost: of an interview, if known
    eligibility: the part of an area's population that can be asked; the margins are of them (1 - n/N), the list of the
    last and the falls of the process behind them, as on the pages
    earlier: a wave's shares, the largest best, from which leagues are drawn (`league_rates`) instead of assumed
    kept: the part of each wave's people that is called in the next one too, or rotation: the plan of groups; falls are
    then those of such waves (`kept_comparisons`) and of no full panel;  answering: the part of those called again who
    answer, and respondents: whether only those are called again who answered (`overlaps_of`)
    progress(done, of): called after each part of the simulation
    """
    options: dict[str, Any] = {"deff": assumed.design_effect, "eligibility": eligibility, "cost": cost}
    precision = area_precision(areas, p=assumed.share, sd=assumed.sd, **options)
    names, n = list(precision.area[:-1]), precision["sample"].to_numpy(dtype=float)[:-1]
    m = len(names)
    k = min(LAST, m - 1)
    if k < 1 or not (n >= 1).all():
        return Foresight(k, precision, pd.DataFrame(columns=POWER), pd.DataFrame(columns=FALLS), None)
    of_share = assumed.as_share
    if earlier is None:
        leagues = of_share.leagues(m, rng=rng)
    else:
        leagues = league_rates(earlier, areas=names, draws=DRAWS, rng=rng)
    sizes = {round(n.mean() * g): n * g for g in sorted(GRID, key=lambda g: g == 1.0) if (n * g >= 1).all()}
    sizes = [sizes[mean] for mean in sorted(sizes)]  # one of a kind, the plan's own before any other
    widened = assumed.design_effect * spread_within(areas).to_numpy()
    options: dict[str, Any] = {"rng": rng, "design_effect": widened}
    curve = last_k_curve(leagues, sizes, k=k, draws=DRAWS, progress=_part(progress, 0), **options)
    designs = usual_comparisons(correlation=assumed.panel, information=assumed.information, watch=k)
    overlaps = overlaps_of(kept, rotation, answering=answering, respondents=respondents)
    if overlaps.any():
        plain_designs = {name: design for name, design in designs.items() if "panel" not in name}
        designs = kept_comparisons(plain_designs, overlaps=overlaps, correlation=assumed.panel)
    if assumed.sd is not None:  # what a score tells beyond a share is no question of a mean
        designs = {name: design for name, design in designs.items() if "score" not in name}
    options |= {"draws": FALLING, "progress": _part(progress, 1)}
    falls = fall_curve(leagues[:FALLING], sizes, designs, fall=of_share.fall, **options)
    power = pd.DataFrame({"interviews": curve.interviews, "right": curve.right, "wrong": curve.wrong})
    power["planned"] = np.isclose(power.interviews, n.mean())
    error = max(float(curve.error.max()), float(falls.error.to_numpy().max()))
    called_again = kept or float(overlaps_of(0.0, rotation, answering=1.0, respondents=False)[0])
    return Foresight(k, precision, power[POWER], falls.table, error, kept=called_again or None)


def records(table: pd.DataFrame) -> list[dict]:
    """The rows as mappings, with None for missing values."""
    rows = table.astype(object)
    return rows.where(rows.notna(), None).to_dict("records")


def _part(progress: Progress | None, part: int) -> Progress | None:
    """Progress within the first or second of two equal parts."""
    return None if progress is None else lambda done, of: progress(part * of + done, 2 * of)


def _stored_falls(power: pd.DataFrame, design: str) -> pd.DataFrame:
    chances = {level: power[f"{design}_{level}"] for level in LEVELS}
    return pd.DataFrame({"design": design, "interviews": power.interviews, **chances})

"""A wave of a chain: drawn after those that it continues, recorded, and verified together with all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np
import pandas as pd

from sampling.draw.past import RATES, PastWave, Strata, Succession, released_rates
from sampling.draw.releases import Through, is_out, split_releases
from sampling.draw.rested import draw_rested, rates_of_counts
from sampling.draw.roll import Roll, RollStrata, draw_rested_roll
from sampling.draw.seeded import draw_key
from sampling.draw.spread import Spread
from sampling.draw.turns import Turn
from sampling.proof.digests import answered_digest, frame_digests, released_digest, sample_digest
from sampling.proof.draw_plan import RESTED, DrawPlan
from sampling.proof.proof import Verification, check_value, differing_seed, differing_units
from sampling.proof.record import Continued, DrawRecord
from sampling.proof.slip import slip_of
from words import Fault


def rate_columns(plan: DrawPlan) -> list[str]:
    """The columns of a record's rates; the rate itself follows from them."""
    return [*RATES[:-1], *([] if plan.rotation is None else ["age"])]


@dataclass(frozen=True, eq=False)
class DrawnWave:
    """A wave of a chain as it was drawn.

    frame   unit_id, stratum, first_phase: who could be drawn; or the roll of a list too large for memory
    sample  the units drawn, as `record_rested` gave them
    answered  who of them answered, where the next wave calls respondents again; otherwise None
    """

    record: DrawRecord
    frame: pd.DataFrame | Roll
    sample: pd.DataFrame
    answered: frozenset[str] | None = None

    def continued(self, releases: Through) -> Continued:
        """What the line of a wave binds that continues this one when so many of its portions are released."""
        digest = released_digest(self.sample, releases)
        answered = None if self.answered is None else answered_digest(self.answered)
        return Continued(self.record.wave, slip_of(self.record), releases, digest, answered)

    def past(self, releases: Through) -> PastWave:
        """What the draw of a later wave needs to know of this one, of which so many portions were released."""
        plan = self.record.plan
        rotation = plan.rotation
        assert plan.rest is not None  # a rested draw
        counts = pd.DataFrame(self.record.rates, columns=pd.Index(rate_columns(plan)))
        new = set() if rotation is None else set(counts.age[counts.age != counts["rest"]].tolist())
        beginning = tuple(sorted({0, *new}))
        turn = replace(Turn.of(plan.rest, plan.keep or 0.0, bool(plan.respondents), rotation, 0), beginning=beginning)
        rates = rates_of_counts(counts, turn)
        out = self.sample[is_out(self.sample, releases)]
        joined = out.iloc[:0] if rotation is None else out[out.age != out["rest"]]
        return PastWave(
            self.record.wave,
            plan.rest,
            _strata(self.frame),
            frozenset(out.unit_id),
            released_rates(rates, self.sample, releases),
            self.answered,
            rotation,
            {} if rotation is None else dict(zip(joined.unit_id, joined.age.astype(int), strict=True)),
            plan.keep or 0.0,
            bool(plan.respondents),
        )


def record_rested(
    frame: pd.DataFrame | Roll,
    plan: DrawPlan,
    *,
    seed: str,
    wave: str,
    code: str,
    value: str | None = None,
    past: Sequence[PastWave] = (),
    continued: Continued | None = None,
    digests: tuple[str, str, str | None] | None = None,
) -> tuple[pd.DataFrame, DrawRecord]:
    """Draw a wave of a chain, split it into its portions, and record how it was drawn.

    frame      unit_id, stratum, first_phase (1 where the units are no sample themselves); or a roll
    value      the public value, if the plan names one
    past       the waves before it, oldest first
    continued  the last of them, as it was when this wave's line was published
    digests    `frame_digests` of this frame by this plan, if they are known already
    """
    check_value(plan, value)
    if (plan.keep is None) != (not past) or (continued is None) != (not past):
        raise Fault(key="proof.earlier_needed", keep=str(plan.keep))
    sample, rates = _draw(frame, plan, draw_key(seed, wave, value), past)
    who, first_phase, _ = digests or frame_digests(frame, plan)
    record = DrawRecord.of_sample(
        sample,
        plan,
        (who, first_phase, None),
        wave=wave,
        seed=seed,
        code=code,
        value=value,
        continued=continued,
        rates=rates,
    )
    return sample, record


def verify_chain(waves: Sequence[DrawnWave], *, published: str | None = None, code: str | None = None) -> Verification:
    """Draw every wave of a chain again, oldest first, and compare everything that can be compared.

    waves      the whole chain: from a wave that continues none to the one in question
    published  the line made public before the last of them was drawn; it binds the lines of all before it
    code       the version of the program that verifies; another one is reported, but is not a failure by itself
    Units of earlier waves are taken from drawing again, never from their files.
    """
    differing: list[tuple[str, dict]] = []
    past: list[PastWave] = []
    before: DrawnWave | None = None
    for wave, following in zip_longest(waves, waves[1:]):
        record = wave.record
        of_wave = [] if following is None else [("proof.in_earlier", {"wave": record.wave})]
        of_wave += _differing_wave(wave, before)
        try:
            again, rates = _draw(wave.frame, record.plan, draw_key(record.seed, record.wave, record.value), past)
        except Fault as fault:
            differing += [*of_wave, ("proof.cannot_draw", {"reason": fault.sentences})]
            break
        of_wave += differing_units(again, record, wave.sample)
        if rates != record.rates:
            of_wave.append(("proof.rates", {"wave": record.wave}))
        differing += [] if [key for key, _ in of_wave] == ["proof.in_earlier"] else of_wave
        answered = None
        if following is not None and following.record.plan.respondents:
            answered = wave.answered or frozenset()
            if not answered <= set(again.unit_id):
                differing.append(("proof.answered", {"wave": record.wave}))
        before = DrawnWave(record, wave.frame, again, answered)
        if following is not None and following.record.continued is not None:
            past.append(before.past(following.record.continued.releases))
    last = waves[-1].record
    if published is not None and published.strip().lower() != slip_of(last):
        differing.append(("proof.slip", {"published": published.strip(), "found": slip_of(last)}))
    said = [] if code in (None, last.code) else [("proof.code", {"recorded": last.code, "found": code})]
    return Verification(not differing, (*differing, *said))


def _strata(frame: pd.DataFrame | Roll) -> Strata:
    if isinstance(frame, pd.DataFrame):
        return frame.set_index("unit_id").stratum.astype(str)
    return RollStrata(frame)


def _draw(frame: pd.DataFrame | Roll, plan: DrawPlan, key: bytes, past: Sequence[PastWave]):
    """The sample in its portions with the units' `first_phase`, and the rows of its rates."""
    if plan.method != RESTED:
        raise Fault(key="sampling.method", found=plan.method, expected=[RESTED])
    allocation = dict(plan.allocation)
    assert plan.rest is not None and plan.portions is not None  # see `DrawPlan`
    succession = Succession(plan.rest, plan.keep or 0.0, bool(plan.respondents), plan.rotation, past)
    if isinstance(frame, pd.DataFrame):
        spread = None if plan.spread is None else Spread(plan.spread, plan.order)
        sample, rates = draw_rested(frame, allocation, succession, key=key, spread=spread)
        first_phase = frame.set_index("unit_id").first_phase.reindex(sample.unit_id).to_numpy(dtype=float)
    else:
        if plan.spread is not None:
            raise Fault(key="sampling.large_spread")
        sample, rates = draw_rested_roll(frame, allocation, succession, key=key)
        first_phase = np.ones(len(sample))
    sample = split_releases(sample, plan.portions).assign(first_phase=first_phase)
    rows = rates.loc[rates.population > 0, rate_columns(plan)].itertuples(index=False, name=None)
    return sample, tuple((str(stratum), *map(int, numbers)) for stratum, *numbers in rows)


def _differing_wave(wave: DrawnWave, before: DrawnWave | None):
    """What does not fit among a wave's record, its frame and the wave before it."""
    record = wave.record
    who, first_phase, _ = frame_digests(wave.frame, record.plan)
    differing: list[tuple[str, dict]] = []
    if who != record.frame:
        rows = len(wave.frame) if isinstance(wave.frame, pd.DataFrame) else int(wave.frame.population.sum())
        differing.append(("proof.frame", {"rows": rows}))
    elif first_phase != record.numbers:
        differing.append(("proof.numbers", {"columns": ["first_phase", *record.plan.order]}))
    differing += differing_seed(record, record.wave, None)
    if (record.plan.public is None) != (record.value is None):
        differing.append(("proof.value", {"public": str(record.plan.public), "value": str(record.value)}))
    through = 0 if record.continued is None else record.continued.releases
    if record.continued != (None if before is None else before.continued(through)):
        differing.append(("proof.earlier", {"wave": record.wave}))
    if sample_digest(wave.sample) != record.sample:
        differing.append(("proof.sample_file", {"file": "sample.csv"}))
    return differing

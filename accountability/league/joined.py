"""The estimates of several waves together, with the covariances between them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from accountability.league.wave_measure import WaveMeasure
from estimation import Waves, lasting_correlation
from estimation.estimators.estimates import SPARSE_FROM
from estimation.waves.finite_changes import finite_waves
from estimation.waves.overlap import SharedPsus
from estimation.waves.waves import is_independent


def joined_waves(
    waves: Mapping[str, WaveMeasure],
    areas: Sequence,
    *,
    sides: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> tuple[Waves, Waves, Waves]:
    """The areas' estimates in all waves with the covariances between waves: the design's, smoothed, and with
    interviewers counted, which is what pages are judged on.

    Interviewers' parts are added to the smoothed ones; between waves what lasts of them (`lasting_correlation`), where
    other people are asked: else what lasts of an interviewer could not be separated from what lasts of people.
    sides: the waves of the windows compared, for what is not known of changes of the people there are (`finite_waves`)
    """
    names = tuple(sorted(waves))
    plain = {name: waves[name].areas.select(areas) for name in names}
    smooth = {name: waves[name].smoothed.select(areas) for name in names}
    counted = {name: waves[name].counted.select(areas) for name in names}
    linearized = {name: waves[name].linearized for name in names}
    shared = SharedPsus.of(linearized, areas)
    sampled = shared.joint(smooth)
    others = all(is_independent(shared) for shared in sampled.cross.values())
    lasting = interviewers_between(waves, areas) if others else {}
    if all(waves[name].finite for name in names):
        sampled = _of_the_people(waves, sampled, areas, sides)
        counted = dict(zip(names, sampled.estimates, strict=True))
        for name in names:
            part = waves[name].interviewers
            if part is not None:
                counted[name] = part.select(areas).added_to(counted[name])
    cross = dict(sampled.cross)
    for pair, c in lasting.items():
        cross[pair] = c if is_independent(cross[pair]) else cross[pair] + c
    return shared.joint(plain), sampled, replace(sampled, estimates=tuple(counted.values()), cross=cross)


def interviewers_between(waves: Mapping[str, WaveMeasure], areas: Sequence) -> dict:
    """(earlier, later) -> the covariance (p,p) by the interviewers in both, where other people are asked; {}: none."""
    parts = {name: part for name in sorted(waves) if (part := waves[name].interviewers) is not None and part.known}
    if len(parts) < len(waves):
        return {}
    lasting = lasting_correlation(list(parts.values()))
    if not lasting:
        return {}
    part_of_wave, few = {name: part.select(areas) for name, part in parts.items()}, len(areas) < SPARSE_FROM
    covariances = {
        (s, t): part_of_wave[s].with_later(part_of_wave[t], lasting) for s, t in combinations(part_of_wave, 2)
    }
    return {pair: shared.toarray() if few else shared for pair, shared in covariances.items()}


def _of_the_people(waves: Mapping[str, WaveMeasure], sampled: Waves, areas, sides) -> Waves:
    """`finite_waves` of these waves: PSUs asked in each area, and those asked in both of two waves."""
    remaining = {name: w.finite_areas.select(areas).remaining for name, w in waves.items()}
    units = {name: _psus(w) for name, w in waves.items()}
    psus_asked = {name: np.array([len(units[name].get(a, ())) for a in areas], dtype=float) for name in waves}
    common = {
        (s, t): np.array([len(units[s].get(a, set()) & units[t].get(a, set())) for a in areas], dtype=float)
        for s, t in sampled.cross
    }
    apart = {(s, t) for s, t in sampled.cross if any(s in one and t in two for one, two in (sides, sides[::-1]))}
    return finite_waves(sampled, remaining, psus_asked, common, apart)


def _psus(wave: WaveMeasure) -> dict:
    """area -> the PSUs (stratum, label) with an answer in it."""
    design, answered = wave.design, ~np.isnan(wave.values) & (wave.design.weight > 0)
    psu = design.psu[answered]
    labels = zip(design.stratum_names[design.psu_stratum[psu]], np.asarray(design.psu_names)[psu], strict=True)
    psus_of_area: dict = {}
    for area, label in zip(wave.area[answered], labels, strict=True):
        psus_of_area.setdefault(area, set()).add(label)
    return psus_of_area

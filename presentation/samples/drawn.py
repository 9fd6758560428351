"""A drawn sample: its strata and releases, what is published of it, and how its verification ended."""

from collections.abc import Mapping

import pandas as pd

from presentation.samples.plan import area_name
from presentation.times import wave_text
from sampling import Verification
from sampling.proof.record import DrawRecord
from sampling.proof.rested_counts import called_early, passed_over
from service.samples.samples import Sample
from service.store.runs import local_time, person_text
from words import Speaker


def strata_rows(strata: pd.DataFrame, t: Speaker) -> pd.DataFrame:
    """One row for each stratum of a large frame: its units and, if there is an allocation, how many to draw."""
    table = pd.DataFrame({t("sample.column.stratum"): strata.stratum.astype(str)})
    table[t("sample.column.population")] = [f"{n:,}" for n in strata.population]
    if "sample" in strata:
        table[t("sample.column.numbers")] = [f"{n:,}" for n in strata["sample"]]
    return table


def release_rows(sample: Sample, t: Speaker) -> pd.DataFrame:
    """One row for each portion: its units, how many are out, and when and by whom the last of them were released."""
    out, last = sample.out, _last_releases(sample)
    rows = []
    for portion, of_portion in sample.units.assign(out=out).groupby("release").out:
        released, units, last_release = int(of_portion.sum()), len(of_portion), last.get(portion)
        when = t("sample.not_out") if last_release is None else local_time(last_release["at"])
        if 0 < released < units:
            when = t("sample.out_in_part", out=released, at=when)
        rows.append(
            (str(portion), f"{units:,}", when, "" if last_release is None else person_text(last_release["by"], t))
        )
    columns = [t(f"sample.column.{c}") for c in ("release", "units", "out", "by")]
    return pd.DataFrame(rows, columns=columns)


def _last_releases(sample: Sample) -> dict[int, Mapping]:
    """The last release that put units of a portion out, by portion."""
    strata = set(sample.units.stratum)
    out, last = dict.fromkeys(strata, 0), {}
    for release in sample.releases.to_dict("records"):
        for stratum in strata if release["strata"] is None else release["strata"]:
            out[stratum] += 1
            last[out[stratum]] = release
    return last


def short_rows(rows: pd.DataFrame, names: Mapping[str, Mapping[str, str]], t: Speaker) -> pd.DataFrame:
    """One row for each area in which interviews are short: wanted, had, open numbers, portions that are left."""
    rows = rows.assign(left=rows.portions - rows.out)
    by = rows.groupby("area").agg(
        wanted=("wanted", "sum"), interviews=("interviews", "sum"), open=("open", "sum"), left=("left", "max")
    )
    short = by.loc[sorted(set(rows.area[rows.short]))]
    table = pd.DataFrame({t("sample.column.area"): [area_name(area, names, t) for area in short.index]})
    for column in by:
        table[t(f"sample.short.{column}")] = [f"{n:,}" for n in short[column]]
    return table


def draw_lines(sample: Sample, t: Speaker) -> list[str]:
    """What is public after the draw: units, who rested, seed, commitment, published line, code."""
    r = sample.record
    return [
        t("sample.drawn_units", wave=wave_text(r.wave, t), units=r.units, released=len(sample.released)),
        *_rest_lines(r, t),
        t("sample.published_seed", seed=r.seed, commitment=r.commitment),
        *([] if r.value is None else [t("sample.public_value", public=r.plan.public, value=r.value)]),
        t("sample.published_slip", slip=sample.plan.slip),
        t("sample.code", code=r.code),
    ]


def _rest_lines(record: DrawRecord, t: Speaker) -> list[str]:
    """How many people were passed over because they rest, and where some are called before their rest is over."""
    resting, early = passed_over(record), called_early(record)
    lines = [t("sample.passed_over", count=resting, rest=record.plan.rest)] if resting else []
    if len(early):
        values = {"count": int(early["count"].sum()), "shortest": int(early["rest"].min()), "rest": record.plan.rest}
        lines.append(t("sample.early", strata=early.stratum.nunique(), named=sorted(set(early.stratum)), **values))
    return lines


def verification_lines(verification: Verification, t: Speaker) -> list[str]:
    """A sentence for every difference, and for what else the reader should know."""
    return [t(key, **values) for key, values in (*verification.differences, *verification.notes)]

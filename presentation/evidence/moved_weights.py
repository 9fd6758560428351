"""How an index's ranks move when its weights do, in words: a headline, two tables, and the points of a picture."""

import pandas as pd

from accountability.league.moved_weights import UP
from presentation.numbers import percent_text, value_text
from presentation.times import wave_text
from service.figures.moved_weights import Sensitivity
from words import Speaker

WAYS = {UP: "moved.raised"}
NOTHING = "–"


def title(moved: Sensitivity, t: Speaker) -> str:
    """The survey, the index and the wave."""
    league = moved.league
    names = {"programme": league.programme.title, "measure": league.programme.measure_names[league.measure.name]}
    return f"{t('notes.table', **names)} · {wave_text(league.wave, t)}"


def headline(moved: Sensitivity, t: Speaker) -> str:
    """How far ranks go with the weights, and who is among the last whatever the weights."""
    areas = moved.moved.areas
    steps = (areas[["moved_lower", "moved_upper"]].sub(areas["rank"], axis=0)).abs().to_numpy().max()
    fixed = int((areas.moved_lower == areas.moved_upper).sum())
    values = {"within": percent_text(moved.moved.within), "steps": int(steps), "fixed": fixed, "count": len(areas)}
    sentences = [t("moved.headline", **values)]
    if moved.moved.k is not None:
        always, sometimes = (
            [moved.league.name(area) for area in areas.index[chosen]]
            for chosen in (areas["last"] >= 1, (areas["last"] > 0) & (areas["last"] < 1))
        )
        k = moved.moved.k
        sentences += [t("moved.always", k=k, count=len(always), names=always)] if always else []
        sentences += [t("moved.sometimes", k=k, count=len(sometimes), names=sometimes)] if sometimes else []
    return t("list.between_sentences").join(sentences)


def area_rows(moved: Sensitivity, t: Speaker) -> pd.DataFrame:
    """Each area's rank, its range by the survey's error, and its range by the weights, as text."""
    league, rows = moved.league, []
    for area, found in moved.moved.areas.iterrows():
        shown = league.table.loc[area]
        row = {
            t("column.area"): league.name(str(area))[t("language.code")],
            t("column.estimate"): value_text(league.measure, float(shown.estimate), t),
            t("column.rank"): f"{shown['rank']:.0f}",
            t("moved.by_survey"): _range(shown.rank_lower, shown.rank_upper),
            t("moved.by_weights"): _range(found.moved_lower, found.moved_upper),
            t("moved.extremes"): _range(found.best, found.worst),
        }
        if moved.moved.k is not None:
            row[t("moved.last", k=moved.moved.k)] = f"{found['last']:.0%}"
        rows.append(row)
    return pd.DataFrame(rows)


def single_rows(moved: Sensitivity, t: Speaker) -> pd.DataFrame:
    """What each single weight, or the weight of a whole group, does when it alone is raised or lowered, as text."""
    name = lambda area: moved.league.name(area)[t("language.code")]  # noqa: E731
    rows = []
    for found in moved.moved.single.to_dict("records"):
        most = t("moved.most_of", places=found["most"], area=name(found["area"])) if found["most"] else NOTHING
        row = {
            t("moved.part"): _part(moved, found, t),
            t("moved.weight"): percent_text(round(found["weight"], 4)),
            t("moved.way"): t(WAYS.get(found["direction"], "moved.lowered")),
            t("moved.changed"): str(found["moved"]),
            t("moved.most"): most,
        }
        if moved.moved.k is not None:
            into, out_of = ([name(area) for area in found[way]] for way in ("into", "out_of"))
            row[t("moved.into", k=moved.moved.k)] = t("list.all", names=into) if into else NOTHING
            row[t("moved.out_of", k=moved.moved.k)] = t("list.all", names=out_of) if out_of else NOTHING
        rows.append(row)
    return pd.DataFrame(rows)


def _part(moved: Sensitivity, found: dict, t: Speaker) -> str:
    """The name of an indicator, or of a group with all that is in it."""
    programme, name = moved.league.programme, found["name"]
    names = programme.records[name].name if name in programme.records else programme.measure_names[name]
    key = "moved.group" if name == found["group"] and name not in {leaf.name for leaf in moved.leaves} else "moved.one"
    kind = "moved.record" if name in programme.records else "moved.survey"
    return t(key, name=names, kind=t(kind))


def notes(moved: Sensitivity, t: Speaker) -> list[str]:
    """How the weights were moved, what the survey's range is, who is left out, and the run."""
    league = moved.league
    surveyed = sum(not leaf.record for leaf in moved.leaves)
    counts = {"surveyed": surveyed, "records": len(moved.leaves) - surveyed}
    sentences = [
        t("moved.how", within=percent_text(moved.moved.within), draws=moved.moved.draws, **counts),
        t("moved.apart", level=league.programme.level),
    ]
    if moved.absent:
        names = [league.name(area) for area in moved.absent]
        sentences.append(t("moved.absent", names=names, count=len(names)))
    return sentences


def points(moved: Sensitivity, t: Speaker) -> pd.DataFrame:
    """For each area two lines of ranks: by the survey's error and by the weights (area, of, estimate, lower, upper)."""
    league, areas = moved.league, moved.moved.areas
    shown = league.table.loc[areas.index]
    names = [league.name(str(area))[t("language.code")] for area in areas.index]
    lines = {
        t("moved.by_survey"): (shown.rank_lower, shown.rank_upper),
        t("moved.by_weights"): (areas.moved_lower, areas.moved_upper),
    }
    parts = [
        pd.DataFrame(
            {
                "area": names,
                "of": of,
                "estimate": areas["rank"].to_numpy(float),
                "lower": low.to_numpy(float),
                "upper": high.to_numpy(float),
            }
        )
        for of, (low, high) in lines.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _range(low: float, high: float) -> str:
    """Two ranks as 3–7, one as 3."""
    return f"{low:.0f}–{high:.0f}" if high > low else f"{low:.0f}"

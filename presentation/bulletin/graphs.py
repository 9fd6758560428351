"""Which values of a bulletin's tables are drawn, and what each picture shows in words."""

from presentation.bulletin.grids import AREAS, NAMED, WHOLES, unit_text
from presentation.bulletin.wording import level_text, measure_name, whole_of
from presentation.screen import area_word
from presentation.times import wave_text
from service.bulletins.document import BARS, INTERVALS, WAVES, Grid, Picture, cell_text
from service.bulletins.facts import Facts
from words import Speaker

MOST = 80  # areas that a page can name


def wholes_picture(facts: Facts, grid: Grid, t: Speaker) -> Picture | None:
    """The figure over all areas, wave by wave; None if there is only one."""
    if len(grid.rows) < 2:
        return None
    league = facts.league
    form = next(column.form for column in grid.columns if column.name == "estimate")
    values = [cell_text(value, form) for value in grid.values("estimate")]
    points = [t("bulletin.point", name=n, value=v) for n, v in zip(grid.values("wave"), values, strict=True)]
    return Picture(
        name=WHOLES,
        grid=grid.name,
        kind=WAVES,
        title=t("bulletin.picture.wholes", measure=measure_name(league)),
        axis=axis_text(facts, {w.method for w in facts.wholes if w.method}, t),
        label="wave",
        value="estimate",
        lower="lower",
        upper="upper",
        alternative=t("bulletin.picture.wholes_words", measure=measure_name(league), points=points),
    )


def areas_picture(facts: Facts, grid: Grid, t: Speaker) -> Picture | None:
    """Every area with its interval and the figure over all of them; None where a page cannot name so many."""
    league = facts.league
    if len(league.table) > MOST:
        return None
    whole = whole_of(facts, league.wave)
    line = None if whole is None else whole.estimate
    values = {"measure": measure_name(league), "wave": wave_text(league.wave, t)}
    count = len(league.table)
    return Picture(
        name=AREAS,
        grid=grid.name,
        kind=INTERVALS,
        title=t("bulletin.picture.areas", **values),
        axis=axis_text(facts, set(league.table.method), t),
        label="area",
        value="estimate",
        lower="lower",
        upper="upper",
        line=line,
        line_text=t("bulletin.picture.line") if line is not None else "",
        alternative=t("bulletin.picture.areas_words", count=count, area=area_word(league, count, t), **values),
    )


def axis_text(facts: Facts, methods: set[str], t: Speaker) -> str:
    """What the axis of figures shows, and by which methods its intervals are computed."""
    league = facts.league
    values = {"measure": measure_name(league), "unit": unit_text(league.measure, t)}
    names = sorted(t(f"method.{name}") for name in methods)
    return t("bulletin.axis", level=level_text(league), methods=names, **values)


def named_picture(facts: Facts, grid: Grid, t: Speaker) -> Picture | None:
    """The shares of what people named, with their intervals; None if they were not asked or none may be shown."""
    if all(share is None for share in grid.values("respondents")):
        return None
    return Picture(
        name=NAMED,
        grid=grid.name,
        kind=BARS,
        title=grid.title,
        axis=t("bulletin.axis.named", level=level_text(facts.league)),
        label="named",
        value="respondents",
        lower="lower",
        upper="upper",
        alternative=t("bulletin.picture.named_words", title=grid.title),
    )

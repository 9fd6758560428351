"""The thematic report (专题分析报告): all areas together, those that rose and fell most, and what people named."""

from presentation.area.sentences import area_sentence
from presentation.bulletin.graphs import named_picture, wholes_picture
from presentation.bulletin.grids import (
    LAST,
    MOVERS,
    NAMED,
    areas_grid,
    last_grid,
    movers_grid,
    named_grid,
    wholes_grid,
)
from presentation.bulletin.notice import confirmed_areas, reading_texts, survey_blocks, whole_blocks
from presentation.bulletin.type_grid import type_blocks, types_grid
from presentation.bulletin.wording import (
    Asked,
    Headings,
    counted_text,
    document_of_facts,
    measure_name,
    numbered,
    said,
)
from presentation.screen import list_texts, not_compared_text
from presentation.times import wave_text
from service.bulletins.document import PICTURE, TABLE, THEMATIC, Block, Document
from service.bulletins.facts import Facts
from service.figures.screen import NotCompared
from words import Speaker


def report(facts: Facts, asked: Asked, t: Speaker) -> Document:
    """The thematic report of a wave."""
    league, headings = facts.league, Headings(t)
    values = {"wave": wave_text(league.wave, t), "programme": league.programme.title, "measure": measure_name(league)}
    grids = [
        wholes_grid(facts, t),
        movers_grid(facts, t),
        named_grid(facts, t),
        *types_grid(facts, t),
        last_grid(facts, t),
        areas_grid(facts, t),
    ]
    blocks = [said(t("bulletin.report.opening", **values))]
    blocks += [headings.first(t("bulletin.heading.survey")), *survey_blocks(facts, t)]
    blocks += [headings.first(t("bulletin.heading.whole")), *whole_blocks(facts, t)]
    blocks += [headings.first(t("bulletin.heading.movers")), *_movers(facts, headings, t)]
    blocks += [headings.first(t("bulletin.heading.named")), *_named(facts, t)]
    of_types = type_blocks(facts, t)
    if of_types:
        blocks += [headings.first(t("bulletin.heading.types")), *of_types]
    if facts.screen.last is not None:
        blocks += [headings.first(t("bulletin.heading.places"))]
        blocks += [*(said(text) for text in list_texts(facts.screen, t)), Block(TABLE, LAST)]
    blocks.append(headings.first(t("bulletin.heading.reading")))
    blocks += [said(text) for text in numbered(reading_texts(facts, t), t)]
    pictures = [wholes_picture(facts, grids[0], t), named_picture(facts, grids[2], t)]
    title = asked.title or t("bulletin.report.title", **values)
    return document_of_facts(facts, asked, t, kind=THEMATIC, title=title, blocks=blocks, grids=grids, pictures=pictures)


def _movers(facts: Facts, headings: Headings, t: Speaker) -> list[Block]:
    """For each comparison the counted sentence and the confirmed areas; then the largest rises and falls."""
    blocks = []
    for comparison in facts.screen.comparisons.values():
        blocks.append(headings.second(t(f"bulletin.heading.{comparison.kind}")))
        if isinstance(comparison, NotCompared):
            blocks.append(said(not_compared_text(comparison, facts.league, t)))
            continue
        blocks.append(said(counted_text(comparison, t)))
        areas = confirmed_areas(comparison)
        blocks += [said(area_sentence(comparison.league, area, t, period=False)) for area in areas]
    if facts.screen.compared:
        blocks += [said(t("bulletin.movers")), Block(TABLE, MOVERS)]
    return blocks


def _named(facts: Facts, t: Speaker) -> list[Block]:
    """What people named, most named first; or that they were not asked."""
    if facts.factors is None:
        return [said(t("bulletin.not_asked"))]
    grid = named_grid(facts, t)
    names, shares = grid.values("named")[:3], grid.values("respondents")[:3]
    first = [
        t("bulletin.named_one", name=name, share=f"{100 * share:.1f}%")
        for name, share in zip(names, shares, strict=True)
        if share is not None
    ]
    if not first:
        return [said(t("bulletin.named_withheld", limit=facts.league.programme.withhold)), Block(TABLE, NAMED)]
    n = next(count for count in grid.values("n") if count is not None)
    return [said(t("bulletin.named", names=first, n=n)), Block(PICTURE, NAMED), Block(TABLE, NAMED)]

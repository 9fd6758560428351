"""The brief and the slide: what a reader must know of a wave, on one page."""

from dataclasses import replace

from presentation.area.sentences import area_sentence
from presentation.bulletin.graphs import wholes_picture
from presentation.bulletin.grids import LAST, WHOLES, areas_grid, confirmed_grid, last_grid, wholes_grid
from presentation.bulletin.notice import confirmed_areas
from presentation.bulletin.wording import (
    Asked,
    document_of_facts,
    level_text,
    measure_name,
    said,
    source_text,
    whole_of,
)
from presentation.interviewers import one_interviewer_line
from presentation.numbers import value_text
from presentation.screen import area_word, base_text, count_text, headline, list_texts, promise_lines, weak_text
from presentation.times import wave_text
from service.bulletins.document import BRIEF, NOTE, PICTURE, SLIDE, TABLE, Block, Document, Grid
from service.bulletins.facts import Facts
from words import Speaker

MOST = 3  # confirmed areas that have a sentence of their own on one page


def brief(facts: Facts, asked: Asked, t: Speaker) -> Document:
    """The brief of one page."""
    grids = _grids(facts, t)
    blocks = [said(headline(facts.screen, t))]
    confirmed = [(compared, area) for compared in facts.screen.compared for area in confirmed_areas(compared)]
    blocks += [said(area_sentence(compared.league, area, t, period=False)) for compared, area in confirmed[:MOST]]
    blocks += [said(text) for text in list_texts(facts.screen, t)]
    picture = wholes_picture(facts, grids[0], t)
    blocks += [Block(PICTURE, WHOLES)] if picture is not None else []
    blocks += [Block(TABLE, LAST)] if grids[1].rows else []
    notes = [
        *promise_lines(facts.screen, t),
        *one_interviewer_line(facts.league, t),
        weak_text(facts.screen, t),
        t("bulletin.runs", source=source_text(facts, t)),
    ]
    blocks.append(Block(NOTE, t("list.between_sentences").join(filter(None, notes))))
    title = asked.title or t("bulletin.brief.title", **_values(facts, t))
    made = document_of_facts(facts, asked, t, kind=BRIEF, title=title, blocks=blocks, grids=grids, pictures=[picture])
    return replace(made, head=replace(made.head, signature="", copies=""))  # the office stands above


def slide(facts: Facts, asked: Asked, t: Speaker) -> Document:
    """The slide: the headline, three numbers, and the figure over all areas wave by wave."""
    grids = _grids(facts, t)
    title = asked.title or t("bulletin.brief.title", **_values(facts, t))
    return document_of_facts(
        facts,
        asked,
        t,
        kind=SLIDE,
        title=title,
        blocks=[said(line) for line in promise_lines(facts.screen, t) + one_interviewer_line(facts.league, t)],
        grids=grids,
        pictures=[wholes_picture(facts, grids[0], t)],
        lead=headline(facts.screen, t),
        tiles=_tiles(facts, t),
    )


def _values(facts: Facts, t: Speaker) -> dict:
    league = facts.league
    return {"wave": wave_text(league.wave, t), "programme": league.programme.title, "measure": measure_name(league)}


def _grids(facts: Facts, t: Speaker) -> list[Grid]:
    return [wholes_grid(facts, t), last_grid(facts, t), confirmed_grid(facts, t), areas_grid(facts, t)]


def _tiles(facts: Facts, t: Speaker) -> tuple[tuple[str, str], ...]:
    """The figure over all areas; how many changes are confirmed; how many areas surely reach the first target."""
    screen, league = facts.screen, facts.league
    whole, tiles = whole_of(facts, league.wave), []
    if whole is not None and whole.estimate is not None:
        lower, upper = (value_text(league.measure, float(v), t) for v in (whole.lower or 0, whole.upper or 0))
        text = t("bulletin.tile.whole", lower=lower, upper=upper, n=whole.n, level=level_text(league))
        tiles.append((value_text(league.measure, whole.estimate, t), text))
    for compared in screen.compared[-1:]:
        values = {"base": base_text(compared, t), "areas": compared.areas, "area": area_word(league, compared.areas, t)}
        values["count"] = len(compared.confirmed)
        tiles.append((str(len(compared.confirmed)), t("bulletin.tile.changes", **values)))
    if screen.last is not None:
        k, possible = count_text(screen.last.k, t, numeral=True), len(screen.last.listed) + len(screen.last.possible)
        tiles.append((str(len(screen.last.confirmed)), t("bulletin.tile.last", k=k, possible=possible)))
    return tuple(tiles)

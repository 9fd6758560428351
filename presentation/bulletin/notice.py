"""The notice (通报): the survey, all areas together, rises and falls, last places, targets, and how to read it."""

from math import isnan

from fieldwork.dispositions import UNKNOWN_CLASSES
from presentation.area.sentences import area_sentence
from presentation.bulletin.graphs import areas_picture, wholes_picture
from presentation.bulletin.grids import (
    AREAS,
    CONFIRMED,
    LAST,
    WHOLES,
    areas_grid,
    confirmed_grid,
    last_grid,
    wholes_grid,
)
from presentation.bulletin.wording import (
    Asked,
    Headings,
    counted_text,
    document_of_facts,
    measure_name,
    numbered,
    said,
    source_text,
    whole_text,
    year_text,
)
from presentation.definitions import definition_text
from presentation.interviewers import interviewers_text, one_interviewer_note
from presentation.notes import accepted_note, stopped_note, survey_note
from presentation.numbers import size_text, value_text
from presentation.screen import (
    area_word,
    base_text,
    count_text,
    list_texts,
    not_compared_text,
    promise_lines,
    weak_text,
)
from presentation.times import wave_text
from service.bulletins.document import ANNEX, FIRST, NEXT, NOTICE, ONLY, PARAGRAPH, PICTURE, TABLE, Block, Document
from service.bulletins.facts import Facts
from service.figures.screen import Compared, NotCompared
from words import Speaker


def notice(facts: Facts, asked: Asked, t: Speaker) -> Document:
    """The notice of a wave."""
    league, headings = facts.league, Headings(t)
    values = {"wave": wave_text(league.wave, t), "programme": league.programme.title, "measure": measure_name(league)}
    grids = [areas_grid(facts, t), wholes_grid(facts, t), confirmed_grid(facts, t), last_grid(facts, t)]
    blocks = [said(t("bulletin.notice.opening", **values))]
    blocks += [headings.first(t("bulletin.heading.survey")), *survey_blocks(facts, t)]
    blocks += [headings.first(t("bulletin.heading.whole")), *whole_blocks(facts, t)]
    blocks += [headings.first(t("bulletin.heading.changes")), *change_blocks(facts, headings, t)]
    blocks += [*last_blocks(facts, headings, t), headings.first(t("bulletin.heading.reading"))]
    blocks += [said(text) for text in numbered(reading_texts(facts, t), t)]
    annexes = [grids[0].title]
    picture = areas_picture(facts, grids[0], t)
    if picture is not None:
        annexes.append(picture.title)
    blocks += annex_list(annexes, t)
    names = annex_names(annexes, t)
    blocks += [Block(ANNEX, names[0]), Block(TABLE, AREAS)]
    if picture is not None:
        blocks += [Block(ANNEX, names[1]), Block(PICTURE, picture.name)]
    pictures = [wholes_picture(facts, grids[1], t), picture]
    title = asked.title or t("bulletin.notice.title", **values)
    return document_of_facts(facts, asked, t, kind=NOTICE, title=title, blocks=blocks, grids=grids, pictures=pictures)


def annex_list(titles: list[str], t: Speaker) -> list[Block]:
    """What is attached, at the end of the text."""
    if len(titles) == 1:
        return [Block(PARAGRAPH, t("bulletin.annex.only", title=titles[0]), ONLY)]
    first = [Block(PARAGRAPH, t("bulletin.annex.first", number=1, title=titles[0]), FIRST)]
    others = enumerate(titles[1:], 2)
    return first + [Block(PARAGRAPH, t("bulletin.annex.next", number=k, title=title), NEXT) for k, title in others]


def annex_names(titles: list[str], t: Speaker) -> list[str]:
    """What stands at the top of each annex."""
    if len(titles) == 1:
        return [t("bulletin.annex.alone")]
    return [t("bulletin.annex.name", number=k) for k in range(1, len(titles) + 1)]


def survey_blocks(facts: Facts, t: Speaker) -> list[Block]:
    """How people were asked and how many answered, what the figure is, and the response rate if it is known."""
    league = facts.league
    table, count = league.table, len(league.table)
    values = {"n": int(table.n.sum()), "count": count, "area": area_word(league, count, t)}
    least, most = int(table.n.min()), int(table.n.max())
    key = "bulletin.interviews" if least < most else "bulletin.interviews_even"
    asked = t("bulletin.interviews_shown" if league.withheld else key, least=least, most=most, **values)
    definition = t("bulletin.definition", text=definition_text(league.programme, league.measure, t))
    sentences = [survey_note(league, t), asked, *response_texts(facts, t)]
    return [said(t("list.between_sentences").join(sentences)), said(definition)]


def response_texts(facts: Facts, t: Speaker) -> list[str]:
    """The response rates RR1 and RR3 with their limits, and e; or that they are not known."""
    if facts.rates is None:
        return [t("bulletin.no_rate")]
    rates, values = facts.rates.rates, {}
    for name in ("RR1", "RR3"):
        columns = {"": rates.values, "_low": rates.low, "_high": rates.high}
        values |= {f"{name}{end}": float(table[name].iloc[0]) for end, table in columns.items()}
    if any(isnan(value) for value in values.values()):
        return [t("bulletin.no_rate")]
    if rates.counts[list(UNKNOWN_CLASSES)].to_numpy().sum() < 1:
        return [t("bulletin.rate_all_known", released=facts.rates.released, **values)]
    texts = [t("bulletin.rate", released=facts.rates.released, e=float(rates.eligibility["UH"].iloc[0]), **values)]
    never = facts.rates.never_called
    return [*texts, t("bulletin.never_called", count=never)] if never else texts


def whole_blocks(facts: Facts, t: Speaker) -> list[Block]:
    """The figure over all areas, how far apart the areas are, and the figures of all waves as a picture.

    The picture comes last, so that a page on which it finds no room is filled with text.
    """
    blocks = [said(t("list.between_sentences").join(whole_text(facts, t))), said(gap_text(facts, t))]
    if sum(whole.estimate is not None for whole in facts.wholes) > 1:
        blocks.append(Block(PICTURE, WHOLES))
    return blocks


def gap_text(facts: Facts, t: Speaker) -> str:
    """The highest and the lowest figure, how far apart they are, and that this is no measure of a true gap."""
    league = facts.league
    table = league.table
    ends = [table.index[table["rank"] == table["rank"].iloc[place]] for place in (0, -1)]  # several where they tie
    high, low = (float(table.estimate[areas[0]]) for areas in ends)
    values = [value_text(league.measure, value, t) for value in (high, low)]
    gap = size_text(league.measure, high - low, t)
    first, last = ([league.name(area) for area in areas] for areas in ends)
    names = {"first": first, "last": last, "area": area_word(league, 2, t)}
    return t("bulletin.gap", high=values[0], low=values[1], gap=gap, **names)


def change_blocks(facts: Facts, headings: Headings, t: Speaker) -> list[Block]:
    """For each comparison how many changes are confirmed and whose; or why there is no comparison."""
    blocks = []
    for comparison in facts.screen.comparisons.values():
        blocks.append(headings.second(t(f"bulletin.heading.{comparison.kind}")))
        if isinstance(comparison, NotCompared):
            blocks.append(said(not_compared_text(comparison, facts.league, t)))
            continue
        blocks.append(said(t("list.between_sentences").join([counted_text(comparison, t), ranks_text(comparison, t)])))
        blocks += [
            said(area_sentence(comparison.league, area, t, period=False)) for area in confirmed_areas(comparison)
        ]
    if any(c.confirmed for c in facts.screen.compared):
        blocks.append(Block(TABLE, CONFIRMED))
    return blocks


def confirmed_areas(compared: Compared) -> tuple[str, ...]:
    """The areas of confirmed changes, those that got worse first."""
    return (*compared.worse, *compared.better, *compared.unsaid)


def ranks_text(compared: Compared, t: Speaker) -> str:
    """How many printed ranks differ from those before, most of which sampling alone explains."""
    values = {"moved": compared.ranks_changed, "area": area_word(compared.league, compared.ranks_changed, t)}
    key = "bulletin.ranks_moved" if compared.ranks_changed else "bulletin.ranks_same"
    return t(key, base=base_text(compared, t), **values)


def last_blocks(facts: Facts, headings: Headings, t: Speaker) -> list[Block]:
    """Who is among the last k, by this wave and by the year's mean, and who reaches the targets; else nothing."""
    screen = facts.screen
    sentences = list_texts(screen, t)
    if not sentences:
        return []
    both = "last_and_targets" if screen.targets else "last"
    k = "" if screen.last is None else count_text(screen.last.k, t, numeral=True)
    heading = t(f"bulletin.heading.{both if screen.last is not None else 'targets'}", k=k)
    table = [Block(TABLE, LAST)] if screen.last is not None else []
    return [headings.first(heading), *(said(text) for text in sentences), *table]


def reading_texts(facts: Facts, t: Speaker) -> list[str]:
    """How the figures are to be read: what is promised, also over a year, what is indicative or not shown, the runs."""
    screen, league = facts.screen, facts.league
    runs = [run for c in screen.compared for run in c.league.runs.values()] or list(league.runs.values())
    texts = [*promise_lines(screen, t), *year_text(facts, t), t("bulletin.rank_range", level=league.programme.level)]
    texts += interviewers_text(league, t)
    texts += [weak_text(screen, t)] if screen.weak else []
    if league.withheld:
        names = [league.name(area) for area in league.withheld]
        texts.append(t("bulletin.withheld", names=names, count=len(names), limit=league.programme.withhold))
    if league.missing:
        texts.append(t("bulletin.missing", names=[league.name(area) for area in league.missing]))
    texts += one_interviewer_note(league, t) + stopped_note(runs, t) + accepted_note(runs, t)
    return [*texts, t("bulletin.runs", source=source_text(facts, t))]
